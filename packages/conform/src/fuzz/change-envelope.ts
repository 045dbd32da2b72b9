import { base64Decode, base64Encode, PAYLOAD_TYPES } from "@settld/protocol";
import { changeBytes } from "./bytes.ts";
import { changeJson } from "./change-json.ts";
import { copyOf, isObject, type Json, type JsonObject } from "./json.ts";
import type { Random } from "./random.ts";

/** Base64 of the same bytes, or nearly, that is not its one spelling. */
export const spoilBase64 = (text: string, random: Random): string =>
  random.pick<() => string>([
    () => text.replace(/=+$/, ""),
    () => `${text}=`,
    () => text.replaceAll("+", "-").replaceAll("/", "_"),
    () => `${text.slice(0, 4)}\n${text.slice(4)}`,
    () => ` ${text}`,
    () => looseEnd(text),
    () => `${text}AA==`,
    () => `${text.slice(0, -1)}`,
  ])();

// With padding, the bits below the last byte can be anything, and many decoders ignore them.
const looseEnd = (text: string): string => {
  const at = text.indexOf("=");
  if (at < 1) return `${text}A===`;
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const value = alphabet.indexOf(text[at - 1] ?? "A");
  return `${text.slice(0, at - 1)}${alphabet[value ^ 1] ?? "B"}${text.slice(at)}`;
};

const changeSig = (sig: string, random: Random): string => {
  if (random.chance(30)) return spoilBase64(sig, random);
  try {
    return base64Encode(changeBytes(base64Decode(sig), random));
  } catch {
    return sig.slice(1);
  }
};

const changeSignatures = (list: readonly JsonObject[], random: Random): JsonObject[] => {
  const at = random.below(list.length);
  const on = (change: (one: JsonObject) => JsonObject): JsonObject[] =>
    list.map((one, index) => (index === at ? change(one) : one));
  const other = random.pick(list);
  return random.pick<() => JsonObject[]>([
    () => on((one) => ({ ...one, sig: changeSig(String(one["sig"]), random) })),
    () => on((one) => ({ ...one, sig: changeSig(String(one["sig"]), random) })),
    () => on((one) => ({ ...one, sig: other["sig"] ?? "" })),
    () => on((one) => ({ ...one, keyid: other["keyid"] ?? "" })),
    () => list.filter((_, index) => index !== at),
    () => [...list, copyOf(other)],
    () => [...list].reverse(),
    () => [],
  ])();
};

/** Changes an envelope once: its type, the spelling of its base64, its signatures, or any member. */
export const changeEnvelope = (envelope: JsonObject, random: Random): JsonObject => {
  const signatures = envelope["signatures"];
  const list = Array.isArray(signatures) ? signatures.filter(isObject) : [];
  const any = (): JsonObject => {
    const changed = changeJson(envelope, random);
    return isObject(changed) ? changed : { payload: changed };
  };
  return random.weighted<() => JsonObject>([
    [8, () => (list.length === 0 ? any() : { ...envelope, signatures: changeSignatures(list, random) as Json[] })],
    [2, () => ({ ...envelope, payloadType: random.pick([...Object.values(PAYLOAD_TYPES), "", "application/json"]) })],
    [2, () => ({ ...envelope, payload: spoilBase64(String(envelope["payload"]), random) })],
    [4, any],
  ])();
};
