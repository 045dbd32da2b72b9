import type { Case, VectorFile } from "../format.ts";
import { itemOf } from "../log-builder.ts";
import { approved, delivered, FILE, valid } from "../story.ts";
import { at } from "../time.ts";

type Row = {
  readonly id: string;
  readonly clause: string;
  readonly why: string;
  readonly requirements?: readonly object[];
  readonly payout?: object;
  readonly amount?: string;
  /** What was submitted and said; nothing at all for `null`. */
  readonly items?: readonly object[] | null;
  readonly at?: string;
  readonly results?: object;
  readonly approvals?: object;
  /** Codes of the requirements, in order. */
  readonly codes: readonly string[];
  readonly gross: string;
  readonly outcome: string;
  readonly pending?: readonly string[];
  readonly fault?: string;
  readonly twin?: string;
  readonly kills?: string;
};

const ALL = { kind: "all-or-nothing" };
const MET = "POLICY_MET";

const evaluate = (row: Row): Case => {
  const requirements = row.requirements ?? [delivered, valid];
  const ids = requirements.map((one) => (one as { readonly id: string }).id);
  return {
    id: `policy-${row.id}`,
    clause: row.clause,
    why: row.why,
    ...(row.fault === undefined ? {} : { fault: row.fault }),
    ...(row.twin === undefined ? {} : { twin: `policy-${row.twin}` }),
    ...(row.kills === undefined ? {} : { kills: row.kills }),
    input: {
      policy: { requirements, payout: row.payout ?? ALL },
      amount: row.amount ?? "48000",
      facts:
        row.items === null
          ? null
          : {
              at: row.at ?? at(3),
              items: row.items ?? [FILE.item],
              results: row.results ?? { valid: { validityBps: 10000 } },
              approvals: row.approvals ?? {},
            },
    },
    facts: {
      requirements: row.codes.map((code, index) => ({ id: ids[index], code })),
      gross: row.gross,
      outcome: row.outcome,
      pending: row.pending ?? [],
    },
  };
};

const full = { gross: "48000", outcome: "full" };
const none = { gross: "0", outcome: "none" };

const check = (change: object): object => ({ ...valid, ...change });
const one = (change: object, result: unknown): Pick<Row, "requirements" | "results"> => ({
  requirements: [check(change)],
  results: { valid: result },
});
const fails = (code: string) => ({ codes: [code], ...none });
const met = { codes: [MET], ...full };

const html = itemOf("result.csv", "a,b\n1,2\n", "text/html").item;
const agreedDigest = { ...delivered, digest: FILE.evidence.digest };
const soft = { id: "early", kind: "deadline", before: at(4) };
const passing = { ...approved, onTimeout: "pass" };

