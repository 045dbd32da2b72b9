import Papa from "papaparse";
import type { Backlog } from "../plan-data.ts";

/** Rows as CSV (RFC 4180). What a spreadsheet would run stays text. */
const csvOf = (rows: readonly Readonly<Record<string, string>>[]): string =>
  `${Papa.unparse([...rows], { escapeFormulae: true })}\r\n`;

/** `epics.csv` and `tickets.csv`, as a tracker imports them. */
export const jiraFiles = ({ epics, tickets }: Backlog): Readonly<Record<string, string>> => ({
  "planning/jira/epics.csv": csvOf(
    epics.map(({ id, ref, title, lane, milestone, kpi, severity, status, umbrella }) => ({
      id,
      ref: ref ?? "",
      title,
      lane,
      milestone,
      kpi,
      severity,
      status,
      umbrella: umbrella === true ? "yes" : "no",
    })),
  ),
  "planning/jira/tickets.csv": csvOf(
    tickets.map(
      ({ id, ref, title, epic, owner, dependencies, milestone, kpi, severity, type, status, acceptance, reason }) => ({
        id,
        ref: ref ?? "",
        title,
        epic,
        owner,
        dependencies: dependencies.join(" "),
        milestone,
        kpi,
        severity,
        type,
        status,
        acceptance: acceptance.command,
        reason: reason ?? "",
      }),
    ),
  ),
});
