import { type CryptoPort, type ParsedEnvelope, pae, verifyEd25519 } from "@settld/protocol";
import { checkSigner, type SignerRule } from "@settld/verifier";
import type { TrustBook } from "../settler/trust-book.ts";
import type { Findings } from "./findings.ts";

/**
 * Checks who signed what, as whoever reads a bundle does, by the present registry. Equations are left to the platform's
 * threads, so that they hold nobody up.
 */
export class SignatureCheck {
  readonly #trust: TrustBook;
  readonly #crypto: CryptoPort;
  readonly #findings: Findings;
  #running: Promise<void>[] = [];

  constructor(trust: TrustBook, crypto: CryptoPort, findings: Findings) {
    this.#trust = trust;
    this.#crypto = crypto;
    this.#findings = findings;
  }

  /**
   * Takes an envelope.
   *
   * @param name - which one of `where` it is.
   * @param rules - whose signatures it carries, in their order.
   * @param at - when it was signed, in milliseconds since 1970.
   */
  async take(
    where: string,
    name: string,
    { payload, payloadType, signatures }: ParsedEnvelope,
    rules: readonly SignerRule[],
    at: number,
  ): Promise<void> {
    const fail = (place: number | undefined, found: string): void =>
      this.#findings.add(
        "signature",
        where,
        place === undefined
          ? `${name} with ${rules.length} signatures`
          : `${name} to be signed by ${rules[place]?.party} at ${place}`,
        found,
      );
    if (signatures.length !== rules.length) fail(undefined, `${signatures.length}`);
    const message = pae(payloadType, payload);
    for (const [place, rule] of rules.entries()) {
      const signature = signatures[place];
      if (signature === undefined) break;
      const key = await this.#trust.key(signature.keyid);
      const code = key === undefined ? "TRUST_KEY_UNKNOWN" : checkSigner(key, rule, at, "")?.code;
      if (key === undefined || code !== undefined) {
        fail(place, code ?? "");
        continue;
      }
      const equation = verifyEd25519(this.#crypto, key.opened, message, signature.sig).then((fault) => {
        if (fault !== undefined) fail(place, fault);
      });
      // What rejects is told by `settle`.
      equation.catch(() => {});
      this.#running.push(equation);
    }
  }

  /** Waits for the equations that run; to be called now and then, so that they do not gather. */
  async settle(): Promise<void> {
    const running = this.#running;
    this.#running = [];
    await Promise.all(running);
  }
}
