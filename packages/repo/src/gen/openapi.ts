import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../workspace.ts";
import { isObject, resolveRef, type Schema, type SchemaFile, typeNameOf } from "./schema-set.ts";

/** Path of the API's document, relative to the root. */
export const openApiPath = "schemas/openapi.json";

/** A `$ref` object of the document. */
export type Ref = { readonly $ref: string };

/** A path, query or header parameter. */
export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description: string;
  readonly schema: Schema;
  readonly example?: unknown;
};

/** What a body can be, by media type. */
export type Content = Readonly<Record<string, { readonly schema: Schema; readonly examples?: Schema }>>;

/** One answer of an operation; a problem names its codes. */
export type Answer = {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Content;
  readonly "x-settld-codes"?: readonly string[];
};

/** One operation as the document has it. */
export type Operation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly "x-settld-scope"?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly (Parameter | Ref)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer | Ref>>;
};

/** The API's document, as far as the tooling reads it. */
export type OpenApi = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly "x-settld-codes-elsewhere": Readonly<Record<string, string>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly headers: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answer>>;
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
};

/** Reads the document of the repository at `base`; `undefined` when there is none. */
export const readOpenApi = (base: string): OpenApi | undefined =>
  existsSync(join(base, openApiPath)) ? readJson<OpenApi>(join(base, openApiPath)) : undefined;

/** The thing in `components` that a reference names, or the thing itself. */
export const deref = <T extends object>(document: OpenApi, value: T | Ref): T => {
  if (!("$ref" in value)) {
    return value;
  }
  const [, kind = "", name = ""] = /^#\/components\/([a-z]+)\/([A-Za-z]+)$/i.exec(value.$ref) ?? [];
  const found = (document.components as unknown as Readonly<Record<string, Readonly<Record<string, T>>>>)[kind]?.[name];
  if (found === undefined) {
    throw new Error(`${openApiPath}: $ref "${value.$ref}" names nothing`);
  }
  return found;
};

/** An operation with its place, and everything in it that was a reference to a component. */
export type Resolved = {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
  /** By status, ascending. */
  readonly answers: readonly { readonly status: number; readonly answer: Answer }[];
  /** Open to everybody; otherwise the route needs an API key. */
  readonly isPublic: boolean;
};

/** Every operation in the order of the document. */
export const operationsOf = (document: OpenApi): Resolved[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      parameters: (operation.parameters ?? []).map((parameter) => deref(document, parameter)),
      answers: Object.entries(operation.responses).map(([status, answer]) => ({
        status: Number(status),
        answer: deref(document, answer),
      })),
      isPublic: operation.security?.length === 0,
    })),
  );

/** `agreements.listEvents` -> `AgreementsListEvents`. */
export const pascalOf = (operationId: string): string =>
  operationId
    .split(".")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

/** `Agreement` -> `agreement`, as validators are called. */
export const camelOf = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** The schema of one media type of a body or an answer. */
export const schemaOf = (content: Content | undefined, mediaType = "application/json"): Schema | undefined =>
  content?.[mediaType]?.schema;

/** Name of the component that a schema is nothing but a reference to. */
export const componentOf = (schema: Schema | undefined): string | undefined => {
  const ref = schema?.["$ref"];
  return typeof ref === "string" && ref.startsWith("#/components/schemas/") ? ref.split("/").at(-1) : undefined;
};

/** Keywords about bytes inside a text: true, and nothing that types or validators could use. */
const content = ["contentEncoding", "contentMediaType", "contentSchema"];

const rewrite = (node: unknown): unknown => {
  if (Array.isArray(node)) {
    return node.map(rewrite);
  }
  if (!isObject(node)) {
    return node;
  }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !content.includes(key))
      .map(([key, value]) =>
        key === "$ref" && typeof value === "string"
          ? [key, value.replace(/^#\/components\/schemas\//, "#/$defs/")]
          : [key, rewrite(value)],
      ),
  );
};

/** Parameters of an operation as one object, those of other places than `places` left out. */
const parametersSchema = (
  { parameters }: Resolved,
  title: string,
  places: readonly Parameter["in"][],
): Schema | undefined => {
  const mine = parameters.filter((parameter) => places.includes(parameter.in));
  return {
    title,
    type: "object",
    properties: Object.fromEntries(
      mine.map(({ name, description, schema }) => [
        name,
        "description" in schema ? schema : { description, ...schema },
      ]),
    ),
    required: mine.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: false,
  };
};

