import { metricsOf } from "../metrics.ts";
import { type Plan, type Role, STAGES, type Stage } from "../plan-data.ts";
import { generatedFrom, tableOf } from "../table.ts";

/** `sprint-plan.md`: what is to be done, by whom, in which order, and what it came to. */
export const sprintPage = (plan: Plan): string => {
  const { backlog, deferred, results } = plan;
  const { sprint, milestones, epics, tickets, assumptions } = backlog;
  const tables = epics
    .filter(({ status }) => status !== "deferred")
    .flatMap((epic) => [
      `### ${epic.lane}: ${epic.title}${epic.ref === undefined ? "" : ` (${epic.ref})`}`,
      "",
      tableOf(
        ["ticket", "ref", "what", "role", "figure", "severity", "milestone", "after", "accepted by", "status"],
        tickets
          .filter((one) => one.epic === epic.id)
          .map((one) => [
            one.id,
            one.ref ?? "",
            one.title,
            one.owner,
            one.kpi,
            one.severity,
            one.milestone,
            one.dependencies.join(", "),
            `\`${one.acceptance.command}\``,
            one.reason === undefined ? one.status : `${one.status}: ${one.reason}`,
          ]),
      ),
      "",
    ]);
  const stages = epics
    .filter(({ status }) => status !== "deferred")
    .map((epic) => [
      epic.id,
      ...(Object.keys(STAGES) as Stage[]).map((stage) => {
        const evidence = epic.stages[stage];
        if ("na" in evidence) return `n/a: ${evidence.na}`;
        const exit = results[evidence.command]?.exit;
        return `\`${evidence.command}\`: ${exit === undefined ? "not recorded" : exit === 0 ? "passed" : "RED"}`;
      }),
    ]);
  const days = Array.from({ length: sprint.days }, (_, index) => {
    const mine = tickets.filter(({ day }) => day === index + 1);
    return [`${index + 1}`, mine.map(({ id, ref, status }) => `${ref ?? id} (${status})`).join(", ")];
  });
  const metrics = metricsOf(plan).map(({ id, group, value, unit, source }) => [
    group,
    id,
    value === null ? "null" : `${value}`,
    unit,
    source,
  ]);
  return [
    generatedFrom("planning/jira/backlog.json", "planning/deferred.json", "planning/results.json"),
    `# Sprint plan: ${sprint.title}`,
    "",
    `As of ${backlog.asOf}. ${sprint.goal}`,
    "",
    ...assumptions.map((one) => `- ${one}`),
    "",
    "## Milestones",
    "",
    tableOf(
      ["milestone", "what"],
      milestones.map(({ title, what }) => [title, what]),
    ),
    "",
    "## Tickets",
    "",
    ...tables,
    "## Closure sequence",
    "",
    tableOf(["day", "closes"], days),
    "",
    "## Stages",
    "",
    "Tickets share the stages of their epic. Each is shown by a command, or says why it does not apply.",
    "",
    tableOf(["epic", ...Object.values(STAGES)], stages),
    "",
    "## Figures of the sprint",
    "",
    tableOf(["group", "figure", "value", "unit", "from what, or why not"], metrics),
    "",
    "## Deferred",
    "",
    tableOf(
      ["id", "what", "issues", "why", "looked at again when"],
      deferred.map(({ id, title, refs, reason, revisit }) => [id, title, refs.join(", "), reason, revisit]),
    ),
    "",
  ].join("\n");
};

/** `role-roster.md`: roles and vacancies. */
export const rosterPage = (roles: readonly Role[]): string =>
  [
    generatedFrom("planning/ownership/roles.json"),
    "# Roles",
    "",
    "Roles and not people. A vacancy is said as one: its decisions fall to the owner.",
    "",
    tableOf(
      ["role", "id", "decides", "stages", "held by"],
      roles.map(({ id, title, decides, stages, holder }) => [
        title,
        id,
        decides,
        stages.map((stage) => STAGES[stage]).join(", "),
        holder ?? "**vacant**",
      ]),
    ),
    "",
  ].join("\n");
