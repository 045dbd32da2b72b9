import { replaceAt, walkJson } from "./change-json.ts";
import { isObject, type Json } from "./json.ts";

/** Numbers of entries to leave out of a list at one time: halves first, single ones at last. */
export const cuts = (length: number): readonly (readonly [from: number, to: number])[] => {
  const all: (readonly [number, number])[] = [];
  for (let size = Math.ceil(length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < length; from += size) all.push([from, Math.min(length, from + size)]);
  }
  return all;
};

/** A list without the entries from one index up to another. */
export const without = <T>(list: readonly T[], [from, to]: readonly [number, number]): T[] => [
  ...list.slice(0, from),
  ...list.slice(to),
];

/** Bytes with less in them: parts cut out, the large ones first. */
export function* smallerBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (const [from, to] of cuts(bytes.length)) {
    const rest = new Uint8Array(bytes.length - (to - from));
    rest.set(bytes.subarray(0, from));
    rest.set(bytes.subarray(to), from);
    yield rest;
  }
}

const simplest = (value: Json): readonly Json[] => {
  if (typeof value === "string") return value.length <= 1 ? [] : ["", value.slice(0, Math.ceil(value.length / 2))];
  if (typeof value === "number" && value !== 0 && value !== 1) return [0, 1];
  return [];
};

/** Simpler documents: with members and entries taken away, from the root down, then with simpler values. */
export function* simplerJson(root: Json): Generator<Json> {
  const places = [...walkJson(root)];
  for (const [path, value] of places) {
    if (Array.isArray(value)) for (const cut of cuts(value.length)) yield replaceAt(root, path, without(value, cut));
    if (isObject(value)) for (const name of Object.keys(value)) yield replaceAt(root, [...path, name], undefined);
  }
  for (const [path, value] of places) for (const simple of simplest(value)) yield replaceAt(root, path, simple);
}
