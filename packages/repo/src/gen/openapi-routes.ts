import {
  bundleOpenApi,
  camelOf,
  componentOf,
  hasQuery,
  type OpenApi,
  openApiPath,
  operationsOf,
  type Parameter,
  pascalOf,
  type Resolved,
  schemaOf,
} from "./openapi.ts";
import { banner, type Generated } from "./registry.ts";
import { isObject, type Schema, type SchemaFile } from "./schema-set.ts";

const serverFolder = "packages/server/src/gen";
const sdkFolder = "packages/sdk/src/gen";

const json = (value: unknown): string => JSON.stringify(value);

/** Strings as a union type, one a line. */
const union = (values: readonly string[]): string => values.map((value) => `\n  | ${json(value)}`).join("");

/** Every code that an operation may refuse with, sorted. */
export const codesOf = ({ answers }: Resolved): string[] =>
  [...new Set(answers.flatMap(({ answer }) => answer["x-settld-codes"] ?? []))].sort();

/** The one media type of a request body. */
export const bodyTypeOf = ({ operation }: Resolved): string | undefined =>
  Object.keys(operation.requestBody?.content ?? {})[0];

/** The answers of success, 304 left out. */
export const successesOf = ({ answers }: Resolved): Resolved["answers"] =>
  answers.filter(({ status }) => status >= 200 && status < 300);

/** Name of the component that a successful answer is. */
export const answerTypeOf = (one: Resolved): string | undefined =>
  successesOf(one)
    .map(({ answer }) => componentOf(schemaOf(answer.content)))
    .find((name) => name !== undefined);

/** Whether a schema, or what it refers to, is an integer. */
const isInteger = (schema: Schema): boolean => schema["type"] === "integer";

const queryEntry = ({ name, schema }: Parameter): string => {
  const fallback = schema["default"] === undefined ? "" : `, default: ${json(schema["default"])}`;
  return `{ name: ${json(name)}, integer: ${isInteger(schema)}${fallback} }`;
};

const header = (one: Resolved, name: string): boolean =>
  one.parameters.some((parameter) => parameter.in === "header" && parameter.name === name);

const list = (values: readonly unknown[]): string => `[${values.map((value) => json(value)).join(", ")}]`;

const routeEntry = (one: Resolved, isEnvelope: (component: string) => boolean): string => {
  const { method, path, operation, parameters, isPublic } = one;
  const scope = operation["x-settld-scope"];
  const bodyType = bodyTypeOf(one);
  const component = componentOf(schemaOf(operation.requestBody?.content));
  const kind = component === undefined ? "bytes" : isEnvelope(component) ? "envelope" : "json";
  const answers = one.answers.flatMap(({ status, answer }) => {
    const name = componentOf(schemaOf(answer.content) ?? schemaOf(answer.content, "application/problem+json"));
    return name === undefined ? [] : [`${status}: ${json(camelOf(name))}`];
  });
  const id = camelOf(pascalOf(operation.operationId));
  const body =
    bodyType === undefined
      ? undefined
      : `{ kind: ${json(kind)}, mediaType: ${json(bodyType)}${component === undefined ? "" : `, validator: ${json(`${id}Body`)}`} }`;
  const lines = [
    `operationId: ${json(operation.operationId)}`,
    `method: ${json(method)}`,
    `path: ${json(path)}`,
    `isPublic: ${isPublic}`,
    ...(scope === undefined || scope === "any" ? [] : [`scope: ${json(scope)}`]),
    ...(isPublic ? [] : [`parameters: ${json(`${id}Parameters`)}`]),
    `path_: ${list(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name))}`,
    `query: [${parameters
      .filter((parameter) => parameter.in === "query")
      .map(queryEntry)
      .join(", ")}]`,
    ...(body === undefined ? [] : [`body: ${body}`]),
    `idempotencyKey: ${header(one, "Idempotency-Key")}`,
    `ifMatch: ${header(one, "If-Match")}`,
    `ifNoneMatch: ${header(one, "If-None-Match")}`,
    `success: ${list(successesOf(one).map(({ status }) => status))}`,
    `answers: {${answers.length === 0 ? "" : ` ${answers.join(", ")} `}}`,
    `codes: [${codesOf(one)
      .map((code) => `\n      ${json(code)},`)
      .join("")}${codesOf(one).length === 0 ? "" : "\n    "}]`,
  ];
  return `  {\n${lines.map((line) => `    ${line.replace("path_:", "pathParameters:")},\n`).join("")}  },\n`;
};

/** Whether a component is an envelope that a client signed, and so judged by area DSSE (HTTP-11). */
const envelopeTest =
  (document: OpenApi) =>
  (component: string): boolean =>
    ((document.components.schemas[component]?.["allOf"] ?? []) as readonly Schema[]).some(
      ({ $ref }) => typeof $ref === "string" && $ref.endsWith("/Envelope"),
    );

/** The document's scopes, in its order. */
export const scopesOf = (document: OpenApi): readonly string[] =>
  (document.components.schemas["Scope"]?.["enum"] ?? []) as readonly string[];

