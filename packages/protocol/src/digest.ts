import { hexEncode } from "./bytes.ts";
import { SettldError } from "./error.ts";
import { printable } from "./internal/printable.ts";
import { sha256 } from "./sha256.ts";

/** SHA-256 of some bytes, written `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Tells whether a value is a digest in its only spelling. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && DIGEST.test(value);
}

/**
 * Returns the text as a digest.
 *
 * @throws SettldError `DIGEST_FORMAT` when it is not `sha256:` and 64 lower-case hexadecimal digits.
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new SettldError("DIGEST_FORMAT", `expected "sha256:" and 64 lower-case hex digits, found ${printable(text)}`);
}

/**
 * Computes the digest of bytes.
 *
 * @param crypto - the platform's hash, which is many times faster than the portable one used without it.
 */
export function digestOf(bytes: Uint8Array, crypto?: { readonly sha256Hex: (bytes: Uint8Array) => string }): Digest {
  return `sha256:${crypto === undefined ? hexEncode(sha256(bytes)) : crypto.sha256Hex(bytes)}`;
}
