import { digestOf } from "@settld/protocol";
import { encodeJson, isObject, type Json, type JsonObject, mapJson } from "./json.ts";

/**
 * An event on its way into a log. `was` is the digest that other events know it by, so that what refers to it can
 * follow when it changes; raw bytes stand for payloads that are no JSON object.
 */
export type Link = { readonly payload: JsonObject | Uint8Array; readonly was?: string | undefined };

/** The bytes of a log and their digests. */
export type Chained = { readonly payloads: readonly Uint8Array[]; readonly digests: readonly string[] };

/** The place of an event: what LOG-1 to LOG-3 ask for. The first event of a log has no `agreement` and no `prev`. */
export const placeAt = (payload: JsonObject, digests: readonly string[]): JsonObject => {
  const { agreement: _agreement, prev: _prev, ...rest } = payload;
  const [agreement] = digests;
  return agreement === undefined
    ? { ...rest, seq: 0 }
    : { ...rest, agreement, seq: digests.length, prev: digests.at(-1) ?? null };
};

/**
 * Makes a log of events that were changed, dropped, repeated or taken from elsewhere: place and references are written
 * anew, so that a verifier gets past the chain to whatever else became wrong.
 */
export const rechain = (links: readonly Link[]): Chained => {
  const payloads: Uint8Array[] = [];
  const digests: string[] = [];
  const renamed = new Map<string, string>();
  for (const { payload, was } of links) {
    const bytes = payload instanceof Uint8Array ? payload : encodeJson(followed(placeAt(payload, digests), renamed));
    const digest = digestOf(bytes);
    if (was !== undefined) renamed.set(was, digest);
    payloads.push(bytes);
    digests.push(digest);
  }
  return { payloads, digests };
};

const followed = (value: Json, renamed: ReadonlyMap<string, string>): Json =>
  mapJson(value, (leaf) => (typeof leaf === "string" ? (renamed.get(leaf) ?? leaf) : leaf));

/** The last event of a type in a log, from the end. */
const lastOf = (payloads: readonly Json[], digests: readonly string[], type: string): string | undefined => {
  for (let at = payloads.length - 1; at >= 0; at -= 1) {
    const payload = payloads[at];
    if (isObject(payload) && payload["type"] === type) return digests[at];
  }
  return undefined;
};

const TARGETS: Readonly<Record<string, string>> = {
  submission: "work.submitted",
  decision: "decision.made",
  dispute: "dispute.opened",
};

/**
 * Makes an event from another log refer to this one: by its type the reference is to the last submission, decision or
 * dispute, or to the event before.
 */
export const adopted = (payload: JsonObject, payloads: readonly Json[], digests: readonly string[]): JsonObject => {
  const body = payload["body"];
  if (!isObject(body)) return payload;
  const changed = { ...body };
  for (const [name, type] of Object.entries(TARGETS)) {
    const digest = lastOf(payloads, digests, type);
    if (typeof changed[name] === "string" && digest !== undefined) changed[name] = digest;
  }
  const before = digests.at(-1);
  if (typeof changed["cause"] === "string" && before !== undefined) changed["cause"] = before;
  return { ...payload, body: changed };
};
