import { wellFormed } from "@settld/output";
import { canonicalize, type JsonValue } from "@settld/protocol";
import type { Output } from "./output.ts";

/**
 * How results are written for programs: one line of canonical JSON each. A line has one of these shapes:
 *
 * - `{"file": name, "report": report}` for each input with a verdict; `report.schema.json` describes the report
 * - `{"error": {"code", "message"}, "file": name}` for each input whose bytes could not be obtained
 * - `{"equivocation": {"agreement", "files": [name, name], "finding"}}` behind the second of two files that contradict
 *   each other
 * - `{"summary": {...counts, "exitCode"}}` as the last line
 */
export function jsonOutput(): Output {
  return {
    start: () => [],
    result: (name, outcome) => {
      const file = wellFormed(name);
      return "unread" in outcome
        ? [line({ file, error: { ...outcome.unread, message: wellFormed(outcome.unread.message) } })]
        : [line({ file, report: outcome.report as unknown as JsonValue })];
    },
    equivocation: ({ equivocation: { agreement, finding }, files }) => [
      line({ equivocation: { agreement, files: files.map(wellFormed), finding } }),
    ],
    end: (tally, exitCode) => [line({ summary: { ...tally, exitCode } })],
  };
}

function line(value: JsonValue): string {
  return canonicalize(value);
}
