import { base64urlDecode } from "./base64.ts";
import { hexEncode } from "./bytes.ts";
import type { CryptoPort, PrivateKeyHandle, PublicKeyHandle } from "./crypto.ts";
import { assertLength, pkcs8Of } from "./internal/der.ts";
import { createSha256, sha256 } from "./sha256.ts";

const ALGORITHM = { name: "Ed25519" };

// Looked up at each use: importing this module must work where WebCrypto is missing, as on pages without TLS.
function subtle(): SubtleCrypto {
  const found = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (found === undefined) throw new TypeError("expected WebCrypto, found none: it needs a secure context");
  return found;
}

// WebCrypto's types refuse bytes on shared memory, which it refuses itself when it meets them.
function source(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

async function importPublicKey(raw: Uint8Array): Promise<PublicKeyHandle> {
  assertLength("public key", raw, 32);
  // The copy is taken first: the caller's bytes may change while the import runs.
  const copy = raw.slice();
  return { raw: copy, native: await subtle().importKey("raw", source(copy), ALGORITHM, true, ["verify"]) };
}

function nativeOf(handle: PublicKeyHandle | PrivateKeyHandle): CryptoKey {
  const { native } = handle;
  if (typeof CryptoKey === "undefined" || !(native instanceof CryptoKey)) {
    throw new TypeError("expected a key that this port imported");
  }
  return native;
}

async function verify(key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return await subtle().verify(ALGORITHM, nativeOf(key), source(signature), source(message));
}

async function importPkcs8(seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  return await subtle().importKey("pkcs8", source(pkcs8Of(seed)), ALGORITHM, extractable, ["sign"]);
}

async function importPrivateKey(seed: Uint8Array): Promise<PrivateKeyHandle> {
  return { native: await importPkcs8(seed, false) };
}

async function sign(key: PrivateKeyHandle | Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const native = key instanceof Uint8Array ? await importPkcs8(key, false) : nativeOf(key);
  return new Uint8Array(await subtle().sign(ALGORITHM, native, source(message)));
}

async function publicKeyOf(seed: Uint8Array): Promise<Uint8Array> {
  // WebCrypto derives no public key from a private one, but its JWK form carries both.
  const { x } = await subtle().exportKey("jwk", await importPkcs8(seed, true));
  if (x === undefined) throw new Error("exported private key has no public part");
  return base64urlDecode(x);
}

function generateSeed(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(32));
}

/**
 * The port on WebCrypto and the portable SHA-256, for browsers and other runtimes without `node:crypto`.
 * It has no `verifySync`; a call to WebCrypto costs up to twice the work itself, so keep several in flight.
 */
export const defaultCrypto: CryptoPort = {
  sha256,
  sha256Hex: (bytes) => hexEncode(sha256(bytes)),
  createSha256,
  importPublicKey,
  verify,
  importPrivateKey,
  sign,
  publicKeyOf,
  generateSeed,
};
