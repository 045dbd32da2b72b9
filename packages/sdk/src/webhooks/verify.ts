import { base64Decode, base64Encode, SettldError, utf8, verifyEd25519 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Message } from "../gen/api.ts";

/** Headers as a runtime or a framework hands them over; names in any case. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A webhook as it arrived. */
export type WebhookInput = {
  readonly headers: WebhookHeaders;
  /** The bytes as they came, or their text. A body that was parsed and written again is another one. */
  readonly body: Uint8Array | string;
  /** `whsec_...` of v1 or `whpk_...` of v1a; during a rotation, both the old and the new one. */
  readonly secrets: string | readonly string[];
  /** How far the time of the webhook may be from the clock, in seconds. Default 300. */
  readonly toleranceSeconds?: number;
  /** The clock in milliseconds since 1970; for tests. */
  readonly now?: number;
};

/** A webhook whose signature verified. */
export type VerifiedWebhook = {
  /** The message's id, the same at every try: remember it to do nothing twice. */
  readonly id: string;
  /** When this try was signed, in seconds since 1970. */
  readonly timestamp: number;
  readonly message: Message;
};

const TOLERANCE_SECONDS = 300;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const KEY_BYTES = 32;
// More than a rotation ever has; each costs a comparison.
const SIGNATURES_MAX = 32;

/**
 * Verifies a webhook: its time, and that one of its signatures was made with one of your secrets, over the bytes as they
 * came. What the message says is not verified by that: fetch what it names.
 *
 * @throws SettldError `HOOK_HEADERS`, `HOOK_TIMESTAMP`, `HOOK_SIGNATURE` or `HOOK_BODY` (HOOK-10), and `HOOK_SECRET` for
 * a secret of another form.
 * @example
 * const { id, message } = await verifyWebhook({ headers: request.headers, body: await request.text(), secrets });
 */
export async function verifyWebhook(input: WebhookInput): Promise<VerifiedWebhook> {
  const { headers, body, secrets, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() } = input;
  const keys = (typeof secrets === "string" ? [secrets] : secrets).map(readSecret);
  const [id, time, signature] = ["id", "timestamp", "signature"].map((name) => header(headers, `webhook-${name}`));
  if (!id || !time || !signature) throw new SettldError("HOOK_HEADERS", "expected the three headers of a webhook");
  // As the specification's own libraries read it: what is signed is the number.
  const timestamp = Number.parseInt(time, 10);
  if (Number.isNaN(timestamp)) throw new SettldError("HOOK_HEADERS", "webhook-timestamp: expected seconds");
  if (Math.abs(Math.floor(now / 1_000) - timestamp) > toleranceSeconds) {
    throw new SettldError("HOOK_TIMESTAMP", `webhook-timestamp: expected a time within ${toleranceSeconds} s of now`);
  }
  const bytes = typeof body === "string" ? utf8(body) : body;
  const start = utf8(`${id}.${timestamp}.`);
  const signed = new Uint8Array(start.length + bytes.length);
  signed.set(start);
  signed.set(bytes, start.length);
  const signatures = signature.split(" ", SIGNATURES_MAX).map((one) => one.split(","));
  for (const { scheme, key } of keys) {
    const own = signatures.flatMap(([name, text]) => (name === scheme && text !== undefined ? [text] : []));
    if (own.length === 0) continue;
    if (scheme === "v1" ? await isOneOf(own, await hmac(key, signed)) : await isBy(key, signed, own)) {
      return { id, timestamp, message: readMessage(bytes) };
    }
  }
  throw new SettldError("HOOK_SIGNATURE", "webhook-signature: expected one by a secret of yours, found none");
}

type Secret = { readonly scheme: "v1" | "v1a"; readonly key: Uint8Array<ArrayBuffer> };

function readSecret(text: string): Secret {
  const isPublic = text.startsWith("whpk_");
  if (isPublic || text.startsWith("whsec_")) {
    try {
      const key = base64Decode(text.slice(isPublic ? 5 : 6)).slice();
      const [min, max] = isPublic ? [KEY_BYTES, KEY_BYTES] : [SECRET_BYTES_MIN, SECRET_BYTES_MAX];
      if (key.length >= min && key.length <= max) return { scheme: isPublic ? "v1a" : "v1", key };
    } catch {
      // No base64: refused like another length, and without what was found.
    }
  }
  throw new SettldError("HOOK_SECRET", "expected whsec_ and 24 to 64 bytes, or whpk_ and 32 bytes, in base64");
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers.get === "function") return (headers as Headers).get(name) ?? undefined;
  const entry = Object.entries(headers).find(([found]) => found.toLowerCase() === name);
  return typeof entry?.[1] === "string" ? entry[1] : undefined;
}

async function hmac(key: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto;
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return base64Encode(new Uint8Array(await subtle.sign("HMAC", imported, signed)));
}

// In a time that does not tell how much of a guess was right.
async function isOneOf(texts: readonly string[], expected: string): Promise<boolean> {
  let isFound = false;
  for (const text of texts) {
    let difference = text.length ^ expected.length;
    for (let at = 0; at < expected.length; at++) difference |= expected.charCodeAt(at) ^ (text.charCodeAt(at) || 0);
    if (difference === 0) isFound = true;
  }
  return isFound;
}

async function isBy(key: Uint8Array, signed: Uint8Array, texts: readonly string[]): Promise<boolean> {
  for (const text of texts) {
    try {
      if ((await verifyEd25519(defaultCrypto, key, signed, base64Decode(text))) === undefined) return true;
    } catch {
      // No base64, so no signature.
    }
  }
  return false;
}

function readMessage(bytes: Uint8Array): Message {
  try {
    const message = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) as Message;
    if (typeof message.type === "string" && typeof message.data === "object") return message;
  } catch {
    // No JSON.
  }
  throw new SettldError("HOOK_BODY", "expected a message with a type and data, found another body");
}
