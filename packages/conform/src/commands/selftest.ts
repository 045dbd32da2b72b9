import { type Cell, formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize, SettldError } from "@settld/protocol";
import { Command } from "commander";
import { EXIT } from "../exit.ts";
import { progressOn } from "../fuzz/progress.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { CHEATS } from "../selftest/cheats.ts";
import { selftest, type Trial } from "../selftest/selftest.ts";
import { SERVER_CHEATS } from "../server/selftest/server-cheats.ts";
import { type ServerTrial, serverSelftest } from "../server/selftest/server-selftest.ts";
import { addServer, readServer, type ServerValues } from "./server-options.ts";

type Options = ServerValues & { readonly json?: true };

const HELP = `
Each cheat is a program of its own that speaks the adapter protocol and knows the right answers, but for one thing.
The first two do nothing wrong and have to pass. Whoever learns all answers by heart passes as well, since the vectors
are public: compare such an implementation with another one over made-up inputs (settld-conform fuzz).

With --url the cheats are proxies in front of that server, which is a good one: each does one thing wrong, and the
scenario that is meant for it has to notice. Those that cheat with webhooks need a server that delivers to this machine.

Exit codes:
  0   every run ended as it has to
  70  some did not: the kit is broken

Examples:
  settld-conform selftest
  settld-conform selftest --json
  settld-conform selftest --url http://127.0.0.1:8402 --verifier 'cmd:settld adapter' --operator-key operator.key`;

/** `settld-conform selftest`: shows that the kit fails adapters that cheat. */
export const selftestCommand = (): Command =>
  addServer(new Command("selftest"))
    .summary("see the kit fail adapters that cheat")
    .description("Runs the kit against adapters that cheat, and shows how it caught each of them.")
    .option("--json", "print the results as JSON")
    .addHelpText("after", HELP)
    .action(run);

const run = async (options: Options): Promise<void> => {
  if (options.url !== undefined) return runServerSelftest(options);
  const { json } = options;
  const interrupt = onInterrupt();
  const progress = progressOn();
  try {
    const trials = await selftest({
      signal: interrupt.signal,
      onProgress: (done, total) => progress.show(`${done} of ${total} cheats`),
    });
    progress.clear();
    const missed = trials.filter(({ caught }) => !caught).length;
    if (json === true)
      await printJson(canonicalize({ trials: trials.map(dataOf), caught: trials.length - missed, missed }));
    else await printLines([...tableOf(trials), "", lastLine(trials.length, missed)]);
    if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
    else if (missed > 0 || trials.length < CHEATS.length) process.exitCode = EXIT.internal;
  } finally {
    interrupt.release();
  }
};

const runServerSelftest = async (options: Options): Promise<void> => {
  const { url, verifier, operatorKey } = await readServer(options);
  if (operatorKey === undefined) throw new SettldError("CLI_USAGE", "expected an operator's API key, found none");
  const interrupt = onInterrupt();
  const progress = progressOn();
  try {
    const { trials, leftOut } = await serverSelftest({
      url,
      verifier,
      operatorKey,
      signal: interrupt.signal,
      onProgress: (done, total) => progress.show(`${done} of ${total} cheats`),
    });
    progress.clear();
    const missed = trials.filter(({ caught }) => !caught).length;
    if (options.json === true) {
      const data = trials.map(({ cheat: { name, caughtBy }, exitCode, stopped = null, failed, caught }) => ({
        name,
        expected: caughtBy,
        found: { exitCode, stopped, failed },
        caught,
      }));
      const without = leftOut.map(({ name }) => name);
      await printJson(canonicalize({ trials: data, caught: trials.length - missed, missed, leftOut: without }));
    } else {
      const without = leftOut.map(({ name }) => name).join(", ");
      const note = without === "" ? [] : [`Left out, because the server does not deliver to this machine: ${without}.`];
      await printLines([...serverTable(trials), "", ...note, lastLine(trials.length, missed)]);
    }
    if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
    else if (missed > 0 || trials.length + leftOut.length < SERVER_CHEATS.length) process.exitCode = EXIT.internal;
  } finally {
    interrupt.release();
  }
};

const serverTable = (trials: readonly ServerTrial[]): string[] => {
  const { bold, green, red } = stdoutColors();
  const rows = trials.map(({ cheat, exitCode, stopped, failed, caught }): Cell[] => [
    { text: caught ? "ok" : "MISSED", paint: caught ? green : red },
    cheat.name,
    cheat.does,
    expectation(exitCode, stopped ?? (failed.length > 3 ? `${failed.length} scenarios` : failed.join(", "))),
  ]);
  const [head = "", ...body] = formatTable([["", "server", "what it does", "found"], ...rows]);
  return [bold(head), ...body];
};

const lastLine = (total: number, missed: number): string =>
  missed === 0
    ? `${total} runs, every one ended as it has to.`
    : `${total} runs, ${missed} did not end as they have to.`;

const tableOf = (trials: readonly Trial[]): string[] => {
  const { bold, green, red } = stdoutColors();
  const rows = trials.map(({ cheat, exitCode, stopped, statuses, caught }): Cell[] => [
    { text: caught ? "ok" : "MISSED", paint: caught ? green : red },
    cheat.name,
    cheat.does,
    expectation(cheat.exitCode, cheat.stopped ?? cheat.status),
    expectation(exitCode, stopped ?? statusText(statuses)),
  ]);
  const [head = "", ...body] = formatTable([["", "adapter", "what it does", "expected", "found"], ...rows]);
  return [bold(head), ...body];
};

const expectation = (exitCode: number, what: string | undefined): string =>
  what === undefined ? `exit ${exitCode}` : `exit ${exitCode}, ${what}`;

const statusText = (statuses: Trial["statuses"]): string =>
  Object.entries(statuses)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");

const dataOf = ({ cheat, exitCode, stopped, statuses, caught }: Trial): object => ({
  name: cheat.name,
  expected: { exitCode: cheat.exitCode, stopped: cheat.stopped ?? null, status: cheat.status ?? null },
  found: { exitCode, stopped: stopped ?? null, statuses },
  caught,
});
