import { REVISION } from "@settld/protocol";
import { askAll } from "../adapter/ask.ts";
import type { AdapterHello } from "../gen/types.ts";
import type { ConformanceReport } from "../report/report.ts";
import { expandQuestion, type Plan } from "./plan.ts";

/** How a plan is carried out. Nothing here changes what the answers are worth. */
export type RunOptions = {
  readonly parallel?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
};

/**
 * Puts the questions of a plan to an adapter and reports. Whatever the adapter does wrong stands in the report.
 *
 * @throws SettldError `CLI_USAGE` when `spec` is no way to reach an adapter.
 */
export const runPlan = async (spec: string, plan: Plan, options: RunOptions = {}): Promise<ConformanceReport> => {
  let greeted: AdapterHello | undefined;
  let total = 0;
  let done = 0;
  const questions = function* () {
    const planned = plan.questions(greeted);
    total = planned.length;
    for (const question of planned) yield expandQuestion(question);
  };
  const { hello, stderr, stopped } = await askAll(spec, questions(), {
    revision: REVISION,
    parallel: options.parallel,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    onHello: (found) => {
      greeted = found;
    },
    onOutcome: (key, outcome) => {
      plan.settle(key, outcome);
      done += 1;
      options.onProgress?.(done, total);
    },
  });
  return plan.report(spec, { hello, stderr, stopped });
};
