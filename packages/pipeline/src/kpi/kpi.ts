/**
 * `pnpm kpi`: the eight key figures, derived from recorded results and a snapshot of the issues.
 *
 *   --as-of DAY      needed unless --check
 *   --snapshot FILE  default planning/issues/snapshot.json
 *   --check          writes nothing: what is committed has to follow from what it names
 *   --strict         with --check: a result of another tree is a fault and not only a notice
 *   --accept NAME --label TEXT --commit SHA
 *                    adds this state to the history, when the gate lets it pass
 *   --kept NAME      with --accept: a state whose results and issues are kept below that name already
 *   --json           the report for programs
 *
 * Exit codes: 0 pass, 1 the gate or the check is red, 2 a wrong option or file.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCommands, readTree } from "../commands.ts";
import { DataError } from "../data.ts";
import { parseDay } from "../day.ts";
import { jsonText, readJson, root, staleFiles, writeFiles } from "../files.ts";
import { committedSnapshot, readSnapshot } from "../issues/snapshot.ts";
import { RESULTS_FILE, type Results, readResults, standingOf } from "../results.ts";
import { tableOf } from "../table.ts";
import {
  accept,
  historyFaults,
  inputOf,
  KPI_FOLDER,
  keptDigests,
  readHistory,
  releaseFolder,
  resultDigest,
} from "./history.ts";
import { readModel } from "./model.ts";
import { type Report, reportFiles } from "./report.ts";
import { compute, gate, scoresOf } from "./steps.ts";

const HISTORY = `${KPI_FOLDER}/history.json`;

/** Commands of the model whose recorded result is about other files than those that are there. */
const oldCommands = (results: Results): string[] => {
  const model = readModel();
  const named = new Set(
    Object.values(model.kpis).flatMap(({ evidence }) => evidence.flatMap(({ command }) => command ?? [])),
  );
  const tree = readTree(root);
  return readCommands(root)
    .filter((command) => named.has(command.run) && standingOf(results, command, tree) === "old")
    .map(({ run }) => run)
    .sort();
};

const check = (strict: boolean): number => {
  const path = join(root, KPI_FOLDER, "kpi.json");
  if (!existsSync(path)) throw new DataError(`${KPI_FOLDER}/kpi.json: expected a report, found none; run \`pnpm kpi\``);
  const { asOf, old } = readJson<Report>(path);
  const model = readModel();
  const releases = readHistory(root);
  const results = readResults(root);
  const { issues } = readSnapshot(committedSnapshot, asOf);
  const rows = compute({ asOf, model, issues, results, old, file: RESULTS_FILE, digest: resultDigest });
  const gateFaults = gate(rows, releases.at(-1)?.scores, model);
  const { files } = reportFiles({ asOf, old, faults: gateFaults, rows, releases, model });
  const now = oldCommands(results).filter((run) => !old.includes(run));
  const faults = [
    ...staleFiles(root, files, `pnpm kpi --as-of ${asOf}`),
    ...historyFaults(root, releases, model),
    ...gateFaults,
    ...(strict ? [...old, ...now].map((run) => `recorded on another tree: ${run}`) : []),
  ];
  for (const fault of faults) console.log(fault);
  if (!strict && now.length > 0)
    console.log(`notice: ${now.length} results are of another tree; \`pnpm plan:check --full\` records them again`);
  console.log(`kpi: ${rows.length} figures, ${releases.length} accepted states, ${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
};

const main = (): number => {
  const { values } = parseArgs({
    options: {
      "as-of": { type: "string" },
      snapshot: { type: "string" },
      check: { type: "boolean" },
      strict: { type: "boolean" },
      accept: { type: "string" },
      kept: { type: "string" },
      label: { type: "string" },
      commit: { type: "string" },
      json: { type: "boolean" },
    },
  });
  if (values.check === true) return check(values.strict === true);
  const asOf = parseDay(values["as-of"]);
  const model = readModel();
  let releases = readHistory(root);
  const snapshotFile = values.snapshot ?? committedSnapshot;
  const results = readResults(root);
  const old = oldCommands(results);
  const rows = compute({
    asOf,
    model,
    issues: readSnapshot(snapshotFile, asOf).issues,
    results,
    old,
    file: RESULTS_FILE,
    digest: resultDigest,
  });
  let faults: readonly string[] = gate(rows, releases.at(-1)?.scores, model);
  if (values.accept !== undefined) {
    const { label, commit } = values;
    if (label === undefined || commit === undefined)
      throw new RangeError("--accept: expected --label and --commit as well");
    const release = values.kept ?? values.accept;
    const folder = join(root, releaseFolder(release));
    if (values.kept === undefined) {
      if (faults.length === 0 && old.length === 0) {
        mkdirSync(folder, { recursive: true });
        cpSync(join(root, RESULTS_FILE), join(folder, "results.json"));
        cpSync(snapshotFile, join(folder, "issues.json"));
      }
    }
    const its =
      values.kept === undefined
        ? { rows, old }
        : { rows: compute(inputOf(root, { release, asOf, old: [] }, model)), old: [] };
    const next = accept(
      releases,
      { release, label, commit, asOf, inputs: keptDigests(root, release), old: its.old },
      its.rows,
      model,
    );
    if ("faults" in next) {
      faults = next.faults;
    } else {
      releases = next.releases;
      writeFileSync(join(root, HISTORY), jsonText({ releases }));
      faults = gate(rows, releases.at(-1)?.scores, model);
    }
  }
  const { files, report } = reportFiles({ asOf, old, faults, rows, releases, model });
  writeFiles(root, files);
  if (values.json === true) {
    console.log(JSON.stringify(report));
  } else {
    const table = rows.map(({ kpi, base, credit, debt, capped, ceiling, score, floor }) => [
      kpi,
      ...[base, credit, -debt, capped, ceiling, score, floor].map((one) => one.toFixed(2)),
    ]);
    console.log(tableOf(["figure", "base", "credit", "debt", "capped", "ceiling", "score", "floor"], table));
    for (const run of old) console.log(`recorded on another tree, so unverified: ${run}`);
    for (const fault of faults) console.log(`RED ${fault}`);
    console.log(
      `kpi: composite ${report.composite.toFixed(2)} of ${Object.keys(scoresOf(rows)).length} figures, gate ${report.pass ? "pass" : "FAIL"}; written to ${KPI_FOLDER}`,
    );
  }
  return report.pass ? 0 : 1;
};

if (import.meta.main) {
  try {
    process.exitCode = main();
  } catch (error) {
    if (!(error instanceof DataError || error instanceof RangeError || error instanceof TypeError)) throw error;
    console.error(`kpi: ${error.message}`);
    process.exitCode = 2;
  }
}
