import type { CryptoPort } from "./crypto.ts";
import { thumbprint } from "./jwk.ts";

/** Something that signs with one Ed25519 key: a key in memory, or a service that holds it. */
export type Signer = {
  /** RFC 7638 thumbprint of the public key, 43 characters of base64url. */
  readonly keyid: string;
  /** Public key, 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** Signs a message with Ed25519 (RFC 8032 section 5.1.6) and returns 64 bytes. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/**
 * Makes a signer from a private key's seed of 32 bytes. The seed itself is not kept, only the platform's key object.
 *
 * @throws TypeError when the seed has another length.
 */
export async function signerFromSeed(seed: Uint8Array, crypto: CryptoPort): Promise<Signer> {
  // Both start from the same bytes, whatever the caller does with them meanwhile.
  const copy = seed.slice();
  const [key, publicKey] = await Promise.all([crypto.importPrivateKey(copy), crypto.publicKeyOf(copy)]);
  copy.fill(0);
  return { keyid: thumbprint(publicKey, crypto), publicKey, sign: (message) => crypto.sign(key, message) };
}
