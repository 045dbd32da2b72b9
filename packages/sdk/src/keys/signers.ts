import { base64urlEncode, type Jwk, jwkFromPublicKey, type Signer, signerFromSeed, thumbprint } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { type PrivateKeyInput, type PublicKeyInput, readPublicKey, readSeed } from "./key-input.ts";

/**
 * A signer with a private key in this process. The key never leaves it: only signatures are sent.
 *
 * @param key - a seed of 32 bytes, a private JWK, or PKCS #8 in PEM.
 * @throws SettldError `KEY_LENGTH`, `KEY_JWK` or `KEY_BASE64URL`.
 * @example
 * const signer = await localSigner(JSON.parse(process.env.SETTLD_KEY));
 */
export async function localSigner(key: PrivateKeyInput): Promise<Signer> {
  const seed = readSeed(key);
  try {
    return await signerFromSeed(seed, defaultCrypto);
  } finally {
    seed.fill(0);
  }
}

/**
 * A signer whose key is elsewhere: a KMS, an HSM, a wallet, a service of your own.
 *
 * @param publicKey - 32 bytes, their base64url, a JWK, or SPKI in PEM.
 * @param sign - gets the bytes to sign and returns the Ed25519 signature (RFC 8032), 64 bytes.
 * @example
 * const signer = remoteSigner(publicJwk, (bytes) => kms.sign({ key: "settld", bytes }));
 */
export function remoteSigner(
  publicKey: PublicKeyInput,
  sign: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Signer {
  const raw = readPublicKey(publicKey);
  return { keyid: thumbprint(raw), publicKey: raw, sign: async (bytes) => sign(bytes) };
}

/** A key pair that was just made: the private half is a secret that stays with you. */
export type NewKey = {
  readonly privateKey: Jwk & { readonly d: string };
  readonly publicKey: Jwk;
};

/** Makes an Ed25519 key pair from the platform's secure random source. */
export async function generateKey(): Promise<NewKey> {
  const seed = defaultCrypto.generateSeed();
  const publicKey = jwkFromPublicKey(await defaultCrypto.publicKeyOf(seed));
  return { privateKey: { ...publicKey, d: base64urlEncode(seed) }, publicKey };
}