/** Document -> the table that the router, the tests of isolation and the fuzzer read. */
const generateRoutes = (document: OpenApi): Generated => {
  const operations = operationsOf(document);
  const text = `${banner(openApiPath)}

import type { Code } from "@settld/protocol";
import type * as answerValidators from "./answers.js";
import type * as validators from "./validators.js";

/** What a key may do; \`operator\` implies every other scope. */
export type RouteScope =${union(scopesOf(document))};

/** Name of an operation: resource and verb. */
export type OperationId =${union(operations.map(({ operation }) => operation.operationId))};

/** A query parameter. */
export type RouteQuery = {
  readonly name: string;
  /** Written as a decimal integer, and a number for the validator. */
  readonly integer: boolean;
  readonly default?: string | number;
};

/** What a request body is. */
export type RouteBody = {
  /** \`envelope\` is judged by area DSSE instead of by its schema (HTTP-11), \`bytes\` by nothing. */
  readonly kind: "json" | "envelope" | "bytes";
  readonly mediaType: string;
  /** Name of the validator in \`validators.js\`. */
  readonly validator?: keyof typeof validators;
};

/** One operation of the document. */
export type Route = {
  readonly operationId: OperationId;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Path with names in braces; a value is one segment, percent-decoded once. */
  readonly path: string;
  /** Open without an API key. */
  readonly isPublic: boolean;
  /** The scope that the key needs; without one every key will do. */
  readonly scope?: RouteScope;
  /** Name of the validator of path and query parameters in \`validators.js\`; it refuses unknown ones. */
  readonly parameters?: keyof typeof validators;
  readonly pathParameters: readonly string[];
  readonly query: readonly RouteQuery[];
  readonly body?: RouteBody;
  /** Whether it wants \`Idempotency-Key\` (HTTP-7). */
  readonly idempotencyKey: boolean;
  /** Whether it heeds \`If-Match\` (HTTP-8). */
  readonly ifMatch: boolean;
  /** Whether it heeds \`If-None-Match\` (HTTP-8). */
  readonly ifNoneMatch: boolean;
  /** Statuses of success, 304 left out. */
  readonly success: readonly number[];
  /** Name of the validator in \`answers.js\` by status, for answers in JSON. */
  readonly answers: Readonly<Record<number, keyof typeof answerValidators>>;
  /** Every code that it may refuse with. */
  readonly codes: readonly Code[];
};

/** Every operation, in the order of the document. */
export const ROUTES: readonly Route[] = [
${operations.map((one) => routeEntry(one, envelopeTest(document))).join("")}];
`;
  return new Map([[`${serverFolder}/routes.ts`, text]]);
};

/** Document -> the same in one file, as a server serves it. */
const generateBundle = (document: OpenApi, files: readonly SchemaFile[]): Generated =>
  new Map([
    [
      `${serverFolder}/openapi.ts`,
      `${banner(`${openApiPath} and schemas/*.schema.json`)}

/** The OpenAPI document with everything that it refers to, for \`/openapi.json\`. */
export const OPENAPI: Readonly<Record<string, unknown>> = ${JSON.stringify(bundleOpenApi(document, files), undefined, 2)};
`,
    ],
  ]);

/** Document -> method and path of each operation, as the client needs them. */
const generateOperations = (document: OpenApi): Generated => {
  const operations = operationsOf(document).filter(({ isPublic }) => !isPublic);
  const entries = operations.map(
    ({ method, path, operation }) => `  ${json(operation.operationId)}: [${json(method)}, ${json(path)}],\n`,
  );
  return new Map([
    [
      `${sdkFolder}/operations.ts`,
      `${banner(openApiPath)}

/** Method and path of every operation that needs a key. Values in braces are percent-encoded segments. */
export const OPERATIONS = {
${entries.join("")}} as const;
`,
    ],
  ]);
};

/** The type that lists operations with what goes in and out, for servers and clients alike. */
export const operationTypes = (document: OpenApi, parameters: "all" | "query"): string => {
  const entries = operationsOf(document)
    .filter(({ isPublic }) => !isPublic)
    .map((one) => {
      const name = pascalOf(one.operation.operationId);
      const body = bodyTypeOf(one);
      const component = componentOf(schemaOf(one.operation.requestBody?.content));
      const isJson = answerTypeOf(one);
      const isEmpty = successesOf(one).every(({ answer }) => answer.content === undefined);
      const members = [
        ...(parameters === "all" ? [`readonly parameters: ${name}Parameters`] : []),
        ...(parameters === "query" && hasQuery(one) ? [`readonly query: ${name}Query`] : []),
        ...(body === undefined ? [] : [`readonly body: ${component ?? "ReadableStream<Uint8Array>"}`]),
        `readonly answer: ${isJson ?? (isEmpty ? "undefined" : "ReadableStream<Uint8Array>")}`,
      ];
      return `  readonly ${json(one.operation.operationId)}: { ${members.join("; ")} };\n`;
    });
  return `/** What goes into every operation that needs a key, and what comes out of it. */
export type Operations = {
${entries.join("")}};`;
};

/** Document -> everything about routes: the table of the server, the served document, the client's list. */
export const generateOpenApi = (document: OpenApi, files: readonly SchemaFile[]): Generated =>
  new Map([...generateRoutes(document), ...generateBundle(document, files), ...generateOperations(document)]);

/** Objects of answers, which are open for clients, closed: so a test sees what the document does not have. */
export const closeObjects = (node: unknown): unknown => {
  if (Array.isArray(node)) {
    return node.map(closeObjects);
  }
  if (!isObject(node)) {
    return node;
  }
  const out = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closeObjects(value)]));
  const isOpen = isObject(node["properties"]) && node["type"] === "object" && !("additionalProperties" in node);
  return isOpen && !("allOf" in node) ? { ...out, additionalProperties: false } : out;
};
