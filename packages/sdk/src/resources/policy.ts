import type { Digest, Instant } from "@settld/protocol";

/** Met when the submission has a file of this name and media type. */
export type ItemRequirement = {
  /** Your name for the requirement, unique in the policy: lower-case letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** `item`: a file has to be there. */
  readonly kind: "item";
  /** Name of the file in the submission, such as `"visits.csv"`. */
  readonly item: string;
  /** Media type of the file, such as `"text/csv"`; another one does not count. */
  readonly mediaType: string;
  /** When given, the file must have exactly these bytes. */
  readonly digest?: Digest;
};

/** Met when what the checker found in a file compares as agreed. */
export type CheckRequirement = {
  /** Your name for the requirement, unique in the policy: lower-case letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** `check`: a checker measures a file and attests the result. */
  readonly kind: "check";
  /** Who measures: a name of `checkers` in the offer. */
  readonly checker: string;
  /** Name of the file that is measured. */
  readonly item: string;
  /** Where in the checker's `result` the value is, as a JSON Pointer: `/validBps` for `{ validBps: 9953 }`. */
  readonly pointer: string;
  /** How the found value, on the left, has to compare with `value`. Text and booleans have only `eq` and `ne`. */
  readonly op: "eq" | "ne" | "lt" | "le" | "gt" | "ge";
  /** What to compare with: an integer, a text or a boolean. A found value of another type fails. */
  readonly value: number | string | boolean;
};

/** Met when the work is handed in early enough. */
export type DeadlineRequirement = {
  /** Your name for the requirement, unique in the policy: lower-case letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** `deadline`: the work has to come before an instant. */
  readonly kind: "deadline";
  /** The first instant that is too late, such as `"2026-12-01T00:00:00.000Z"`. */
  readonly before: Instant;
};

/** Met when the buyer approves. */
export type ApprovalRequirement = {
  /** Your name for the requirement, unique in the policy: lower-case letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** `approval`: the buyer looks at the work. */
  readonly kind: "approval";
  /** What counts when the buyer has said nothing by the end of the review: `pass` is a yes, `fail` a no. */
  readonly onTimeout: "pass" | "fail";
};

/** What a submission has to meet. */
export type Requirement = ItemRequirement | CheckRequirement | DeadlineRequirement | ApprovalRequirement;

/** The whole amount when every requirement is met, else nothing. */
export type AllOrNothing = {
  /** `all-or-nothing`: the whole amount or none of it. */
  readonly kind: "all-or-nothing";
};

/** A share of the amount for each requirement that is met. */
export type Weighted = {
  /** `weighted`: requirements count one by one. */
  readonly kind: "weighted";
  /** One entry for each requirement, in the order of the policy; their `bps` add up to 10000. */
  readonly weights: readonly {
    /** The `id` of the requirement. */
    readonly requirement: string;
    /** Its share of the amount in basis points: 2500 is a quarter. */
    readonly bps: number;
  }[];
};

/** A share of the amount by how large a number in a checker's result is. */
export type Tiers = {
  /** `tiers`: one number chooses the share; all requirements have to be met. */
  readonly kind: "tiers";
  /** The `id` of the check whose result has the number. */
  readonly check: string;
  /** Where in that result the number is, as a JSON Pointer. */
  readonly pointer: string;
  /** From small to large; the first whose `below` is greater than the number counts. */
  readonly tiers: readonly {
    /** The tier is for numbers below this one. The last tier has none. */
    readonly below?: number;
    /** The share of the amount in basis points. */
    readonly bps: number;
  }[];
};

/** A price for each unit that a checker counted, up to a cap. */
export type PerUnit = {
  /** `per-unit`: a number is multiplied with a price; all requirements have to be met. */
  readonly kind: "per-unit";
  /** The `id` of the check whose result has the number. */
  readonly check: string;
  /** Where in that result the number is, as a JSON Pointer. */
  readonly pointer: string;
  /** Price of a unit in minor units of the amount's currency: `"25"` is 0.25 USD. */
  readonly unitValue: string;
  /** Most that is paid, in minor units; at most the amount. */
  readonly cap: string;
};

/** How requirements that are met become money. */
export type Payout = AllOrNothing | Weighted | Tiers | PerUnit;

/** What a submission has to meet, and what it earns. */
export type OfferPolicy = {
  /** What a submission has to meet, one to 60 requirements. */
  readonly requirements: readonly Requirement[];
  /** How that becomes money. Default: the whole amount when every requirement is met, else nothing. */
  readonly payout?: Payout;
};
