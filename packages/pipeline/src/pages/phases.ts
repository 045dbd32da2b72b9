import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { LifecycleStep, Phase, Plan, Status, Task } from "../plan-data.ts";
import { effective } from "../rules.ts";
import { generatedFrom, plain, tableOf } from "../table.ts";

const STATUS: Readonly<Record<LifecycleStep["status"], string>> = { done: "done", na: "n/a", waiting: "waiting" };

const evidenceOf = ({ command }: Task, { results }: Plan): readonly [string, string, string] => {
  const result = command === undefined ? undefined : results[command];
  if (result === undefined) return ["not recorded", "", ""];
  return [result.exit === 0 ? "passed" : "RED", result.at, plain(result.last)];
};

const bullets = (lines: readonly string[]): string[] =>
  lines.length === 0 ? ["None."] : lines.map((line) => `- ${line}`);

/** The page of one phase. */
const phasePage = (base: string, phase: Phase, plan: Plan): string => {
  const tasks = phase.tasks.map((task) => effective(task, plan.backlog.tickets));
  const migrations = phase.migrations.flatMap((folder) =>
    readdirSync(join(base, folder))
      .filter((name) => !name.includes(".test."))
      .sort()
      .map((name) => `[${name}](../../${folder}/${name})`),
  );
  const later = plan.deferred.filter(({ id }) => phase.deferred.includes(id));
  return [
    generatedFrom("tasks/tasks.yaml", "planning/results.json"),
    `# Phase ${phase.phase}: ${phase.title}`,
    "",
    phase.scope,
    "",
    `Tag after approval: \`v0.${phase.phase}.0\`. ${phase.approved ? "Approved." : "The owner has not approved it yet, so there is no tag."}`,
    "",
    "## Accepted when",
    "",
    ...bullets(phase.acceptance),
    "",
    "## Steps",
    "",
    tableOf(
      ["step", "status", "what"],
      Object.entries({ ...plan.tasks.lifecycle, ...phase.lifecycle }).map(([name, { status, note, command }]) => [
        name,
        STATUS[status],
        command === undefined
          ? note
          : `${note} (\`${command}\`: ${plan.results[command] === undefined ? "not recorded" : plan.results[command]?.exit === 0 ? "passed" : "RED"})`,
      ]),
    ),
    "",
    "## Tasks and test evidence",
    "",
    tableOf(
      ["task", "what", "status", "artifacts", "command", "last result", "recorded", "what it said"],
      tasks.map((task) => [
        task.id,
        task.title,
        task.reason === undefined ? task.status : `${task.status}: ${task.reason}`,
        task.artifacts.map((path) => `[${path}](../../${path})`).join(", "),
        task.command === undefined ? "" : `\`${task.command}\``,
        ...evidenceOf(task, plan),
      ]),
    ),
    "",
    "## API diffs",
    "",
    ...bullets(phase.api),
    "",
    "## Migrations",
    "",
    ...bullets(migrations),
    "",
    "## Risks",
    "",
    ...bullets(phase.risks),
    "",
    "## Rollback",
    "",
    phase.rollback,
    "",
    "## Deferred items",
    "",
    ...bullets(
      later.map(
        ({ id, title, refs, reason, revisit }) =>
          `**${id}** ${title}${refs.length === 0 ? "" : ` (${refs.join(", ")})`}: ${reason} Looked at again: ${revisit}`,
      ),
    ),
    "",
  ].join("\n");
};

const COLUMNS: readonly (readonly [string, readonly Status[]])[] = [
  ["Open", ["open", "deferred"]],
  ["Doing", ["doing"]],
  ["Blocked", ["blocked"]],
  ["Done", ["done"]],
];

/** The board: every task in its column. */
const boardPage = (plan: Plan): string => {
  const tasks = plan.tasks.phases.flatMap((phase) =>
    phase.tasks.map((task) => ({ phase: phase.phase, ...effective(task, plan.backlog.tickets) })),
  );
  return [
    generatedFrom("tasks/tasks.yaml", "planning/jira/backlog.json"),
    "# Phase board",
    "",
    `As of ${plan.backlog.asOf}. A task is done only when its command has passed.`,
    "",
    ...COLUMNS.flatMap(([name, statuses]) => {
      const mine = tasks.filter(({ status }) => statuses.includes(status));
      const rows = mine.map(({ id, phase, title, reason }) => [
        id,
        `[${phase}](phases/phase-${phase}.md)`,
        title,
        reason ?? "",
      ]);
      return [
        `## ${name} (${mine.length})`,
        "",
        mine.length === 0 ? "Nothing." : tableOf(["task", "phase", "what", "why"], rows),
        "",
      ];
    }),
  ].join("\n");
};

/** The board and the pages of all phases. */
export const phaseFiles = (base: string, plan: Plan): Readonly<Record<string, string>> => ({
  "docs/phase-board.md": boardPage(plan),
  ...Object.fromEntries(
    plan.tasks.phases.map((phase) => [`docs/phases/phase-${phase.phase}.md`, phasePage(base, phase, plan)]),
  ),
});
