/**
 * `pnpm plan:check --full` and `node record.ts`: runs commands and writes down what they came to.
 *
 *   --as-of DAY      the day that is recorded
 *   --only TEXT      commands whose line contains this (repeatable); default: all but those that run apart
 *   --tree FOLDER    another checkout of this repository, whose results go to --to
 *   --to FILE        default planning/results.json
 *   --missing        leaves out what passed on this very tree
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { commandFault, readCommands, readTree, runCommand } from "./commands.ts";
import { parseDay } from "./day.ts";
import { jsonText, root } from "./files.ts";
import { RESULTS_FILE, type Results, readResults, resultOf, sortResults, standingOf } from "./results.ts";

/** What is run, where, and where it is written. */
export type Recording = {
  readonly asOf: string;
  readonly only?: readonly string[];
  readonly tree?: string;
  readonly to?: string;
  readonly missing?: boolean;
};

/**
 * Runs commands one after another, and keeps what they came to after each of them.
 *
 * @returns those that did not pass.
 */
export const record = async (
  { asOf, only = [], tree: folder = root, to = RESULTS_FILE, missing = false }: Recording,
  print: (line: string) => void,
): Promise<string[]> => {
  const failed: string[] = [];
  let results: Results = readResults(root, to);
  for (const command of readCommands(root)) {
    const asked = only.length === 0 ? command.class !== "apart" : only.some((text) => command.run.includes(text));
    if (!asked) continue;
    // Read anew each time: what changes while a command runs makes its result one of another tree.
    const before = readTree(folder);
    if (missing && standingOf(results, command, before) === "passed") continue;
    const fault = commandFault(folder, command.run);
    if (fault !== undefined) {
      print(`not there  ${command.run}: ${fault}`);
      continue;
    }
    const run = await runCommand(folder, command.run, command.minutesMax);
    const result = resultOf(command, before, run, asOf);
    print(`${run.exit === 0 ? "passed" : "FAILED"}  ${run.seconds} s  ${command.run}: ${result.last}`);
    if (run.exit !== 0) {
      failed.push(command.run);
      print(run.output.slice(-1500).replaceAll(/^/gm, "    "));
    }
    results = { ...readResults(root, to), [command.run]: result };
    writeFileSync(join(root, to), jsonText({ results: sortResults(results) }));
  }
  return failed;
};

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      "as-of": { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      tree: { type: "string" },
      to: { type: "string" },
      missing: { type: "boolean" },
    },
  });
  const failed = await record(
    {
      asOf: parseDay(values["as-of"]),
      only: values.only,
      missing: values.missing === true,
      ...(values.tree === undefined ? {} : { tree: resolve(values.tree) }),
      ...(values.to === undefined ? {} : { to: values.to }),
    },
    (line) => console.log(line),
  );
  if (failed.length > 0) process.exitCode = 1;
}
