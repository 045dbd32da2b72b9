import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { patterns } from "./constants.ts";
import { excerpt, Keys, type Mutant, REMOVED } from "./mutant.ts";

/** A JSON value of a schema. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** One change of one keyword: another value, or none. */
export type SchemaEdit = { readonly path: readonly (string | number)[]; readonly value?: Json };

/** A mutant of a schema, with the change that makes it. */
export type SchemaMutant = { readonly mutant: Mutant; readonly edit: SchemaEdit };

type Schema = { readonly [keyword: string]: Json };

/** The schemas that the validators of the protocol are compiled from, by file name. */
export const readSchemas = (root: string): ReadonlyMap<string, Schema> =>
  new Map(
    globSync("schemas/*.schema.json", { cwd: root })
      .sort()
      .map((path) => path.replace(/^.*[\\/]/, ""))
      .filter((name) => /^(?:common|event|trust|receipt)\./.test(name))
      .map((name) => [name, JSON.parse(readFileSync(join(root, "schemas", name), "utf8")) as Schema]),
  );

const BOUNDS: ReadonlySet<string> = new Set([
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
]);

// Loosened by leaving them out. `const` and `enum` have more ways, below.
const DROPPED: ReadonlySet<string> = new Set([
  ...BOUNDS,
  "type",
  "pattern",
  "additionalProperties",
  "propertyNames",
  "items",
  "uniqueItems",
  "const",
  "enum",
  "$ref",
]);

const isSchema = (value: Json | undefined): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What may take the place of a keyword's value; without a value the keyword is left out. */
type Replacement = { readonly value?: Json; readonly shown?: string };

const valuesOf = (keyword: string, value: Json, schema: Schema): Replacement[] => {
  const dropped: Replacement[] = DROPPED.has(keyword) ? [{}] : [];
  if (BOUNDS.has(keyword) && typeof value === "number") {
    return [...dropped, { value: value + 1 }, ...(value === 0 ? [] : [{ value: value - 1 }])];
  }
  if (keyword === "pattern" && typeof value === "string") {
    return [...dropped, ...patterns(value, "u").map(({ pattern, shown }) => ({ value: pattern, shown }))];
  }
  if (keyword === "required" && Array.isArray(value)) {
    const names = value as readonly string[];
    const optional = Object.keys(isSchema(schema["properties"]) ? schema["properties"] : {}).filter(
      (name) => !names.includes(name),
    );
    return [
      ...names.map((name) => ({ value: names.filter((other) => other !== name), shown: `without ${name}` })),
      // As common as a forgotten member: one that an implementation asks for although it may be missing.
      ...optional.map((name) => ({ value: [...names, name], shown: `with ${name}` })),
    ];
  }
  if (keyword === "enum" && Array.isArray(value) && value.length > 1) {
    return [
      ...dropped,
      ...value.map((item) => ({
        value: value.filter((other) => other !== item),
        shown: `without ${JSON.stringify(item)}`,
      })),
    ];
  }
  return dropped;
};

const shownOf = ({ value, shown }: Replacement): string =>
  shown ?? (value === undefined ? REMOVED : JSON.stringify(value));

/** Mutants of the schemas: loosened, tightened and dropped keywords, in reading order. `id` continues from `last`. */
export const mutateSchemas = (schemas: ReadonlyMap<string, Schema>, last: number): SchemaMutant[] => {
  const keys = new Keys();
  const found: SchemaMutant[] = [];
  const visit = (name: string, schema: Schema, path: readonly (string | number)[]): void => {
    const add = (keyword: string, original: Json, other: Replacement): void => {
      const { value } = other;
      const at = [...path, keyword];
      const named = {
        file: `schemas/${name}`,
        where: `/${path.join("/")}`,
        original: `${keyword}: ${JSON.stringify(original)}`,
        replacement: shownOf(other),
      };
      const id = last + found.length + 1;
      const mutant: Mutant = { id, key: keys.next(named), ...named, operator: "schema", start: 0, end: 0 };
      found.push({ mutant, edit: value === undefined ? { path: [name, ...at] } : { path: [name, ...at], value } });
    };
    for (const [keyword, value] of Object.entries(schema)) {
      for (const other of valuesOf(keyword, value, schema)) add(keyword, value, other);
      if (keyword === "properties" || keyword === "$defs" || keyword === "patternProperties") {
        for (const [member, inner] of Object.entries(value as Schema)) {
          if (isSchema(inner)) visit(name, inner, [...path, keyword, member]);
        }
      } else if (keyword === "oneOf" && Array.isArray(value)) {
        for (const one of value) {
          const others = value.filter((other) => other !== one);
          add(keyword, value, { value: others, shown: `without ${JSON.stringify(one)}` });
        }
      } else if (
        (keyword === "items" || keyword === "propertyNames" || keyword === "additionalProperties") &&
        isSchema(value)
      ) {
        visit(name, value, [...path, keyword]);
      }
    }
  };
  for (const [name, schema] of schemas) visit(name, schema, []);
  return found;
};

/** Applies an edit to the schema of its file. */
export const applyEdit = (
  schemas: ReadonlyMap<string, Schema>,
  { path, value }: SchemaEdit,
): ReadonlyMap<string, Schema> => {
  const [name, ...rest] = path;
  const schema = schemas.get(String(name));
  if (schema === undefined) throw new TypeError(`no schema ${excerpt(String(name))}`);
  return new Map([...schemas, [String(name), edited(schema, rest, value) as Schema]]);
};

const edited = (node: Json, [step, ...rest]: readonly (string | number)[], value: Json | undefined): Json => {
  if (!isSchema(node) || step === undefined) throw new TypeError("expected a keyword at the end of the path");
  const members = Object.entries(node).flatMap(([name, member]): [string, Json][] => {
    if (name !== String(step)) return [[name, member]];
    if (rest.length > 0) return [[name, edited(member, rest, value)]];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
};
