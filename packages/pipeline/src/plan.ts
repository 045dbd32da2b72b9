/**
 * `pnpm plan:gen` writes what is generated from the planning data. `pnpm plan:check` proves the rest: every requirement
 * of the owner's documents has a row, every reference leads somewhere, what is generated is current, and what is done has
 * a command that passed.
 *
 *   check            runs the quick commands; the others are judged by what was recorded
 *     --full         runs all and records them; needs --as-of DAY. --missing leaves out what passed on this very tree
 *     --strict       a result that was recorded on another tree is a fault and not only a notice
 *     --no-run       runs nothing, for a check beside others that run the same commands
 *   gen
 *
 * Exit codes: 0 everything holds, 1 not, 2 a wrong option or data that does not fit its schema.
 */
import { parseArgs } from "node:util";
import { readTree, runCommand } from "./commands.ts";
import { DataError } from "./data.ts";
import { parseDay } from "./day.ts";
import { type Files, jsonText, root, staleFiles, writeFiles } from "./files.ts";
import { SNAPSHOT_FILE, snapshotOf } from "./issues/snapshot.ts";
import { metricsOf } from "./metrics.ts";
import { changelogPage } from "./pages/changelog.ts";
import { jiraFiles } from "./pages/jira.ts";
import { phaseFiles } from "./pages/phases.ts";
import { rosterPage, sprintPage } from "./pages/sprint.ts";
import { testingPage } from "./pages/testing.ts";
import { type Plan, readPlan } from "./plan-data.ts";
import { record } from "./record.ts";
import { checkPlan } from "./rules.ts";

/** Everything that is generated from the data of planning. */
export const planFiles = (base: string, plan: Plan): Files => ({
  ...jiraFiles(plan.backlog),
  "planning/sprints/sprint-plan.md": sprintPage(plan),
  "planning/ownership/role-roster.md": rosterPage(plan.roles),
  "planning/metrics.json": jsonText({ asOf: plan.backlog.asOf, metrics: metricsOf(plan) }),
  [SNAPSHOT_FILE]: jsonText(snapshotOf(plan.backlog, plan.results)),
  ...phaseFiles(base, plan),
  "docs/testing.md": testingPage(plan),
  "docs/CHANGELOG.md": changelogPage(base),
});

/** Runs the quick commands; what fails is a fault whatever was recorded. */
const runQuick = async ({ commands }: Plan): Promise<string[]> => {
  const faults: string[] = [];
  for (const { run } of commands.filter((one) => one.class === "quick")) {
    const { exit, output } = await runCommand(root, run);
    if (exit !== 0) faults.push(`\`${run}\` ends with ${exit}\n${output.trim().slice(-1500)}`);
  }
  return faults;
};

type Options = {
  readonly full: boolean;
  readonly missing: boolean;
  readonly strict: boolean;
  readonly noRun: boolean;
  readonly asOf: string | undefined;
};

const check = async ({ full, missing, strict, noRun, asOf }: Options): Promise<number> => {
  const faults: string[] = [];
  if (full) {
    const failed = await record({ asOf: parseDay(asOf), missing }, (line) => console.log(line));
    faults.push(...failed.map((run) => `\`${run}\` failed`));
    // What was just recorded shows in the generated pages.
    writeFiles(root, planFiles(root, readPlan(root)));
  } else if (!noRun) {
    faults.push(...(await runQuick(readPlan(root))));
  }
  const plan = readPlan(root);
  const found = checkPlan(root, plan, readTree(root));
  faults.push(
    ...found.faults,
    ...(strict ? found.notices : []),
    ...staleFiles(root, planFiles(root, plan), "pnpm plan:gen"),
  );
  for (const fault of faults) console.log(fault);
  if (!strict && found.notices.length > 0) {
    console.log(
      `notice: ${found.notices.length} commands of done work were recorded on another tree; --strict names them`,
    );
  }
  const { coverage, backlog, tasks } = plan;
  const count = tasks.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  console.log(
    `plan: ${coverage.rows.length} requirements, ${backlog.tickets.length} tickets, ${count} tasks, ${faults.length} faults`,
  );
  return faults.length === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      full: { type: "boolean" },
      missing: { type: "boolean" },
      strict: { type: "boolean" },
      "no-run": { type: "boolean" },
      "as-of": { type: "string" },
    },
  });
  switch (positionals[0]) {
    case "check":
      return check({
        full: values.full === true,
        missing: values.missing === true,
        strict: values.strict === true,
        noRun: values["no-run"] === true,
        asOf: values["as-of"],
      });
    case "gen": {
      const files = planFiles(root, readPlan(root));
      writeFiles(root, files);
      console.log(`plan: ${Object.keys(files).length} files written`);
      return 0;
    }
    default:
      throw new RangeError(`expected check or gen, found ${positionals[0] ?? "nothing"}`);
  }
};

if (import.meta.main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof DataError || error instanceof RangeError || error instanceof TypeError)) throw error;
    console.error(`plan: ${error.message}`);
    process.exitCode = 2;
  }
}
