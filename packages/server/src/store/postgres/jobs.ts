import { SettldError } from "@settld/protocol";
import type { JobInsert, PgBoss, Queue } from "pg-boss";
import { JOBS_AHEAD_MS, type Job, type JobKind, type Jobs } from "../jobs.ts";
import type { Command } from "./commands.ts";
import type { Database } from "./database.ts";

/** Jobs over pg-boss, and how a batch of the writer puts them in its own transaction. */
export type PostgresJobs = Jobs & {
  /** Statements that put the jobs of commands, each with its one parameter; `settld_write` runs them. */
  readonly statements: (commands: readonly Command[]) => Promise<readonly JobStatement[]>;
};

/** A statement that puts jobs of one kind; `$1` is JSON. */
export type JobStatement = { readonly sql: string; readonly jobs: string };

// The queue's own schema, so that its tables never meet those of the store.
const SCHEMA = "settld_jobs";
const KINDS: readonly JobKind[] = ["timer", "payout", "delivery", "daily"];
// Jobs of one kind that a process looks at side by side.
const RUNNING_MAX = 20;
// A job whose process is gone is somebody else's after this; what it was about is found by a look before that.
const EXPIRE_SECONDS = 120;
const POLL_SECONDS = 1;

const queueOf = (kind: JobKind): Omit<Queue, "policy"> & { readonly policy: "short" } => ({
  name: `settld-${kind}`,
  // One of an id and second waits; when it is being looked at, the next one may wait.
  policy: "short",
  retryLimit: 3,
  retryDelay: 1,
  retryBackoff: true,
  expireInSeconds: EXPIRE_SECONDS,
  deleteAfterSeconds: 60,
  retentionSeconds: 86_400,
});

/**
 * Makes the tables of the queue, or brings them to the version of this `pg-boss`, and the queues.
 *
 * @throws SettldError `HTTP_UNAVAILABLE` when `pg-boss` is not there.
 */
export async function openJobs(database: Pick<Database, "raw">): Promise<PostgresJobs> {
  const { PgBoss } = await loadBoss();
  const boss: PgBoss = new PgBoss({
    db: { executeSql: database.raw },
    schema: SCHEMA,
    schedule: false,
    // Told by whoever looks without success; the queue itself goes on.
    warningSlowQuerySeconds: 60,
  });
  boss.on("error", () => {});
  await boss.start();
  for (const kind of KINDS) await boss.createQueue(queueOf(kind).name, queueOf(kind));
  const workers = new Map<JobKind, string>();
  let stopping: Promise<void> | undefined;

  const insert = async (kind: JobKind, jobs: readonly Job[], executeSql: Database["raw"]): Promise<void> => {
    await boss.insert(queueOf(kind).name, jobs.map(insertOf), { db: { executeSql } });
  };
  return {
    async statements(commands) {
      const jobs = commands.flatMap(jobsOf);
      const found: JobStatement[] = [];
      for (const [kind, some] of byKind(jobs)) {
        // The queue's own statement, which runs where the change is written.
        await insert(kind, some, async (sql, values) => {
          found.push({ sql, jobs: String(values?.[0]) });
          return { rows: [] };
        });
      }
      return found;
    },
    async put(jobs) {
      for (const [kind, some] of byKind(jobs)) await insert(kind, some, database.raw);
    },
    async work(kind, look) {
      const options = { localConcurrency: 1, batchSize: RUNNING_MAX, pollingIntervalSeconds: POLL_SECONDS };
      const worker = await boss.work<{ id: string }>(
        queueOf(kind).name,
        { ...options, burstWhenBatchFull: true },
        async (jobs) => {
          await Promise.all(jobs.map(({ data }) => look(data.id)));
        },
      );
      workers.set(kind, worker);
    },
    wake(kind) {
      const worker = workers.get(kind);
      if (worker !== undefined && stopping === undefined) boss.notifyWorker(worker);
    },
    stop() {
      stopping ??= boss.stop({ graceful: true, timeout: EXPIRE_SECONDS * 1_000, close: false });
      return stopping;
    },
  };
}

function insertOf({ id, at }: Job): JobInsert<{ id: string }> {
  return { data: { id }, singletonKey: `${id} ${Math.floor(at / 1_000)}`, startAfter: new Date(at).toISOString() };
}

function byKind(jobs: readonly Job[]): ReadonlyMap<JobKind, readonly Job[]> {
  const kinds = new Map<JobKind, Job[]>();
  for (const job of jobs) kinds.set(job.kind, [...(kinds.get(job.kind) ?? []), job]);
  return kinds;
}

/** What a command makes due soon. */
export function jobsOf(command: Command): readonly Job[] {
  const soon = Date.now() + JOBS_AHEAD_MS;
  const jobs: Job[] = [];
  if (command.type === "retry-command") jobs.push({ kind: "payout", id: command.id, at: command.due });
  if (command.type === "write") {
    const { agreement, outbox = [], messages, redeliver } = command.change;
    if (agreement?.row.due !== undefined) jobs.push({ kind: "timer", id: agreement.id, at: agreement.row.due });
    // To which endpoints a message goes only the database knows, so one look is at all of them.
    if (messages !== undefined || redeliver !== undefined) jobs.push({ kind: "delivery", id: "due", at: Date.now() });
    for (const { id, due } of outbox) jobs.push({ kind: "payout", id, at: due });
  }
  return jobs.filter(({ at }) => at <= soon);
}

async function loadBoss(): Promise<typeof import("pg-boss")> {
  try {
    return await import("pg-boss");
  } catch (cause) {
    throw new SettldError("HTTP_UNAVAILABLE", "expected the package pg-boss, found none: npm install pg pg-boss", {
      cause,
    });
  }
}
