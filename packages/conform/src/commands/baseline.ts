import { isSystemError, printLines, reasonOf, writeFileAtomic } from "@settld/output";
import { SettldError } from "@settld/protocol";
import { Command } from "commander";
import { parseReport, readInput } from "../report/read-report.ts";
import { baselineOf, isDay } from "../run/baseline.ts";

type Options = {
  readonly from: string;
  readonly reason: string;
  readonly issue: string;
  readonly expires: string;
  readonly out: string;
};

/** `settld-conform baseline`: lists of known failures. */
export const baselineCommand = (): Command =>
  new Command("baseline")
    .description("Keeps lists of known failures, so that a run notices new ones.")
    .addCommand(
      new Command("write")
        .description("Lists every failure of a report. Then give each entry its own reason.")
        .requiredOption("--from <report>", "a report of run or judge")
        .requiredOption("--reason <text>", "why it is not mended yet")
        .requiredOption("--issue <where>", "where the work on it is tracked")
        .requiredOption("--expires <day>", "last day on which the list counts, such as 2026-12-31")
        .requiredOption("--out <file>", "where to write")
        .action(write),
    );

const write = async ({ from, reason, issue, expires, out }: Options): Promise<void> => {
  for (const [name, value] of Object.entries({ reason, issue })) {
    if (value === "") throw new SettldError("CLI_USAGE", `--${name}: expected a text, found nothing`);
  }
  if (!isDay(expires)) {
    throw new SettldError("CLI_USAGE", `--expires: expected a day such as 2026-12-31, found ${expires}`);
  }
  const baseline = baselineOf(parseReport(await readInput(from), from), { reason, issue, expires });
  try {
    await writeFileAtomic(out, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new SettldError("CLI_OUTPUT", `${out}: ${reasonOf(cause)}`, { cause });
  }
  await printLines([`${baseline.entries.length} known failures until ${expires}`]);
};
