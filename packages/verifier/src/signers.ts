import type { AgreementState, Rejection } from "@settld/kernel";
import type { Code, EventPayload } from "@settld/protocol";
import type { Role, TrustedKey } from "./trust.ts";

/** A signature's place: whose it must be, in which role, and which keys the offer pins for that party. */
export type SignerRule = {
  readonly party: string;
  readonly role: Role;
  readonly pinned: readonly string[] | undefined;
};

/** Who must sign an event, in the order of the signatures: the actor, then the settler's admission (DSSE-4). */
export function signersOf(state: AgreementState, payload: EventPayload): readonly SignerRule[] {
  const { parties, policy } = state.offer.body;
  const rule = (role: Role, party: { readonly id: string; readonly keys?: readonly string[] }): SignerRule => ({
    party: party.id,
    role,
    pinned: party.keys,
  });
  const settler = settlerRule(state);
  switch (payload.type) {
    case "escrow.funded":
    case "decision.made":
    case "settlement.executed":
    case "holdback.released":
    case "agreement.closed":
      return [settler];
    case "evidence.attested": {
      const requirement = policy.requirements.find(({ id }) => id === payload.body.requirement);
      const checker = requirement?.kind === "check" ? parties.checkers[requirement.checker] : undefined;
      if (checker === undefined) throw new Error("attestation without a checker");
      return [rule("checker", checker), settler];
    }
    case "dispute.resolved":
      if (parties.arbiter === undefined) throw new Error("ruling without an arbiter");
      return [rule("arbiter", parties.arbiter), settler];
    default:
      return [payload.by === parties.buyer.id ? rule("buyer", parties.buyer) : rule("seller", parties.seller), settler];
  }
}

/** The rule for the settler's own signatures: events, admissions and the receipt. */
export function settlerRule(state: AgreementState): SignerRule {
  const { settler } = state.offer.body.parties;
  return { party: settler.id, role: "settler", pinned: settler.keys };
}

/** Number of signatures that an event of a type carries (DSSE-4). */
export function signatureCount(type: EventPayload["type"]): 1 | 2 {
  switch (type) {
    case "escrow.funded":
    case "decision.made":
    case "settlement.executed":
    case "holdback.released":
    case "agreement.closed":
      return 1;
    default:
      return 2;
  }
}

/**
 * Checks that a key may sign in a place at a time. The order of the checks is part of the contract:
 * party, role, window, revocation, pins (TRUST-10 to TRUST-14).
 *
 * @param at - the event's `at` in milliseconds since 1970; windows are half-open.
 */
export function checkSigner(key: TrustedKey, rule: SignerRule, at: number, pointer: string): Rejection | undefined {
  const fail = (code: Code, message: string): Rejection => ({ code, pointer, message: `${pointer}: ${message}` });
  if (key.party !== rule.party) {
    return fail("TRUST_KEY_PARTY", `expected a key of ${rule.party}, found one of ${key.party}`);
  }
  if (!key.roles.includes(rule.role)) return fail("TRUST_ROLE", `expected ${key.party} to have the role ${rule.role}`);
  if (at < key.notBefore || at >= key.notAfter) {
    return fail("TRUST_KEY_WINDOW", `expected a key that is valid at ${new Date(at).toISOString()}`);
  }
  if (key.revoked !== undefined && at >= key.revoked.at) {
    return fail("TRUST_KEY_REVOKED", `key is revoked since ${new Date(key.revoked.at).toISOString()}`);
  }
  if (rule.pinned !== undefined && !rule.pinned.includes(key.thumbprint)) {
    return fail("TRUST_KEY_PINNED", `expected one of the pinned keys, found ${key.thumbprint}`);
  }
  return undefined;
}
