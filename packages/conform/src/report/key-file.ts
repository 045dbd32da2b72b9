import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import {
  base64urlDecode,
  bytesEqual,
  checkPublicKey,
  decodePoint,
  isSettldError,
  type JsonValue,
  LIMITS,
  parseJson,
  publicKeyFromJwk,
  SettldError,
  type Signer,
  signerFromSeed,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

const SEED_BYTES = 32;

/**
 * Reads an Ed25519 private key from the content of a file: PEM (PKCS #8, not encrypted), or a JWK as `settld keys`
 * writes it.
 *
 * @param where - what the file is called, for messages.
 * @throws SettldError `CLI_KEY`.
 */
export const readSigner = async (bytes: Uint8Array, where: string): Promise<Signer> => {
  const text = textOf(bytes);
  if (!/^\s*-----BEGIN /.test(text)) {
    const { publicKey, seed } = readJwk(bytes, where);
    if (seed === undefined) throw keyError(where, "a private key", "a JWK without d");
    return matching(await signerFromSeed(seed, defaultCrypto), publicKey, where);
  }
  const key = fromPem(() => createPrivateKey(text), where, "an Ed25519 private key in PEM that is not encrypted");
  // A JWK has the seed at a place of its own, whatever version of PKCS #8 the file has.
  return signerFromSeed(base64urlDecode(key.export({ format: "jwk" }).d ?? ""), defaultCrypto);
};

/**
 * Reads an Ed25519 public key of 32 bytes from the content of a file: PEM (SPKI), or a JWK, public or private.
 *
 * @throws SettldError `CLI_KEY`.
 */
export const readPublicKey = async (bytes: Uint8Array, where: string): Promise<Uint8Array> => {
  const text = textOf(bytes);
  let publicKey: Uint8Array;
  if (/^\s*-----BEGIN /.test(text)) {
    const key = fromPem(() => createPublicKey(text), where, "an Ed25519 public key in PEM");
    publicKey = base64urlDecode(key.export({ format: "jwk" }).x ?? "");
  } else {
    const jwk = readJwk(bytes, where);
    if (jwk.seed !== undefined) matching(await signerFromSeed(jwk.seed, defaultCrypto), jwk.publicKey, where);
    publicKey = jwk.publicKey;
  }
  const code = checkPublicKey(publicKey) ?? (decodePoint(publicKey) === undefined ? "KEY_NOT_ON_CURVE" : undefined);
  if (code !== undefined) throw keyError(where, "a usable Ed25519 public key", `one that is ${code}`);
  return publicKey;
};

// Enough for any key; nobody's movie is turned into text.
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 8192));

const fromPem = (read: () => KeyObject, where: string, expected: string): KeyObject => {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw keyError(where, expected, "something that is none", cause);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw keyError(where, expected, `one of type ${key.asymmetricKeyType}`);
};

const readJwk = (
  bytes: Uint8Array,
  where: string,
): { readonly publicKey: Uint8Array; readonly seed: Uint8Array | undefined } => {
  try {
    const value = parseJson(bytes, { maxBytes: LIMITS.payloadBytes });
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, "d")) {
      return { publicKey: publicKeyFromJwk(value), seed: undefined };
    }
    const { d, ...jwk } = value as { readonly [name: string]: JsonValue };
    const publicKey = publicKeyFromJwk(jwk);
    const seed = typeof d === "string" ? base64urlDecode(d) : new Uint8Array();
    if (seed.length !== SEED_BYTES) throw keyError(where, "a private part of 32 bytes", `${seed.length}`);
    return { publicKey, seed };
  } catch (error) {
    if (!isSettldError(error) || error.code === "CLI_KEY") throw error;
    throw new SettldError("CLI_KEY", `${where}: ${error.code}, ${error.message}`, { cause: error });
  }
};

const matching = (signer: Signer, publicKey: Uint8Array, where: string): Signer => {
  if (bytesEqual(signer.publicKey, publicKey)) return signer;
  throw keyError(where, "the public key of the private part", "another");
};

const keyError = (where: string, expected: string, found: string, cause?: unknown): SettldError =>
  new SettldError("CLI_KEY", `${where}: expected ${expected}, found ${found}`, cause === undefined ? {} : { cause });
