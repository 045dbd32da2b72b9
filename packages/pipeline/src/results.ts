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
  /** The line of it that says most. */
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

/** The line that says most: the last one with a figure that is asked for, or else the last one. */
const lineOf = (command: Command, output: string): string => {
  const lines = output.trimEnd().split("\n");
  const patterns = Object.values(command.measures ?? {}).map((pattern) => new RegExp(pattern));
  const found = lines.findLast((line) => patterns.some((pattern) => pattern.test(line)));
  // JSON is for programs; its figures say the same.
  if (found?.startsWith("{") === true) {
    return Object.entries(measure(command, output))
      .map(([name, value]) => `${name} ${value}`)
      .join(", ");
  }
  return (found ?? lines.at(-1) ?? "").trim().replaceAll(/\p{C}/gu, "").slice(0, 160);
};

/** The result of a run. */
export const resultOf = (command: Command, tree: Tree, { exit, seconds, output }: Run, at: string): Result => ({
  at,
  tree: treeDigest(tree, command),
  exit,
  seconds,
  output: digestOf(output),
  last: lineOf(command, output),
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
