import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { assertData, DataError } from "../data.ts";
import { root } from "../files.ts";
import type { Backlog, Epic, Ticket } from "../plan-data.ts";
import type { Results } from "../results.ts";

/** An issue, as `gh issue list --json` prints it. */
export type Issue = {
  readonly number: number;
  readonly title: string;
  readonly state: "OPEN" | "CLOSED";
  readonly labels: readonly { readonly name: string }[];
  readonly milestone?: { readonly title: string } | null;
  readonly createdAt?: string;
  readonly closedAt?: string | null;
  readonly url: string;
};

/** Issues of the tracker at one time; the schema is that of the release gate. */
export type Snapshot = { readonly takenAt: string; readonly repository: string; readonly issues: readonly Issue[] };

/** The snapshot that is committed. */
export const SNAPSHOT_FILE = "planning/issues/snapshot.json";

/** One schema for both: what stops a release and what is planned are the same issues. */
const SCHEMA = "packages/release/schemas/issue-snapshot.schema.json";

/**
 * Reads a snapshot: a file with the day it was taken, or bare what `gh issue list --json` prints, which then counts as
 * taken on the given day.
 *
 * @throws DataError when it does not fit the schema.
 */
export const readSnapshot = (path: string, asOf: string): Snapshot => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(resolve(path), "utf8"));
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`);
  }
  const snapshot = Array.isArray(value)
    ? { takenAt: `${asOf}T00:00:00Z`, repository: "exported", issues: value as unknown[] }
    : value;
  assertData(snapshot, path, SCHEMA);
  return snapshot as Snapshot;
};

/** Path of the committed snapshot. */
export const committedSnapshot: string = resolve(root, SNAPSHOT_FILE);

/** The one label of a kind, without its prefix; undefined when there is none, or more than one. */
export const labelOf = ({ labels }: Issue, kind: "kpi" | "sev" | "type" | "surface"): string | undefined => {
  const found = labels.flatMap(({ name }) => (name.startsWith(`${kind}:`) ? [name.slice(kind.length + 1)] : []));
  return found.length === 1 ? found[0] : undefined;
};

/**
 * The owner's issues in the state that the backlog's evidence supports: closed is what is done. When they were opened is
 * not known, so it is left out.
 */
export const snapshotOf = ({ asOf, epics, tickets, milestones }: Backlog, results: Results): Snapshot => {
  const issue = (one: Epic | Ticket): Issue[] => {
    if (one.ref === undefined) return [];
    const { kpi, severity, type, surface, status } = one;
    const at = "acceptance" in one ? results[one.acceptance.command]?.at : asOf;
    return [
      {
        number: Number(one.ref.slice(1)),
        title: one.title,
        state: status === "done" ? "CLOSED" : "OPEN",
        labels: [
          { name: `kpi:${kpi}` },
          { name: `sev:${severity}` },
          { name: `type:${type}` },
          ...(surface === undefined ? [] : [{ name: `surface:${surface}` }]),
        ],
        milestone: { title: milestones.find(({ id }) => id === one.milestone)?.title ?? one.milestone },
        closedAt: status === "done" ? `${at ?? asOf}T00:00:00Z` : null,
        url: "planning/sources/issue-war-plan.md",
      },
    ];
  };
  return {
    takenAt: `${asOf}T00:00:00Z`,
    repository: "owner's war plan, not the tracker",
    issues: [...epics, ...tickets].flatMap(issue).sort((a, b) => a.number - b.number),
  };
};