const requirements: readonly Row[] = [
  { id: "all-met", clause: "POLICY-13", why: "Everything is as agreed.", codes: [MET, MET], ...full },
  { id: "no-submission", clause: "POLICY-14", why: "Nothing came, so nothing is met and nothing is paid.", items: null, codes: ["POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION"], ...none, fault: "no-submission", twin: "all-met", kills: "report the first failure of each kind" },

  { id: "item-missing", clause: "POLICY-15", why: "The submission has another file.", requirements: [delivered], items: [itemOf("other.csv", "x").item], results: {}, ...fails("POLICY_ITEM_MISSING"), fault: "item-missing", twin: "item-digest-met", kills: "take the first item" },
  { id: "item-media-type", clause: "POLICY-15", why: "The file has the right name and another type.", requirements: [delivered], items: [html], results: {}, ...fails("POLICY_ITEM_MEDIA_TYPE"), fault: "item-media-type", twin: "item-digest-met", kills: "ignore media types" },
  { id: "item-digest-met", clause: "POLICY-15", why: "The file is exactly the one that was agreed beforehand.", requirements: [agreedDigest], results: {}, ...met },
  { id: "item-digest", clause: "POLICY-15", why: "The file is another one than agreed beforehand.", requirements: [agreedDigest], items: [itemOf("result.csv", "c,d\n").item], results: {}, ...fails("POLICY_ITEM_DIGEST"), fault: "item-digest", twin: "item-digest-met", kills: "ignore the agreed digest" },
  { id: "item-media-type-before-digest", clause: "POLICY-15", why: "Type and digest are both wrong; the type comes first.", requirements: [agreedDigest], items: [itemOf("result.csv", "c,d\n", "text/html").item], results: {}, ...fails("POLICY_ITEM_MEDIA_TYPE"), fault: "item-media-type-and-digest", twin: "item-digest-met", kills: "compare the digest first" },

  { id: "check-item-missing", clause: "POLICY-16", why: "Nobody can attest what is not there, so the check fails at once and is not pending.", requirements: [valid], items: [itemOf("other.csv", "x").item], results: {}, ...fails("POLICY_ITEM_MISSING"), fault: "check-item-missing", twin: "check-ge-equal", kills: "keep a check without its item pending" },
  { id: "check-unattested", clause: "POLICY-16", why: "The checker did not answer; until reviewBy the check is pending.", requirements: [valid], results: {}, ...fails("POLICY_CHECK_UNATTESTED"), pending: ["valid"], fault: "unattested", twin: "check-ge-equal", kills: "count silence of a checker as met" },
  { id: "check-value-missing", clause: "POLICY-17", why: "The result has no such member.", ...one({}, { rows: 1 }), ...fails("POLICY_VALUE_MISSING"), fault: "value-missing", twin: "check-ge-equal", kills: "read a missing value as 0" },
  { id: "check-inherited-value", clause: "POLICY-17", why: "toString is in every object of JavaScript and in no result.", ...one({ pointer: "/toString", op: "ne", value: "x" }, {}), ...fails("POLICY_VALUE_MISSING"), fault: "inherited-value", twin: "check-string-ne", kills: "resolve by property access" },
  { id: "check-value-null", clause: "POLICY-17", why: "null is there and of another type.", ...one({}, { validityBps: null }), ...fails("POLICY_VALUE_TYPE"), fault: "value-null", twin: "check-ge-equal", kills: "treat null as missing" },
  { id: "check-value-text", clause: "POLICY-17", why: "A number in quotes is text.", ...one({}, { validityBps: "9999" }), ...fails("POLICY_VALUE_TYPE"), fault: "value-text", twin: "check-ge-equal", kills: "convert text to numbers" },
  { id: "check-value-true", clause: "POLICY-17", why: "true is 1 in C and nowhere here.", ...one({ op: "ge", value: 1 }, { validityBps: true }), ...fails("POLICY_VALUE_TYPE"), fault: "value-true", twin: "check-ge-equal", kills: "convert booleans to numbers" },
  { id: "check-value-object", clause: "POLICY-17", why: "An object compares with nothing.", ...one({ op: "ne", value: "x" }, { validityBps: {} }), ...fails("POLICY_VALUE_TYPE"), fault: "value-object", twin: "check-string-ne", kills: "treat ne as true for every other type" },
  { id: "check-whole-result", clause: "POLICY-17", why: "The empty pointer names the whole result, which is an object.", ...one({ pointer: "" }, { validityBps: 10000 }), ...fails("POLICY_VALUE_TYPE"), fault: "whole-result", twin: "check-ge-equal", kills: "treat the empty pointer as missing" },
  { id: "check-array-entry", clause: "POLICY-17", why: "A pointer may lead through a list.", ...one({ pointer: "/runs/1/bps" }, { runs: [{ bps: 0 }, { bps: 9990 }] }), ...met },

  { id: "check-ge-equal", clause: "POLICY-19", why: "ge holds at equality.", ...one({}, { validityBps: 9990 }), ...met, kills: "compare with gt" },
  { id: "check-ge-below", clause: "POLICY-19", why: "One below the limit.", ...one({}, { validityBps: 9989 }), ...fails("POLICY_CHECK_FAILED"), fault: "ge-below", twin: "check-ge-equal", kills: "always met when attested" },
  { id: "check-gt-equal", clause: "POLICY-19", why: "gt does not hold at equality.", ...one({ op: "gt" }, { validityBps: 9990 }), ...fails("POLICY_CHECK_FAILED"), fault: "gt-equal", twin: "check-gt-above", kills: "compare with ge" },
  { id: "check-gt-above", clause: "POLICY-19", why: "The result stands on the left: 9991 gt 9990.", ...one({ op: "gt" }, { validityBps: 9991 }), ...met, kills: "swap the sides" },
  { id: "check-le-equal", clause: "POLICY-19", why: "le holds at equality.", ...one({ op: "le" }, { validityBps: 9990 }), ...met, kills: "compare with lt" },
  { id: "check-le-above", clause: "POLICY-19", why: "One above the limit.", ...one({ op: "le" }, { validityBps: 9991 }), ...fails("POLICY_CHECK_FAILED"), fault: "le-above", twin: "check-le-equal", kills: "swap the sides" },
  { id: "check-lt-equal", clause: "POLICY-19", why: "lt does not hold at equality.", ...one({ op: "lt" }, { validityBps: 9990 }), ...fails("POLICY_CHECK_FAILED"), fault: "lt-equal", twin: "check-lt-below", kills: "compare with le" },
  { id: "check-lt-below", clause: "POLICY-19", why: "Negative numbers are below.", ...one({ op: "lt" }, { validityBps: -1 }), ...met, kills: "compare as text" },
  { id: "check-eq-number", clause: "POLICY-19", why: "eq compares numbers.", ...one({ op: "eq", value: 0 }, { validityBps: 0 }), ...met, kills: "treat 0 as missing" },
  { id: "check-eq-false", clause: "POLICY-19", why: "false is a value, and eq compares it.", ...one({ op: "eq", value: false }, { validityBps: false }), ...met, kills: "treat false as missing" },
  { id: "check-eq-false-true", clause: "POLICY-19", why: "false is not true.", ...one({ op: "eq", value: false }, { validityBps: true }), ...fails("POLICY_CHECK_FAILED"), fault: "eq-boolean", twin: "check-eq-false", kills: "ignore the value of booleans" },
  { id: "check-string-eq", clause: "POLICY-19", why: "Texts of the same characters are equal.", ...one({ op: "eq", value: "\u00e9" }, { validityBps: "\u00e9" }), ...met },
  { id: "check-string-normalization", clause: "POLICY-19", why: "Composed and decomposed letters look alike and are different texts.", ...one({ op: "eq", value: "\u00e9" }, { validityBps: "e\u0301" }), ...fails("POLICY_CHECK_FAILED"), fault: "eq-normalization", twin: "check-string-eq", kills: "normalize before comparing" },
  { id: "check-string-ne", clause: "POLICY-19", why: "ne holds for different texts.", ...one({ op: "ne", value: "x" }, { validityBps: "y" }), ...met },
  { id: "check-string-ne-equal", clause: "POLICY-19", why: "ne does not hold for equal texts.", ...one({ op: "ne", value: "x" }, { validityBps: "x" }), ...fails("POLICY_CHECK_FAILED"), fault: "ne-equal", twin: "check-string-ne", kills: "treat ne as eq" },

  { id: "deadline-met", clause: "POLICY-20", why: "One millisecond before.", requirements: [soft], at: at(4, -1), results: {}, ...met },
  { id: "deadline-missed", clause: "POLICY-20", why: "At the agreed time it is too late.", requirements: [soft], at: at(4), results: {}, ...fails("POLICY_DEADLINE_MISSED"), fault: "deadline-at", twin: "deadline-met", kills: "compare at <= before" },

  { id: "approval-given", clause: "POLICY-21", why: "The buyer says yes.", requirements: [approved], results: {}, approvals: { approved: true }, ...met },
  { id: "approval-denied", clause: "POLICY-21", why: "The buyer says no.", requirements: [approved], results: {}, approvals: { approved: false }, ...fails("POLICY_APPROVAL_DENIED"), fault: "denied", twin: "approval-given", kills: "count any answer as yes" },
  { id: "approval-denied-passing", clause: "POLICY-21", why: "A no is a no also where silence would be a yes.", requirements: [passing], results: {}, approvals: { approved: false }, ...fails("POLICY_APPROVAL_DENIED"), fault: "denied-where-silence-passes", twin: "approval-silence-passes", kills: "look at onTimeout first" },
  { id: "approval-timeout", clause: "POLICY-21", why: "Silence means no here.", requirements: [approved], results: {}, ...fails("POLICY_APPROVAL_TIMEOUT"), pending: ["approved"], fault: "silence", twin: "approval-given", kills: "count silence as yes" },
  { id: "approval-silence-passes", clause: "POLICY-21", why: "Silence means yes here, and is pending all the same until reviewBy.", requirements: [passing], results: {}, ...met, pending: ["approved"], kills: "count silence as no" },
];

