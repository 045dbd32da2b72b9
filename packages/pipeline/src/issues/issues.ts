/**
 * `pnpm issues:review` and `pnpm issues:label-gate`: what a snapshot of the tracker says, and whether it keeps the rules.
 *
 *   --snapshot FILE  default planning/issues/snapshot.json; takes what `gh issue list --json` prints
 *   --as-of DAY      default for the committed snapshot: the day it was taken
 *   --json           the faults of the gate for programs
 *
 * Exit codes: 0 green, 1 the gate is red, 2 a wrong option or a file that is no snapshot.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { breakCiCommands, escapeTerminal } from "@settld/output";
import { DataError } from "../data.ts";
import { parseDay } from "../day.ts";
import { readJson, root } from "../files.ts";
import { readModel } from "../kpi/model.ts";
import { readPlan } from "../plan-data.ts";
import { gateFaults, type LabelRules } from "./gate.ts";
import { reviewOf } from "./review.ts";
import { committedSnapshot, readSnapshot } from "./snapshot.ts";

/** The rules of the labels. */
export const readLabelRules = (): LabelRules => readJson(join(root, "packages/pipeline/data/labels.json"));

const print = (text: string): void => {
  for (const line of text.split("\n")) console.log(breakCiCommands(escapeTerminal(line)));
};

const main = (): number => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      snapshot: { type: "string" },
      "as-of": { type: "string" },
      json: { type: "boolean" },
      // The committed snapshot is generated, so checking it and printing it are one.
      check: { type: "boolean" },
    },
  });
  const plan = readPlan(root);
  const asOf = parseDay(values["as-of"] ?? (values.snapshot === undefined ? plan.backlog.asOf : undefined));
  const snapshot = readSnapshot(values.snapshot ?? committedSnapshot, asOf);
  if (positionals[0] === "review") {
    print(reviewOf(snapshot, asOf, readModel().slaDays));
    return 0;
  }
  if (positionals[0] !== "label-gate") throw new RangeError(`expected review or label-gate, found ${positionals[0]}`);
  const faults = gateFaults(snapshot, { rules: readLabelRules(), ...plan });
  if (values.json === true) console.log(JSON.stringify({ ok: faults.length === 0, asOf, faults }));
  else print([...faults, `label gate: ${snapshot.issues.length} issues, ${faults.length} faults`].join("\n"));
  return faults.length === 0 ? 0 : 1;
};

if (import.meta.main) {
  try {
    process.exitCode = main();
  } catch (error) {
    if (!(error instanceof DataError || error instanceof RangeError || error instanceof TypeError)) throw error;
    console.error(breakCiCommands(escapeTerminal(`issues: ${error.message}`)));
    process.exitCode = 2;
  }
}
