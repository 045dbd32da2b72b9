import { OPENAPI } from "../gen/openapi.ts";

/** Draws an integer from 0 up to a bound, exclusive. */
export type Draw = (below: number) => number;

/** A JSON Schema, as far as the document uses it. */
export type Schema = {
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema | boolean>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
};

/** A parameter of the document. */
export type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
};

/** An operation of the document. */
export type Operation = {
  readonly parameters?: readonly ({ readonly $ref: string } | Parameter)[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};

/** Resolves a reference within the document. */
export function resolve<T>(ref: string): T {
  let value: unknown = OPENAPI;
  for (const token of ref.slice("#/".length).split("/")) value = (value as Record<string, unknown>)[token];
  if (value === undefined) throw new Error(`${ref} is not in the document`);
  return value as T;
}

/** The operation of a path and method. */
export function operationOf(path: string, method: string): Operation {
  const paths = OPENAPI["paths"] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  const operation = paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not in the document`);
  return operation;
}

/** The parameters of an operation. */
export function parametersOf({ parameters = [] }: Operation): readonly Parameter[] {
  return parameters.map((one) => ("$ref" in one ? resolve<Parameter>(one.$ref) : one));
}

/**
 * A value that a schema describes, at its edges as often as not.
 *
 * @param known - texts by the name of their schema, where a pattern alone does not lead to something that exists.
 */
export function sampleOf(schema: Schema, draw: Draw, known: Readonly<Record<string, readonly unknown[]>>): unknown {
  const one = <T>(values: readonly T[]): T => values[draw(values.length)] as T;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    const values = known[name];
    return values === undefined ? sampleOf(resolve<Schema>(schema.$ref), draw, known) : one(values);
  }
  if ("const" in schema) return schema.const;
  if (schema.enum !== undefined) return one(schema.enum);
  const either = schema.oneOf ?? schema.anyOf;
  if (either !== undefined) return sampleOf(one(either), draw, known);
  const type = typeof schema.type === "object" ? one(schema.type) : schema.type;
  switch (type) {
    case "object": {
      const entries = Object.entries(schema.properties ?? {}).filter(
        (entry): entry is [string, Schema] =>
          typeof entry[1] === "object" && (schema.required?.includes(entry[0]) === true || draw(2) === 0),
      );
      return Object.fromEntries(entries.map(([name, inner]) => [name, sampleOf(inner, draw, known)]));
    }
    case "array": {
      const { minItems = 0, maxItems = 3, items = {} } = schema;
      const values = Array.from({ length: minItems + draw(Math.min(maxItems - minItems, 3) + 1) }, () =>
        sampleOf(items, draw, known),
      );
      return schema.uniqueItems === true
        ? [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
        : values;
    }
    case "integer": {
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
      return one([minimum, maximum, Math.min(minimum + draw(10), maximum)]);
    }
    case "boolean":
      return draw(2) === 0;
    case "null":
      return null;
    case "string": {
      const { pattern, minLength = 0, maxLength = 300 } = schema;
      if (pattern === undefined) {
        const characters = [..."\u00e9\u{1f600} text".repeat(maxLength)];
        return characters.slice(0, one([Math.max(minLength, 1), 12, maxLength])).join("");
      }
      throw new Error(`say in the trial what matches ${pattern}`);
    }
    default:
      return one<unknown>([1, "text", true, [], {}]);
  }
}
