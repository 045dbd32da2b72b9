import { createPrivateKey } from "node:crypto";
import {
  base64urlDecode,
  base64urlEncode,
  type Code,
  canonicalize,
  isSettldError,
  jwkFromPublicKey,
  type Signer,
  signerFromSeed,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { inputError } from "../exit.ts";
import { parseDocument } from "../io/read.ts";
import { readPublicKey } from "./public-key.ts";

const SEED_BYTES = 32;

/**
 * Reads an Ed25519 private key from the content of a file: a JWK as `settld keys generate` writes it, or PEM (PKCS #8,
 * not encrypted). The text itself is in no message.
 *
 * @param where - what the file is called, for messages.
 * @throws SettldError for exit code 2: `CLI_KEY`, `KEY_TEST` for a private part that anyone guesses, or the `KEY_` or `JSON_`
 * code that says what is wrong.
 */
export async function readPrivateKey(bytes: Uint8Array, where: string): Promise<Signer> {
  const text = new TextDecoder().decode(bytes.subarray(0, 8192));
  const seed = /^\s*-----BEGIN /.test(text) ? fromPem(text, where) : await fromJwk(bytes, where);
  // What an empty or broken secret store hands out. Everybody can guess it.
  if (seed.every((byte) => byte === seed[0])) {
    throw inputError(
      "KEY_TEST",
      `${where}: expected a key of your own, found one whose private part is one byte repeated`,
    );
  }
  const signer = await signerFromSeed(seed, defaultCrypto);
  seed.fill(0);
  return signer;
}

/** A new private key as the content of a file, a JWK. */
export async function newPrivateKey(): Promise<string> {
  const seed = defaultCrypto.generateSeed();
  const jwk = jwkFromPublicKey(await defaultCrypto.publicKeyOf(seed));
  const text = `${canonicalize({ ...jwk, d: base64urlEncode(seed) })}\n`;
  seed.fill(0);
  return text;
}

async function fromJwk(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  // Says what is wrong with the public part, and that both parts belong together.
  await readPublicKey(bytes, where);
  const { d } = parseDocument(bytes) as { readonly d?: unknown };
  if (typeof d !== "string") throw keyError(where, "a private key", "a JWK without d");
  const seed = base64urlDecode(d);
  if (seed.length !== SEED_BYTES) throw keyError(where, "a private part of 32 bytes", `${seed.length}`);
  return seed;
}

function fromPem(text: string, where: string): Uint8Array {
  try {
    const key = createPrivateKey(text);
    // A JWK has the seed at a place of its own, whatever version of PKCS #8 the file has.
    if (key.asymmetricKeyType === "ed25519") return base64urlDecode(key.export({ format: "jwk" }).d ?? "");
    throw keyError(where, "an Ed25519 private key", `one of type ${key.asymmetricKeyType}`);
  } catch (error) {
    if (isSettldError(error)) throw error;
    throw keyError(where, "an Ed25519 private key in PEM that is not encrypted", "something that is none", error);
  }
}

function keyError(where: string, expected: string, found: string, cause?: unknown): Error {
  const code: Code = "CLI_KEY";
  return inputError(code, `${where}: expected ${expected}, found ${found}`, cause);
}
