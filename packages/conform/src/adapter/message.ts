import { fromUtf8, isSettldError, type JsonValue, parseJson, SettldError } from "@settld/protocol";
import type { AdapterError, AdapterHello, AdapterOk, AdapterSkip } from "../gen/types.ts";
import { adapterError, adapterHello, adapterOk, adapterSkip, type Validator } from "../gen/validators.js";
import type { Outcome } from "./outcome.ts";

/** Longest line of an adapter, in bytes without the line feed (CONF-1). */
export const LINE_BYTES_MAX = 16_777_216;

/** Deepest nesting of a message of an adapter (CONF-1): what a report holds of it has to fit into JSON of depth 64. */
export const MESSAGE_DEPTH_MAX = 48;

/** A message that answers a case (CONF-4). */
export type Reply = AdapterOk | AdapterSkip | AdapterError;

const VALIDATORS: Readonly<Record<string, Validator<AdapterHello | Reply>>> = {
  hello: adapterHello,
  ok: adapterOk,
  skip: adapterSkip,
  error: adapterError,
};

/**
 * Reads one message of an adapter.
 *
 * @param place - where it stood, such as `line 3`.
 * @throws SettldError `CONF_ADAPTER_MESSAGE` when it is none.
 */
export const parseMessage = (line: Uint8Array, place: string): AdapterHello | Reply => {
  if (line.length > LINE_BYTES_MAX) throw lineTooLong(line, place);
  let value: JsonValue;
  try {
    value = parseJson(line, { maxBytes: LINE_BYTES_MAX });
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw brokenMessage(place, "a message of the adapter protocol", line, `${error.code}, ${error.message}`);
  }
  if (depthOf(value) > MESSAGE_DEPTH_MAX) {
    throw brokenMessage(place, `a message nested at most ${MESSAGE_DEPTH_MAX} deep`, line);
  }
  const type = typeof value === "object" && value !== null && "type" in value ? value["type"] : undefined;
  const validate = typeof type === "string" && Object.hasOwn(VALIDATORS, type) ? VALIDATORS[type] : undefined;
  if (validate === undefined) {
    throw brokenMessage(place, "a message of the type hello, ok, skip or error", line);
  }
  if (!validate(value)) {
    const { instancePath = "", message = "" } = validate.errors?.[0] ?? {};
    throw brokenMessage(
      place,
      `a message ${type} that matches adapter.schema.json`,
      line,
      `${instancePath} ${message}`,
    );
  }
  return value;
};

// Parsed JSON is nested at most 64 deep, so this recursion ends.
const depthOf = (value: JsonValue): number =>
  typeof value === "object" && value !== null
    ? 1 + Object.values(value).reduce((deepest: number, member: JsonValue) => Math.max(deepest, depthOf(member)), 0)
    : 0;

/** An error for a line that breaks the protocol, with its number and its beginning (CONF-7). */
export const brokenMessage = (place: string, expected: string, line: Uint8Array, why: string = ""): SettldError => {
  const reason = why.trim() === "" ? "" : ` (${why.trim()})`;
  return new SettldError("CONF_ADAPTER_MESSAGE", `${place}: expected ${expected}, found ${excerpt(line)}${reason}`);
};

/** An error for a line that goes on after its limit. */
export const lineTooLong = (line: Uint8Array, place: string): SettldError =>
  brokenMessage(place, `at most ${LINE_BYTES_MAX} bytes`, line, "the line is longer than that");

const EXCERPT_BYTES = 160;

/** The beginning of a line in quotes; bytes that are no UTF-8 show as `\xNN`. */
const excerpt = (line: Uint8Array): string => {
  const cut = line.length > EXCERPT_BYTES;
  const text = textOf(cut ? line.subarray(0, EXCERPT_BYTES) : line);
  return `"${text}${cut ? "..." : ""}"`;
};

const textOf = (bytes: Uint8Array): string => {
  let text = "";
  let from = 0;
  while (from < bytes.length) {
    const rest = bytes.subarray(from);
    const fault = faultAt(rest);
    text += fromUtf8(rest.subarray(0, fault));
    if (fault === rest.length) break;
    text += `\\x${(rest[fault] ?? 0).toString(16).padStart(2, "0")}`;
    from += fault + 1;
  }
  return text;
};

// Index of the first byte that is no UTF-8, or the length.
const faultAt = (bytes: Uint8Array): number => {
  try {
    fromUtf8(bytes);
    return bytes.length;
  } catch (error) {
    if (isSettldError(error) && error.offset !== undefined) return error.offset;
    throw error;
  }
};

/** What a reply says, without the words of the protocol. */
export const outcomeOf = (reply: Reply): Outcome => {
  switch (reply.type) {
    case "ok": {
      const { verdict, code, facts } = reply;
      return { kind: "answer", answer: { verdict, code, ...(facts === undefined ? {} : { facts }) } };
    }
    case "skip": {
      const { feature, reason, issue } = reply;
      return { kind: "skip", feature, reason, ...(issue === undefined ? {} : { issue }) };
    }
    case "error":
      return { kind: "error", message: reply.message };
  }
};
