import { canonicalBytes } from "@settld/protocol";

/** JSON as generators change it: plain, open to changes, and canonical form can be written of it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object of {@link Json}. */
export type JsonObject = { [name: string]: Json };

/** Whether a value is an object, and neither an array nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy that shares nothing. Names such as `__proto__` stay ordinary. */
export const copyOf = <T extends Json>(value: T): T => mapJson(value, (leaf) => leaf) as T;

/** A copy with every string, number, boolean and null replaced by what `change` makes of it. */
export const mapJson = (value: Json, change: (leaf: null | boolean | number | string) => Json): Json => {
  if (Array.isArray(value)) return value.map((item) => mapJson(item, change));
  if (!isObject(value)) return change(value);
  const copy: JsonObject = {};
  for (const name of Object.keys(value)) setMember(copy, name, mapJson(value[name] as Json, change));
  return copy;
};

/** Sets an own member, also one that is called `__proto__`. */
export const setMember = (object: JsonObject, name: string, value: Json): void => {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
};

/** How deep arrays and objects are nested in a value; 0 for everything else. */
export const depthOf = (value: Json): number =>
  typeof value === "object" && value !== null
    ? 1 + Object.values(value).reduce((most: number, member) => Math.max(most, depthOf(member)), 0)
    : 0;

/** Parses JSON that may be anything; `undefined` when it is none. */
export const tryParse = (bytes: Uint8Array): Json | undefined => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) as Json;
  } catch {
    return undefined;
  }
};

/** An object out of bytes, or `undefined` for everything else. */
export const tryParseObject = (bytes: Uint8Array): JsonObject | undefined => {
  const value = tryParse(bytes);
  return isObject(value) ? value : undefined;
};

/** Canonical bytes, or plain JSON bytes where there is no canonical form: a fraction, or too deep. */
export const encodeJson = (value: Json): Uint8Array => {
  try {
    return canonicalBytes(value);
  } catch {
    return new TextEncoder().encode(JSON.stringify(value));
  }
};
