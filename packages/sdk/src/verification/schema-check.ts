/**
 * JSON Schema in a page of code: what the schemas of the protocol use, and nothing else. Compiled validators are faster
 * and fifteen times as large; a test holds both to the same answers.
 */

/**
 * The keywords that the protocol's schemas use, turned around where that is shorter: `properties` are required unless
 * they stand in `optional`, and no others are allowed unless `additionalProperties` says so. `type` is left out where
 * {@link impliedType} gives it. References are places in
 * a table, and a number is a schema that is nothing else.
 */
export type Schema =
  | boolean
  | number
  | {
      readonly type?: string | readonly string[];
      readonly const?: unknown;
      readonly enum?: readonly unknown[];
      readonly pattern?: string;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly minItems?: number;
      readonly maxItems?: number;
      readonly items?: Schema;
      readonly minProperties?: number;
      readonly maxProperties?: number;
      readonly propertyNames?: Schema;
      readonly properties?: { readonly [name: string]: Schema };
      readonly optional?: readonly string[];
      readonly required?: readonly string[];
      readonly additionalProperties?: Schema;
      readonly discriminator?: { readonly propertyName: string };
      readonly oneOf?: readonly Schema[];
      readonly allOf?: readonly Schema[];
      readonly if?: Schema;
      readonly then?: Schema;
      readonly else?: Schema;
    };

/** The first thing that is wrong, as the compiled validators say it. */
export type SchemaFault = {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
};

/** A validator like the compiled ones: false leaves the first fault in `errors`. */
export type Validator = ((value: unknown) => boolean) & { errors?: readonly SchemaFault[] | null };

type MakeFault = (keyword: string, params: Members) => SchemaFault;

type Members = { readonly [name: string]: unknown };

/**
 * Makes validators out of a table of schemas, by their place in it.
 *
 * @public The module that the build writes imports it.
 */
