import { EXIT } from "../exit.ts";
import type { ReportContext } from "../report/formats/index.ts";
import type { ConformanceReport } from "../report/report.ts";
import { printReport } from "../run/print.ts";
import { printError } from "../stdio.ts";
import type { Outputs } from "./outputs.ts";

/**
 * Writes and prints a report and sets the exit code.
 *
 * @param interrupted - whether the user ended the run.
 */
export const concludeRun = async (
  report: ConformanceReport,
  context: ReportContext,
  outputs: Outputs,
  failuresMax: number,
  interrupted: boolean = false,
): Promise<void> => {
  // An interrupt before hello leaves nothing to report.
  if (interrupted && report.adapter.hello === null) {
    process.exitCode = EXIT.interrupted;
    return;
  }
  await outputs.write(report, context);
  await printReport(report, context, failuresMax);
  if (report.stopped !== null) printError(report.stopped.code, report.stopped.message);
  else if (report.conclusion === "inconclusive" && !interrupted) {
    printError("CONF_NOTHING_EXECUTED", "expected at least one case that counts, found none that was executed");
  } else if ((report.baseline?.stale.length ?? 0) > 0) {
    printError(
      "CONF_BASELINE_STALE",
      `expected every entry to fail as listed and in time, found ${report.baseline?.stale.length} that do not`,
    );
  }
  process.exitCode = interrupted ? EXIT.interrupted : report.exitCode;
};
