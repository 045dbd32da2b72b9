import { randomUUID } from "node:crypto";
import { SettldError } from "@settld/protocol";
import type { BookAccount } from "../store.ts";
import type { Answer, Command } from "./commands.ts";
import type { Connection, Database, Value } from "./database.ts";
import { encodeBatch, type PreparedCommand, prepare } from "./encode.ts";
import { closed, codeOf, isConnectionFailure, isSerializationFailure, unavailable } from "./errors.ts";
import type { JobStatement } from "./jobs.ts";
import { type ApiKeySql, apiKeyRow } from "./read-rest.ts";
import { noteRetry, PATIENCE, pauseBefore } from "./retry.ts";
import { textOf } from "./text.ts";

/** The one who writes: commands that wait at the same time go in one round trip and share one flush of the disk. */
export type Writer = {
  /** Fulfils when the command is durable. */
  readonly submit: <T extends Command["type"]>(command: Extract<Command, { readonly type: T }>) => Promise<Answer<T>>;
  /** Takes no more, and ends when what was taken is done. */
  readonly close: () => Promise<void>;
};

// Each command is a subtransaction, of which PostgreSQL keeps 64 of a transaction where all can see them at once.
const BATCH_MAX = 48;
// The row of a writer of which nothing was heard for so long is nobody's.
const WRITERS_KEPT = "30 days";
// The batch was given up by whoever asked for its outcome, or the row of the writer is gone.
const GIVEN_UP = "SE003";
// Writing to a server that only reads: after a failover the connection leads to the wrong one.
const READ_ONLY = "25006";

type Waiting = {
  readonly command: Command;
  readonly prepared: PreparedCommand;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
};

/** What `settld_write` says of one command. */
type ResultSql =
  | { readonly answer: unknown }
  | { readonly conflict: "answered" | "stale" | "insufficient"; readonly account?: BookAccount | null }
  | { readonly misuse: string }
  | { readonly gone: string };

/** Makes a {@link Writer}. It connects when there is something to write. */
export function makeWriter(
  database: Pick<Database, "connect">,
  jobsOf: (commands: readonly Command[]) => Promise<readonly JobStatement[]> = async () => [],
): Writer {
  const line = writingLine(database);
  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;
  let isClosed = false;

  const work = async (): Promise<void> => {
    // What has happened already in this turn goes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH_MAX);
      queue = queue.slice(BATCH_MAX);
      try {
        const jobs = await jobsOf(batch.map(({ command }) => command));
        const results = await line.write(
          batch.map(({ prepared }) => prepared),
          jobs,
        );
        for (const [index, waiting] of batch.entries()) settle(waiting, results[index]);
      } catch (error) {
        const reason = error instanceof SettldError ? error : unavailable(error);
        for (const { reject } of batch) reject(reason);
      }
    }
    running = undefined;
  };

  return {
    submit: (command) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(closed());
          return;
        }
        queue.push({ command, prepared: prepare(command), resolve, reject });
        running ??= work();
      }),
    async close() {
      isClosed = true;
      await running;
      line.end();
    },
  };
}

function settle({ command: { type }, resolve, reject }: Waiting, result: ResultSql | undefined): void {
  if (result === undefined) reject(new Error("a command without its result"));
  else if ("misuse" in result) {
    reject(new TypeError(`expected a change that the store can hold, found: ${result.misuse}`));
  } else if ("gone" in result) reject(unavailable(new Error(result.gone)));
  else resolve(answerOf(type, result) as never);
}

function answerOf(type: Command["type"], result: Exclude<ResultSql, { misuse: string } | { gone: string }>): unknown {
  if ("conflict" in result) {
    const { conflict: kind, account } = result;
    if (kind !== "insufficient" || account === undefined || account === null) return { ok: false, conflict: { kind } };
    return { ok: false, conflict: { kind, account: textsOf(account) } };
  }
  if (type === "write") return { ok: true };
  if (type === "revoke-api-key")
    return result.answer === null ? undefined : apiKeyRow(textsOf(result.answer as ApiKeySql));
  return result.answer ?? undefined;
}

// Texts within JSON are as the database keeps them.
function textsOf<T extends object>(row: T): T {
  const read = (value: unknown): unknown => (typeof value === "string" ? textOf(value) : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, read(value)])) as T;
}

type WritingLine = {
  /** Carries out a batch once; rejects when nothing of it was made, or when nobody can be asked. */
  readonly write: (batch: readonly PreparedCommand[], jobs: readonly JobStatement[]) => Promise<readonly ResultSql[]>;
  readonly end: () => void;
};

// One batch after another, each with the next number of this writer. The row of the writer holds number and results of
// its last batch, written in one transaction with the batch: so whoever loses an answer can ask for it.
function writingLine(database: Pick<Database, "connect">): WritingLine {
  let connection: Connection | undefined;
  let writer: { readonly id: string; batch: number } | undefined;

  const drop = (): void => {
    connection?.end();
    connection = undefined;
  };
  const connected = async (): Promise<Connection> => {
    if (connection !== undefined) return connection;
    const made = await database.connect();
    connection = made;
    void made.over.then(() => {
      if (connection === made) connection = undefined;
    });
    return made;
  };
  const registered = async (on: Connection): Promise<{ readonly id: string; batch: number }> => {
    if (writer !== undefined) return writer;
    const id = randomUUID();
    await on.sql("DELETE FROM writers WHERE touched_at < now() - $1::interval", [WRITERS_KEPT]);
    await on.sql("INSERT INTO writers (id, batch) VALUES ($1, 0)", [id]);
    writer = { id, batch: 0 };
    return writer;
  };
  // Asks until somebody answers. It waits for a batch that is still at work, and one that has not begun never will.
  const outcome = async (id: string, batch: number): Promise<readonly ResultSql[] | undefined> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const on = await connected();
        const [row] = await on.sql<{ results: ResultSql[] | null }>("SELECT settld_outcome($1, $2) AS results", [
          id,
          batch,
        ]);
        return row?.results ?? undefined;
      } catch (error) {
        drop();
        if (attempt + 1 >= PATIENCE.attemptsMax) throw error;
        await pauseBefore(attempt);
      }
    }
  };

  return {
    async write(batch, jobs) {
      const { commands, bytes, accounts } = encodeBatch(batch);
      for (let attempt = 0; ; attempt++) {
        const mayTryAgain = attempt + 1 < PATIENCE.attemptsMax;
        let sent: { readonly id: string; readonly batch: number } | undefined;
        try {
          const on = await connected();
          const { id, batch } = await registered(on);
          const values: Value[] = [id, batch + 1, commands, bytes, accounts, JSON.stringify(jobs)];
          sent = { id, batch: batch + 1 };
          const [row] = await on.sql<{ results: ResultSql[] }>(
            "SELECT settld_write($1, $2, $3::jsonb, $4, $5::jsonb, $6::jsonb) AS results",
            values,
          );
          if (row === undefined) throw new Error("a batch without results");
          writer = sent;
          return row.results;
        } catch (error) {
          if (isConnectionFailure(error)) {
            drop();
            if (sent !== undefined) {
              writer = undefined;
              const results = await outcome(sent.id, sent.batch);
              writer = sent;
              if (results !== undefined) return results;
            }
          } else if (codeOf(error) === GIVEN_UP) {
            writer = undefined;
          } else if (codeOf(error) === READ_ONLY) {
            drop();
          } else if (!isSerializationFailure(error)) {
            throw error;
          }
          if (!mayTryAgain) throw error;
          noteRetry(error);
        }
        await pauseBefore(attempt);
      }
    },
    end: drop,
  };
}
