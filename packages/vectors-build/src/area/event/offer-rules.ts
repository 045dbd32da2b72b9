import { idOf } from "../../cast.ts";
import type { LogCase } from "../../log-case.ts";
import { delivered, NO_WINDOW, PARTIES, PARTIES_WITHOUT_ARBITER, valid } from "../../story.ts";
import { at } from "../../time.ts";
import { refuse } from "./offer-row.ts";
import { party, perUnit, policy, tiers, weighted } from "./offer-terms.ts";

/** Terms that have the right shape and break a rule, clause by clause. */
export const rules: readonly LogCase[] = [
  ...refuse("POLICY-2", "POLICY_REQUIREMENT_UNKNOWN", [
    [
      "requirement-kind",
      "/body/policy/requirements/1/kind",
      policy([delivered, { id: "x", kind: "oracle" }]),
      "A newer policy must be told from a malformed one.",
      "skip unknown requirements",
    ],
  ]),
  ...refuse("POLICY-3", "POLICY_PAYOUT_UNKNOWN", [
    [
      "payout-kind",
      "/body/policy/payout/kind",
      policy([delivered], { kind: "auction" }),
      "A newer payout must be told from a malformed one.",
      "pay nothing for unknown payouts",
    ],
  ]),
  ...refuse("EVENT-6", "EVENT_PARTIES_OVERLAP", [
    [
      "buyer-is-seller",
      "/body/parties/seller/id",
      party("seller", { id: idOf("buyer") }),
      "Nobody buys from themselves.",
      "compare neighbours only",
    ],
    [
      "settler-is-buyer",
      "/body/parties/settler/id",
      party("settler", { id: idOf("buyer") }),
      "Whoever holds the escrow must be neither side.",
      "compare buyer and seller only",
    ],
    [
      "settler-is-seller",
      "/body/parties/settler/id",
      party("settler", { id: idOf("seller") }),
      "Whoever holds the escrow must be neither side.",
      "compare with the buyer only",
    ],
    [
      "arbiter-is-settler",
      "/body/parties/arbiter/id",
      party("arbiter", { id: idOf("settler") }),
      "Who executes a ruling must not make it.",
      "leave the arbiter out",
    ],
    [
      "checker-is-seller",
      "/body/parties/checkers/quality/id",
      party("checkers", { quality: { id: idOf("seller") } }),
      "Nobody attests their own work.",
      "leave checkers out",
    ],
  ]),
  ...refuse("EVENT-7", "EVENT_DEADLINE_ORDER", [
    [
      "fund-before-accept",
      "/body/fundBy",
      { fundBy: at(24, -1) },
      "Funding would be late before the acceptance is.",
      "compare submitBy only",
    ],
    [
      "submit-before-fund",
      "/body/submitBy",
      { submitBy: at(48, -1) },
      "The work would be late before it is paid for.",
      "compare fundBy only",
    ],
  ]),
  ...refuse("EVENT-8", "EVENT_DISPUTE_TERMS", [
    [
      "window-without-arbiter",
      "/body/parties/arbiter",
      { parties: PARTIES_WITHOUT_ARBITER },
      "A dispute needs somebody to rule.",
      "let disputes time out",
    ],
    [
      "window-without-ruling-time",
      "/body/rulingMs",
      { rulingMs: 0 },
      "An arbiter needs time to rule.",
      "accept rulingMs 0",
    ],
  ]),
  ...refuse(
    "EVENT-8",
    "EVENT_DISPUTE_TERMS",
    [
      [
        "holdback-without-window",
        "/body/holdbackBps",
        { ...NO_WINDOW, holdbackBps: 1 },
        "Money is held for a window that there is not.",
        "hold money without a window",
      ],
      [
        "ruling-without-window",
        "/body/rulingMs",
        { ...NO_WINDOW, rulingMs: 1 },
        "Terms that cannot take effect give one deal two forms.",
        "ignore rulingMs",
      ],
      [
        "arbiter-without-window",
        "/body/parties/arbiter",
        { ...NO_WINDOW, parties: PARTIES },
        "Terms that cannot take effect give one deal two forms.",
        "ignore the arbiter",
      ],
    ],
    "event-offer-no-window",
  ),
  ...refuse("EVENT-9", "EVENT_NAME_DUPLICATE", [
    [
      "requirement-twice",
      "/body/policy/requirements/1/id",
      policy([delivered, { ...valid, id: "delivered" }]),
      "Results could not be told apart.",
      "let the last requirement win",
    ],
  ]),
  ...refuse("POLICY-4", "POLICY_CHECKER_UNKNOWN", [
    [
      "checker-unknown",
      "/body/policy/requirements/0/checker",
      policy([{ ...valid, checker: "nobody" }]),
      "Nobody could attest.",
      "leave the check pending",
    ],
    [
      "checker-inherited",
      "/body/policy/requirements/0/checker",
      policy([{ ...valid, checker: "constructor" }]),
      "The name is in every object of JavaScript and in no offer.",
      "look checkers up with `in`",
    ],
  ]),
  ...refuse("POLICY-5", "POLICY_OPERATOR", [
    [
      "text-order",
      "/body/policy/requirements/0/op",
      policy([{ ...valid, value: "9990" }]),
      "Order of text depends on the locale.",
      "compare text by code units",
    ],
    [
      "boolean-order",
      "/body/policy/requirements/0/op",
      policy([{ ...valid, op: "lt", value: true }]),
      "true is not more than false.",
      "convert booleans to numbers",
    ],
  ]),
  ...refuse(
    "POLICY-6",
    "POLICY_WEIGHTS",
    [
      [
        "weights-9999",
        "/body/policy/payout/weights",
        weighted(["delivered", 1], ["valid", 9998]),
        "A part of the amount would belong to nobody.",
        "skip the sum",
      ],
      [
        "weights-10001",
        "/body/policy/payout/weights",
        weighted(["delivered", 2], ["valid", 9999]),
        "More than everything would be awarded.",
        "compare sum <= 10000",
      ],
      [
        "weights-missing",
        "/body/policy/payout/weights",
        weighted(["delivered", 10000]),
        "A requirement without a weight.",
        "count missing weights as 0",
      ],
      [
        "weights-order",
        "/body/policy/payout/weights",
        weighted(["valid", 9999], ["delivered", 1]),
        "One policy has one form.",
        "look weights up by name",
      ],
      [
        "weights-twice",
        "/body/policy/payout/weights",
        weighted(["delivered", 5000], ["delivered", 5000]),
        "A requirement would count twice.",
        "compare lengths only",
      ],
    ],
    "event-offer-weighted",
  ),
  ...refuse(
    "POLICY-7",
    "POLICY_CHECK_UNKNOWN",
    [
      [
        "tiers-unknown-check",
        "/body/policy/payout/check",
        policy([valid], { kind: "tiers", check: "other", pointer: "/n", tiers: [{ bps: 1 }] }),
        "There is no number to read.",
        "pay the last tier",
      ],
      [
        "tiers-check-of-other-kind",
        "/body/policy/payout/check",
        policy([delivered, valid], { kind: "tiers", check: "delivered", pointer: "/n", tiers: [{ bps: 1 }] }),
        "Only a check has a result with numbers.",
        "look the id up in any requirement",
      ],
      [
        "per-unit-unknown-check",
        "/body/policy/payout/check",
        policy([valid], { kind: "per-unit", check: "other", pointer: "/n", unitValue: "1", cap: "1" }),
        "There is no quantity to read.",
        "count 0 units",
      ],
    ],
    "event-offer-tiers",
  ),
  ...refuse(
    "POLICY-8",
    "POLICY_TIERS",
    [
      [
        "tiers-equal-bounds",
        "/body/policy/payout/tiers/1/below",
        tiers({ below: 5, bps: 1 }, { below: 5, bps: 2 }, { bps: 3 }),
        "The second tier could never match.",
        "compare with <=",
      ],
      [
        "tiers-descending",
        "/body/policy/payout/tiers/1/below",
        tiers({ below: 5, bps: 1 }, { below: 4, bps: 2 }, { bps: 3 }),
        "The order would decide.",
        "sort tiers",
      ],
      [
        "tiers-open-in-middle",
        "/body/policy/payout/tiers/0/below",
        tiers({ bps: 1 }, { bps: 2 }),
        "Nothing could reach the tiers behind an open one.",
        "stop at the first open tier",
      ],
      [
        "tiers-last-bounded",
        "/body/policy/payout/tiers/0/below",
        tiers({ below: 5, bps: 1 }),
        "Some number would match no tier.",
        "pay nothing when no tier matches",
      ],
    ],
    "event-offer-tiers",
  ),
  ...refuse(
    "MONEY-4",
    "MONEY_CAP",
    [
      [
        "cap-above-amount",
        "/body/policy/payout/cap",
        perUnit("48001"),
        "More than the escrow would be awarded.",
        "skip the check of the cap",
      ],
    ],
    "event-offer-cap-equals-amount",
  ),
];
