import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJson } from "../workspace.ts";
import type { ContractState, VectorContract } from "./state.ts";

/** File name of the lock, in the root. The parts that it lists stand in {@link lockFolder}. */
export const lockFile = "contract.lock.json";

/** Folder of the parts of the lock: one file an area, and the declarations as text. */
export const lockFolder = "contract";

/** The lock itself: what was released, and the digest of every part. Its own digest names the whole contract. */
type Lock = {
  readonly revision: string;
  readonly uriBase: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly parts: Readonly<Record<string, string>>;
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** Vectors by file, each on one line: digest of the input, digest of the expectation. */
const packVectors = (vectors: ContractState["vectors"]): Record<string, Record<string, string>> => {
  const files: Record<string, Record<string, string>> = {};
  for (const [id, { file, input, expectation }] of Object.entries(vectors)) {
    files[file] = { ...files[file], [id]: `${input} ${expectation}` };
  }
  return files;
};

const unpackVectors = (files: Readonly<Record<string, Readonly<Record<string, string>>>>): ContractState["vectors"] =>
  Object.fromEntries(
    Object.entries(files).flatMap(([file, tests]) =>
      Object.entries(tests).map(([id, digests]): [string, VectorContract] => {
        const [input = "", expectation = ""] = digests.split(" ");
        return [id, { file, input, expectation }];
      }),
    ),
  );

const apiFile = (name: string, subpath: string): string =>
  `api/${name.replaceAll(/[@/]+/g, "-").replace(/^-/, "")}${subpath === "." ? "" : `.${subpath.slice(2).replaceAll("/", "-")}`}.d.ts`;

const apiBanner = (name: string, subpath: string): string =>
  `// Locked declarations of ${name}${subpath.slice(1)}; written by \`pnpm contract:write\`.\n`;

/** The parts of a state as files, by path inside the folder. */
const partsOf = (state: ContractState): Record<string, string> => ({
  "codes.json": json(state.codes),
  "clauses.json": json(state.clauses),
  "vectors.json": json(packVectors(state.vectors)),
  "data.json": json(state.data),
  "schemas.json": json(state.schemas),
  "openapi.json": json(state.openapi ?? null),
  "cli.json": json(state.cli),
  "entries.json": json(state.entries),
  "archive.json": json(state.archive),
  ...Object.fromEntries(
    Object.entries(state.api).flatMap(([name, entries]) =>
      Object.entries(entries).map(([subpath, text]): [string, string] => [
        apiFile(name, subpath),
        `${apiBanner(name, subpath)}${text}`,
      ]),
    ),
  ),
});

/** Writes the lock and its parts, and removes parts that are no more. */
export const writeLock = (base: string, state: ContractState): void => {
  const parts = partsOf(state);
  rmSync(join(base, lockFolder), { recursive: true, force: true });
  for (const [path, text] of Object.entries(parts)) {
    mkdirSync(dirname(join(base, lockFolder, path)), { recursive: true });
    writeFileSync(join(base, lockFolder, path), text);
  }
  const { revision, uriBase, packages } = state;
  const digests = Object.fromEntries(Object.entries(parts).map(([path, text]) => [path, sha256(text)]));
  writeFileSync(join(base, lockFile), json({ revision, uriBase, packages, parts: digests } satisfies Lock));
};

/**
 * Reads the lock; `undefined` before there is one.
 *
 * @throws Error when a part is missing, differs from its digest, or is not listed: then it is not what was released.
 */
export const readLock = (base: string): ContractState | undefined => {
  const path = join(base, lockFile);
  if (!existsSync(path)) return undefined;
  const { parts, ...head } = readJson<Lock>(path);
  const folder = join(base, lockFolder);
  const found = globSync("**/*.{json,ts}", { cwd: folder }).map((file) => file.replaceAll("\\", "/"));
  const texts: Record<string, string> = {};
  for (const file of new Set([...Object.keys(parts), ...found])) {
    const text = existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : undefined;
    if (text === undefined || sha256(text) !== parts[file]) {
      const fault = text === undefined ? "is missing" : file in parts ? "was changed by hand" : "is not listed";
      throw new Error(`${lockFolder}/${file} ${fault}: ${lockFile} expects ${parts[file] ?? "no such file"}`);
    }
    texts[file] = text;
  }
  const part = (name: string): never => JSON.parse(texts[name] ?? "null") as never;
  const api: Record<string, Record<string, string>> = {};
  for (const text of Object.entries(texts)
    .filter(([name]) => name.startsWith("api/"))
    .map(([, text]) => text)) {
    const [, specifier = ""] = /^\/\/ Locked declarations of (\S+);/.exec(text) ?? [];
    const name = specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/");
    api[name] = { ...api[name], [`.${specifier.slice(name.length)}`]: text.slice(text.indexOf("\n") + 1) };
  }
  return {
    ...head,
    codes: part("codes.json"),
    clauses: part("clauses.json"),
    vectors: unpackVectors(part("vectors.json")),
    data: part("data.json"),
    schemas: part("schemas.json"),
    openapi: part("openapi.json") ?? undefined,
    cli: part("cli.json"),
    entries: part("entries.json"),
    api,
    archive: part("archive.json"),
  };
};