const three = [delivered, valid, soft];
const weights = (...bps: readonly number[]) => ({ kind: "weighted", weights: three.map((requirement, index) => ({ requirement: requirement["id" as keyof typeof requirement], bps: bps[index] })) });
const tiers = (...list: readonly object[]) => ({ kind: "tiers", check: "valid", pointer: "/downtime", tiers: list });
const SLA = tiers({ below: 60, bps: 10000 }, { below: 600, bps: 7500 }, { bps: 0 });
const measured = (downtime: unknown) => ({ requirements: [valid], results: { valid: { validityBps: 10000, downtime } } });
const perUnit = (unitValue: string, cap: string) => ({ kind: "per-unit", check: "valid", pointer: "/units", unitValue, cap });
const used = (units: unknown) => ({ requirements: [valid], results: { valid: { validityBps: 10000, units } } });

const payouts: readonly Row[] = [
  { id: "all-or-nothing-one-fails", clause: "POLICY-22", why: "One failed requirement is enough.", results: { valid: { validityBps: 0 } }, codes: [MET, "POLICY_CHECK_FAILED"], ...none, fault: "one-fails", twin: "all-met", kills: "pay when any requirement is met" },

  { id: "weighted-all", clause: "POLICY-23", why: "All weights together are everything.", requirements: three, payout: weights(3333, 3333, 3334), amount: "100", codes: [MET, MET, MET], gross: "100", outcome: "full" },
  { id: "weighted-rounded-once", clause: "POLICY-23", why: "floor(101 x 6666 / 10000) = 67, while rounding each share gives 33 + 33 = 66.", requirements: three, payout: weights(3333, 3333, 3334), amount: "101", at: at(5), codes: [MET, MET, "POLICY_DEADLINE_MISSED"], gross: "67", outcome: "partial", kills: "round every share" },
  { id: "weighted-floor", clause: "POLICY-23", why: "floor(100 x 3333 / 10000) = 33; what is over stays with the buyer.", requirements: three, payout: weights(3333, 3333, 3334), amount: "100", at: at(5), results: { valid: { validityBps: 0 } }, codes: [MET, "POLICY_CHECK_FAILED", "POLICY_DEADLINE_MISSED"], gross: "33", outcome: "partial", kills: "round half up" },
  { id: "weighted-rounds-to-none", clause: "POLICY-11", why: "A share of less than one minor unit is nothing, and the outcome follows the money.", requirements: three, payout: weights(3333, 3333, 3334), amount: "1", at: at(5), codes: [MET, MET, "POLICY_DEADLINE_MISSED"], gross: "0", outcome: "none", kills: "derive the outcome from requirements" },
  { id: "weighted-zero-weight", clause: "POLICY-23", why: "A requirement of weight 0 can fail without effect.", requirements: three, payout: weights(5000, 5000, 0), at: at(5), codes: [MET, MET, "POLICY_DEADLINE_MISSED"], ...full, kills: "demand every requirement" },
  { id: "weighted-large", clause: "POLICY-23", why: "Amounts are larger than any float or 64-bit integer.", requirements: three, payout: weights(1, 4999, 5000), amount: "1000000000000000000000000000000", results: { valid: { validityBps: 0 } }, at: at(5), codes: [MET, "POLICY_CHECK_FAILED", "POLICY_DEADLINE_MISSED"], gross: "100000000000000000000000000", outcome: "partial", kills: "compute in floating point" },

  { id: "tier-first", clause: "POLICY-24", why: "Below the first bound.", payout: SLA, ...measured(59), ...met },
  { id: "tier-at-bound", clause: "POLICY-24", why: "A bound is exclusive: 60 is in the second tier.", payout: SLA, ...measured(60), codes: [MET], gross: "36000", outcome: "partial", kills: "compare with <=" },
  { id: "tier-last", clause: "POLICY-24", why: "The open tier takes the rest.", payout: SLA, ...measured(600), codes: [MET], gross: "0", outcome: "none", kills: "fall through to the first tier" },
  { id: "tier-negative", clause: "POLICY-24", why: "Tiers may be read with a negative number.", payout: SLA, ...measured(-1), ...met, kills: "demand a natural number" },
  { id: "tier-floor", clause: "POLICY-24", why: "floor(101 x 7500 / 10000) = 75.", payout: SLA, amount: "101", ...measured(60), codes: [MET], gross: "75", outcome: "partial", kills: "round half up" },
  { id: "tier-gated", clause: "POLICY-24", why: "A failed requirement pays nothing whatever the tier says.", payout: SLA, requirements: [valid], results: { valid: { validityBps: 0, downtime: 0 } }, ...fails("POLICY_CHECK_FAILED"), fault: "gate-fails", twin: "tier-first", kills: "pay the tier without the requirements" },
  { id: "tier-value-missing", clause: "POLICY-18", why: "The number that chooses the tier is part of the check.", payout: SLA, requirements: [valid], results: { valid: { validityBps: 10000 } }, ...fails("POLICY_VALUE_MISSING"), fault: "tier-value-missing", twin: "tier-first", kills: "read a missing number as 0" },
  { id: "tier-value-text", clause: "POLICY-18", why: "Text chooses no tier.", payout: SLA, ...measured("5"), ...fails("POLICY_VALUE_TYPE"), fault: "tier-value-text", twin: "tier-first", kills: "convert text to numbers" },
  { id: "tier-value-after-comparison", clause: "POLICY-18", why: "The comparison comes first, then the number for the payout.", payout: SLA, requirements: [valid], results: { valid: { validityBps: 0 } }, ...fails("POLICY_CHECK_FAILED"), fault: "comparison-and-number", twin: "tier-first", kills: "read the payout's number first" },

  { id: "per-unit", clause: "POLICY-25", why: "7 units of 5000.", payout: perUnit("5000", "48000"), ...used(7), codes: [MET], gross: "35000", outcome: "partial" },
  { id: "per-unit-cap", clause: "POLICY-25", why: "10 units of 5000 would be 50000; the cap ends it.", payout: perUnit("5000", "40000"), ...used(10), codes: [MET], gross: "40000", outcome: "partial", kills: "ignore the cap" },
  { id: "per-unit-zero", clause: "POLICY-25", why: "Nothing was used and the requirement is met.", payout: perUnit("5000", "48000"), ...used(0), codes: [MET], gross: "0", outcome: "none", kills: "treat 0 units as missing" },
  { id: "per-unit-huge", clause: "POLICY-25", why: "Quantity times value passes 2^63 and 2^64 on its way to the cap.", payout: perUnit("1000000000000000000000000000000", "48000"), ...used(9007199254740991), ...met, kills: "multiply in 64 bits" },
  { id: "per-unit-negative", clause: "POLICY-18", why: "A negative quantity would pay the wrong way.", payout: perUnit("5000", "48000"), ...used(-1), ...fails("POLICY_VALUE_RANGE"), fault: "negative-quantity", twin: "per-unit-zero", kills: "clamp to 0" },
  { id: "per-unit-value-type", clause: "POLICY-18", why: "A list is no quantity.", payout: perUnit("5000", "48000"), ...used([1]), ...fails("POLICY_VALUE_TYPE"), fault: "quantity-list", twin: "per-unit", kills: "count the entries of a list" },
];

/** Policies over what was submitted and said. */
export const policy: readonly VectorFile[] = [
  { path: "policy/requirements.json", op: "policy.evaluate", description: "How each kind of requirement comes out.", groups: [{ cases: requirements.map(evaluate) }] },
  { path: "policy/payouts.json", op: "policy.evaluate", description: "How met requirements become money.", groups: [{ cases: payouts.map(evaluate) }] },
];
