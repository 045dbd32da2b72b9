import type { Json, JsonObject } from "./json.ts";

// A case is one level above its input, and a line of the runner is strict JSON like every other (CONF-1, JSON-9).
const DEPTH_MAX = 63;
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * The input with what no line of the runner can carry taken out: halves of surrogate pairs become U+FFFD, and what is
 * nested too deep becomes null. Inside of bytes, which are base64 here, everything is possible.
 */
export const sendable = (input: JsonObject): JsonObject => repair(input, 0) as JsonObject;

const repair = (value: Json, depth: number): Json => {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return null;
  if (Array.isArray(value)) return value.map((item) => repair(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [wellFormed(name), repair(member as Json, depth + 1)]),
  );
};

const wellFormed = (text: string): string => (HALF_PAIR.test(text) ? text.replace(/\p{Surrogate}/gu, "\ufffd") : text);
