import type { Sha256 } from "./sha256.ts";

/**
 * A public key in the form that one port works with. Import it once: depending on the runtime, each import costs up to
 * two verifications.
 */
export type PublicKeyHandle = {
  /** The 32 bytes that were imported, as a copy of their own. */
  readonly raw: Uint8Array;
  /** The platform's key object. Only the port that made the handle knows its type. */
  readonly native: unknown;
};

/** A private key in the form that one port works with. It does not reveal its seed. */
export type PrivateKeyHandle = {
  /** The platform's key object. Only the port that made the handle knows its type. */
  readonly native: unknown;
};

/**
 * What Settld asks of a platform: SHA-256 and the Ed25519 equation, nothing else.
 *
 * A port answers whether `[S]B = R + [k]A` holds (RFC 8032 section 5.1.7, without cofactor) and must answer `false`
 * for a key or `R` that is no point. It need not refuse small-order points, other encodings or large scalars, and most
 * platforms do not: call `verifyEd25519`, which does, and never `verify` alone.
 *
 * Byte arrays that are handed over must not change until the returned promise settles.
 */
export type CryptoPort = {
  /** SHA-256 (FIPS 180-4) of the bytes, 32 bytes. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  /** SHA-256 of the bytes as 64 lower-case hexadecimal digits. */
  readonly sha256Hex: (bytes: Uint8Array) => string;
  /** Starts a SHA-256 that takes its input in parts. */
  readonly createSha256: () => Sha256;
  /**
   * Imports a public key of 32 raw bytes (RFC 8032 section 5.1.2). A port with `verifySync` returns the handle itself
   * and no promise. Throws `TypeError` for another length.
   */
  readonly importPublicKey: (raw: Uint8Array) => PublicKeyHandle | Promise<PublicKeyHandle>;
  /** Checks the equation for a signature of 64 bytes; several calls in flight may run at the same time. */
  readonly verify: (key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;
  /** Checks the equation before it returns; absent where the platform cannot. */
  readonly verifySync?: (key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array) => boolean;
  /** Imports a private key from its seed of 32 bytes (RFC 8032 section 5.1.5); rejects with `TypeError` for others. */
  readonly importPrivateKey: (seed: Uint8Array) => Promise<PrivateKeyHandle>;
  /** Signs a message (RFC 8032 section 5.1.6) with a handle or a 32-byte seed, which is imported first; 64 bytes. */
  readonly sign: (key: PrivateKeyHandle | Uint8Array, message: Uint8Array) => Promise<Uint8Array>;
  /** Derives the 32-byte public key of a seed of 32 bytes. */
  readonly publicKeyOf: (seed: Uint8Array) => Promise<Uint8Array>;
  /** Draws a new seed of 32 bytes from the platform's secure random source. */
  readonly generateSeed: () => Uint8Array;
};
