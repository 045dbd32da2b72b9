import { Command } from "commander";
import { hasVector } from "../data.ts";
import { readAnswers } from "../run/offline.ts";
import { makePlan } from "../run/plan.ts";
import { FAILURES_MAX } from "../run/print.ts";
import { concludeRun } from "./conclude-run.ts";
import { addPlan, integer, type PlanValues, readPlan } from "./options.ts";
import { addOutputs, type OutputValues, prepareOutputs } from "./outputs.ts";

type Options = PlanValues & OutputValues & { readonly adapter: string; readonly failures: number };

/** `settld-conform judge`: judges the lines that an adapter wrote somewhere else. */
export const judgeCommand = (): Command =>
  addOutputs(
    addPlan(
      new Command("judge")
        .description("Judges the lines that an adapter wrote for the lines of emit.")
        .argument("<file>", "the lines of the adapter, or - for standard input")
        .option("--adapter <how>", "name of the adapter in the report; it is not started", "offline"),
    ),
  )
    .option("--failures <n>", "failures to print at most", integer(0, 1_000_000), FAILURES_MAX)
    .addHelpText(
      "after",
      `
Exit codes are those of run.

Examples:
  settld-conform judge answers.jsonl --report report.json
  settld-conform emit | ./my-adapter | settld-conform judge -`,
    )
    .action(async (file: string, options: Options) => {
      const plan = makePlan(await readPlan(options, hasVector));
      const outputs = await prepareOutputs(options);
      const asking = await readAnswers(file, plan);
      await concludeRun(plan.report(options.adapter, asking), plan.context, outputs, options.failures);
    });
