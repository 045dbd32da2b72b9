/**
 * A guess at what a policy pays (spec/money.md), so that random logs get past their decision. It judges nothing: where
 * it is wrong, a log ends early, and both adapters say so.
 */
import { parsePointer, resolvePointer } from "@settld/protocol";
import type { Json, JsonObject } from "../json.ts";

/** What is known when a decision is made. */
export type Known = {
  readonly at: string;
  readonly items: readonly JsonObject[];
  readonly results: ReadonlyMap<string, Json>;
  readonly approvals: ReadonlyMap<string, boolean>;
};

/** What a decision should say. */
export type Guess = { readonly requirements: Json[]; readonly gross: bigint; readonly outcome: string };

const MET = "POLICY_MET";

const compare = (found: Json, op: Json | undefined, agreed: Json): boolean => {
  switch (op) {
    case "eq":
      return found === agreed;
    case "ne":
      return found !== agreed;
    case "lt":
      return Number(found) < Number(agreed);
    case "le":
      return Number(found) <= Number(agreed);
    case "gt":
      return Number(found) > Number(agreed);
    default:
      return Number(found) >= Number(agreed);
  }
};

const valueAt = (result: Json | undefined, pointer: Json | undefined): Json | undefined =>
  resolvePointer(result as never, parsePointer(String(pointer))) as Json | undefined;

/** The check that a payout counts by, and where. */
const counted = (payout: JsonObject): readonly [Json | undefined, Json | undefined] => [
  payout["check"],
  payout["pointer"],
];

const checkCode = (requirement: JsonObject, payout: JsonObject, known: Known): string => {
  const { id, item, pointer, op, value = null } = requirement;
  if (!known.items.some(({ name }) => name === item)) return "POLICY_ITEM_MISSING";
  const result = known.results.get(String(id));
  if (result === undefined) return "POLICY_CHECK_UNATTESTED";
  const found = valueAt(result, pointer);
  if (found === undefined) return "POLICY_VALUE_MISSING";
  if (typeof found !== typeof value || found === null) return "POLICY_VALUE_TYPE";
  if (!compare(found, op, value)) return "POLICY_CHECK_FAILED";
  const [check, place] = counted(payout);
  if (check !== id) return MET;
  const units = valueAt(result, place);
  if (units === undefined) return "POLICY_VALUE_MISSING";
  if (typeof units !== "number") return "POLICY_VALUE_TYPE";
  return payout["kind"] === "per-unit" && units < 0 ? "POLICY_VALUE_RANGE" : MET;
};

const itemCode = ({ item, mediaType, digest }: JsonObject, known: Known): string => {
  const found = known.items.find(({ name }) => name === item);
  if (found === undefined) return "POLICY_ITEM_MISSING";
  if (found["mediaType"] !== mediaType) return "POLICY_ITEM_MEDIA_TYPE";
  return digest === undefined || found["digest"] === digest ? MET : "POLICY_ITEM_DIGEST";
};

const approvalCode = ({ id, onTimeout }: JsonObject, known: Known): string => {
  const approved = known.approvals.get(String(id));
  if (approved === undefined) return onTimeout === "pass" ? MET : "POLICY_APPROVAL_TIMEOUT";
  return approved ? MET : "POLICY_APPROVAL_DENIED";
};

const codeOf = (requirement: JsonObject, payout: JsonObject, known: Known): string => {
  switch (requirement["kind"]) {
    case "item":
      return itemCode(requirement, known);
    case "check":
      return checkCode(requirement, payout, known);
    case "deadline":
      return known.at < String(requirement["before"]) ? MET : "POLICY_DEADLINE_MISSED";
    default:
      return approvalCode(requirement, known);
  }
};

/** floor(value x bps / 10000), the one rounding of the protocol (MONEY-6). */
export const shareOf = (value: bigint, bps: Json | undefined): bigint => (value * BigInt(Number(bps))) / 10_000n;

const payoutOf = (policy: JsonObject, amount: bigint, codes: readonly string[], known: Known): bigint => {
  const payout = policy["payout"] as JsonObject;
  if (payout["kind"] === "weighted") {
    const met = (payout["weights"] as JsonObject[]).filter((_, index) => codes[index] === MET);
    return shareOf(
      amount,
      met.reduce((sum, { bps }) => sum + Number(bps), 0),
    );
  }
  if (codes.some((code) => code !== MET)) return 0n;
  if (payout["kind"] === "all-or-nothing") return amount;
  const [check, pointer] = counted(payout);
  const units = Number(valueAt(known.results.get(String(check)), pointer));
  if (payout["kind"] === "per-unit") {
    const paid = BigInt(units) * BigInt(String(payout["unitValue"]));
    const cap = BigInt(String(payout["cap"]));
    return paid < cap ? paid : cap;
  }
  const tier = (payout["tiers"] as JsonObject[]).find(({ below }) => below === undefined || units < Number(below));
  return shareOf(amount, tier?.["bps"] ?? 0);
};

/** What a decision over a submission should say; without one, everything failed. */
export const guessDecision = (policy: JsonObject, amount: bigint, known: Known | undefined): Guess => {
  const requirements = policy["requirements"] as JsonObject[];
  const payout = policy["payout"] as JsonObject;
  const codes = requirements.map((one) => (known === undefined ? "POLICY_NO_SUBMISSION" : codeOf(one, payout, known)));
  const gross = known === undefined ? 0n : payoutOf(policy, amount, codes, known);
  return {
    requirements: requirements.map(({ id = null }, index) => ({ id, code: codes[index] ?? null })),
    gross,
    outcome: gross === 0n ? "none" : gross === amount ? "full" : "partial",
  };
};

/** Requirements that a review would still wait for (POLICY-26). */
export const pendingOf = (policy: JsonObject, known: Known): JsonObject[] =>
  (policy["requirements"] as JsonObject[]).filter(({ id, kind, item }) =>
    kind === "check"
      ? known.items.some(({ name }) => name === item) && !known.results.has(String(id))
      : kind === "approval" && !known.approvals.has(String(id)),
  );
