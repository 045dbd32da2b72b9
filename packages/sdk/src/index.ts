/**
 * The client of a Settld server. What the server answers is verified before you get it: signatures, chains, rules,
 * sums and statements, under the registry key that you pin.
 */
import { Client } from "./client.ts";
import type { ConnectionOptions } from "./connection.ts";
import { type PublicKeyInput, readPublicKey } from "./keys/key-input.ts";
import { verification } from "./verification/verification.ts";

export * from "./common.ts";

/** Options of {@link Settld}: with verification, whose registry you trust; or without, said in so many words. */
export type SettldOptions = ConnectionOptions &
  (
    | {
        readonly verification?: "on";
        /** Public key of the registry: 32 bytes, their base64url, a JWK, or PEM. Get it from a place that is not the server. */
        readonly registryKey: PublicKeyInput;
      }
    | { readonly verification: "off"; readonly registryKey?: undefined }
  );

/**
 * A client of one settlement server.
 *
 * @throws TypeError without `apiKey`, or without `registryKey` unless verification is off.
 * @throws SettldError `KEY_LENGTH`, `KEY_JWK` or `KEY_BASE64URL` for another registry key.
 * @example
 * const settld = new Settld({ baseUrl, apiKey, registryKey, signer: localSigner(key) });
 * const agreement = await settld.agreements.create({ seller, amount: "480.00 USD", policy });
 */
export class Settld extends Client {
  constructor(options: SettldOptions) {
    const { verification: mode, registryKey } = options;
    if (mode !== "off" && registryKey === undefined) {
      throw new TypeError('expected `registryKey`, the pinned public key of the registry, or `verification: "off"`');
    }
    super(options, registryKey === undefined ? undefined : verification(readPublicKey(registryKey)));
  }
}
