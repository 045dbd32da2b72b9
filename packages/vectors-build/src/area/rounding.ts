import type { Case, VectorFile } from "../format.ts";
import { EMPTY, extend, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  accept,
  attest,
  close,
  decide,
  delivered,
  dispute,
  fund,
  NO_WINDOW,
  offer,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
} from "../story.ts";
import { at } from "../time.ts";

// Every floor at the points where another rounding gives something else: an exact half above an odd and an even number
// (half up and half even differ), a hair below the next number (nothing but floor stays), and a whole number.

const amount = (value: string) => ({ value, assetCode: "USD", assetScale: 2 });
const decided = (value: string, change: Readonly<Record<string, unknown>>): Log =>
  extend(
    EMPTY,
    offer(terms({ ...change, amount: amount(value) })),
    accept(),
    fund({ amount: amount(value) }),
    submit(),
    attest(),
    decide({ gross: value }),
  );

type Moved = readonly [toSeller: string, fee: string, toBuyer: string, held: string];
const settled = ([toSeller, fee, toBuyer, held]: Moved): Step => settle({ toSeller, fee, toBuyer, held });

const rounds = (
  id: string,
  clause: string,
  why: string,
  kills: string,
  status: string,
  balances: Readonly<Record<string, string>>,
  ...steps: readonly Step[]
): LogCase => ({ id: `rounding-${id}`, clause, why, kills, status, balances, steps });

const half = { holdbackBps: 5000, feeBps: 0 };
const feeHalf = { ...NO_WINDOW, feeBps: 5000 };
const closes = (balances: Readonly<Record<string, string>>) => ({ escrow: "0", holdback: "0", ...balances });

const money: VectorFile = {
  path: "money/rounding.json",
  op: "log.reduce",
  description: "Holdback and fees where floor, half up, half even and upwards differ.",
  groups: [
    after("A holdback of half of 1.", decided("1", half), [
      rounds(
        "holdback-of-1",
        "MONEY-6",
        "hb = floor(0.5) = 0: nothing is held, so the closing is due at once.",
        "round half up, or upwards",
        "closing",
        closes({ buyer: "-1", seller: "1", fee: "0" }),
        settled(["1", "0", "0", "0"]),
      ),
    ]),
    after("A holdback of half of 3.", decided("3", half), [
      rounds(
        "holdback-of-3",
        "MONEY-6",
        "hb = floor(1.5) = 1.",
        "round half to even",
        "window",
        { buyer: "-3", seller: "2", escrow: "0", holdback: "1", fee: "0" },
        settled(["2", "0", "0", "1"]),
      ),
    ]),
    after("A holdback of 9999 bps of 1.", decided("1", { holdbackBps: 9999, feeBps: 0 }), [
      rounds(
        "holdback-almost-1",
        "MONEY-6",
        "hb = floor(0.9999) = 0.",
        "round to the nearest",
        "closing",
        closes({ buyer: "-1", seller: "1", fee: "0" }),
        settled(["1", "0", "0", "0"]),
      ),
    ]),
    after("A holdback of everything.", decided("3", { holdbackBps: 10_000, feeBps: 5000 }), [
      rounds(
        "holdback-of-all",
        "MONEY-8",
        "All of it waits: the first leg is 0 and bears no fee.",
        "demand a first leg",
        "window",
        { buyer: "-3", seller: "0", escrow: "0", holdback: "3", fee: "0" },
        settled(["0", "0", "0", "3"]),
      ),
      rounds(
        "holdback-of-all-released",
        "MONEY-7",
        "The second leg is the whole: its fee is floor(1.5) = 1.",
        "round half up",
        "closing",
        closes({ buyer: "-3", seller: "2", fee: "1" }),
        settled(["0", "0", "0", "3"]),
        release({ toSeller: "2", fee: "1", toBuyer: "0" }),
      ),
    ]),
    ...(
      [
        ["1", "0", "floor(0.5) = 0.", "round half up, or upwards"],
        ["3", "1", "floor(1.5) = 1.", "round half to even"],
        ["5", "2", "floor(2.5) = 2, which half to even gives as well, and half up does not.", "round half up"],
      ] as const
    ).map(([value, fee, why, kills]) =>
      after(`A fee of half of ${value}.`, decided(value, feeHalf), [
        rounds(
          `fee-of-${value}`,
          "MONEY-7",
          `The fee is ${why}`,
          kills,
          "closing",
          closes({ buyer: `-${value}`, seller: String(Number(value) - Number(fee)), fee }),
          settled([String(Number(value) - Number(fee)), fee, "0", "0"]),
        ),
      ]),
    ),
    after("A fee of 9999 bps of 1.", decided("1", { ...NO_WINDOW, feeBps: 9999 }), [
      rounds(
        "fee-almost-1",
        "MONEY-7",
        "The fee is floor(0.9999) = 0.",
        "round to the nearest",
        "closing",
        closes({ buyer: "-1", seller: "1", fee: "0" }),
        settled(["1", "0", "0", "0"]),
      ),
    ]),
    // Legs of 3 and 3 with a fee of half: floor(1.5) = 1, then floor(3) - 1 = 2.
    after("Two legs of 3, a fee of half.", decided("6", { holdbackBps: 5000, feeBps: 5000 }), [
      rounds(
        "fee-over-two-legs",
        "MONEY-7",
        "The first leg of 3 bears 1, the second of 3 bears 2: together the fee of 6.",
        "give equal legs equal fees",
        "closing",
        closes({ buyer: "-6", seller: "3", fee: "3" }),
        settled(["2", "1", "0", "3"]),
        release({ toSeller: "1", fee: "2", toBuyer: "0" }),
      ),
      // A ruling of 2: the fee of 5 is floor(2.5) = 2, of which 1 is taken.
      rounds(
        "fee-after-ruling",
        "MONEY-7",
        "A ruling of 2 makes the legs 5 together: the fee is floor(2.5) - 1 = 1, and 1 goes back.",
        "take the fee of the decision after a ruling",
        "closing",
        closes({ buyer: "-5", seller: "3", fee: "2" }),
        settled(["2", "1", "0", "3"]),
        dispute(),
        rule({ toSeller: "2" }),
        release({ due: at(20), toSeller: "1", fee: "1", toBuyer: "1" }, { hours: 20 }),
      ),
      rounds(
        "ruling-of-nothing",
        "MONEY-9",
        "A ruling of 0: the second leg is 0, bears no fee and pays nobody but the buyer.",
        "release the holdback of the decision",
        "closed",
        closes({ buyer: "-3", seller: "2", fee: "1" }),
        settled(["2", "1", "0", "3"]),
        dispute(),
        rule({ toSeller: "0" }),
        release({ due: at(20), toSeller: "0", fee: "0", toBuyer: "3" }, { hours: 20 }),
        close({ due: at(20), totals: { funded: "6", toSeller: "2", fee: "1", toBuyer: "3" } }, { hours: 20 }),
      ),
    ]),
    // 10^30 - 1 with 3333 bps: floor(333299999999999999999999999999.6667) and no float in sight.
    after("A fee with thirty digits.", decided("9".repeat(30), { ...NO_WINDOW, feeBps: 3333 }), [
      rounds(
        "fee-of-thirty-digits",
        "MONEY-6",
        "(10^30 - 1) x 3333 / 10000 = 333299999999999999999999999999.6667: the last digit is lost in any float.",
        "compute in floating point",
        "closing",
        closes({
          buyer: `-${"9".repeat(30)}`,
          seller: `6667${"0".repeat(26)}`,
          fee: `3332${"9".repeat(26)}`,
        }),
        settled([`6667${"0".repeat(26)}`, `3332${"9".repeat(26)}`, "0", "0"]),
      ),
    ]),
  ],
};

