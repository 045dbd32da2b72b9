/**
 * `pnpm gen` writes every generated file, `pnpm gen --check` only compares and names the files that differ.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { generateCodes, generateCodesPage } from "./gen/codes.ts";
import { type OpenApi, readOpenApi } from "./gen/openapi.ts";
import { generateOpenApiTypes, generateOpenApiValidators } from "./gen/openapi-code.ts";
import { generateOpenApiPage } from "./gen/openapi-page.ts";
import { generateOpenApi } from "./gen/openapi-routes.ts";
import { type Generated, readCodeRegistry } from "./gen/registry.ts";
import { readSchemaFiles, type SchemaFile } from "./gen/schema-set.ts";
import { generateTestKeys } from "./gen/test-keys.ts";
import { generateTypes } from "./gen/types.ts";
import { generateValidators } from "./gen/validators.ts";
import { readJson, root } from "./workspace.ts";

// Where types and validators go, by the name that `validators.json` uses.
const folders: Readonly<Record<string, string>> = {
  protocol: "packages/protocol/src/gen",
  conform: "packages/conform/src/gen",
};

// What only a runner deals with is no business of the protocol's users.
const runnerSchemas: readonly string[] = ["schemas/adapter.schema.json", "schemas/conformance-baseline.schema.json"];

// The verifier and the runner type their reports themselves, by the unions of codes and states; tests hold real reports
// against the schemas.
const ownTypes: readonly string[] = ["schemas/report.schema.json", "schemas/conformance-report.schema.json"];

const merge = (parts: readonly Generated[]): Generated => new Map(parts.flatMap((part) => [...part]));

const types = async (base: string): Promise<Generated> => {
  const files = readSchemaFiles(base).filter(({ path }) => !ownTypes.includes(path));
  const own = (path: string): string => (runnerSchemas.includes(path) ? "conform" : "protocol");
  return merge(
    await Promise.all(
      Object.entries(folders).map(([name, folder]) =>
        generateTypes(
          files.filter(({ path }) => own(path) === name),
          folder,
        ),
      ),
    ),
  );
};

const validators = async (base: string): Promise<Generated> => {
  const names = readJson<Readonly<Record<string, Readonly<Record<string, string>>>>>(
    join(base, "schemas/validators.json"),
  );
  const files = readSchemaFiles(base);
  return merge(
    await Promise.all(
      Object.entries(folders).map(([name, folder]) => generateValidators(files, names[name] ?? {}, folder, ownTypes)),
    ),
  );
};

/** A generator over the API's document, which may be missing; it sees the protocol's schema files too. */
const fromOpenApi =
  (run: (document: OpenApi, files: readonly SchemaFile[]) => Generated | Promise<Generated>) =>
  async (base: string): Promise<Generated> => {
    const document = readOpenApi(base);
    const files = readSchemaFiles(base).filter(({ path }) => !runnerSchemas.includes(path) && !ownTypes.includes(path));
    return document === undefined ? new Map() : run(document, files);
  };

/** The generators by name. Each reads its sources under `base` and returns files; none writes. */
const generators: Readonly<Record<string, (base: string) => Generated | Promise<Generated>>> = {
  codes: (base) => generateCodes(readCodeRegistry(base)),
  docs: (base) => generateCodesPage(readCodeRegistry(base)),
  types,
  validators,
  "test-keys": (base) => (existsSync(join(base, "vectors/keys.json")) ? generateTestKeys(base) : new Map()),
  "api-docs": fromOpenApi(generateOpenApiPage),
  "api-routes": fromOpenApi(generateOpenApi),
  "api-types": fromOpenApi(generateOpenApiTypes),
  "api-validators": fromOpenApi(generateOpenApiValidators),
};

/** Runs the named generators (all by default) and returns every file they make. */
export const generate = async (base: string, only: readonly string[] = []): Promise<Generated> => {
  const files = new Map<string, string>();
  for (const [name, run] of Object.entries(generators)) {
    if (only.length > 0 && !only.includes(name)) {
      continue;
    }
    for (const [path, text] of await run(base)) {
      files.set(path, text);
    }
  }
  return files;
};

/** Paths whose committed bytes differ from `files`, missing ones included. */
export const drift = (base: string, files: Generated): string[] =>
  [...files]
    .filter(([path, text]) => !existsSync(join(base, path)) || readFileSync(join(base, path), "utf8") !== text)
    .map(([path]) => path);

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options: { check: { type: "boolean" } }, allowPositionals: true });
  const unknown = positionals.filter((name) => !(name in generators));
  if (unknown.length > 0) {
    console.error(`unknown generator ${unknown.join(", ")}; there are ${Object.keys(generators).join(", ")}`);
    return 2;
  }
  const files = await generate(root, positionals);
  const stale = drift(root, files);
  if (values.check === true) {
    for (const path of stale) {
      console.error(`${path} differs from what its sources generate; run \`pnpm gen\``);
    }
    console.log(`${files.size} generated files, ${stale.length} differ`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files.get(path) ?? "");
    console.log(`wrote ${path}`);
  }
  console.log(`${files.size} generated files, ${stale.length} changed`);
  return 0;
};

if (import.meta.main) {
  process.exitCode = await main();
}
