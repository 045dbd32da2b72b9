import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { concatBytes, SettldError, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { TEST_KEYS } from "../gen/test-keys.ts";
import type { KeyEncryption } from "./key-encryption.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_CHARACTERS = 22;

/** A key ring, and what else its text says. */
export type KeyRing = KeyEncryption & {
  /** Names of its keys, the one that wraps first. */
  readonly ids: readonly string[];
  /** Names of keys that the text calls lost: the server starts all the same, and what they sealed stays shut. */
  readonly lost: readonly string[];
};

/** Name of a key-encryption key: what anybody who has the key can compute, and says nothing of it. */
export function evidenceKeyId(key: Uint8Array): string {
  const hash = createHash("sha256").update("settld-evidence-key:").update(key).digest("base64url");
  return `ek_${hash.slice(0, ID_CHARACTERS)}`;
}

/** A new line of a key ring: 32 random bytes in base64. */
export function newEvidenceKey(): { readonly id: string; readonly line: string } {
  const key = randomBytes(KEY_BYTES);
  return { id: evidenceKeyId(key), line: key.toString("base64") };
}

/**
 * Reads a key ring (STORE-6): a key in base64 on each line, of which the first wraps and all open. Empty lines and lines
 * that begin with `#` say nothing; `lost <name>` says that a key will not come back. No message has a part of a key.
 *
 * @param where - what the text is called, for messages.
 * @throws SettldError `STORE_KEY_RING` for another text, `KEY_TEST` for a key that anybody could guess.
 */
export async function readKeyRing(text: string, where: string): Promise<KeyRing> {
  const keys = new Map<string, Uint8Array>();
  const lost: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const place = `${where} line ${index + 1}`;
    const name = /^lost (ek_[A-Za-z0-9_-]{22})$/.exec(line)?.[1];
    if (name !== undefined) {
      lost.push(name);
      continue;
    }
    const key = readKey(line, place);
    await refuseGuessable(key, place);
    const id = evidenceKeyId(key);
    if (keys.has(id)) throw new SettldError("STORE_KEY_RING", `${place}: expected each key once, found ${id} again`);
    keys.set(id, key);
  }
  const [current] = keys.keys();
  if (current === undefined) {
    throw new SettldError("STORE_KEY_RING", `${where}: expected at least one key of 32 bytes in base64, found none`);
  }
  return ringOf(keys, current, lost);
}

function readKey(line: string, place: string): Uint8Array {
  const bytes = Buffer.from(line, "base64");
  if (bytes.length === KEY_BYTES && bytes.toString("base64") === line) return new Uint8Array(bytes);
  throw new SettldError(
    "STORE_KEY_RING",
    `${place}: expected 32 bytes in base64, as openssl rand -base64 32 prints them, found something else`,
  );
}

// What broken or empty secret stores hand out, and what examples and vectors have.
async function refuseGuessable(key: Uint8Array, place: string): Promise<void> {
  const [first = 0, second = 0] = key;
  const step = second - first;
  const isSeries = key.every((byte, index) => byte === ((first + step * index) & 0xff));
  const { keyid } = await signerFromSeed(key, defaultCrypto);
  if (!isSeries && !TEST_KEYS.has(keyid)) return;
  throw new SettldError(
    "KEY_TEST",
    `${place}: expected 32 random bytes, found ${isSeries ? "a row that anybody could guess" : "a published test key"}`,
  );
}

function ringOf(keys: ReadonlyMap<string, Uint8Array>, current: string, lost: readonly string[]): KeyRing {
  const keyOf = (id: string): Uint8Array => {
    const key = keys.get(id);
    if (key !== undefined) return key;
    throw new SettldError("STORE_KEY_MISSING", `expected the evidence key ${id}, found a ring without it`);
  };
  return {
    current,
    ids: [...keys.keys()],
    lost,
    has: (id) => keys.has(id),
    async wrap(dataKey, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", keyOf(current), nonce);
      cipher.setAAD(context);
      return {
        key: current,
        wrapped: concatBytes(nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()),
      };
    },
    async unwrap({ key, wrapped }, context) {
      const kek = keyOf(key);
      if (wrapped.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) throw unopened(key);
      const decipher = createDecipheriv("aes-256-gcm", kek, wrapped.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(context);
      decipher.setAuthTag(wrapped.subarray(NONCE_BYTES + KEY_BYTES));
      try {
        return concatBytes(decipher.update(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES)), decipher.final());
      } catch (cause) {
        throw unopened(key, cause);
      }
    },
  };
}

function unopened(key: string, cause?: unknown): SettldError {
  return new SettldError(
    "STORE_SEAL_BROKEN",
    `expected a data key that ${key} wrapped for this object, found another`,
    {
      cause,
    },
  );
}
