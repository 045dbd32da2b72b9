import { execFileSync } from "node:child_process";
import { type Command, readCommands } from "./commands.ts";
import { readData, SCHEMAS } from "./data.ts";
import { type Results, readResults } from "./results.ts";

/** The eight key figures, by the owner's identifiers. */
export const KPIS = [
  "technical_completeness",
  "automation_depth",
  "authority_modeling",
  "enterprise_readiness",
  "scalability",
  "data_integration",
  "economic_measurability",
  "operational_maturity",
] as const;
/** One of them. */
export type Kpi = (typeof KPIS)[number];

/** How urgent an issue is, the most urgent first. */
export const SEVERITIES = ["P0", "P1", "P2", "P3"] as const;
/** One of them. */
export type Severity = (typeof SEVERITIES)[number];

/** The seven stages of the pipeline, in their order, with the owner's names. */
export const STAGES = {
  outcome: "Outcome lock",
  contract: "Protocol and contract lock",
  implementation: "Implementation",
  verification: "Deterministic verification",
  reliability: "Reliability and security gate",
  release: "Release and rollout",
  activation: "GTM activation and conversion",
} as const;
/** One of them. */
export type Stage = keyof typeof STAGES;

/** What evidences a stage. */
export type StageEvidence = { readonly command: string } | { readonly na: string };

/** State of a piece of work. */
export type Status = "open" | "doing" | "blocked" | "done" | "deferred";

/** What an issue of the tracker would say about it. */
type Labels = {
  readonly ref?: string;
  readonly title: string;
  readonly milestone: string;
  readonly kpi: Kpi;
  readonly severity: Severity;
  readonly type: string;
  readonly surface?: string;
  readonly status: Status;
  /** Why it is blocked or deferred. */
  readonly reason?: string;
};

/** An epic, whose stages its tickets share. */
export type Epic = Labels & {
  readonly id: string;
  readonly lane: string;
  /** Whether it is the checklist of its tickets: it closes only after them. */
  readonly umbrella?: boolean;
  readonly stages: Readonly<Record<Stage, StageEvidence>>;
};

/** A ticket with its binary acceptance. */
export type Ticket = Labels & {
  readonly id: string;
  readonly epic: string;
  readonly owner: string;
  readonly dependencies: readonly string[];
  readonly acceptance: { readonly command: string; readonly artifacts: readonly string[] };
  /** What only somebody outside of the repository can do. */
  readonly external?: readonly string[];
  /** Day of the closure sequence. */
  readonly day?: number;
};

/** The backlog. */
export type Backlog = {
  readonly asOf: string;
  readonly sprint: { readonly id: string; readonly title: string; readonly goal: string; readonly days: number };
  readonly assumptions: readonly string[];
  readonly milestones: readonly { readonly id: string; readonly title: string; readonly what: string }[];
  readonly epics: readonly Epic[];
  readonly tickets: readonly Ticket[];
};

/** A role of the roster. */
export type Role = {
  readonly id: string;
  readonly title: string;
  readonly stages: readonly Stage[];
  readonly decides: string;
  readonly holder: string | null;
};

/** A step in the life of a phase. */
export type LifecycleStep = {
  readonly status: "done" | "na" | "waiting";
  readonly note: string;
  readonly command?: string;
};

/** A task of a phase: a ticket of the backlog, or one of its own. */
export type Task = {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly ticket?: string;
  readonly command?: string;
  readonly artifacts: readonly string[];
  readonly reason?: string;
};

/** A phase. */
export type Phase = {
  readonly phase: number;
  readonly title: string;
  readonly scope: string;
  readonly acceptance: readonly string[];
  readonly api: readonly string[];
  readonly migrations: readonly string[];
  readonly risks: readonly string[];
  readonly rollback: string;
  readonly deferred: readonly string[];
  readonly approved: boolean;
  readonly lifecycle?: Readonly<Record<string, LifecycleStep>>;
  readonly tasks: readonly Task[];
};

/** The master list of tasks. */
export type Tasks = { readonly lifecycle: Readonly<Record<string, LifecycleStep>>; readonly phases: readonly Phase[] };

/** Something that waits, why, and until when. */
export type Deferred = {
  readonly id: string;
  readonly title: string;
  readonly refs: readonly string[];
  readonly kpi: Kpi;
  readonly reason: string;
  readonly revisit: string;
};

/** A row of the coverage. */
export type CoverageRow = {
  readonly id: string;
  readonly document: string;
  readonly quote: string;
  readonly command?: string;
  readonly file?: string;
  readonly deferred?: { readonly reason: string; readonly revisit: string };
  readonly note?: string;
};

/** The owner's documents, and what shows each of their requirements. */
export type Coverage = {
  readonly documents: Readonly<Record<string, { readonly path: string; readonly sha256: string }>>;
  readonly rows: readonly CoverageRow[];
};

/** A layer of tests. */
export type Layer = {
  readonly layer: string;
  readonly asked: string;
  readonly tooling: string;
  readonly commands: readonly string[];
  readonly trigger: string;
  readonly decision: string;
};

/** All data of planning at one time. */
export type Plan = {
  readonly commands: readonly Command[];
  readonly results: Results;
  readonly backlog: Backlog;
  readonly roles: readonly Role[];
  readonly tasks: Tasks;
  readonly deferred: readonly Deferred[];
  readonly coverage: Coverage;
  readonly layers: readonly Layer[];
  /** Tags of the repository. */
  readonly tags: readonly string[];
};

/** Where the sources of planning are. */
export const SOURCES = {
  backlog: "planning/jira/backlog.json",
  roles: "planning/ownership/roles.json",
  tasks: "tasks/tasks.yaml",
  deferred: "planning/deferred.json",
  coverage: "planning/coverage.json",
  layers: "planning/test-layers.json",
} as const;

/**
 * Reads all data of planning below a folder.
 *
 * @throws DataError when a file does not fit its schema.
 */
export const readPlan = (base: string): Plan => {
  const read = <T>(name: keyof typeof SOURCES): T => readData<T>(base, SOURCES[name], `${SCHEMAS}/${name}.schema.json`);
  return {
    commands: readCommands(base),
    results: readResults(base),
    backlog: read("backlog"),
    roles: read<{ readonly roles: readonly Role[] }>("roles").roles,
    tasks: read("tasks"),
    deferred: read<{ readonly deferred: readonly Deferred[] }>("deferred").deferred,
    coverage: read("coverage"),
    layers: read<{ readonly layers: readonly Layer[] }>("layers").layers,
    tags: execFileSync("git", ["tag", "--list"], { cwd: base, encoding: "utf8" }).split("\n").filter(Boolean),
  };
};
