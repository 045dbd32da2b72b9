import { type Cell, formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize } from "@settld/protocol";
import { Command } from "commander";
import { EXIT } from "../exit.ts";
import { progressOn } from "../fuzz/progress.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { CHEATS } from "../selftest/cheats.ts";
import { selftest, type Trial } from "../selftest/selftest.ts";

type Options = { readonly json?: true };

const HELP = `
Each cheat is a program of its own that speaks the adapter protocol and knows the right answers, but for one thing.
The first two do nothing wrong and have to pass. Whoever learns all answers by heart passes as well, since the vectors
are public: compare such an implementation with another one over made-up inputs (settld-conform fuzz).

Exit codes:
  0   every run ended as it has to
  70  some did not: the kit is broken

Examples:
  settld-conform selftest
  settld-conform selftest --json`;

/** `settld-conform selftest`: shows that the kit fails adapters that cheat. */
export const selftestCommand = (): Command =>
  new Command("selftest")
    .summary("see the kit fail adapters that cheat")
    .description("Runs the kit against adapters that cheat, and shows how it caught each of them.")
    .option("--json", "print the results as JSON")
    .addHelpText("after", HELP)
    .action(run);

const run = async ({ json }: Options): Promise<void> => {
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
