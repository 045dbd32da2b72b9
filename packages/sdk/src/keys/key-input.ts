import { base64Decode, base64urlDecode, hexEncode, publicKeyFromJwk, SettldError } from "@settld/protocol";

/** A public key: 32 raw bytes, their base64url in 43 characters, a JWK (RFC 8037), or PEM (RFC 8410). */
export type PublicKeyInput = Uint8Array | { readonly kty: string; readonly crv?: string; readonly x?: string } | string;

/** A private key: a seed of 32 bytes, a JWK with `d` (RFC 8037), or PKCS #8 in PEM (RFC 8410). */
export type PrivateKeyInput =
  | Uint8Array
  | { readonly kty: string; readonly crv?: string; readonly x?: string; readonly d?: string }
  | string;

// RFC 8410 section 4 and section 7: everything of SubjectPublicKeyInfo and PrivateKeyInfo that stands before the key.
const SPKI_HEAD = "302a300506032b6570032100";
const PKCS8_HEAD = "302e020100300506032b657004220420";

/**
 * Reads a public key of 32 bytes.
 *
 * @throws SettldError `KEY_LENGTH`, `KEY_JWK` or `KEY_BASE64URL`.
 */
export function readPublicKey(input: PublicKeyInput): Uint8Array {
  if (typeof input === "string") {
    return input.includes("-----") ? fromPem(input, "PUBLIC KEY", SPKI_HEAD) : ofLength(base64urlDecode(input.trim()));
  }
  if (input instanceof Uint8Array) return ofLength(input.slice());
  if ("d" in input) {
    const message = "expected a public key, found a private one: leave `d` out";
    throw new SettldError("KEY_JWK", message, { pointer: "/d" });
  }
  const { kty, crv, x } = input;
  return publicKeyFromJwk({ kty, crv: crv ?? null, x: x ?? null });
}

/**
 * Reads the seed of a private key, 32 bytes.
 *
 * @throws SettldError as {@link readPublicKey}. No message repeats the key.
 */
export function readSeed(input: PrivateKeyInput): Uint8Array {
  if (typeof input === "string") return fromPem(input, "PRIVATE KEY", PKCS8_HEAD);
  if (input instanceof Uint8Array) return ofLength(input.slice());
  if (input.kty !== "OKP" || input.crv !== "Ed25519" || typeof input.d !== "string") {
    throw new SettldError("KEY_JWK", "expected a private JWK with crv Ed25519 and d, found another", {
      pointer: "",
    });
  }
  return ofLength(base64urlDecode(input.d));
}

function fromPem(pem: string, label: string, head: string): Uint8Array {
  const [, body = ""] =
    new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem) ?? [];
  const der = base64Decode(body.replaceAll(/\s/g, ""));
  const size = head.length / 2;
  if (hexEncode(der.subarray(0, size)) !== head)
    throw new SettldError("KEY_LENGTH", `expected an Ed25519 key as ${label} in PEM, found another`);
  return ofLength(der.slice(size));
}

function ofLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 32) return bytes;
  throw new SettldError("KEY_LENGTH", `expected a key of 32 bytes, found ${bytes.length}`);
}
