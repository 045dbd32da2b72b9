import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCodeRegistry } from "../gen/registry.ts";
import type { Schema } from "../gen/schema-set.ts";
import { readJson, workspacePackages } from "../workspace.ts";
import { type ApiState, readApi } from "./api.ts";
import { readClauses } from "./clauses.ts";
import { type CliState, readCli } from "./cli.ts";
import { type EntryState, readEntries } from "./entries.ts";
import { type OpenApiState, readOpenApiState } from "./openapi.ts";
import { structure } from "./schema-diff.ts";

/** What the lock records about a code: what programs act on, not the words. */
export type CodeContract = {
  readonly clause: string;
  readonly category: string;
  readonly verdict: string;
  readonly precedence: number;
  readonly http: number;
  readonly retryable: boolean;
};

/** A clause: where it stands, whether it demands something, and a digest of its text. */
export type ClauseContract = { readonly file: string; readonly must: boolean; readonly digest: string };

/** A vector: where it stands, and digests of what it feeds in and of what it expects. */
export type VectorContract = { readonly file: string; readonly input: string; readonly expectation: string };

/** Everything that others build on, reduced to what can be compared. */
export type ContractState = {
  /** Revision string `v` of the protocol. */
  readonly revision: string;
  readonly uriBase: string;
  /** Versions of the published packages, and of the specification. */
  readonly packages: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, CodeContract>>;
  readonly clauses: Readonly<Record<string, ClauseContract>>;
  readonly vectors: Readonly<Record<string, VectorContract>>;
  /** Keys, aliases and requirement sets of the vectors: file -> entry -> digest. */
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Path -> structure, see {@link structure}. */
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly openapi: OpenApiState | undefined;
  /** Command lines by package. */
  readonly cli: Readonly<Record<string, CliState>>;
  /** Subpaths, programs and floors of the published packages. */
  readonly entries: Readonly<Record<string, EntryState>>;
  /** Declarations by package and subpath, as text. */
  readonly api: ApiState;
  /** Files of the archive by path: digests. */
  readonly archive: Readonly<Record<string, string>>;
};

/** Text about a vector; everything else is input or expectation. */
const vectorProse = new Set(["why", "comment", "notes", "kills", "twin", "since"]);
const expectations = new Set(["verdict", "code", "facts"]);

type VectorFile = {
  readonly testGroups?: readonly { readonly tests: readonly ({ readonly id: string } & Schema)[] }[];
};

const sha256 = (value: string | Uint8Array): string => createHash("sha256").update(value).digest("hex");

/** 64 bits of a digest: enough to notice an edit, and short enough for a list of thousands. */
const digest = (value: unknown): string => sha256(JSON.stringify(value) ?? "").slice(0, 16);

/** A record with its names in order. */
export const sortedByKey = <T>(entries: Iterable<readonly [string, T]>): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Objects with their names in order, so that re-ordering a file is no change. */
const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  return typeof value === "object" && value !== null
    ? sortedByKey(Object.entries(value).map(([name, member]) => [name, ordered(member)] as const))
    : value;
};

const pick = (entries: Schema, wanted: (key: string) => boolean): unknown =>
  ordered(Object.fromEntries(Object.entries(entries).filter(([key]) => wanted(key))));

