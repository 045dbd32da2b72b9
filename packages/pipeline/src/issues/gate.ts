import { type Backlog, type Deferred, KPIS, SEVERITIES } from "../plan-data.ts";
import type { Results } from "../results.ts";
import { type Issue, labelOf, type Snapshot } from "./snapshot.ts";

/** Labels and milestones that exist. */
export type LabelRules = {
  readonly types: readonly string[];
  /** Surfaces of a P0, and what each belongs to. */
  readonly surfaces: Readonly<Record<string, string>>;
  readonly milestones: readonly string[];
};

/** What a P0 may be about, in the owner's words. */
const P0_CLASSES = ["release integrity", "determinism", "publish integrity", "baseline security"];

/** What the gate knows besides the snapshot. */
export type GateInput = {
  readonly rules: LabelRules;
  readonly backlog: Backlog;
  readonly results: Results;
  readonly deferred: readonly Deferred[];
};

const labelFaults = (issue: Issue, { types, surfaces, milestones }: LabelRules): string[] => {
  const listed = {
    kpi: KPIS as readonly string[],
    sev: SEVERITIES as readonly string[],
    type: types,
    surface: Object.keys(surfaces),
  };
  const faults: string[] = [];
  for (const [kind, values] of Object.entries(listed)) {
    const found = issue.labels.flatMap(({ name }) =>
      name.startsWith(`${kind}:`) ? [name.slice(kind.length + 1)] : [],
    );
    for (const value of found.filter((one) => !values.includes(one)))
      faults.push(`${kind}:${value} is no label of the list`);
    const isNeeded = kind !== "surface" || found.length > 1 || labelOf(issue, "sev") === "P0";
    if (issue.state === "OPEN" && isNeeded && found.length !== 1) {
      faults.push(`expected exactly one label ${kind}:..., found ${found.length}`);
    }
  }
  if (issue.state === "OPEN" && !milestones.includes(issue.milestone?.title ?? "")) {
    faults.push(`expected one of the milestones ${milestones.join(", ")}, found ${issue.milestone?.title ?? "none"}`);
  }
  return faults;
};

const p0Faults = (open: readonly Issue[], { surfaces }: LabelRules): (readonly [Issue, string])[] => {
  const bySurface = new Map<string, Issue>();
  return open
    .filter((issue) => labelOf(issue, "sev") === "P0")
    .flatMap((issue): (readonly [Issue, string])[] => {
      const surface = labelOf(issue, "surface") ?? "";
      const about = surfaces[surface];
      if (about === undefined) return [];
      if (!P0_CLASSES.includes(about))
        return [[issue, `P0 is for ${P0_CLASSES.join(", ")} only, and not for ${about}`]];
      const first = bySurface.get(surface);
      if (first !== undefined) return [[issue, `is a second P0 for ${surface}; the first is #${first.number}`]];
      bySurface.set(surface, issue);
      return [];
    });
};

/** An umbrella closes after its children, and each of them by evidence. */
const umbrellaFaults = (issues: readonly Issue[], { backlog, results }: GateInput): (readonly [Issue, string])[] =>
  backlog.epics
    .filter(({ umbrella }) => umbrella === true)
    .flatMap(({ id, ref }): (readonly [Issue, string])[] => {
      const issue = issues.find(({ number }) => `#${number}` === ref);
      if (issue === undefined || issue.state === "OPEN") return [];
      return backlog.tickets
        .filter(({ epic, ref: child }) => epic === id && child !== undefined)
        .flatMap(({ ref: child, status, acceptance }): (readonly [Issue, string])[] => {
          const found = issues.find(({ number }) => `#${number}` === child);
          if (found?.state !== "CLOSED") return [[issue, `is closed before its child ${child}`]];
          if ((found.closedAt ?? "") > (issue.closedAt ?? "9"))
            return [[issue, `was closed earlier than its child ${child}`]];
          return status === "done" && results[acceptance.command]?.exit === 0
            ? []
            : [[issue, `is closed, and nothing verifies its child ${child}: \`${acceptance.command}\``]];
        });
    });

/** What is closed has evidence, and what is deferred is neither urgent nor soon. */
const stateFaults = (issue: Issue, { backlog, results, deferred }: GateInput): string[] => {
  const ref = `#${issue.number}`;
  const ticket = backlog.tickets.find((one) => one.ref === ref);
  if (issue.state === "CLOSED") {
    const verified =
      ticket === undefined || (ticket.status === "done" && results[ticket.acceptance.command]?.exit === 0);
    return verified ? [] : [`is closed, and \`${ticket?.acceptance.command}\` is not recorded as passed`];
  }
  if (!deferred.some(({ refs }) => refs.includes(ref))) return [];
  const severity = labelOf(issue, "sev") ?? "";
  const milestone = issue.milestone?.title ?? "none";
  return [
    ...(severity === "P0" || severity === "P1" ? [`is deferred, so expected sev:P2 or P3, found ${severity}`] : []),
    ...(milestone.startsWith("M3") ? [] : [`is deferred, so expected the milestone M3, found ${milestone}`]),
  ];
};

/** The label gate: a sentence for every fault of a snapshot; none means that it is green. */
export const gateFaults = ({ issues }: Snapshot, input: GateInput): string[] => {
  const open = issues.filter(({ state }) => state === "OPEN");
  const numbers = issues.map(({ number }) => number);
  const found: (readonly [Issue, string])[] = [
    ...issues
      .filter(({ number }, index) => numbers.indexOf(number) !== index)
      .map((issue): readonly [Issue, string] => [issue, "stands twice"]),
    ...issues.flatMap((issue) =>
      [...labelFaults(issue, input.rules), ...stateFaults(issue, input)].map((fault): readonly [Issue, string] => [
        issue,
        fault,
      ]),
    ),
    ...p0Faults(open, input.rules),
    ...umbrellaFaults(issues, input),
  ];
  return found.map(([{ number }, fault]) => `#${number}: ${fault}`);
};
