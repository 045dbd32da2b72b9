import { escapeHtml } from "@settld/output";
import { ofProfile, profileNames } from "../../requirements.ts";
import { viewCase } from "../case-view.ts";
import type { ConformanceReport } from "../report.ts";
import { reproLine } from "../repro-line.ts";
import { type JudgedCase, judgedCases, type Standing } from "../standing.ts";
import { CONCLUSION_TEXT, STATUS_TEXT } from "../status-text.ts";
import type { ReportContext, ReportFormat } from "./format.ts";

const FAILURES_MAX = 20;
const STALE_MAX = 20;

const TITLES: Readonly<Record<ConformanceReport["conclusion"], string>> = {
  conforms: "✅ conforms",
  fails: "❌ does not conform",
  partial: "⚠️ partial",
  broken: "❌ adapter broken",
  inconclusive: "⚠️ inconclusive",
};

/**
 * Markdown for the step summary of GitHub: conclusion, profiles, and the first failures with the line that repeats them.
 * Untrusted text stands inside blocks of HTML without an empty line, where nothing is Markdown.
 */
export const summary: ReportFormat = {
  name: "summary",
  file: "conformance.md",
  render: (report, context) =>
    `${[heading(report), stop(report), profileTable(report), stale(report), failures(report, context), footer(report)]
      .filter((part) => part !== "")
      .join("\n\n")}\n`,
};

const heading = ({ adapter, conclusion, exitCode }: ConformanceReport): string => {
  const { implementation } = adapter.hello ?? {};
  const name = implementation === undefined ? "An adapter that never said hello" : code(implementation.name);
  const version = implementation === undefined ? "" : ` ${code(implementation.version)}`;
  return [
    `## Settld conformance: ${TITLES[conclusion]}`,
    "",
    `<p>${name}${version}: ${CONCLUSION_TEXT[conclusion]} Exit code ${exitCode}.</p>`,
  ].join("\n");
};

const stop = ({ stopped }: ConformanceReport): string =>
  stopped === null ? "" : `<p><b>Stopped:</b> ${code(stopped.code)}: ${code(stopped.message)}</p>`;

const profileTable = ({ profiles }: ConformanceReport): string =>
  [
    "| Profile | Claimed | Result | Passed | Not declared |",
    "| --- | --- | --- | ---: | --- |",
    ...profileNames(profiles).map((name) => {
      const { claimed, status, scored, passed, missing } = ofProfile(profiles, name);
      return `| ${name} | ${claimed ? "yes" : "no"} | ${status} | ${passed} of ${scored} | ${missing.join(", ")} |`;
    }),
  ].join("\n");

const stale = ({ baseline }: ConformanceReport): string => {
  const all = baseline?.stale ?? [];
  if (all.length === 0) return "";
  const items = all.slice(0, STALE_MAX).map(({ id, why }) => `<li>${code(id)}: ${code(why)}</li>`);
  const more = all.length > STALE_MAX ? [`<li>and ${all.length - STALE_MAX} more</li>`] : [];
  return ["<p><b>The baseline is stale.</b></p>", "<ul>", ...items, ...more, "</ul>"].join("\n");
};

const failures = (report: ConformanceReport, context: ReportContext): string => {
  const all = judgedCases(report, context);
  const of = (standing: Standing): readonly JudgedCase[] => all.filter((judged) => judged.standing === standing);
  const failed = of("fails");
  const rest = [
    [of("known").length, "in the baseline"],
    [of("uncounted").length, "differ where no profile counts"],
    [of("left-out").length, "not run"],
  ] as const;
  const also = rest.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const remark = also.length === 0 ? "" : `Also ${also.join(", ")}.`;
  if (failed.length === 0) return remark;
  const shown = failed.slice(0, FAILURES_MAX);
  const title =
    shown.length === failed.length
      ? `${failed.length} ${failed.length === 1 ? "failure" : "failures"}`
      : `The first ${shown.length} of ${failed.length} failures`;
  return [
    "<details open>",
    `<summary>${title}</summary>`,
    "<ol>",
    ...shown.map((judged) => failureItem(judged, report.adapter.via)),
    "</ol>",
    "</details>",
    ...(remark === "" ? [] : ["", remark]),
  ].join("\n");
};

const failureItem = ({ result, vector }: JudgedCase, via: string): string => {
  const { id, status } = result;
  const { expected, got, facts, detail } = viewCase(result, vector);
  return [
    `<li>${code(id)}${vector === undefined ? "" : ` (${code(vector.clause)})`}: ${STATUS_TEXT[status]}`,
    `<br>expected ${code(expected)}, got ${code(got)}`,
    ...facts.map(({ pointer, expected, got }) => `<br>${code(`facts${pointer}`)} ${code(expected)}, got ${code(got)}`),
    ...(detail === undefined ? [] : [`<br>${code(detail)}`]),
    ...(vector === undefined ? [] : [`<br>${text(vector.why)}`]),
    `<br>${code(reproLine(result, via))}</li>`,
  ].join("\n");
};

const footer = ({ revision, kit, vectors, options }: ConformanceReport): string =>
  [
    `<p>Revision ${code(revision)}, kit ${code(kit.version)}, ${vectors.total} ${options.profiles.includes("server") ? "scenarios" : "vectors"} ${code(vectors.digest)}`,
    ...(options.filters.length === 0 ? [] : [`<br>with ${code(options.filters.join(" "))}`]),
    "</p>",
  ].join("\n");

// GitHub makes links of names and numbers in text, and none inside `code`.
const code = (untrusted: string): string => `<code>${text(untrusted)}</code>`;

// One line, because an empty one would end the block of HTML.
const text = (untrusted: string): string => escapeHtml(untrusted).replaceAll("\n", "\\u{a}").replaceAll("\t", "\\u{9}");
