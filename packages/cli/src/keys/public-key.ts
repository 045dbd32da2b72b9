import { createPublicKey } from "node:crypto";
import {
  base64urlDecode,
  bytesEqual,
  checkPublicKey,
  decodePoint,
  isSettldError,
  type JsonValue,
  publicKeyFromJwk,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { inputError } from "../exit.ts";
import { parseDocument, readInput } from "../io/read.ts";

const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s/;

/**
 * Reads an Ed25519 public key of 32 bytes from the content of a file: a JWK, public or private, or PEM (SPKI,
 * RFC 8410).
 *
 * @param where - what the file is called, for messages.
 * @throws SettldError for exit code 2: `CLI_KEY`, or the `KEY_` or `JSON_` code that says what is wrong.
 */
export async function readPublicKey(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  let publicKey: Uint8Array;
  try {
    const text = new TextDecoder().decode(bytes.subarray(0, 4096));
    publicKey = PEM.test(text) ? fromPem(text) : await fromJwk(parseDocument(bytes));
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw inputError(error.code, `${where}: ${error.message}`, error);
  }
  const code = checkPublicKey(publicKey) ?? (decodePoint(publicKey) === undefined ? "KEY_NOT_ON_CURVE" : undefined);
  if (code !== undefined) throw inputError(code, `${where}: expected a usable Ed25519 public key, found another`);
  return publicKey;
}

/**
 * Reads the public key of a registry: a JWK or PEM file, or the 43 characters of the JWK's `x`.
 *
 * @param option - which option named it, for messages.
 * @throws SettldError for exit code 2, as {@link readPublicKey}.
 */
export async function readRoot(root: string, option: string): Promise<Uint8Array> {
  if (!KEY_TEXT.test(root)) return readPublicKey(await readRootFile(root, option), `${option} ${root}`);
  return readPublicKey(new TextEncoder().encode(JSON.stringify({ kty: "OKP", crv: "Ed25519", x: root })), option);
}

const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/;

async function readRootFile(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readInput(path, option);
  } catch (error) {
    // Part of a key that was copied looks like the name of a file.
    if (!isSettldError(error) || !/^[A-Za-z0-9_=+-]+$/.test(path)) throw error;
    const hint = `a key itself is 43 characters, the x of its JWK; these are ${path.length}`;
    throw inputError(error.code, `${error.message} (${hint})`, error);
  }
}

function fromPem(text: string): Uint8Array {
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === "ed25519") {
      // The raw key is the end of its SPKI (RFC 8410 section 4).
      return new Uint8Array(key.export({ format: "der", type: "spki" }).subarray(-32));
    }
    throw inputError("CLI_KEY", `expected an Ed25519 key in PEM, found one of type ${key.asymmetricKeyType}`);
  } catch (error) {
    if (isSettldError(error)) throw error;
    throw inputError("CLI_KEY", "expected an Ed25519 public key in PEM, found something that is none", error);
  }
}

async function fromJwk(value: JsonValue): Promise<Uint8Array> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, "d")) {
    return publicKeyFromJwk(value);
  }
  const { d, ...jwk } = value as { readonly [name: string]: JsonValue };
  const publicKey = publicKeyFromJwk(jwk);
  const seed = typeof d === "string" ? base64urlDecode(d) : new Uint8Array();
  if (seed.length !== 32) throw inputError("CLI_KEY", `/d: expected a private part of 32 bytes, found ${seed.length}`);
  if (!bytesEqual(await defaultCrypto.publicKeyOf(seed), publicKey)) {
    throw inputError("CLI_KEY", "/x: expected the public key of the private part, found another");
  }
  return publicKey;
}