export function validatorsOf(table: readonly Schema[]): (place: number) => Validator {
  const patterns = new Map<string, RegExp>();
  const matches = (pattern: string, text: string): boolean => {
    const found = patterns.get(pattern) ?? new RegExp(pattern, "u");
    patterns.set(pattern, found);
    return found.test(text);
  };

  // The order of the checks is that of the compiled validators, so that both name the same place.
  const check = (schema: Schema, value: unknown, path: string): SchemaFault | undefined => {
    const fault: MakeFault = (keyword, params) => ({
      instancePath: path,
      keyword,
      params,
      message: `expected ${keyword} ${Object.values(params)}`,
    });
    if (typeof schema === "number") return check(table[schema] as Schema, value, path);
    if (schema === true) return undefined;
    if (schema === false) return fault("false schema", {});
    const { type = impliedType(schema) } = schema;
    const types = type === undefined || typeof type === "string" ? [type] : type;
    const wrongType = (): SchemaFault => fault("type", { type });
    const isType = types.some((one) => one === undefined || hasType(one, value));
    // A number, a text: the type is looked at together with what is said about it.
    if (!isType && (types.length > 1 || types[0] === "integer" || types[0] === "string")) {
      return wrongType();
    }
    if (typeof value === "number") {
      const { maximum, minimum } = schema;
      if (maximum !== undefined && value > maximum) return fault("maximum", { maximum });
      if (minimum !== undefined && value < minimum) return fault("minimum", { minimum });
    }
    if (typeof value === "string") {
      const { pattern } = schema;
      const wrongLength = checkCount(schema, "Length", [...value].length, fault);
      if (wrongLength !== undefined) return wrongLength;
      if (pattern !== undefined && !matches(pattern, value)) return fault("pattern", { pattern });
    }
    if (schema.const !== undefined && value !== schema.const) return fault("const", { allowedValue: schema.const });
    if (schema.enum !== undefined && !schema.enum.includes(value)) return fault("enum", { allowedValues: schema.enum });
    for (const one of schema.allOf ?? []) {
      const inner = check(one, value, path);
      if (inner !== undefined) return inner;
    }
    if (schema.if !== undefined) {
      const branch = check(schema.if, value, path) === undefined ? schema.then : schema.else;
      const inner = branch === undefined ? undefined : check(branch, value, path);
      if (inner !== undefined) return inner;
    }
    if (!isType) return wrongType();
    if (Array.isArray(value)) {
      const { items } = schema;
      const wrongLength = checkCount(schema, "Items", value.length, fault);
      if (wrongLength !== undefined) return wrongLength;
      if (items === undefined) return undefined;
      for (const [index, item] of value.entries()) {
        const inner = check(items, item, `${path}/${index}`);
        if (inner !== undefined) return inner;
      }
    } else if (isObject(value)) return checkMembers(schema, value, path, fault);
    return undefined;
  };

  const checkMembers = (
    schema: Exclude<Schema, boolean | number>,
    value: Members,
    path: string,
    fault: MakeFault,
  ): SchemaFault | undefined => {
    const { optional = [], propertyNames, properties = {} } = schema;
    const { required = Object.keys(properties).filter((name) => !optional.includes(name)) } = schema;
    const { additionalProperties = schema.properties === undefined } = schema;
    const names = Object.keys(value);
    const wrongCount = checkCount(schema, "Properties", names.length, fault);
    if (wrongCount !== undefined) return wrongCount;
    const missing = required.find((name) => own(value, name) === undefined);
    if (missing !== undefined) return fault("required", { missingProperty: missing });
    if (propertyNames !== undefined) {
      for (const name of names) {
        const inner = check(propertyNames, name, path);
        if (inner !== undefined) return inner;
      }
    }
    for (const name of names) {
      if (Object.hasOwn(properties, name)) continue;
      if (additionalProperties === false) return fault("additionalProperties", { additionalProperty: name });
      const inner = check(additionalProperties, value[name], `${path}/${escaped(name)}`);
      if (inner !== undefined) return inner;
    }
    for (const [name, one] of Object.entries(properties)) {
      const inner = own(value, name) === undefined ? undefined : check(one, value[name], `${path}/${escaped(name)}`);
      if (inner !== undefined) return inner;
    }
    if (schema.oneOf === undefined) return undefined;
    const tag = schema.discriminator?.propertyName ?? "";
    const kind = own(value, tag);
    const chosen = typeof kind === "string" ? schema.oneOf.find((one) => constOf(one, tag) === kind) : undefined;
    return chosen === undefined ? fault("discriminator", { tag }) : check(chosen, value, path);
  };

  const resolve = (schema: Schema | undefined): Exclude<Schema, boolean | number> | undefined => {
    if (typeof schema === "number") return resolve(table[schema]);
    return typeof schema === "object" ? schema : undefined;
  };
  const constOf = (schema: Schema, name: string): unknown => resolve(resolve(schema)?.properties?.[name])?.const;

  return (place) => {
    const validator: Validator = (value) => {
      const found = check(place, value, "");
      validator.errors = found === undefined ? null : [found];
      return found === undefined;
    };
    return validator;
  };
}

/** The type of a schema that does not say it. */
export function impliedType(schema: Exclude<Schema, boolean | number>): string | undefined {
  if (schema.items !== undefined) return "array";
  if (schema.pattern !== undefined) return "string";
  if (schema.minimum !== undefined) return "integer";
  return schema.properties !== undefined && schema.additionalProperties === undefined ? "object" : undefined;
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      // Boolean and string are called alike in both languages.
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(value: Members, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function checkCount(
  schema: Exclude<Schema, boolean | number>,
  what: "Length" | "Items" | "Properties",
  count: number,
  fault: MakeFault,
): SchemaFault | undefined {
  const max = schema[`max${what}`] ?? count;
  const min = schema[`min${what}`] ?? count;
  if (count > max) return fault(`max${what}`, { max });
  return count < min ? fault(`min${what}`, { min }) : undefined;
}
