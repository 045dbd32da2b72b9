import { createHash } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { readCodeRegistry } from "../gen/registry.ts";
import type { Schema } from "../gen/schema-set.ts";
import { readJson, workspacePackages } from "../workspace.ts";
import { readClauses } from "./clauses.ts";
import { structure } from "./schema-diff.ts";

/** The packages whose versions speak for the contract. */
export const contractPackages = [
  "@settld/schemas",
  "@settld/vectors",
  "@settld/spec",
  "@settld/protocol",
  "@settld/kernel",
  "@settld/verifier",
  "settld",
] as const;

/** What the lock records about a code: what programs act on, not the words. */
export type CodeContract = {
  readonly clause: string;
  readonly category: string;
  readonly verdict: string;
  readonly precedence: number;
  readonly http: number;
  readonly retryable: boolean;
};

/** Everything that others build on, reduced to what can be compared. */
export type ContractState = {
  /** Revision string `v` of the protocol. */
  readonly revision: string;
  readonly uriBase: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, CodeContract>>;
  readonly clauses: Readonly<Record<string, { readonly must: boolean; readonly digest: string }>>;
  /** Test id -> digest of what a test feeds in and expects. */
  readonly vectors: Readonly<Record<string, string>>;
  /** File name -> structure, see {@link structure}. */
  readonly schemas: Readonly<Record<string, unknown>>;
};

/** Text about a vector; everything else is input or expectation. */
const vectorProse = new Set(["why", "comment", "notes", "kills", "twin", "since"]);

type VectorFile = {
  readonly testGroups?: readonly { readonly tests: readonly ({ readonly id: string } & Schema)[] }[];
};

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

const sortedByKey = <T>(entries: Iterable<readonly [string, T]>): Record<string, T> =>
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

const withoutProse = (entries: Schema): Schema =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => !vectorProse.has(key)));

const readVectors = (base: string): Record<string, string> => {
  const digests = new Map<string, string>();
  for (const path of globSync("vectors/**/*.json", { cwd: base, exclude: ["**/node_modules/**"] }).sort()) {
    for (const { tests, ...group } of readJson<VectorFile>(join(base, path)).testGroups ?? []) {
      const shared = digest(ordered(withoutProse(group)));
      for (const test of tests) {
        if (digests.has(test.id)) {
          throw new Error(`${path}: test id ${test.id} is used twice`);
        }
        digests.set(test.id, digest([shared, ordered(withoutProse(test))]));
      }
    }
  }
  return sortedByKey(digests);
};

/** The state of the tree at `base`. */
export const readState = (base: string): ContractState => {
  const registry = readCodeRegistry(base);
  const versions = new Map(workspacePackages(base).map(({ manifest }) => [manifest.name, manifest.version ?? "0.0.0"]));
  return {
    revision: registry.revision,
    uriBase: registry.uriBase,
    packages: sortedByKey(
      contractPackages.flatMap((name) => {
        const version = versions.get(name);
        return version === undefined ? [] : [[name, version] as const];
      }),
    ),
    codes: sortedByKey(
      Object.entries(registry.codes).map(([code, { clause, category, verdict, precedence, http, retryable }]) => [
        code,
        { clause, category, verdict, precedence, http, retryable },
      ]),
    ),
    clauses: sortedByKey(
      readClauses(base).map(({ id, text }) => [id, { must: /\bMUST\b/.test(text), digest: digest(text) }]),
    ),
    vectors: readVectors(base),
    schemas: sortedByKey(
      globSync("schemas/*.schema.json", { cwd: base }).map((path) => [
        path.replaceAll("\\", "/").slice("schemas/".length),
        structure(readJson(join(base, path))),
      ]),
    ),
  };
};

/** File name of the lock, in the root. */
export const lockFile = "contract.lock.json";

/** Reads the lock; `undefined` before there is one. */
export const readLock = (base: string): ContractState | undefined => {
  const path = join(base, lockFile);
  return existsSync(path) ? readJson<ContractState>(path) : undefined;
};
