import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { CheckSettings, Outcome } from "./check-input.ts";
import type { Batch, BatchResult } from "./worker.ts";

/** One input for a worker. */
export type Task = { readonly index: number; readonly path: string | Buffer };

/** Workers that check inputs ahead of whoever takes the outcomes. */
export type Pool = {
  /**
   * Waits for an outcome. Tasks must be taken in their order; an index that is no task gives `undefined`.
   *
   * @throws what a worker threw, which is a bug and not a verdict.
   */
  readonly take: (index: number) => Promise<Outcome | undefined>;
  /** Ends the workers. */
  readonly close: () => Promise<void>;
};

/** Inputs that a worker gets at a time, so that messages cost little. */
const BATCH_SIZE = 8;

/** Batches a worker that may be under way or wait to be taken, which bounds the memory for outcomes. */
const BATCHES_AHEAD = 4;

/** Starts workers on tasks. */
export function startPool(tasks: readonly Task[], settings: CheckSettings, workerCount: number): Pool {
  const isTask = new Set(tasks.map(({ index }) => index));
  const done = new Map<number, Outcome>();
  const idle: Worker[] = [];
  let sent = 0;
  let taken = 0;
  let failure: unknown;
  let wake: () => void = () => {};

  const feed = (): void => {
    while (idle.length > 0 && sent < tasks.length && sent - taken < workerCount * BATCH_SIZE * BATCHES_AHEAD) {
      const batch: Batch = tasks.slice(sent, sent + BATCH_SIZE);
      sent += batch.length;
      idle.pop()?.postMessage(batch);
    }
  };
  const fail = (error: unknown): void => {
    failure ??= error;
    wake();
  };
  // Outcomes pass through this thread and are gone, yet its young heap would grow to several times the old one. The
  // flag only bounds such growth; there is no resource limit for the main thread that would.
  setFlagsFromString("--optimize-for-size");
  const workers = Array.from({ length: Math.min(workerCount, Math.ceil(tasks.length / BATCH_SIZE)) }, () => {
    const worker = startWorker(settings);
    worker.on("message", (results: BatchResult) => {
      for (const { index, outcome } of results) done.set(index, outcome);
      idle.push(worker);
      feed();
      wake();
    });
    worker.on("error", fail);
    worker.on("exit", (code) => fail(new Error(`a worker ended with exit code ${code}`)));
    idle.push(worker);
    return worker;
  });
  feed();
  return {
    take: async (index) => {
      if (!isTask.has(index)) return undefined;
      for (;;) {
        const outcome = done.get(index);
        if (outcome !== undefined) {
          done.delete(index);
          taken += 1;
          feed();
          return outcome;
        }
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function startWorker(settings: CheckSettings): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  // The build gives the worker a name of its own beside the chunk that this module ends up in.
  return new Worker(new URL(fromSource ? "./worker.ts" : "./verify-worker.js", import.meta.url), {
    workerData: settings,
    // Sources find the sources of other packages through this condition; a test runner has it set another way.
    ...(fromSource ? { execArgv: ["--conditions=@settld/source"] } : {}),
    // Bundles come and go fast; without a bound each young heap grows to several times of what it needs.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
}
