import type { Rejection } from "@settld/kernel";
import { SettldError, type Signer } from "@settld/protocol";
import { checkSigner, type SignerRule } from "@settld/verifier";
import type { TrustBook } from "./trust-book.ts";

/**
 * The keys with which the server signs in the settler's place. What it signs has to count for whoever verifies it later,
 * so every signature is by a key that may stand there (TRUST-9 to TRUST-14), or there is none.
 */
export class OwnKeys {
  readonly #trust: Pick<TrustBook, "key">;
  readonly #signers: readonly Signer[];

  /** @param signers - newest first. Older ones sign for agreements that pin them. */
  constructor(trust: Pick<TrustBook, "key">, signers: readonly Signer[]) {
    this.#trust = trust;
    this.#signers = signers;
  }

  /**
   * The newest key that may sign in a place at a time, or why none may. When a key fails by nothing but what the offer
   * says, its reason is the answer.
   */
  async find(rule: SignerRule, at: number, pointer: string): Promise<Signer | Rejection> {
    let reason: Rejection | undefined;
    for (const signer of this.#signers) {
      const key = await this.#trust.key(signer.keyid);
      const rejection: Rejection | undefined =
        key === undefined
          ? { code: "TRUST_KEY_UNKNOWN", pointer, message: `${pointer}: ${signer.keyid} is no registered key` }
          : checkSigner(key, rule, at, pointer);
      if (rejection === undefined) return signer;
      if (reason === undefined || (isOfOffer(rejection) && !isOfOffer(reason))) reason = rejection;
    }
    if (reason === undefined) throw new Error("a settler without a key");
    return reason;
  }

  /**
   * The newest key that may sign in a place at a time.
   *
   * @throws SettldError `HTTP_UNAVAILABLE` when none may; the cause is for the operator.
   */
  async get(rule: SignerRule, at: number): Promise<Signer> {
    const found = await this.find(rule, at, "");
    if (!("code" in found)) return found;
    const cause = new SettldError(found.code, `the settler's own key${found.message}`);
    throw new SettldError("HTTP_UNAVAILABLE", "expected a key of the settler that may sign this, found none", {
      cause,
    });
  }
}

/** Whether an offer is what stands in the way of a key, because it names another settler or other keys. */
export function isOfOffer({ code }: Rejection): boolean {
  return code === "TRUST_KEY_PARTY" || code === "TRUST_KEY_PINNED";
}
