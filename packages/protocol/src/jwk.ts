import { base64Encode, base64urlDecode, base64urlEncode } from "./base64.ts";
import { utf8 } from "./bytes.ts";
import { SettldError } from "./error.ts";
import type { Jwk } from "./gen/types.ts";
import { assertLength, spkiOf } from "./internal/der.ts";
import { printable } from "./internal/printable.ts";
import type { JsonValue } from "./json.ts";
import { sha256 } from "./sha256.ts";

export type { Jwk } from "./gen/types.ts";

const PUBLIC_KEY_BYTES = 32;

/**
 * Reads the 32 bytes of an Ed25519 public key from a JWK (RFC 8037 section 2) with exactly `kty`, `crv` and `x`.
 * A private part in `d` is one member too many. Whether the bytes are a key that may be used, `checkPublicKey` tells.
 *
 * @throws SettldError `KEY_JWK` for other members or values, then `KEY_BASE64URL` (with the offset in `x`), then
 * `KEY_LENGTH`; each with a pointer into the JWK.
 */
export function publicKeyFromJwk(jwk: JsonValue | Jwk): Uint8Array {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) {
    throw new SettldError("KEY_JWK", "expected a JWK object, found another value", { pointer: "" });
  }
  const members = jwk as { readonly [name: string]: JsonValue };
  for (const name of Object.keys(members)) {
    if (name !== "kty" && name !== "crv" && name !== "x") {
      throw new SettldError("KEY_JWK", `expected only kty, crv and x in a JWK, found ${printable(name)}`, {
        pointer: "",
      });
    }
  }
  assertMember(members, "kty", "OKP");
  assertMember(members, "crv", "Ed25519");
  const x = Object.hasOwn(members, "x") ? members["x"] : undefined;
  if (typeof x !== "string") {
    throw new SettldError("KEY_JWK", 'expected a text member "x" in a JWK, found none', { pointer: "" });
  }
  const bytes = decodeX(x);
  if (bytes.length !== PUBLIC_KEY_BYTES) {
    throw new SettldError("KEY_LENGTH", `expected a public key of 32 bytes, found ${bytes.length}`, { pointer: "/x" });
  }
  return bytes;
}

function assertMember(members: { readonly [name: string]: JsonValue }, name: string, expected: string): void {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  if (value === expected) return;
  const found = typeof value === "string" ? printable(value) : "none";
  const pointer = value === undefined ? "" : `/${name}`;
  throw new SettldError("KEY_JWK", `expected ${name} "${expected}" in a JWK, found ${found}`, { pointer });
}

function decodeX(x: string): Uint8Array {
  try {
    return base64urlDecode(x);
  } catch (error) {
    if (!(error instanceof SettldError)) throw error;
    throw new SettldError(error.code, error.message, {
      pointer: "/x",
      ...(error.offset === undefined ? {} : { offset: error.offset }),
    });
  }
}

/**
 * Writes an Ed25519 public key of 32 bytes as a JWK (RFC 8037 section 2).
 *
 * @throws TypeError when it has another length.
 */
export function jwkFromPublicKey(publicKey: Uint8Array): Jwk {
  assertLength("public key", publicKey, PUBLIC_KEY_BYTES);
  return { kty: "OKP", crv: "Ed25519", x: base64urlEncode(publicKey) };
}

/**
 * Computes the thumbprint of an Ed25519 public key of 32 bytes (RFC 7638 section 3 with RFC 8037 section 2): SHA-256
 * over exactly `crv`, `kty` and `x`, as 43 characters of base64url. This is the `keyid` of signatures.
 *
 * @param crypto - the platform's hash; without it a portable one is used.
 * @throws TypeError when the key has another length.
 */
export function thumbprint(
  publicKey: Uint8Array,
  crypto?: { readonly sha256: (bytes: Uint8Array) => Uint8Array },
): string {
  assertLength("public key", publicKey, PUBLIC_KEY_BYTES);
  // Assembled from the decoded bytes, so that no other spelling of a JWK can lead to another thumbprint.
  const text = `{"crv":"Ed25519","kty":"OKP","x":"${base64urlEncode(publicKey)}"}`;
  const bytes = utf8(text);
  return base64urlEncode(crypto === undefined ? sha256(bytes) : crypto.sha256(bytes));
}

/**
 * Writes an Ed25519 public key of 32 bytes as PEM (RFC 8410 section 4, RFC 7468), which `openssl pkeyutl` reads.
 *
 * @throws TypeError when it has another length.
 */
export function pemFromPublicKey(publicKey: Uint8Array): string {
  return `-----BEGIN PUBLIC KEY-----\n${base64Encode(spkiOf(publicKey))}\n-----END PUBLIC KEY-----\n`;
}