/** Operations with query parameters. */
export const hasQuery = ({ parameters }: Resolved): boolean => parameters.some((parameter) => parameter.in === "query");

/**
 * The document's schemas as one schema file, so that the generators of types and validators read it like the others.
 * `parameters` adds an object for each operation behind a key: `AgreementsListParameters` with path and query, or
 * `AgreementsListQuery` with the query alone.
 */
export const openApiSchemaFile = (
  document: OpenApi,
  files: readonly SchemaFile[],
  parameters: "all" | "query" | "none",
): SchemaFile => {
  const id = new URL("openapi.json", files[0]?.id ?? "https://localhost/schemas/").href;
  const operations = operationsOf(document).filter(({ isPublic }) => !isPublic);
  const extra = operations.flatMap((one): [string, Schema][] => {
    const name = pascalOf(one.operation.operationId);
    if (parameters === "all") {
      const title = `${name}Parameters`;
      return [[title, parametersSchema(one, title, ["path", "query"]) ?? {}]];
    }
    const title = `${name}Query`;
    return parameters === "query" && hasQuery(one) ? [[title, parametersSchema(one, title, ["query"]) ?? {}]] : [];
  });
  const $defs = rewrite({ ...document.components.schemas, ...Object.fromEntries(extra) });
  return { path: openApiPath, id, schema: { $id: id, $defs } };
};

/** Keywords that belong to a schema file and not to a component. */
const fileKeywords = ["$id", "$schema", "$defs", "$comment"];

/**
 * The document with everything that it refers to in one: schemas of other files become components, named by their title.
 * This is what a server serves, and what tools can read that know one file only.
 */
export const bundleOpenApi = (document: OpenApi, files: readonly SchemaFile[]): OpenApi => {
  const own = openApiSchemaFile(document, files, "none");
  const foreign = new Map<string, Schema>();
  const nameOf = (ref: string, from: SchemaFile): string => {
    const place = resolveRef(files, from, ref);
    const name = typeNameOf(place) ?? "";
    if (name in document.components.schemas) {
      throw new Error(`${openApiPath}: component ${name} has the name of a type of ${place.file.path}`);
    }
    if (!foreign.has(name)) {
      // Reserved before its content is read, because schemas may refer to each other.
      foreign.set(name, {});
      const schema =
        place.pointer === ""
          ? place.file.schema
          : ((place.file.schema["$defs"] as Schema)[place.pointer.slice("/$defs/".length)] as Schema);
      foreign.set(name, walk(schema, place.file) as Schema);
    }
    return name;
  };
  const walk = (node: unknown, from: SchemaFile): unknown => {
    if (Array.isArray(node)) {
      return node.map((item) => walk(item, from));
    }
    if (!isObject(node)) {
      return node;
    }
    const out: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      if (from !== own && fileKeywords.includes(key) && typeof value !== "boolean") {
        continue;
      }
      const isForeign = key === "$ref" && typeof value === "string" && !(from === own && value.startsWith("#"));
      out[key] = isForeign ? `#/components/schemas/${nameOf(value, from)}` : walk(value, from);
    }
    return isObject(out["discriminator"]) ? { ...out, discriminator: withMapping(out) } : out;
  };
  // Without a mapping the values would have to be names of components.
  const withMapping = (node: Schema): Schema => {
    const { propertyName } = node["discriminator"] as { propertyName: string };
    const mapping = (node["oneOf"] as readonly Ref[]).map(({ $ref }) => {
      const { properties } = foreign.get($ref.split("/").at(-1) ?? "") as {
        properties: Readonly<Record<string, Schema>>;
      };
      return [properties[propertyName]?.["const"], $ref];
    });
    return { propertyName, mapping: Object.fromEntries(mapping) };
  };
  const bundled = walk(document, own) as OpenApi;
  const added = [...foreign].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...bundled,
    components: {
      ...bundled.components,
      schemas: { ...bundled.components.schemas, ...Object.fromEntries(added) },
    },
  };
};
