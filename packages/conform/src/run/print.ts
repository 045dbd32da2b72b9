import { escapeTerminal, formatTable, printLines, stdoutColors } from "@settld/output";
import { viewCase } from "../report/case-view.ts";
import type { ReportContext } from "../report/formats/index.ts";
import type { ConformanceReport, ProfileResult } from "../report/report.ts";
import { reproLine } from "../report/repro-line.ts";
import { countingProfiles, type JudgedCase, judgedCases, type Standing } from "../report/standing.ts";
import { CONCLUSION_TEXT, STATUS_TEXT } from "../report/status-text.ts";
import { ofProfile, profileNames } from "../requirements.ts";

/** Failures that are printed when nobody asks for more. */
export const FAILURES_MAX = 20;

const STDERR_LINES_MAX = 20;

/** Prints a report for people: failures with all that is needed to look at them, what else there is, the profiles. */
export const printReport = async (
  report: ConformanceReport,
  context: ReportContext,
  failuresMax: number = FAILURES_MAX,
): Promise<void> => {
  const { bold, green, red, yellow } = stdoutColors();
  const judged = judgedCases(report, context);
  const of = (standing: Standing): readonly JudgedCase[] => judged.filter((one) => one.standing === standing);
  const failing = of("fails");
  const lines = failing.slice(0, failuresMax).flatMap((one) => [...failureLines(one, report.adapter.via), ""]);
  if (failing.length > failuresMax) lines.push(`and ${failing.length - failuresMax} more failures`, "");
  for (const { id, why } of report.baseline?.stale ?? []) {
    lines.push(`${yellow("stale")}  ${escapeTerminal(id)}: ${escapeTerminal(why)}`);
  }
  lines.push(...stderrLines(report));
  // Before hello there is nothing to say about profiles.
  if (report.adapter.hello !== null) lines.push(...remarks(of), ...profileLines(report), "");
  const paint = report.conclusion === "conforms" ? green : report.exitCode === 0 ? yellow : red;
  lines.push(`${paint(bold(report.conclusion))}: ${conclusionText(report)}`);
  await printLines(lines);
};

/** Everything about one failing case, in some lines. */
export const failureLines = ({ result, vector }: JudgedCase, via: string): string[] => {
  const { bold, red } = stdoutColors();
  const { expected, got, facts, detail } = viewCase(result, vector);
  const clause = vector === undefined ? "" : `  ${vector.clause}`;
  return [
    `${red("FAIL")}  ${bold(escapeTerminal(result.id))}  ${STATUS_TEXT[result.status]}${escapeTerminal(clause)}`,
    ...(vector === undefined ? [] : [`  why       ${escapeTerminal(vector.why)}`]),
    `  expected  ${escapeTerminal(expected)}`,
    `  got       ${escapeTerminal(got)}`,
    ...facts.map((fact) =>
      escapeTerminal(`  facts${fact.pointer}: expected ${fact.expected}${fact.got === "" ? "" : `, got ${fact.got}`}`),
    ),
    ...(detail === undefined ? [] : [`  detail    ${escapeTerminal(detail)}`]),
    `  repeat    ${escapeTerminal(reproLine(result, via))}`,
  ];
};

const stderrLines = ({ stderr }: ConformanceReport): string[] => {
  if (stderr === "") return [];
  const all = stderr.trimEnd().split("\n");
  const cut = all.length > STDERR_LINES_MAX ? [`  ... ${all.length - STDERR_LINES_MAX} lines before`] : [];
  return [
    "standard error of the adapter:",
    ...cut,
    ...all.slice(-STDERR_LINES_MAX).map((line) => `  ${escapeTerminal(line)}`),
    "",
  ];
};

const remarks = (of: (standing: Standing) => readonly JudgedCase[]): string[] => {
  const uncounted = of("uncounted");
  const leftOut = of("left-out");
  const undeclared = leftOut.filter(({ result }) => result.status === "not-applicable").length;
  const counts = [
    [of("passes").length, "passed"],
    [of("fails").length, "failed"],
    [of("known").length, "failed as the baseline says"],
    [uncounted.length, "differ where no profile counts"],
    [undeclared, "not applicable, because their op is not declared"],
    [leftOut.length - undeclared, "not run"],
  ] as const;
  const text = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return text.length === 0 ? ["no cases", ""] : [`cases: ${text.join(", ")}`, ""];
};

const profileLines = (report: ConformanceReport): string[] => {
  const { bold, dim, green, red, yellow } = stdoutColors();
  const counting = countingProfiles(report);
  const paints: Readonly<Record<ProfileResult["status"], (text: string) => string>> = {
    conforms: green,
    fails: red,
    partial: yellow,
    "not-applicable": dim,
  };
  return formatTable(
    [
      ["profile", "", "passed", "of", "result", ""].map((text) => ({ text, paint: bold })),
      ...profileNames(report.profiles).map((name) => {
        const { claimed, status, scored, passed, missing } = ofProfile(report.profiles, name);
        const counts = counting.includes(name) ? (claimed ? "claimed" : "judged") : "";
        const without = missing.length === 0 ? "" : `without ${missing.join(", ")}`;
        return [name, counts, `${passed}`, `${scored}`, { text: status, paint: paints[status] }, without];
      }),
    ],
    { align: ["left", "left", "right", "right"] },
  );
};

const conclusionText = ({ conclusion, baseline }: ConformanceReport): string =>
  conclusion === "partial" && (baseline?.known.length ?? 0) > 0
    ? "Nothing fails but what the baseline lists, so the run is in order, and no profile conforms by it."
    : CONCLUSION_TEXT[conclusion];
