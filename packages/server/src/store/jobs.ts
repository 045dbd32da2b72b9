/** What a background job looks at. */
export type JobKind = "timer" | "payout" | "delivery" | "daily";

/** Somebody should look at something at a time. What is to be done there, and whether, says its row alone. */
export type Job = {
  readonly kind: JobKind;
  /** Names what to look at. */
  readonly id: string;
  /** Milliseconds since 1970; not before. */
  readonly at: number;
};

/**
 * Background work of any number of processes: a job is taken by one of them at a time. Jobs may come late or twice, and
 * one may be lost with its process; so whoever works with them also looks for what is due now and then. A change puts
 * the jobs of what it makes due, in its own transaction, when that is within {@link JOBS_AHEAD_MS}; what is due later is
 * found by that look, which puts the jobs when the time comes near.
 */
export type Jobs = {
  /** Takes jobs of a kind from now on. `look` must not throw, and must be right when it comes twice. */
  readonly work: (kind: JobKind, look: (id: string) => Promise<void>) => Promise<void>;
  /** Puts jobs. Those of one kind, id and second are one. */
  readonly put: (jobs: readonly Job[]) => Promise<void>;
  /** Says that there may be a job of a kind now; cheap. */
  readonly wake: (kind: JobKind) => void;
  /** Takes no more; jobs that are under way are waited for. */
  readonly stop: () => Promise<void>;
};

/** How far ahead jobs are put, in milliseconds: a queue of a few minutes stays short, and most timers never fire. */
export const JOBS_AHEAD_MS = 300_000;

/** How often everybody puts the jobs of what is due within {@link JOBS_AHEAD_MS}, in milliseconds. */
export const JOBS_PUT_MS = 60_000;

/** How often everybody looks for what is due without a job, or whose job went with its process, in milliseconds. */
export const SWEEP_MS = 10_000;
