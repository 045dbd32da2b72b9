import { concatBytes } from "../bytes.ts";

// RFC 8410 section 4: SubjectPublicKeyInfo of an Ed25519 key, up to the key itself.
const SPKI_HEAD: Uint8Array = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

// RFC 8410 section 7: PrivateKeyInfo of version 0 without the public key, up to the seed itself.
const PKCS8_HEAD: Uint8Array = Uint8Array.of(
  0x30,
  0x2e,
  0x02,
  0x01,
  0x00,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x04,
  0x22,
  0x04,
  0x20,
);

/** Wraps a public key of 32 bytes as SubjectPublicKeyInfo. Throws `TypeError` for another length. */
export function spkiOf(publicKey: Uint8Array): Uint8Array {
  assertLength("public key", publicKey, 32);
  return concatBytes(SPKI_HEAD, publicKey);
}

/** Wraps a seed of 32 bytes as PKCS #8. Throws `TypeError` for another length. */
export function pkcs8Of(seed: Uint8Array): Uint8Array {
  assertLength("seed", seed, 32);
  return concatBytes(PKCS8_HEAD, seed);
}

/** Throws `TypeError` unless the bytes have the expected length. */
export function assertLength(what: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) throw new TypeError(`expected a ${what} of ${expected} bytes, found ${bytes.length}`);
}
