import { isObject, memberOf } from "./values.ts";

/** A set of JSON Schemas that refer to each other: finds the schema of a `$ref` that stands in the file `base`. */
export type SchemaSet = (reference: string, base: string) => { readonly schema: unknown; readonly base: string };

/**
 * What is wrong with a value by a JSON Schema, or `undefined`: a pointer and what was expected. Knows the keywords that
 * the schemas of the protocol and its API document use; others say nothing, as 2020-12 has it for unknown ones.
 */
export const schemaFault = (
  value: unknown,
  schema: unknown,
  set: SchemaSet,
  base: string,
  pointer: string = "",
): string | undefined => {
  if (schema === true || !isObject(schema)) {
    return schema === false ? `${pointer || "/"}: expected nothing here` : undefined;
  }
  for (const [keyword, rule] of Object.entries(schema)) {
    const fault = KEYWORDS[keyword]?.({ value, rule, schema, set, base, pointer });
    if (fault !== undefined) return fault;
  }
  return undefined;
};

type Check = {
  readonly value: unknown;
  readonly rule: unknown;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly set: SchemaSet;
  readonly base: string;
  readonly pointer: string;
};

const wrong = ({ pointer, value }: Check, expected: string): string =>
  `${pointer || "/"}: expected ${expected}, found ${(JSON.stringify(value) ?? "nothing").slice(0, 80)}`;

const within = ({ set, base, pointer }: Check, value: unknown, schema: unknown, name?: string | number) =>
  schemaFault(value, schema, set, base, name === undefined ? pointer : `${pointer}/${name}`);

const lengthOf = (text: string): number => [...text].length;

const limit =
  (kind: "string" | "array" | "number" | "object", holds: (size: number, rule: number) => boolean, text: string) =>
  (check: Check): string | undefined => {
    const { value, rule } = check;
    const size =
      kind === "string" && typeof value === "string"
        ? lengthOf(value)
        : kind === "array" && Array.isArray(value)
          ? value.length
          : kind === "number" && typeof value === "number"
            ? value
            : kind === "object" && isObject(value)
              ? Object.keys(value).length
              : undefined;
    return size === undefined || holds(size, Number(rule)) ? undefined : wrong(check, `${text} ${String(rule)}`);
  };

const atLeast = (size: number, rule: number): boolean => size >= rule;
const atMost = (size: number, rule: number): boolean => size <= rule;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;

const KEYWORDS: Readonly<Record<string, (check: Check) => string | undefined>> = {
  $ref: ({ value, rule, set, base, pointer }) => {
    const found = set(String(rule), base);
    return schemaFault(value, found.schema, set, found.base, pointer);
  },
  type: (check) => {
    const types = [check.rule].flat();
    const type = typeOf(check.value);
    const fits = types.includes(type) || (type === "integer" && types.includes("number"));
    return fits ? undefined : wrong(check, types.join(" or "));
  },
  const: (check) => (same(check.value, check.rule) ? undefined : wrong(check, JSON.stringify(check.rule))),
  enum: (check) =>
    (check.rule as readonly unknown[]).some((one) => same(one, check.value))
      ? undefined
      : wrong(check, `one of ${JSON.stringify(check.rule).slice(0, 200)}`),
  pattern: (check) =>
    typeof check.value !== "string" || new RegExp(String(check.rule), "u").test(check.value)
      ? undefined
      : wrong(check, `text like ${String(check.rule)}`),
  minLength: limit("string", atLeast, "characters, at least"),
  maxLength: limit("string", atMost, "characters, at most"),
  minimum: limit("number", atLeast, "at least"),
  maximum: limit("number", atMost, "at most"),
  minItems: limit("array", atLeast, "items, at least"),
  maxItems: limit("array", atMost, "items, at most"),
  minProperties: limit("object", atLeast, "members, at least"),
  maxProperties: limit("object", atMost, "members, at most"),
  uniqueItems: (check) => {
    if (!Array.isArray(check.value) || check.rule !== true) return undefined;
    return new Set(check.value.map((one) => JSON.stringify(one))).size === check.value.length
      ? undefined
      : wrong(check, "each item once");
  },
  required: (check) => {
    const { value } = check;
    if (!isObject(value)) return undefined;
    const missing = (check.rule as readonly string[]).find((name) => !Object.hasOwn(value, name));
    return missing === undefined ? undefined : wrong(check, `a member ${missing}`);
  },
  properties: (check) => {
    const { value, rule } = check;
    if (!isObject(value)) return undefined;
    for (const [name, schema] of Object.entries(rule as Readonly<Record<string, unknown>>)) {
      const fault = Object.hasOwn(value, name) ? within(check, value[name], schema, name) : undefined;
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
  additionalProperties: (check) => {
    const { value, rule, schema } = check;
    if (!isObject(value)) return undefined;
    const known = memberOf(schema, "properties");
    for (const name of Object.keys(value)) {
      const fault = isObject(known) && Object.hasOwn(known, name) ? undefined : within(check, value[name], rule, name);
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
  propertyNames: (check) => {
    if (!isObject(check.value)) return undefined;
    for (const name of Object.keys(check.value)) {
      const fault = within(check, name, check.rule, name);
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
  items: (check) => {
    if (!Array.isArray(check.value)) return undefined;
    for (const [at, item] of check.value.entries()) {
      const fault = within(check, item, check.rule, at);
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
  allOf: (check) => {
    for (const one of check.rule as readonly unknown[]) {
      const fault = within(check, check.value, one);
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
  anyOf: (check) => {
    const faults = (check.rule as readonly unknown[]).map((one) => within(check, check.value, one));
    return faults.includes(undefined) ? undefined : faults[0];
  },
  oneOf: (check) => {
    const faults = (check.rule as readonly unknown[]).map((one) => within(check, check.value, one));
    const fitting = faults.filter((fault) => fault === undefined).length;
    return fitting === 1 ? undefined : fitting === 0 ? faults[0] : wrong(check, "what fits one alternative only");
  },
  not: (check) => (within(check, check.value, check.rule) === undefined ? wrong(check, "something else") : undefined),
  if: (check) => {
    const branch = within(check, check.value, check.rule) === undefined ? "then" : "else";
    return Object.hasOwn(check.schema, branch) ? within(check, check.value, check.schema[branch]) : undefined;
  },
};