const evaluated = (
  id: string,
  clause: string,
  why: string,
  kills: string,
  value: string,
  payout: object,
  gross: string,
): Case => ({
  id: `policy-rounding-${id}`,
  clause,
  why,
  kills,
  input: {
    policy: { requirements: [delivered, valid], payout },
    amount: value,
    facts: {
      at: at(3),
      items: [{ name: "result.csv", mediaType: "text/csv", digest: `sha256:${"1".repeat(64)}`, size: 1 }],
      results: { valid: { validityBps: 0, n: 0 } },
      approvals: {},
    },
  },
  facts: {
    requirements: [
      { id: "delivered", code: "POLICY_MET" },
      { id: "valid", code: "POLICY_CHECK_FAILED" },
    ],
    gross,
    outcome: gross === "0" ? "none" : "partial",
    pending: [],
  },
});
const weighted = (bps: number) => ({
  kind: "weighted",
  weights: [
    { requirement: "delivered", bps },
    { requirement: "valid", bps: 10_000 - bps },
  ],
});

const tiered = (id: string, why: string, kills: string, value: string, bps: number, gross: string): Case => {
  const one = evaluated(id, "POLICY-24", why, kills, value, {}, gross);
  return {
    ...one,
    input: {
      ...one.input,
      policy: {
        requirements: [{ ...valid, value: 0 }],
        payout: { kind: "tiers", check: "valid", pointer: "/n", tiers: [{ bps }] },
      },
    },
    facts: {
      requirements: [{ id: "valid", code: "POLICY_MET" }],
      gross,
      outcome: gross === "0" ? "none" : "partial",
      pending: [],
    },
  };
};

const policies: VectorFile = {
  path: "policy/rounding.json",
  op: "policy.evaluate",
  description: "Payouts where floor, half up, half even and upwards differ.",
  groups: [
    {
      cases: [
        evaluated(
          "weighted-half-of-1",
          "POLICY-23",
          "floor(0.5) = 0: nothing is awarded.",
          "round half up",
          "1",
          weighted(5000),
          "0",
        ),
        evaluated("weighted-half-of-3", "POLICY-23", "floor(1.5) = 1.", "round half to even", "3", weighted(5000), "1"),
        evaluated("weighted-half-of-5", "POLICY-23", "floor(2.5) = 2.", "round half up", "5", weighted(5000), "2"),
        evaluated(
          "weighted-almost-1",
          "POLICY-23",
          "floor(0.9999) = 0.",
          "round to the nearest",
          "1",
          weighted(9999),
          "0",
        ),
        evaluated(
          "weighted-hair-above",
          "POLICY-23",
          "floor(1.0001) = 1; upwards it would be 2.",
          "round upwards",
          "10001",
          weighted(1),
          "1",
        ),
        evaluated(
          "weighted-whole",
          "POLICY-23",
          "10000 x 1 / 10000 is 1 without a rest.",
          "subtract a rest",
          "10000",
          weighted(1),
          "1",
        ),
        tiered("tier-half-of-1", "floor(0.5) = 0.", "round half up", "1", 5000, "0"),
        tiered("tier-half-of-3", "floor(1.5) = 1.", "round half to even", "3", 5000, "1"),
        tiered("tier-almost-1", "floor(0.9999) = 0.", "round to the nearest", "1", 9999, "0"),
        tiered("tier-hair-above", "floor(1.0001) = 1.", "round upwards", "10001", 1, "1"),
      ],
    },
  ],
};

/** Rounding. */
export const rounding: readonly VectorFile[] = [money, policies];
