import { isDeepStrictEqual } from "node:util";
import { isObject, type Schema } from "../gen/schema-set.ts";
import type { Difference } from "./difference.ts";

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

/**
 * Differences between two structures, each classified by what it does to documents and programs that exist:
 * additive accepts everything that was accepted. Whatever is not recognised as additive is breaking.
 */
export const diffSchema = (file: string, old: unknown, now: unknown, pointer = ""): Difference[] => {
  if (isDeepStrictEqual(old, now)) {
    return [];
  }
  const difference = (level: Difference["level"], key: string, rule: string): Difference => ({
    level,
    package: "@settld/schemas",
    where: `${file}#${pointer}${key === "" ? "" : `/${key}`}`,
    rule,
  });
  if (!isObject(old) || !isObject(now)) {
    const widened = old === false || now === true;
    return [difference(widened ? "additive" : "breaking", "", widened ? "accepts more" : "schema replaced")];
  }
  const closed = old["additionalProperties"] === false || old["unevaluatedProperties"] === false;
  const compare = (key: string): Difference | Difference[] => {
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
      return difference(
        added.length > 0 ? "breaking" : "additive",
        key,
        added.length > 0 ? `new required: ${added.join(", ")}` : "no longer required",
      );
    }
    if (key === "enum") {
      const relaxed = after === undefined || (before !== undefined && isSubset(toList(before), toList(after)));
      return difference(relaxed ? "additive" : "breaking", key, relaxed ? "new values" : "values removed or fixed");
    }
    if (key === "type") {
      const wider = before !== undefined && isSubset(toList(before), toList(after));
      return difference(wider ? "additive" : "breaking", key, wider ? "more types" : "type changed");
    }
    if (lowerLimits.has(key) || upperLimits.has(key)) {
      const relaxed =
        after === undefined ||
        (typeof before === "number" &&
          typeof after === "number" &&
          (lowerLimits.has(key) ? after < before : after > before));
      return difference(relaxed ? "additive" : "breaking", key, relaxed ? "limit relaxed" : "limit tightened");
    }
    if (key === "pattern") {
      const relaxed = after === undefined;
      return difference(relaxed ? "additive" : "breaking", key, relaxed ? "pattern dropped" : "pattern changed");
    }
    if (key === "additionalProperties") {
      const opened = before === false && after !== false;
      if (opened) {
        return difference("additive", key, "object opened");
      }
      return isObject(before) && isObject(after)
        ? diffSchema(file, before, after, `${pointer}/${key}`)
        : difference("breaking", key, "additional properties restricted");
    }
    if ((key === "items" || key === "propertyNames") && before !== undefined && after !== undefined) {
      return diffSchema(file, before, after, `${pointer}/${key}`);
    }
    if (
      (key === "oneOf" || key === "anyOf" || key === "allOf" || key === "prefixItems") &&
      Array.isArray(before) &&
      Array.isArray(after)
    ) {
      if (before.length === after.length) {
        return before.flatMap((branch, index) => diffSchema(file, branch, after[index], `${pointer}/${key}/${index}`));
      }
      const grown = (key === "oneOf" || key === "anyOf") && isSubset(before, after);
      return difference(grown ? "additive" : "breaking", key, grown ? "new alternative" : "alternatives changed");
    }
    return difference("breaking", key, `${key} changed, which no rule calls additive`);
  };
  const diffMap = (key: string, before: Schema, after: Schema): Difference[] =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name): Difference | Difference[] => {
      if (!(name in after)) {
        return difference("breaking", `${key}/${name}`, "removed");
      }
      if (!(name in before)) {
        // In an open object the name was free for anything until now.
        return key === "$defs" || (key === "properties" && closed)
          ? difference("additive", `${key}/${name}`, "added")
          : difference("breaking", `${key}/${name}`, "constrains a name that was free");
      }
      return diffSchema(file, before[name], after[name], `${pointer}/${key}/${name}`);
    });
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap(compare);
};