const files = (base: string, pattern: string): string[] =>
  globSync(pattern, { cwd: base, exclude: ["**/node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();

const readVectors = (base: string): Record<string, VectorContract> => {
  const found = new Map<string, VectorContract>();
  for (const path of files(base, "vectors/**/*.json")) {
    for (const { tests, ...group } of readJson<VectorFile>(join(base, path)).testGroups ?? []) {
      const shared = pick(group, (key) => !vectorProse.has(key));
      for (const test of tests) {
        if (found.has(test.id)) {
          throw new Error(`${path}: test id ${test.id} is used twice`);
        }
        found.set(test.id, {
          file: path,
          input: digest([shared, pick(test, (key) => !vectorProse.has(key) && !expectations.has(key))]),
          expectation: digest(pick(test, (key) => expectations.has(key))),
        });
      }
    }
  }
  return sortedByKey(found);
};

/**
 * Rows of the tables of the adapter protocol: ops, ways to reach an adapter, what can be issued. No clause has them in its
 * text, and adapters are written by them.
 */
const readTables = (base: string): Record<string, ClauseContract> => {
  const file = "spec/conformance.md";
  const rows = new Map<string, string>();
  const text = existsSync(join(base, file)) ? readFileSync(join(base, file), "utf8") : "";
  for (const [row, name = ""] of text.matchAll(/^\| `([^`|]+)`.*\|$/gm)) {
    rows.set(name, `${rows.get(name) ?? ""}${row.replaceAll(/\s+/g, " ")}`);
  }
  return Object.fromEntries([...rows].map(([name, row]) => [name, { file, must: true, digest: digest(row) }]));
};

/** Data beside the vectors that decides what they mean or which of them count: entries of one file by name. */
const readData = (base: string): ContractState["data"] =>
  sortedByKey(
    [...files(base, "vectors/requirements/*.json"), ...files(base, "vectors/{ALIASES,keys}.json")].map((path) => {
      const { profiles, ...entries } = readJson<{ readonly profiles?: Schema } & Schema>(join(base, path));
      return [
        path,
        sortedByKey(
          Object.entries({ ...entries, ...profiles }).map(([name, value]) => [name, digest(ordered(value))] as const),
        ),
      ];
    }),
  );

/** Bundles of every revision, as they were released: nothing in there ever changes. A list counts by its entries. */
const readArchive = (base: string): Record<string, string> =>
  sortedByKey(
    files(base, "fixtures/archive/*/**/*.*").flatMap((path): [string, string][] => {
      if (!path.endsWith("/manifest.json")) {
        return [[path, sha256(readFileSync(join(base, path))).slice(0, 16)]];
      }
      const { entries } = readJson<{ readonly entries: readonly ({ readonly name: string } & Schema)[] }>(
        join(base, path),
      );
      return entries.map((entry) => [`${path} ${entry.name}`, digest(ordered(entry))]);
    }),
  );

/** Versions of what is published, and of the text that it follows. */
const readVersions = (base: string): Record<string, string> =>
  sortedByKey(
    workspacePackages(base)
      .map(({ manifest }) => manifest)
      .filter(({ name, private: isPrivate }) => isPrivate !== true || name === "@settld/spec")
      .map(({ name, version }) => [name, version ?? "0.0.0"]),
  );

/** The state of the tree at `base`; the declarations are read from `dist`, so the tree has to be built. */
export const readState = (base: string): ContractState => {
  const registry = readCodeRegistry(base);
  return {
    revision: registry.revision,
    uriBase: registry.uriBase,
    packages: readVersions(base),
    codes: sortedByKey(
      Object.entries(registry.codes).map(([code, { clause, category, verdict, precedence, http, retryable }]) => [
        code,
        { clause, category, verdict, precedence, http, retryable },
      ]),
    ),
    clauses: sortedByKey([
      ...readClauses(base).map(({ id, file, text }): [string, ClauseContract] => [
        id,
        { file, must: /\bMUST\b/.test(text), digest: digest(text) },
      ]),
      ...Object.entries(readTables(base)),
    ]),
    vectors: readVectors(base),
    data: readData(base),
    schemas: sortedByKey(
      [...files(base, "schemas/*.schema.json"), ...files(base, "vectors/*.schema.json")].map((path) => [
        path,
        structure(readJson(join(base, path))),
      ]),
    ),
    openapi: existsSync(join(base, "schemas/openapi.json")) ? readOpenApiState(base) : undefined,
    cli: readCli(base),
    entries: readEntries(base),
    api: readApi(base),
    archive: readArchive(base),
  };
};
