import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type JsonValue, parsePointer, resolvePointer } from "@settld/protocol";
import { isBuilt } from "../version.ts";
import { type SchemaSet, schemaFault } from "./schema-check.ts";
import { at, isObject, listAt, type Members, memberOf, textAt } from "./values.ts";

/** Method and path of an operation. */
export type Operation = {
  readonly id: string;
  readonly method: string;
  /** With places in braces. */
  readonly path: string;
  readonly scope: string | undefined;
  /** Statuses that the document names. */
  readonly statuses: readonly string[];
};

/** An API document: operations, and whether answers follow it. */
export type ApiDocument = {
  readonly operations: ReadonlyMap<string, Operation>;
  /** What is wrong with the body of an answer, or `undefined`. */
  readonly fault: (operation: string, status: number, mediaType: string, body: unknown) => string | undefined;
  /** The codes that an operation may refuse with at a status; `undefined` when the document names none. */
  readonly codes: (operation: string, status: number) => readonly string[] | undefined;
  /** Names of `Scope`. */
  readonly scopes: readonly string[];
};

const OWN = "openapi.json";
const METHODS = ["get", "head", "post", "put", "patch", "delete"];

// The build copies the schemas beside itself (tsup.config.ts).
const folder = (): string =>
  fileURLToPath(new URL(isBuilt ? "./data/schemas/" : "../../../../schemas/", import.meta.url));

const files = new Map<string, unknown>();

const schemaFile = (name: string): unknown => {
  // A reference of ours names a file beside it; anything else has nothing to do with this folder.
  if (!/^[a-z-]+(?:\.schema)?\.json$/.test(name)) throw new Error(`expected a schema of the kit, found ${name}`);
  const found = files.get(name) ?? (JSON.parse(readFileSync(`${folder()}${name}`, "utf8")) as unknown);
  files.set(name, found);
  return found;
};

/** The API document of the specification, `schemas/openapi.json`. */
export const ownDocument = (): ApiDocument =>
  documentOf(schemaFile(OWN), OWN, (reference, base) => {
    const [file = "", pointer = ""] = reference.split("#");
    const name = file === "" ? base : file;
    return { schema: inside(schemaFile(name), pointer), base: name };
  });

/** The API document that a server hands out. A reference out of it leads to what the specification has there. */
export const servedDocument = (served: unknown): ApiDocument => {
  const document = withoutPatterns(served);
  return documentOf(document, "", (reference, base) => {
    const [file = "", pointer = ""] = reference.split("#");
    if (file === "" && base === "") return { schema: inside(document, pointer), base };
    const name = file === "" ? base : file;
    return { schema: inside(schemaFile(name), pointer), base: name };
  });
};

const inside = (document: unknown, pointer: string): unknown =>
  resolvePointer(document as JsonValue, parsePointer(pointer));

// A pattern of somebody else may take for ever; those of the specification are checked with its own document.
const withoutPatterns = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPatterns);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name, member]) => name !== "pattern" || typeof member !== "string");
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutPatterns(member)]));
};

const documentOf = (document: unknown, base: string, set: SchemaSet): ApiDocument => {
  const operations = new Map<string, Operation>();
  const responses = new Map<string, unknown>();
  for (const [path, item] of Object.entries(isObject(document) ? (memberOf(document, "paths") ?? {}) : {})) {
    for (const method of METHODS) {
      const operation = memberOf(item, method);
      const id = textAt(operation, "operationId");
      if (id === "") continue;
      const answers = memberOf(operation, "responses");
      operations.set(id, {
        id,
        method: method.toUpperCase(),
        path,
        scope: textAt(operation, "x-settld-scope") || undefined,
        statuses: isObject(answers) ? Object.keys(answers) : [],
      });
      responses.set(id, answers);
    }
  }
  const resolved = (value: unknown): unknown => {
    const reference = textAt(value, "$ref");
    return reference === "" ? value : set(reference, base).schema;
  };
  const responseOf = (operation: string, status: number): unknown =>
    resolved(memberOf(responses.get(operation), String(status)));
  return {
    operations,
    fault(operation, status, mediaType, body) {
      try {
        const response = responseOf(operation, status);
        if (!isObject(response)) return `expected a status of the document, found ${status}`;
        const content = memberOf(response, "content");
        if (!isObject(content)) return undefined;
        const entry = memberOf(content, mediaType);
        if (entry === undefined) {
          return `expected ${Object.keys(content).join(" or ")}, found ${mediaType === "" ? "no media type" : mediaType}`;
        }
        const schema = memberOf(entry, "schema");
        return schema === undefined || !/[/+]json$/.test(mediaType) ? undefined : schemaFault(body, schema, set, base);
      } catch (error) {
        return `expected a document that can be followed, found ${(error as Error).message}`;
      }
    },
    codes(operation, status) {
      const codes = memberOf(responseOf(operation, status), "x-settld-codes");
      return Array.isArray(codes) ? (codes as readonly string[]) : undefined;
    },
    scopes: listAt(document as Members, "components", "schemas", "Scope", "enum").map(String),
  };
};

/** Title and version of an API document, for people. */
export const nameOf = (document: unknown): { readonly name: string; readonly version: string } => ({
  name: textAt(at(document, "info"), "title").slice(0, 128) || "a settlement server",
  version: textAt(at(document, "info"), "version").slice(0, 64) || "unknown",
});
