import { Command } from "commander";
import { parseSpec } from "../adapter/spec.ts";
import { hasVector } from "../data.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { makePlan } from "../run/plan.ts";
import { FAILURES_MAX } from "../run/print.ts";
import { startProgress } from "../run/progress.ts";
import { runPlan } from "../run/run.ts";
import { concludeRun } from "./conclude-run.ts";
import { type AdapterValues, addAdapter, addPlan, integer, type PlanValues, readPlan } from "./options.ts";
import { addOutputs, type OutputValues, prepareOutputs } from "./outputs.ts";

type Options = PlanValues & AdapterValues & OutputValues & { readonly adapter: string; readonly failures: number };

/** `settld-conform run`: judges an implementation. */
export const runCommand = (): Command =>
  addOutputs(
    addAdapter(
      addPlan(
        new Command("run")
          .description("Judges an implementation by the vectors, through an adapter.")
          .requiredOption("--adapter <how>", "cmd:COMMAND, exec:COMMAND, node:MODULE, or the URL of an adapter"),
      ),
    ),
  )
    .option("--failures <n>", "failures to print at most", integer(0, 1_000_000), FAILURES_MAX)
    .addHelpText("after", HELP)
    .action(run);

const HELP = `
Exit codes:
  0    conforms; with a filter or a baseline: everything that counts is in order
  1    does not conform, or the baseline is stale
  2    wrong usage, or a file that could not be read or written
  3    the adapter is broken: it breaks the protocol or cannot be reached
  4    inconclusive: nothing was executed that counts
  130  interrupted; the report has what was found until then

Examples:
  settld-conform run --adapter 'cmd:./my-adapter'
  settld-conform run --adapter 'cmd:python3 adapter.py' --tag money --report report.json
  settld-conform run --adapter node:./adapter.mjs --failed-from report.json
  settld-conform run --adapter http://127.0.0.1:8080/ --shard 2/4 --junit junit.xml`;

const run = async (options: Options): Promise<void> => {
  // Everything that the user can mend is looked at before the adapter is started.
  parseSpec(options.adapter);
  const plan = makePlan(await readPlan(options, hasVector));
  const outputs = await prepareOutputs(options);
  const interrupt = onInterrupt();
  const progress = startProgress();
  try {
    const report = await runPlan(options.adapter, plan, {
      parallel: options.parallel,
      timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
      signal: interrupt.signal,
      onProgress: progress.update,
    });
    progress.clear();
    await concludeRun(report, plan.context, outputs, options.failures, interrupt.signal.aborted);
  } finally {
    interrupt.release();
  }
};
