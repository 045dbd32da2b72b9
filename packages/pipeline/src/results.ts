import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, measure, type Run, type Tree, treeDigest } from "./commands.ts";
import { readData, SCHEMAS } from "./data.ts";
import { digestOf } from "./files.ts";

/** What a command came to, once, on one tree. */
export type Result = {
  /** Day of the run, as it was given. */
  readonly at: string;
  /** Digest of what the command takes into account. */
  readonly tree: string;
  readonly exit: number;
  readonly seconds: number;
  /** Digest of what it printed. */
  readonly output: string;
  /** The last line of that. */
  readonly last: string;
  readonly measures: Readonly<Record<string, number>>;
};

/** Results by command line. */
export type Results = Readonly<Record<string, Result>>;

/** Where results are recorded. */
export const RESULTS_FILE = "planning/results.json";

/** Reads recorded results; a tree without any has none. */
export const readResults = (base: string, path: string = RESULTS_FILE): Results =>
  existsSync(join(base, path))
    ? readData<{ readonly results: Results }>(base, path, `${SCHEMAS}/results.schema.json`).results
    : {};

/** The result of a run. */
export const resultOf = (command: Command, tree: Tree, { exit, seconds, output }: Run, at: string): Result => ({
  at,
  tree: treeDigest(tree, command),
  exit,
  seconds,
  output: digestOf(output),
  last: (output.trimEnd().split("\n").at(-1) ?? "").trim().replaceAll(/\p{C}/gu, "").slice(0, 160),
  measures: exit === 0 ? measure(command, output) : {},
});

/** Results in the order of their commands, as they are written. */
export const sortResults = (results: Results): Results =>
  Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What a result is worth: `old` ones passed on another tree. */
export type Standing = "passed" | "failed" | "old" | "missing";

/** What the result of a command is worth on a tree; without a tree, its age does not count. */
export const standingOf = (results: Results, command: Command, tree?: Tree): Standing => {
  const result = results[command.run];
  if (result === undefined) return "missing";
  if (result.exit !== 0) return "failed";
  return tree === undefined || result.tree === treeDigest(tree, command) ? "passed" : "old";
};
