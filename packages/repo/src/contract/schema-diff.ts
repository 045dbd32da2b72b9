import { isDeepStrictEqual } from "node:util";
import { isObject, type Schema } from "../gen/schema-set.ts";
import type { Finding, Level } from "./difference.ts";
import type { Direction } from "./direction.ts";

const annotations = new Set(["$comment", "title", "description", "examples"]);

/** Keywords whose value is a map from names to schemas. */
const maps = ["properties", "patternProperties", "$defs"];

/**
 * The structure of a schema without the words about it: annotations dropped, names sorted, `const` written as `enum`.
 * Two schemas with one structure accept the same documents.
 */
export const structure = (node: unknown, isMap = false): unknown => {
  if (Array.isArray(node)) {
    return node.map((item) => structure(item));
  }
  if (!isObject(node)) {
    return node;
  }
  const entries = Object.entries(node).flatMap(([key, value]): [string, unknown][] => {
    if (isMap) {
      return [[key, structure(value)]];
    }
    if (annotations.has(key)) {
      return [];
    }
    if (key === "const") {
      return [["enum", [value]]];
    }
    if (key === "enum" || key === "required") {
      return [[key, value]];
    }
    return [[key, structure(value, maps.includes(key))]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

const lowerLimits = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]);
const upperLimits = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]);

const has = (list: readonly unknown[], value: unknown): boolean => list.some((item) => isDeepStrictEqual(item, value));
const isSubset = (part: readonly unknown[], whole: readonly unknown[]): boolean =>
  part.every((item) => has(whole, item));
const toList = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** What a change does to the set of documents: more of them are valid, fewer, or neither is certain. */
type Effect = "more" | "fewer" | "other";

const levelOf = (effect: Effect, direction: Direction): Level => {
  const harmless: Effect = direction === "input" ? "more" : "fewer";
  return direction !== "both" && effect === harmless ? "additive" : "breaking";
};

/** Where a comparison stands: the file and pointer for messages, the direction of each `$defs` entry. */
export type At = {
  readonly where: string;
  readonly direction: Direction;
  readonly defs?: (name: string) => Direction;
};

/**
 * Differences between two structures, each classified by who writes and who reads the documents. Whatever is not
 * recognised as additive is breaking.
 */
export const diffSchema = (at: At, old: unknown, now: unknown, pointer = ""): Finding[] => {
  if (isDeepStrictEqual(old, now)) {
    return [];
  }
  const { direction } = at;
  const place = (key: string): string => `${at.where}#${pointer}${key === "" ? "" : `/${key}`}`;
  const finding = (effect: Effect, key: string, rule: string): Finding => ({
    level: levelOf(effect, direction),
    where: place(key),
    rule,
  });
  if (!isObject(old) || !isObject(now)) {
    const widened = old === false || now === true;
    return [finding(widened ? "more" : "other", "", widened ? "accepts more" : "schema replaced")];
  }
  const closed = old["additionalProperties"] === false || old["unevaluatedProperties"] === false;
  const compare = (key: string): Finding | Finding[] => {
    const before = old[key];
    const after = now[key];
    if (isDeepStrictEqual(before, after)) {
      return [];
    }
    if (maps.includes(key)) {
      return diffMap(key, (before ?? {}) as Schema, (after ?? {}) as Schema);
    }
    if (key === "required") {
      const added = toList(after).filter((name) => !has(toList(before), name));
      const dropped = toList(before).filter((name) => !has(toList(after), name));
      return [
        ...(added.length > 0 ? [finding("fewer", key, `new required: ${added.join(", ")}`)] : []),
        ...(dropped.length > 0 ? [finding("more", key, `no longer required: ${dropped.join(", ")}`)] : []),
      ];
    }
    if (key === "enum" || key === "type") {
      const [wider, narrower] = [
        after === undefined || (before !== undefined && isSubset(toList(before), toList(after))),
        before === undefined || (after !== undefined && isSubset(toList(after), toList(before))),
      ];
      const what = key === "enum" ? "values" : "types";
      if (wider) return finding("more", key, `new ${what}`);
      return narrower ? finding("fewer", key, `${what} removed or fixed`) : finding("other", key, `${what} changed`);
    }
    if (lowerLimits.has(key) || upperLimits.has(key)) {
      const numbers = typeof before === "number" && typeof after === "number";
      const relaxed = after === undefined || (numbers && (lowerLimits.has(key) ? after < before : after > before));
      return finding(relaxed ? "more" : "fewer", key, relaxed ? "limit relaxed" : "limit tightened");
    }
    if (key === "pattern") {
      if (after === undefined) return finding("more", key, "pattern dropped");
      return finding(before === undefined ? "fewer" : "other", key, "pattern changed");
    }
    if (key === "additionalProperties" || key === "unevaluatedProperties") {
      if (before === false && after !== false) return finding("more", key, "object opened");
      return isObject(before) && isObject(after)
        ? diffSchema(at, before, after, `${pointer}/${key}`)
        : finding(after === false ? "fewer" : "other", key, "additional properties restricted");
    }
    if ((key === "items" || key === "propertyNames") && before !== undefined && after !== undefined) {
      return diffSchema(at, before, after, `${pointer}/${key}`);
    }
    if (
      (key === "oneOf" || key === "anyOf" || key === "allOf" || key === "prefixItems") &&
      Array.isArray(before) &&
      Array.isArray(after)
    ) {
      if (before.length === after.length) {
        return before.flatMap((branch, index) => diffSchema(at, branch, after[index], `${pointer}/${key}/${index}`));
      }
      const alternatives = key === "oneOf" || key === "anyOf";
      if (alternatives && isSubset(before, after)) return finding("more", key, "new alternative");
      return finding(alternatives && isSubset(after, before) ? "fewer" : "other", key, "alternatives changed");
    }
    return finding("other", key, `${key} changed, which no rule calls additive`);
  };
  const diffMap = (key: string, before: Schema, after: Schema): Finding[] =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name): Finding | Finding[] => {
      const inner = key === "$defs" && at.defs !== undefined ? { ...at, direction: at.defs(name) } : at;
      if (name in before && name in after) {
        return diffSchema(inner, before[name], after[name], `${pointer}/${key}/${name}`);
      }
      if (name in before) {
        // Whoever reads a document may use the member, and whoever writes it may send it.
        return { level: "breaking", where: place(`${key}/${name}`), rule: "removed" };
      }
      if (key === "$defs") {
        return { level: "additive", where: place(`${key}/${name}`), rule: "added" };
      }
      if (key === "properties" && (direction === "output" || closed)) {
        return { level: direction === "both" ? "breaking" : "additive", where: place(`${key}/${name}`), rule: "added" };
      }
      // In an open object the name was free for anything until now.
      return { level: "breaking", where: place(`${key}/${name}`), rule: "constrains a name that was free" };
    });
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap(compare);
};
