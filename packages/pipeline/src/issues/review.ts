import { daysBetween } from "../day.ts";
import { KPIS, SEVERITIES, type Severity } from "../plan-data.ts";
import { plain, tableOf } from "../table.ts";
import { type Issue, labelOf, type Snapshot } from "./snapshot.ts";

/** Days after which an open issue is overdue. */
export type SlaDays = Readonly<Record<Severity, number>>;

/** Days since an issue was opened; null when the snapshot does not say. */
export const ageOf = ({ createdAt }: Issue, asOf: string): number | null =>
  createdAt === undefined ? null : Math.max(0, daysBetween(createdAt, asOf));

/** Whether an open issue is older than its severity allows. Of unknown age means so: nobody can show that it is not. */
export const isOverdue = (issue: Issue, asOf: string, slaDays: SlaDays): boolean => {
  const age = ageOf(issue, asOf);
  return age === null || age > (slaDays[labelOf(issue, "sev") as Severity] ?? 0);
};

/** Open issues in the order in which they should go: severity, then age, the unknown first. */
export const killList = ({ issues }: Snapshot, asOf: string): Issue[] =>
  issues
    .filter(({ state }) => state === "OPEN")
    .sort((a, b) => {
      const severity = (labelOf(a, "sev") ?? "P9").localeCompare(labelOf(b, "sev") ?? "P9", "en");
      const [one, other] = [ageOf(a, asOf) ?? 1e9, ageOf(b, asOf) ?? 1e9];
      return severity || other - one || a.number - b.number;
    });

/** The review of a snapshot as a page: matrix by figure, kill list, portfolio. */
export const reviewOf = (snapshot: Snapshot, asOf: string, slaDays: SlaDays): string => {
  const open = killList(snapshot, asOf);
  const closed = snapshot.issues.length - open.length;
  const count = (list: readonly Issue[]): string => (list.length === 0 ? "" : `${list.length}`);
  const matrix = KPIS.map((kpi) => {
    const mine = open.filter((issue) => labelOf(issue, "kpi") === kpi);
    return [
      `\`${kpi}\``,
      ...SEVERITIES.map((severity) => count(mine.filter((issue) => labelOf(issue, "sev") === severity))),
      `${mine.length}`,
      count(mine.filter((issue) => isOverdue(issue, asOf, slaDays))),
    ];
  });
  const rest = open.filter((issue) => !(KPIS as readonly string[]).includes(labelOf(issue, "kpi") ?? ""));
  const kills = open.map((issue) => [
    `#${issue.number}`,
    labelOf(issue, "sev") ?? "?",
    `${ageOf(issue, asOf) ?? "unknown"}`,
    isOverdue(issue, asOf, slaDays) ? "yes" : "",
    plain(labelOf(issue, "kpi") ?? "?").replaceAll("\\_", "_"),
    plain(issue.milestone?.title ?? "none"),
    plain(issue.title),
  ]);
  const milestones = [...new Set(snapshot.issues.map((issue) => issue.milestone?.title ?? "none"))].sort();
  const portfolio = milestones.map((title) => {
    const mine = snapshot.issues.filter((issue) => (issue.milestone?.title ?? "none") === title);
    const left = mine.filter(({ state }) => state === "OPEN");
    return [plain(title), `${mine.length}`, `${left.length}`, `${mine.length - left.length}`];
  });
  return [
    `Issues as of ${asOf}, snapshot of ${plain(snapshot.takenAt)} (${plain(snapshot.repository)}): ${open.length} open, ${closed} closed.`,
    "",
    "## Matrix",
    "",
    tableOf(["figure", ...SEVERITIES, "open", "overdue"], matrix),
    ...(rest.length === 0
      ? []
      : ["", `Without a figure of the list: ${rest.map(({ number }) => `#${number}`).join(", ")}.`]),
    "",
    "## Kill list",
    "",
    kills.length === 0
      ? "Nothing is open."
      : tableOf(["issue", "severity", "days", "overdue", "figure", "milestone", "title"], kills),
    "",
    "## Portfolio",
    "",
    tableOf(["milestone", "issues", "open", "closed"], portfolio),
    "",
  ].join("\n");
};
