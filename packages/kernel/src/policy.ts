import {
  type Code,
  type Digest,
  type Item,
  type JsonValue,
  type Payout,
  type Policy,
  parseInstant,
  parsePointer,
  type Requirement,
  resolvePointer,
  shareOf,
} from "@settld/protocol";

/** What a policy is evaluated over: one submission and what was said about it. */
export type PolicyFacts = {
  /** The submission's `at` in milliseconds since 1970. */
  readonly at: number;
  readonly items: readonly Item[];
  /** Results by requirement id. */
  readonly results: ReadonlyMap<string, JsonValue>;
  /** Approvals by requirement id. */
  readonly approvals: ReadonlyMap<string, boolean>;
};

/** How one requirement came out: `POLICY_MET` or the code that says why not. */
export type RequirementOutcome = { readonly id: string; readonly code: Code };

/** The outcome of a policy. Money is in minor units. */
export type PolicyOutcome = {
  readonly requirements: readonly RequirementOutcome[];
  readonly gross: bigint;
  readonly outcome: "full" | "partial" | "none";
};

/** Tells whether a requirement still waits for its checker or for the buyer (POLICY-26). */
export function isPending(requirement: Requirement, facts: PolicyFacts): boolean {
  switch (requirement.kind) {
    case "check":
      // Without the item there is nothing to attest, so the requirement has failed already.
      return itemOf(facts, requirement.item) !== undefined && !facts.results.has(requirement.id);
    case "approval":
      return !facts.approvals.has(requirement.id);
    default:
      return false;
  }
}

/**
 * Evaluates a policy; what is still pending counts as timed out. Pure, total, in integers only.
 *
 * @param policy - a policy that passed the checks of an offer.
 * @param amount - the agreed amount in minor units.
 * @param facts - the submission, or nothing when none came.
 */
export function evaluatePolicy(policy: Policy, amount: bigint, facts: PolicyFacts | undefined): PolicyOutcome {
  const requirements = policy.requirements.map((requirement) => ({
    id: requirement.id,
    code: facts === undefined ? ("POLICY_NO_SUBMISSION" as const) : codeOf(requirement, policy.payout, facts),
  }));
  const gross = facts === undefined ? 0n : grossOf(policy.payout, amount, requirements, facts);
  return { requirements, gross, outcome: outcomeOf(gross, amount) };
}

/** Names the outcome of a gross award: all of the amount, a part of it, or nothing (POLICY-11). */
export function outcomeOf(gross: bigint, amount: bigint): "full" | "partial" | "none" {
  if (gross === 0n) return "none";
  return gross === amount ? "full" : "partial";
}

function codeOf(requirement: Requirement, payout: Payout, facts: PolicyFacts): Code {
  switch (requirement.kind) {
    case "item": {
      const item = itemOf(facts, requirement.item);
      if (item === undefined) return "POLICY_ITEM_MISSING";
      if (item.mediaType !== requirement.mediaType) return "POLICY_ITEM_MEDIA_TYPE";
      if (requirement.digest !== undefined && item.digest !== requirement.digest) return "POLICY_ITEM_DIGEST";
      return "POLICY_MET";
    }
    case "deadline":
      return facts.at < parseInstant(requirement.before) ? "POLICY_MET" : "POLICY_DEADLINE_MISSED";
    case "approval": {
      const approved = facts.approvals.get(requirement.id);
      if (approved === undefined) return requirement.onTimeout === "pass" ? "POLICY_MET" : "POLICY_APPROVAL_TIMEOUT";
      return approved ? "POLICY_MET" : "POLICY_APPROVAL_DENIED";
    }
    case "check": {
      if (itemOf(facts, requirement.item) === undefined) return "POLICY_ITEM_MISSING";
      const result = facts.results.get(requirement.id);
      if (result === undefined) return "POLICY_CHECK_UNATTESTED";
      const found = resolvePointer(result, parsePointer(requirement.pointer));
      if (found === undefined) return "POLICY_VALUE_MISSING";
      if (typeof found !== typeof requirement.value) return "POLICY_VALUE_TYPE";
      if (!compare(found as Scalar, requirement.op, requirement.value)) return "POLICY_CHECK_FAILED";
      return quantityCode(requirement.id, payout, result);
    }
  }
}

type Scalar = string | number | boolean;

function compare(found: Scalar, op: "eq" | "ne" | "lt" | "le" | "gt" | "ge", value: Scalar): boolean {
  switch (op) {
    case "eq":
      return found === value;
    case "ne":
      return found !== value;
    case "lt":
      return found < value;
    case "le":
      return found <= value;
    case "gt":
      return found > value;
    case "ge":
      return found >= value;
  }
}

// The check that a payout counts by must also yield the number that is paid for (POLICY-17, POLICY-18).
function quantityCode(id: string, payout: Payout, result: JsonValue): Code {
  if ((payout.kind !== "tiers" && payout.kind !== "per-unit") || payout.check !== id) return "POLICY_MET";
  const found = resolvePointer(result, parsePointer(payout.pointer));
  if (found === undefined) return "POLICY_VALUE_MISSING";
  if (typeof found !== "number") return "POLICY_VALUE_TYPE";
  return payout.kind === "per-unit" && found < 0 ? "POLICY_VALUE_RANGE" : "POLICY_MET";
}

function grossOf(
  payout: Payout,
  amount: bigint,
  requirements: readonly RequirementOutcome[],
  facts: PolicyFacts,
): bigint {
  if (payout.kind === "weighted") {
    let met = 0;
    for (const [index, { bps }] of payout.weights.entries()) {
      if (requirements[index]?.code === "POLICY_MET") met += bps;
    }
    // Rounded once over the sum, not once a requirement (POLICY-23).
    return shareOf(amount, met);
  }
  if (requirements.some(({ code }) => code !== "POLICY_MET")) return 0n;
  if (payout.kind === "all-or-nothing") return amount;
  const quantity = resolvePointer(facts.results.get(payout.check) ?? null, parsePointer(payout.pointer)) as number;
  if (payout.kind === "per-unit") {
    const value = BigInt(quantity) * BigInt(payout.unitValue);
    const cap = BigInt(payout.cap);
    return value < cap ? value : cap;
  }
  const tier = payout.tiers.find(({ below }) => below === undefined || quantity < below);
  return shareOf(amount, tier?.bps ?? 0);
}

function itemOf(facts: PolicyFacts, name: string): Item | undefined {
  return facts.items.find((item) => item.name === name);
}

/** Digest of the item that a check is about, when the submission has it (EVENT-14). */
export function subjectOf(items: readonly Item[], name: string): Digest | undefined {
  return items.find((item) => item.name === name)?.digest as Digest | undefined;
}
