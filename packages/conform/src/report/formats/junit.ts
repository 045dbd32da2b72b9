import { ofProfile, type ProfileName } from "../../requirements.ts";
import type { Vector } from "../../vectors.ts";
import { type CaseView, viewCase } from "../case-view.ts";
import type { ConformanceReport } from "../report.ts";
import { reproLine } from "../repro-line.ts";
import { countingProfiles, type JudgedCase, judgedCases } from "../standing.ts";
import { CONCLUSION_TEXT, STATUS_TEXT } from "../status-text.ts";
import type { ReportContext, ReportFormat } from "./format.ts";
import { type XmlElement, xml, xmlDocument } from "./xml.ts";

/**
 * JUnit XML as CI systems read it: a suite a vector file, a case a vector, no times, so that it is reproducible. A suite
 * `conclusion` stands first; with it, something is red exactly when the exit code is not 0.
 */
export const junit: ReportFormat = {
  name: "junit",
  file: "conformance.junit.xml",
  render: (report, context) => {
    const suites = [conclusionSuite(report), ...vectorSuites(report, context)];
    return xmlDocument(
      xml(
        "testsuites",
        { name: "settld-conform", ...countsOf(suites.flatMap(({ cases }) => cases)) },
        ...suites.map(({ name, cases, rest = [] }) => {
          const skipped = cases.filter((one) => has(one, "skipped")).length;
          return xml("testsuite", { name, ...countsOf(cases), skipped }, ...cases, ...rest);
        }),
      ),
    );
  },
};

type Suite = { readonly name: string; readonly cases: readonly XmlElement[]; readonly rest?: readonly XmlElement[] };

const has = ({ children }: XmlElement, name: string): boolean =>
  children.some((child) => typeof child !== "string" && child.name === name);

const countsOf = (cases: readonly XmlElement[]): Readonly<Record<string, number>> => ({
  tests: cases.length,
  failures: cases.filter((one) => has(one, "failure")).length,
  errors: cases.filter((one) => has(one, "error")).length,
});

const conclusionSuite = (report: ConformanceReport): Suite => {
  const { stopped, baseline, stderr, conclusion, exitCode } = report;
  const failure = exitCode === 0 ? [] : [xml("failure", { type: conclusion, message: CONCLUSION_TEXT[conclusion] })];
  const stop = stopped === null ? [] : [xml("error", { type: stopped.code, message: stopped.message })];
  const stale = (baseline?.stale ?? []).map(({ id, why }) => `${id}: ${why}`);
  return {
    name: "conclusion",
    cases: [
      xml("testcase", { name: "conclusion", classname: "conclusion" }, ...(stop.length > 0 ? stop : failure)),
      ...countingProfiles(report).map((name) => profileCase(report, name)),
      ...(stale.length === 0
        ? []
        : [
            xml(
              "testcase",
              { name: "baseline", classname: "conclusion" },
              xml("failure", { type: "CONF_BASELINE_STALE", message: "the baseline is stale" }, stale.join("\n")),
            ),
          ]),
    ],
    rest: stderr === "" ? [] : [xml("system-err", {}, stderr)],
  };
};

const profileCase = (report: ConformanceReport, name: ProfileName): XmlElement => {
  const { status, scored, passed, missing } = ofProfile(report.profiles, name);
  const message = `${passed} of ${scored} pass${missing.length === 0 ? "" : `; not declared: ${missing.join(", ")}`}`;
  // With known failures a profile does not conform and the run still may be in order.
  const red = status === "fails" && report.exitCode !== 0;
  const result = red ? [xml("failure", { type: status, message })] : [];
  const skipped = status === "conforms" || red ? [] : [xml("skipped", { message: `${status}: ${message}` })];
  return xml("testcase", { name, classname: "conclusion.profile" }, ...result, ...skipped);
};

const vectorSuites = (report: ConformanceReport, context: ReportContext): Suite[] => {
  const byFile = new Map<string, XmlElement[]>();
  for (const judged of judgedCases(report, context)) {
    const path = judged.vector?.path ?? "unknown";
    const cases = byFile.get(path) ?? [];
    const classname = path.replace(/\.json$/, "").replaceAll("/", ".");
    cases.push(xml("testcase", { name: judged.result.id, classname }, ...outcome(judged, report.adapter.via)));
    byFile.set(path, cases);
  }
  return [...byFile]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, cases]) => ({ name: path.endsWith(".json") ? `vectors/${path}` : path, cases }));
};

// What says that the adapter itself is broken, not its answer.
const BROKEN: ReadonlySet<string> = new Set(["error", "crash", "timeout"]);

const outcome = ({ result, vector, standing }: JudgedCase, via: string): XmlElement[] => {
  const { status } = result;
  if (standing === "passes") return [];
  if (standing === "left-out") return [xml("skipped", { message: STATUS_TEXT[status] })];
  const view = viewCase(result, vector);
  const message = `${STATUS_TEXT[status]}: expected ${view.expected}, got ${view.got}`;
  if (standing === "known") return [xml("skipped", { message: `known failure: ${message}` })];
  if (standing === "uncounted") return [xml("skipped", { message: `does not count: ${message}` })];
  const body = bodyOf(view, vector, reproLine(result, via));
  return [xml(BROKEN.has(status) ? "error" : "failure", { type: status, message }, body)];
};

const bodyOf = ({ expected, got, facts, detail }: CaseView, vector: Vector | undefined, repro: string): string =>
  [
    `expected: ${expected}`,
    `got:      ${got}`,
    ...facts.map(({ pointer, expected, got }) => `  facts${pointer}: expected ${expected}, got ${got}`),
    ...(detail === undefined ? [] : [`detail:   ${detail}`]),
    ...(vector === undefined ? [] : [`clause:   ${vector.clause}`, `why:      ${vector.why}`]),
    `repro:    ${repro}`,
  ].join("\n");
