import { availableParallelism } from "node:os";
import { type CheckInput, type CheckSettings, type Outcome, prepareCheck } from "./check-input.ts";
import type { Input } from "./inputs.ts";
import { startPool } from "./pool.ts";

/** The outcome of one input, with its place among all inputs. */
export type Checked = { readonly index: number; readonly input: Input; readonly outcome: Outcome };

/** Starting workers takes as long as a few dozen bundles do, so fewer inputs are checked in this thread. */
const WORKER_INPUTS_MIN = 48;

/** Each worker is an engine with a heap of its own, some 25 MB; more would not fit into the 200 MB that are promised. */
const WORKERS_MAX = 4;

/**
 * How many workers suit a number of inputs; 0 stands for this thread alone.
 *
 * @param jobs - what the user asks for; by default one a core, within the promise on memory.
 */
export function workersFor(inputs: number, jobs: number = Math.min(availableParallelism(), WORKERS_MAX)): number {
  return jobs < 2 || inputs < WORKER_INPUTS_MIN ? 0 : jobs;
}

/**
 * Checks inputs and yields their outcomes in the order of the inputs, as soon as they are there.
 *
 * @param workers - number of worker threads; 0 checks in this thread.
 */
export async function* checkAll(
  inputs: readonly Input[],
  settings: CheckSettings,
  workers: number,
): AsyncGenerator<Checked, void, undefined> {
  const here = prepareCheck(settings, "overlapping");
  if (workers === 0) {
    for (const [index, input] of inputs.entries()) yield { index, input, outcome: await checkHere(input, here) };
    return;
  }
  // Standard input belongs to this thread.
  const forWorkers = inputs.flatMap((input, index) =>
    "path" in input && input.path !== "-" ? [{ index, path: input.path }] : [],
  );
  const pool = startPool(forWorkers, settings, workers);
  try {
    for (const [index, input] of inputs.entries()) {
      const outcome = (await pool.take(index)) ?? (await checkHere(input, here));
      yield { index, input, outcome };
    }
  } finally {
    await pool.close();
  }
}

async function checkHere(input: Input, check: CheckInput): Promise<Outcome> {
  return "unread" in input ? { unread: input.unread } : await check(input.path);
}
