import { SettldError } from "@settld/protocol";
import { Command } from "commander";
import { parseSpec } from "../adapter/spec.ts";
import { hasVector } from "../data.ts";
import type { ConformanceReport } from "../report/report.ts";
import { ALL_PROFILES } from "../requirements.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { makePlan, type Plan } from "../run/plan.ts";
import { FAILURES_MAX } from "../run/print.ts";
import { startProgress } from "../run/progress.ts";
import { runPlan } from "../run/run.ts";
import { scenarioCatalogue } from "../server/catalogue.ts";
import { runServer } from "../server/run-server.ts";
import { concludeRun } from "./conclude-run.ts";
import { type AdapterValues, addAdapter, addPlan, integer, type PlanValues, readPlan } from "./options.ts";
import { addOutputs, type OutputValues, prepareOutputs } from "./outputs.ts";
import { addServer, readServer, receiverFor, type ServerValues } from "./server-options.ts";

type Options = PlanValues &
  AdapterValues &
  OutputValues &
  ServerValues & { readonly adapter?: string; readonly failures: number };

/** `settld-conform run`: judges an implementation. */
export const runCommand = (): Command =>
  addOutputs(
    addServer(
      addAdapter(
        addPlan(
          new Command("run")
            .description("Judges an implementation by the vectors, through an adapter, or a live server by scenarios.")
            .option("--adapter <how>", "cmd:COMMAND, exec:COMMAND, node:MODULE, or the URL of an adapter"),
          ALL_PROFILES,
        ),
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
  3    the adapter is broken, or the server is: it breaks the protocol or cannot be reached
  4    inconclusive: something that counts was not executed
  130  interrupted; the report has what was found until then

Examples:
  settld-conform run --adapter 'cmd:./my-adapter'
  settld-conform run --adapter 'cmd:python3 adapter.py' --tag money --report report.json
  settld-conform run --adapter node:./adapter.mjs --failed-from report.json
  settld-conform run --adapter http://127.0.0.1:8080/ --shard 2/4 --junit junit.xml
  SETTLD_OPERATOR_KEY=... settld-conform run --profile server --url http://127.0.0.1:8402 --verifier 'cmd:settld adapter'`;

const run = async (options: Options): Promise<void> => {
  // Everything that the user can mend is looked at before anything is started.
  const isServer = options.profile?.includes("server") === true;
  const job = isServer ? await serverJob(options) : await adapterJob(options);
  const outputs = await prepareOutputs(options);
  const interrupt = onInterrupt();
  const progress = startProgress();
  try {
    const report = await job.run(interrupt.signal, progress.update);
    progress.clear();
    await concludeRun(report, job.plan.context, outputs, options.failures, interrupt.signal.aborted);
  } finally {
    interrupt.release();
  }
};

/** What is run, and how. */
type Job = {
  readonly plan: Plan;
  readonly run: (signal: AbortSignal, onProgress: (done: number, total: number) => void) => Promise<ConformanceReport>;
};

const adapterJob = async (options: Options): Promise<Job> => {
  const { adapter, timeout, parallel } = options;
  if (adapter === undefined) throw new SettldError("CLI_USAGE", "expected --adapter, found none");
  const alien = SERVER_OPTIONS.find((name) => options[name] !== undefined);
  if (alien !== undefined)
    throw new SettldError(
      "CLI_USAGE",
      "expected --profile server with --url and what goes with it, found another profile",
    );
  parseSpec(adapter);
  const plan = makePlan(await readPlan(options, hasVector));
  const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
  return { plan, run: (signal, onProgress) => runPlan(adapter, plan, { parallel, timeoutMs, signal, onProgress }) };
};

const SERVER_OPTIONS = ["url", "verifier", "operatorKey", "serverConfig", "root", "webhookUrl", "webhookPort"] as const;

const serverJob = async (options: Options): Promise<Job> => {
  const { adapter, profile = [], repeat, timeout, parallel } = options;
  if (adapter !== undefined || profile.length > 1 || repeat > 1) {
    throw new SettldError(
      "CLI_USAGE",
      "expected --profile server without another profile, --adapter and --repeat, found one of them",
    );
  }
  const catalogue = scenarioCatalogue();
  const ids = new Set(catalogue.all.map(({ id }) => id));
  const server = await readServer(options);
  const plan = makePlan(await readPlan(options, (id) => ids.has(id)), catalogue);
  const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
  return {
    plan,
    run: async (signal, onProgress) => {
      const hooks = await receiverFor(options, server.url);
      try {
        return await runServer(plan, { ...server, hooks, parallel, timeoutMs, signal, onProgress });
      } finally {
        await hooks?.close();
      }
    },
  };
};
