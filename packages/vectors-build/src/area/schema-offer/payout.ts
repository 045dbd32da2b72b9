import type { Violation } from "../../schema-case.ts";

const without = (value: object, name: string): object =>
  Object.fromEntries(Object.entries(value).filter(([member]) => member !== name));

const payout = "/body/policy/payout";
const weights = [
  { requirement: "delivered", bps: 5000 },
  { requirement: "valid", bps: 5000 },
];
const tiers = { kind: "tiers", check: "valid", pointer: "/n", tiers: [{ below: 5, bps: 1 }, { bps: 2 }] };
const perUnit = { kind: "per-unit", check: "valid", pointer: "/n", unitValue: "1", cap: "1" };
const weighted = (first: unknown) => ({ kind: "weighted", weights: [first, weights[1]] });
const tiered = (first: unknown) => ({ ...tiers, tiers: [first, { bps: 2 }] });

/** Payouts, member by member. */
export const payouts: readonly Violation[] = [
  ["payout-text", payout, "all-or-nothing", "A payout is an object.", "accept the name of a payout"],
  [
    "payout-without-kind",
    payout,
    {},
    "Without a kind it is malformed, not of an unknown kind.",
    "default to all or nothing",
  ],
  [
    "payout-kind-null",
    payout,
    { kind: null },
    "A kind is text; what is no text is left to the schema.",
    "report POLICY_PAYOUT_UNKNOWN",
  ],
  [
    "all-or-nothing-note",
    payout,
    { kind: "all-or-nothing", min: 1 },
    "What is not understood must not be agreed.",
    "ignore unknown members of payouts",
  ],

  ["weighted-without-weights", payout, { kind: "weighted" }, "Which weights?", "weigh all the same"],
  [
    "weighted-note",
    payout,
    { kind: "weighted", weights, min: 1 },
    "What is not understood must not be agreed.",
    "ignore unknown members of payouts",
  ],
  [
    "weights-object",
    payout,
    { kind: "weighted", weights: { delivered: 5000, valid: 5000 } },
    "Weights have an order.",
    "take the entries of an object",
  ],
  [
    "weights-empty",
    payout,
    { kind: "weighted", weights: [] },
    "An empty list is malformed before it is compared with the policy.",
    "report POLICY_WEIGHTS here",
  ],
  [
    "weights-61",
    payout,
    { kind: "weighted", weights: Array.from({ length: 61 }, () => weights[0]) },
    "61 weights are malformed before they are compared with the policy.",
    "report POLICY_WEIGHTS here",
  ],
  ["weight-number", payout, weighted(5000), "A weight names its requirement.", "accept weights by place"],
  [
    "weight-without-requirement",
    payout,
    weighted({ bps: 5000 }),
    "A weight names its requirement.",
    "accept weights by place",
  ],
  [
    "weight-without-bps",
    payout,
    weighted({ requirement: "delivered" }),
    "A weight has a share.",
    "count a missing share as 0",
  ],
  [
    "weight-note",
    payout,
    weighted({ ...weights[0], min: 1 }),
    "What is not understood must not be agreed.",
    "ignore unknown members of weights",
  ],
  [
    "weight-requirement-upper-case",
    payout,
    weighted({ requirement: "Delivered", bps: 5000 }),
    "Names have one case.",
    "compare names without case",
  ],
  [
    "weight-bps-text",
    payout,
    weighted({ requirement: "delivered", bps: "5000" }),
    "Shares are numbers.",
    "turn text into numbers",
  ],

  ["tiers-without-check", payout, without(tiers, "check"), "Whose number?", "take the first check"],
  ["tiers-without-pointer", payout, without(tiers, "pointer"), "Which number?", "take the check's own pointer"],
  ["tiers-without-tiers", payout, without(tiers, "tiers"), "Which tiers?", "pay everything"],
  [
    "tiers-note",
    payout,
    { ...tiers, min: 1 },
    "What is not understood must not be agreed.",
    "ignore unknown members of payouts",
  ],
  ["tiers-check-number", payout, { ...tiers, check: 1 }, "Ids are text.", "take the check of that place"],
  [
    "tiers-pointer-without-slash",
    payout,
    { ...tiers, pointer: "n" },
    "Also the payout's pointer has a form.",
    "check pointers of checks only",
  ],
  ["tiers-object", payout, { ...tiers, tiers: {} }, "Tiers have an order.", "take the entries of an object"],
  ["tiers-empty", payout, { ...tiers, tiers: [] }, "No number would match a tier.", "report POLICY_TIERS here"],
  ["tier-number", payout, tiered(5), "A tier is an object.", "skip what is no object"],
  ["tier-without-bps", payout, tiered({ below: 5 }), "A tier has a share.", "count a missing share as 0"],
  [
    "tier-note",
    payout,
    tiered({ below: 5, bps: 1, min: 1 }),
    "What is not understood must not be agreed.",
    "ignore unknown members of tiers",
  ],
  ["tier-below-text", payout, tiered({ below: "5", bps: 1 }), "A bound is a number.", "turn text into numbers"],
  [
    "tier-bps-10001",
    payout,
    tiered({ below: 5, bps: 10_001 }),
    "More than everything.",
    "leave shares of tiers to the settlement",
  ],

  ["per-unit-without-check", payout, without(perUnit, "check"), "Whose number?", "take the first check"],
  ["per-unit-without-pointer", payout, without(perUnit, "pointer"), "Which number?", "take the check's own pointer"],
  ["per-unit-without-value", payout, without(perUnit, "unitValue"), "How much a unit?", "default to 1"],
  ["per-unit-without-cap", payout, without(perUnit, "cap"), "Up to how much?", "take the amount as the cap"],
  [
    "per-unit-note",
    payout,
    { ...perUnit, min: 1 },
    "What is not understood must not be agreed.",
    "ignore unknown members of payouts",
  ],
  ["per-unit-check-empty", payout, { ...perUnit, check: "" }, "The empty text is no name.", "accept empty names"],
  [
    "per-unit-pointer-tilde",
    payout,
    { ...perUnit, pointer: "/n~" },
    "A tilde stands before 0 or 1.",
    "check pointers of checks only",
  ],
  [
    "per-unit-value-zero",
    payout,
    { ...perUnit, unitValue: "0" },
    "Units of no value pay nothing.",
    "accept 0 as a value",
  ],
  ["per-unit-cap-zero", payout, { ...perUnit, cap: "0" }, "A cap of nothing pays nothing.", "accept 0 as a cap"],
  ["per-unit-value-number", payout, { ...perUnit, unitValue: 1 }, "Money is text.", "accept numbers as money"],
];
