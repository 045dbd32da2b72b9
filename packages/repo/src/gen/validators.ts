import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type AnySchemaObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { build, type Plugin } from "esbuild";
import { banner, type Generated } from "./registry.ts";
import { isObject, type Place, resolveRef, type SchemaFile, typeNameOf } from "./schema-set.ts";

const require = createRequire(import.meta.url);

// A CommonJS module whose types call its export "default" and whose value has it under "default".
const standaloneCode = (standalone as unknown as { readonly default: typeof standalone }).default;

/**
 * Serves the helpers that compiled validators call out of the installed ajv, under names without a path,
 * so that the output is the same wherever and however packages are installed.
 */
const helpers: Plugin = {
  name: "validator-helpers",
  setup(build) {
    build.onResolve({ filter: /^(ajv\/|fast-deep-equal$)/ }, ({ path }) => ({ path, namespace: "helper" }));
    build.onLoad({ filter: /.*/, namespace: "helper" }, ({ path }) => {
      const resolve = path.startsWith("ajv/") ? require : createRequire(require.resolve("ajv"));
      return { contents: readFileSync(resolve.resolve(path), "utf8"), loader: "js" };
    });
  },
};

const annotations = new Set(["$schema", "$comment", "title", "description", "examples"]);

/** A schema without its annotations; the names in `properties` and `$defs` are no keywords and stay. */
const withoutAnnotations = (node: unknown, named = false): unknown => {
  if (Array.isArray(node)) {
    return node.map((item) => withoutAnnotations(item));
  }
  if (!isObject(node)) {
    return node;
  }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => named || !annotations.has(key))
      .map(([key, value]) =>
        !named && (key === "const" || key === "enum")
          ? [key, value]
          : [key, withoutAnnotations(value, !named && ["properties", "patternProperties", "$defs"].includes(key))],
      ),
  );
};

const strictness = {
  strict: true,
  strictTypes: true,
  allowUnionTypes: true,
  strictTuples: true,
  // A discriminator must be required beside `oneOf`, where its property is not defined.
  strictRequired: false,
  discriminator: true,
  allErrors: false,
  ownProperties: true,
  validateFormats: false,
  // One function per referenced schema instead of a copy at every place that refers to it.
  inlineRefs: false,
} as const;

/** Name of the file without its ending, and what its banner names as the source. */
export type ValidatorsOptions = { readonly file?: string; readonly source?: string };

/**
 * Schemas -> validators compiled ahead of time, so that no schema is compiled when a program starts.
 * `names` maps the exported name to the `$id#pointer` of its schema; the types stand in `types.ts` of the same folder,
 * except those of the schemas in `untyped`, whose values stay `unknown`.
 */
export const generateValidators = async (
  files: readonly SchemaFile[],
  names: Readonly<Record<string, string>>,
  folder: string,
  untyped: readonly string[] = [],
  { file = "validators", source = "schemas/*.schema.json" }: ValidatorsOptions = {},
): Promise<Generated> => {
  // Draft 2020-12 is what the schemas say, so that is what they are checked as.
  const checker = new Ajv2020({ ...strictness, schemas: files.map(({ schema }) => schema) });
  for (const { id } of files) {
    checker.getSchema(id);
  }
  // The code comes from the plain class: its output has no bookkeeping for `unevaluated*`, which halves it.
  // Keywords that only 2020-12 knows are unknown there and stop the generator instead of being ignored.
  const ajv = new Ajv({
    ...strictness,
    code: { source: true, esm: true, lines: true },
    schemas: files.map(({ schema }) => withoutAnnotations(schema) as AnySchemaObject),
  });
  const targets = Object.entries(names)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, ref]) => ({ name, place: resolveRef(files, undefined, ref) }));
  const compiled = standaloneCode(
    ajv,
    Object.fromEntries(
      targets.map(({ name, place }) => [name, `${place.file.id}${place.pointer === "" ? "" : `#${place.pointer}`}`]),
    ),
  );
  const { outputFiles } = await build({
    stdin: { contents: compiled, loader: "js", sourcefile: "validators" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    legalComments: "none",
    // Generated code is read by a machine; half the size is half the time to compile it at every start.
    minify: true,
    logLevel: "error",
    plugins: [helpers],
  });
  const code = (outputFiles[0]?.text ?? "").replaceAll(/^\/\/ .*\n/gm, "");

  const typeOf = (place: Place): string | undefined =>
    untyped.includes(place.file.path) ? undefined : typeNameOf(place);
  const types = [...new Set(targets.flatMap(({ place }) => typeOf(place) ?? []))].sort();
  const declarations = `${banner(source)}

import type { ${types.join(", ")} } from "./types.ts";

/** The first thing that a validator found wrong. */
export type ValidationError = {
  /** JSON Pointer (RFC 6901) of the offending value. */
  readonly instancePath: string;
  /** Where in the schema the broken rule stands. */
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
};

/** Tells whether a value has the shape of \`T\`; afterwards \`errors\` holds what is wrong, or \`null\`. */
export type Validator<T> = {
  (value: unknown): value is T;
  errors?: readonly ValidationError[] | null;
};

${targets.map(({ name, place }) => `export declare const ${name}: Validator<${typeOf(place) ?? "unknown"}>;`).join("\n")}
`;
  return new Map([
    [`${folder}/${file}.js`, `${banner(source)}\n\n${code}`],
    [`${folder}/${file}.d.ts`, declarations],
  ]);
};
