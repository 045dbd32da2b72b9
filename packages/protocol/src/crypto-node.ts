// As a namespace, because `hash` came with Node 20.12 and other runtimes may lack it: a named import would not link.
import * as nodeCrypto from "node:crypto";
import type { CryptoPort, PrivateKeyHandle, PublicKeyHandle } from "./crypto.ts";
import { pkcs8Of, spkiOf } from "./internal/der.ts";
import type { Sha256 } from "./sha256.ts";

// The one-shot function costs about half of a hash object for the short inputs that most digests are of.
const oneShot: typeof nodeCrypto.hash | undefined = nodeCrypto.hash;

function sha256(bytes: Uint8Array): Uint8Array {
  const digest =
    oneShot === undefined ? nodeCrypto.createHash("sha256").update(bytes).digest() : oneShot("sha256", bytes, "buffer");
  // A copy: callers get plain bytes, not a Buffer on a pool that others share.
  return new Uint8Array(digest);
}

function sha256Hex(bytes: Uint8Array): string {
  return oneShot === undefined
    ? nodeCrypto.createHash("sha256").update(bytes).digest("hex")
    : oneShot("sha256", bytes, "hex");
}

function createSha256(): Sha256 {
  const hash = nodeCrypto.createHash("sha256");
  let ended = false;
  const assertRunning = (): void => {
    if (ended) throw new TypeError("expected a running hash, found one that has ended");
  };
  return {
    update: (bytes) => {
      assertRunning();
      hash.update(bytes);
    },
    digest: () => {
      assertRunning();
      ended = true;
      return new Uint8Array(hash.digest());
    },
  };
}

function importPublicKey(raw: Uint8Array): PublicKeyHandle {
  // createPublicKey takes a Buffer or text in every runtime; not all of them take a bare Uint8Array.
  const key = Buffer.from(spkiOf(raw));
  return { raw: raw.slice(), native: nodeCrypto.createPublicKey({ key, format: "der", type: "spki" }) };
}

function nativeOf(handle: PublicKeyHandle | PrivateKeyHandle): nodeCrypto.KeyObject {
  const { native } = handle;
  if (!(native instanceof nodeCrypto.KeyObject)) throw new TypeError("expected a key that this port imported");
  return native;
}

function verifySync(key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array): boolean {
  return nodeCrypto.verify(null, message, nativeOf(key), signature);
}

// The callback form runs on the thread pool, so that verifications in flight use all cores.
function verify(key: PublicKeyHandle, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    nodeCrypto.verify(null, message, nativeOf(key), signature, (error, valid) => {
      if (error === null) resolve(valid);
      else reject(error);
    });
  });
}

function privateKeyOf(seed: Uint8Array): nodeCrypto.KeyObject {
  const key = Buffer.from(pkcs8Of(seed));
  return nodeCrypto.createPrivateKey({ key, format: "der", type: "pkcs8" });
}

// Inside a promise, here and below, a wrong length rejects as in every other port instead of throwing.
function importPrivateKey(seed: Uint8Array): Promise<PrivateKeyHandle> {
  return new Promise((resolve) => resolve({ native: privateKeyOf(seed) }));
}

function sign(key: PrivateKeyHandle | Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const native = key instanceof Uint8Array ? privateKeyOf(key) : nativeOf(key);
    nodeCrypto.sign(null, message, native, (error, signature) => {
      if (error === null) resolve(new Uint8Array(signature));
      else reject(error);
    });
  });
}

function publicKeyOf(seed: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const spki = nodeCrypto.createPublicKey(privateKeyOf(seed)).export({ format: "der", type: "spki" });
    resolve(new Uint8Array(spki.subarray(-32)));
  });
}

function generateSeed(): Uint8Array {
  return new Uint8Array(nodeCrypto.randomBytes(32));
}

/**
 * The port on `node:crypto`, for Node, Bun and Deno: synchronous hashes and imports, verification in both forms.
 * The import `@settld/protocol/crypto` stands for this module there, and for the one on WebCrypto elsewhere.
 */
export const defaultCrypto: CryptoPort = {
  sha256,
  sha256Hex,
  createSha256,
  importPublicKey,
  verify,
  verifySync,
  importPrivateKey,
  sign,
  publicKeyOf,
  generateSeed,
};
