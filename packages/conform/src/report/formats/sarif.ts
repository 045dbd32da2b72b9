import { createHash } from "node:crypto";
import { asciiJson, sarifText } from "@settld/output";
import { CODES, type Code, URI_BASE } from "@settld/protocol";
import { viewCase } from "../case-view.ts";
import type { ConformanceReport } from "../report.ts";
import { reproLine } from "../repro-line.ts";
import { type JudgedCase, judgedCases } from "../standing.ts";
import { STATUS_TEXT } from "../status-text.ts";
import type { ReportContext, ReportFormat } from "./format.ts";

type Rule = { readonly id: string; readonly text: string; readonly help?: string; readonly uri?: string };

type Result = { readonly rule: Rule; readonly body: object };

/**
 * SARIF 2.1.0 for code scanning: a result for each case that does not pass, under the clause that decides it. What the
 * baseline knows is suppressed, what does not count is a note. The log is ASCII, so no reader interprets a name.
 */
export const sarif: ReportFormat = {
  name: "sarif",
  file: "conformance.sarif",
  render: (report, context) => {
    const results = [...runResults(report), ...caseResults(report, context)];
    const rules = [...new Map(results.map(({ rule }) => [rule.id, rule])).values()].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    const indexes = new Map(rules.map(({ id }, index) => [id, index]));
    const log = {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "settld-conform",
              version: report.kit.version,
              informationUri: URI_BASE,
              rules: rules.map(({ id, text, help, uri }) => ({
                id,
                shortDescription: message(text),
                ...(help === undefined ? {} : { help: message(help) }),
                ...(uri === undefined ? {} : { helpUri: uri }),
              })),
            },
          },
          columnKind: "utf16CodeUnits",
          invocations: [{ executionSuccessful: report.stopped === null, exitCode: report.exitCode }],
          results: results.map(({ rule, body }) => ({ ruleId: rule.id, ruleIndex: indexes.get(rule.id), ...body })),
          properties: {
            conclusion: report.conclusion,
            revision: report.revision,
            vectors: report.vectors.digest,
            implementation: report.adapter.hello?.implementation.name ?? null,
            implementationVersion: report.adapter.hello?.implementation.version ?? null,
          },
        },
      ],
    };
    return `${asciiJson(JSON.stringify(log))}\n`;
  },
};

const message = (text: string): { readonly text: string } => ({ text: sarifText(text) });

const runResults = ({ stopped, baseline }: ConformanceReport): Result[] => [
  ...(stopped === null
    ? []
    : [{ rule: codeRule(stopped.code), body: { level: "error", message: message(stopped.message) } }]),
  ...(baseline?.stale ?? []).map(({ id, why }) => ({
    rule: codeRule("CONF_BASELINE_STALE"),
    body: { level: "error", message: message(`${id}: ${why}`), partialFingerprints: fingerprints(id) },
  })),
];

const codeRule = (code: string): Rule => {
  if (!Object.hasOwn(CODES, code)) return { id: code, text: code };
  const { summary, remedy } = CODES[code as Code];
  return { id: code, text: summary, help: remedy, uri: `${URI_BASE}codes/${code}` };
};

const caseResults = (report: ConformanceReport, context: ReportContext): Result[] =>
  judgedCases(report, context)
    .filter(({ standing }) => standing !== "passes" && standing !== "left-out")
    .map((judged) => caseResult(judged, report.adapter.via));

const caseResult = ({ result, vector, standing }: JudgedCase, via: string): Result => {
  const { id, op, status } = result;
  const { expected, got, facts, detail } = viewCase(result, vector);
  const sentences = [
    `${id}: ${STATUS_TEXT[status]}. Expected ${expected}, got ${got}.`,
    ...facts.map(({ pointer, expected, got }) => `facts${pointer}: expected ${expected}, got ${got}.`),
    ...(detail === undefined ? [] : [detail]),
    ...(vector === undefined ? [] : [`Why: ${vector.why}`]),
    `Repeat: ${reproLine(result, via)}`,
  ];
  return {
    rule:
      vector === undefined
        ? codeRule("CONF_VECTOR_UNKNOWN")
        : { id: vector.clause, text: `Clause ${vector.clause} of the Settld specification` },
    body: {
      level: standing === "uncounted" ? "note" : "error",
      message: message(sentences.join("\n")),
      locations: [
        {
          // A scenario is no file.
          ...(vector === undefined || !vector.path.endsWith(".json")
            ? {}
            : { physicalLocation: { artifactLocation: { uri: `vectors/${vector.path}` } } }),
          logicalLocations: [{ name: id, fullyQualifiedName: `${op}/${id}` }],
        },
      ],
      partialFingerprints: fingerprints(id),
      ...(standing === "known"
        ? { suppressions: [{ kind: "external", justification: "listed in the baseline" }] }
        : {}),
      properties: { op, status, standing },
    },
  };
};

// A vector stays the same finding across runs. GitHub knows the first name only; without it, it would ask for the file.
const fingerprints = (id: string): Readonly<Record<string, string>> => ({
  primaryLocationLineHash: `${createHash("sha256").update(id).digest("hex").slice(0, 16)}:1`,
  "settldVectorId/v1": id,
});
