import { globSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../workspace.ts";

/** A JSON Schema object; boolean schemas stay `boolean` where they stand. */
export type Schema = { readonly [keyword: string]: unknown };

/** One schema file. */
export type SchemaFile = {
  /** Path relative to the root of the repository. */
  readonly path: string;
  /** Absolute URI without a fragment. */
  readonly id: string;
  readonly schema: Schema;
};

/** Place of a schema that may be named: a file's root (`pointer` is empty) or one entry of its `$defs`. */
export type Place = { readonly file: SchemaFile; readonly pointer: string };

/** Reads `schemas/*.schema.json` in name order. */
export const readSchemaFiles = (base: string): SchemaFile[] =>
  globSync("schemas/*.schema.json", { cwd: base })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => {
      const schema = readJson<Schema>(join(base, path));
      if (typeof schema["$id"] !== "string") {
        throw new Error(`${path}: expected an absolute $id`);
      }
      return { path, id: new URL(schema["$id"]).href.replace(/#$/, ""), schema };
    });

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Resolves a `$ref` that stands in `from` to the place it names; without `from`, file names stand for themselves.
 * Only whole files and `$defs` entries can be named.
 */
export const resolveRef = (files: readonly SchemaFile[], from: SchemaFile | undefined, ref: string): Place => {
  const url = new URL(ref, (from ?? files[0])?.id);
  const pointer = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  const file = files.find(({ id }) => id === url.href);
  if (file === undefined) {
    throw new Error(`${from?.path ?? "schemas/validators.json"}: $ref "${ref}" names no file in schemas/`);
  }
  if (pointer !== "" && !/^\/\$defs\/[^/]+$/.test(pointer)) {
    throw new Error(`${from?.path ?? "schemas/validators.json"}: $ref "${ref}" must name a file or an entry of $defs`);
  }
  if (pointer !== "" && !isObject(defsOf(file)[pointer.slice("/$defs/".length)])) {
    throw new Error(`${from?.path ?? "schemas/validators.json"}: $ref "${ref}" names nothing in ${file.path}`);
  }
  return { file, pointer };
};

/** The `$defs` of a file. */
export const defsOf = (file: SchemaFile): Readonly<Record<string, Schema>> =>
  (file.schema["$defs"] ?? {}) as Readonly<Record<string, Schema>>;

const pascal = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

/**
 * Type name of a place: its `title`, else the key in `$defs`, else the file name.
 * A file that only holds `$defs` has no type of its own.
 */
export const typeNameOf = ({ file, pointer }: Place): string | undefined => {
  if (pointer === "") {
    const {
      $defs: _defs,
      $id: _id,
      $schema: _schema,
      $comment: _comment,
      title,
      description: _d,
      ...rules
    } = file.schema;
    if (Object.keys(rules).length === 0) {
      return undefined;
    }
    return pascal(typeof title === "string" ? title : (file.path.split("/").at(-1) ?? "").replace(".schema.json", ""));
  }
  const key = pointer.slice("/$defs/".length);
  const title = defsOf(file)[key]?.["title"];
  return pascal(typeof title === "string" ? title : key);
};

/** Every place that has a type name, with unique names, in file and then `$defs` order. */
export const namedPlaces = (files: readonly SchemaFile[]): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>();
  for (const file of files) {
    for (const pointer of ["", ...Object.keys(defsOf(file)).map((key) => `/$defs/${key}`)]) {
      const name = typeNameOf({ file, pointer });
      const earlier = name === undefined ? undefined : places.get(name);
      if (name === undefined) {
        continue;
      }
      if (earlier !== undefined) {
        throw new Error(`${file.path}#${pointer} and ${earlier.file.path}#${earlier.pointer} are both called ${name}`);
      }
      places.set(name, { file, pointer });
    }
  }
  return places;
};
