import { runBatch } from "./batch.ts";
import type { Answer, Command } from "./commands.ts";
import type { Connection } from "./connection.ts";
import { closed } from "./errors.ts";

/** The one who writes: commands that wait at the same time share one transaction. */
export type Writer = {
  /** Fulfils when the command is durable. */
  readonly submit: <T extends Command["type"]>(command: Extract<Command, { readonly type: T }>) => Promise<Answer<T>>;
  /** Runs `work` while nothing is written. */
  readonly pause: <T>(work: () => Promise<T>) => Promise<T>;
  /** Takes no more, and ends when what was taken is done. */
  readonly close: () => Promise<void>;
};

// A transaction blocks this thread, and a full one of this size takes some milliseconds.
const BATCH_MAX = 128;

// Of the time of a flush, for others to come along; in milliseconds at most the second.
const PATIENCE = 0.5;
const PATIENCE_MS_MAX = 5;

type Waiting = {
  readonly command: Command;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
};

/** Makes a {@link Writer} over a connection that nobody else writes with. */
export function makeWriter(connection: Connection): Writer {
  let queue: Waiting[] = [];
  let pauses = 0;
  let isScheduled = false;
  let isClosed = false;
  let drained: (() => void) | undefined;

  // How many commands came together last time, and how long their transaction took.
  let [lastCount, lastMs] = [1, 0];
  let patience: NodeJS.Timeout | undefined;

  // A writer that is alone with one command starts once the events that have already happened were handled. Where
  // several came together before, as many are on their way again: they are waited for, because each flush that they
  // share is one less, but never for longer than a part of what a flush takes.
  const schedule = (): void => {
    if (isScheduled || pauses > 0 || queue.length === 0) return;
    if (queue.length < Math.min(lastCount, BATCH_MAX) && lastMs * PATIENCE >= 1) {
      patience ??= setTimeout(start, Math.min(lastMs * PATIENCE, PATIENCE_MS_MAX));
      return;
    }
    start();
  };
  const start = (): void => {
    clearTimeout(patience);
    patience = undefined;
    if (isScheduled || pauses > 0 || queue.length === 0) return;
    isScheduled = true;
    setImmediate(flush);
  };
  const flush = (): void => {
    isScheduled = false;
    if (pauses > 0) return;
    const batch = queue.slice(0, BATCH_MAX);
    queue = queue.slice(BATCH_MAX);
    const begin = performance.now();
    const results = runBatch(
      connection,
      batch.map(({ command }) => command),
    );
    [lastCount, lastMs] = [batch.length, performance.now() - begin];
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index];
      if (result?.ok === true) resolve(result.answer as never);
      else reject(result?.error);
    }
    schedule();
    if (queue.length === 0) drained?.();
  };

  return {
    submit: (command) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(closed());
          return;
        }
        queue.push({ command, resolve, reject });
        schedule();
      }),
    async pause(work) {
      pauses += 1;
      try {
        return await work();
      } finally {
        pauses -= 1;
        schedule();
      }
    },
    async close() {
      isClosed = true;
      if (queue.length === 0) return;
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
    },
  };
}
