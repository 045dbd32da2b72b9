import type { AgreementOffered } from "@settld/protocol";
import { mismatch, type Rejection } from "./rejection.ts";

type Terms = AgreementOffered["body"];

/**
 * Checks what the schema cannot say about an offer: parties apart, deadlines in order, dispute terms that fit
 * together, unique names, and a policy that can be evaluated (EVENT-5 to EVENT-9, POLICY-4 to POLICY-8).
 */
export function checkOffer(offer: AgreementOffered): Rejection | undefined {
  const terms = offer.body;
  return (
    checkActor(offer) ??
    checkParties(terms) ??
    checkDeadlines(terms) ??
    checkDisputeTerms(terms) ??
    checkRequirements(terms) ??
    checkPayout(terms)
  );
}

function checkActor({ by, body: { parties } }: AgreementOffered): Rejection | undefined {
  if (by === parties.buyer.id || by === parties.seller.id) return undefined;
  return mismatch("EVENT_ACTOR", "/by", [parties.buyer.id, parties.seller.id], by);
}

function checkParties({ parties }: Terms): Rejection | undefined {
  const seen = new Map<string, string>();
  for (const role of ["buyer", "seller", "settler", "arbiter"] as const) {
    const id = parties[role]?.id;
    if (id === undefined) continue;
    const other = seen.get(id);
    if (other !== undefined) return overlap(`/body/parties/${role}/id`, other, role);
    seen.set(id, role);
  }
  for (const [name, { id }] of Object.entries(parties.checkers)) {
    // Names match [a-z0-9][a-z0-9._-]* by schema, so they need no escaping in a pointer.
    if (id === parties.seller.id) {
      return overlap(`/body/parties/checkers/${name}/id`, "seller", `checker ${name}`);
    }
  }
  return undefined;
}

function overlap(pointer: string, first: string, second: string): Rejection {
  return { code: "EVENT_PARTIES_OVERLAP", pointer, message: `${pointer}: ${second} is the same party as ${first}` };
}

function checkDeadlines({ acceptBy, fundBy, submitBy }: Terms): Rejection | undefined {
  // Instants of one fixed width order like the times that they stand for.
  if (fundBy < acceptBy) return mismatch("EVENT_DEADLINE_ORDER", "/body/fundBy", `${acceptBy} or later`, fundBy);
  if (submitBy < fundBy) return mismatch("EVENT_DEADLINE_ORDER", "/body/submitBy", `${fundBy} or later`, submitBy);
  return undefined;
}

function checkDisputeTerms({ disputeMs, rulingMs, holdbackBps, parties }: Terms): Rejection | undefined {
  const fail = (pointer: string, expected: string, found: unknown) =>
    mismatch("EVENT_DISPUTE_TERMS", pointer, expected, found);
  if (disputeMs === 0) {
    if (holdbackBps !== 0) return fail("/body/holdbackBps", "0 without a dispute window", holdbackBps);
    if (rulingMs !== 0) return fail("/body/rulingMs", "0 without a dispute window", rulingMs);
    if (parties.arbiter !== undefined) return fail("/body/parties/arbiter", "none without a dispute window", "one");
    return undefined;
  }
  if (parties.arbiter === undefined)
    return fail("/body/parties/arbiter", "an arbiter for the dispute window", undefined);
  if (rulingMs === 0) return fail("/body/rulingMs", "at least 1 with a dispute window", rulingMs);
  return undefined;
}

function checkRequirements({ policy, parties }: Terms): Rejection | undefined {
  const ids = new Set<string>();
  for (const [index, requirement] of policy.requirements.entries()) {
    const pointer = `/body/policy/requirements/${index}`;
    if (ids.has(requirement.id)) {
      return mismatch("EVENT_NAME_DUPLICATE", `${pointer}/id`, "a name of its own", requirement.id);
    }
    ids.add(requirement.id);
    if (requirement.kind !== "check") continue;
    if (!Object.hasOwn(parties.checkers, requirement.checker)) {
      return mismatch(
        "POLICY_CHECKER_UNKNOWN",
        `${pointer}/checker`,
        Object.keys(parties.checkers),
        requirement.checker,
      );
    }
    if (typeof requirement.value !== "number" && requirement.op !== "eq" && requirement.op !== "ne") {
      return mismatch("POLICY_OPERATOR", `${pointer}/op`, ["eq", "ne"], requirement.op);
    }
  }
  return undefined;
}

function checkPayout({ policy: { requirements, payout }, amount }: Terms): Rejection | undefined {
  if (payout.kind === "all-or-nothing") return undefined;
  const at = "/body/policy/payout";
  if (payout.kind === "weighted") {
    const expected = requirements.map(({ id }) => id);
    const found = payout.weights.map(({ requirement }) => requirement);
    if (found.length !== expected.length || found.some((id, index) => id !== expected[index])) {
      return mismatch("POLICY_WEIGHTS", `${at}/weights`, expected, found);
    }
    const sum = payout.weights.reduce((total, { bps }) => total + bps, 0);
    return sum === 10_000 ? undefined : mismatch("POLICY_WEIGHTS", `${at}/weights`, "a sum of 10000", sum);
  }
  if (!requirements.some(({ id, kind }) => id === payout.check && kind === "check")) {
    return mismatch("POLICY_CHECK_UNKNOWN", `${at}/check`, "a requirement of kind check", payout.check);
  }
  if (payout.kind === "per-unit") {
    if (BigInt(payout.cap) <= BigInt(amount.value)) return undefined;
    return mismatch("MONEY_CAP", `${at}/cap`, `at most ${amount.value}`, payout.cap);
  }
  const last = payout.tiers.length - 1;
  let bound: number | undefined;
  for (const [index, { below }] of payout.tiers.entries()) {
    const pointer = `${at}/tiers/${index}/below`;
    if (index === last) {
      return below === undefined ? undefined : mismatch("POLICY_TIERS", pointer, "no bound in the last tier", below);
    }
    if (below === undefined || (bound !== undefined && below <= bound)) {
      return mismatch("POLICY_TIERS", pointer, bound === undefined ? "a bound" : `a bound above ${bound}`, below);
    }
    bound = below;
  }
  return undefined;
}
