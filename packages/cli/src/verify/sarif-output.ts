import { isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { asciiJson, sarifText, wellFormed } from "@settld/output";
import { CODES, type Code, URI_BASE } from "@settld/protocol";
import type { Finding } from "@settld/verifier";
import { VERSION } from "../version.ts";
import type { Output } from "./output.ts";
import { isMerelyOpen } from "./tally.ts";

type Level = "error" | "warning" | "note";

const RULES = (Object.keys(CODES) as Code[]).sort();
const RULE_INDEX: ReadonlyMap<Code, number> = new Map(RULES.map((code, index) => [code, index]));

/**
 * How results are written for code scanning: one SARIF 2.1.0 log with a result per finding, none for what is accepted.
 * The log is written piece by piece, in ASCII, so its size does not matter and no reader interprets a name.
 */
export function sarifOutput(options: { readonly allowOpen: boolean }): Output {
  let results = 0;
  const notifications: object[] = [];
  const result = (value: object): string => {
    results += 1;
    return `${results === 1 ? "" : ","}${json(value)}`;
  };
  return {
    start: () => [
      `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":${json(tool())},"columnKind":"utf16CodeUnits","results":[`,
    ],
    result: (name, outcome) => {
      if ("unread" in outcome) {
        const { code, message } = outcome.unread;
        notifications.push({
          level: "error",
          message: text(message),
          associatedRule: { id: code, index: RULE_INDEX.get(code) },
          locations: [location(name)],
        });
        return [];
      }
      const excused = options.allowOpen && isMerelyOpen(outcome);
      return outcome.report.findings.map((finding) =>
        result({
          ...described(finding, excused ? "note" : levelOf(finding.code)),
          locations: [location(name, finding)],
        }),
      );
    },
    equivocation: ({ equivocation: { finding }, files: [first, second] }) => [
      result({
        ...described(finding, "error"),
        locations: [location(second, finding)],
        relatedLocations: [{ id: 1, ...location(first, finding) }],
      }),
    ],
    end: (tally, exitCode) => {
      const invocation = {
        executionSuccessful: tally.unread === 0,
        exitCode,
        toolExecutionNotifications: notifications,
      };
      return [`],"invocations":[${json(invocation)}],"properties":${json({ ...tally })}}]}`];
    },
  };
}

function json(value: object): string {
  return asciiJson(JSON.stringify(value));
}

function tool(): object {
  return {
    driver: {
      name: "settld",
      version: VERSION,
      informationUri: URI_BASE,
      rules: RULES.map((code) => {
        const { summary, remedy, clause, category, verdict, precedence } = CODES[code];
        return {
          id: code,
          shortDescription: text(summary),
          help: text(remedy),
          helpUri: `${URI_BASE}codes/${code}`,
          defaultConfiguration: { level: levelOf(code) },
          properties: { clause, category, verdict, precedence },
        };
      }),
    },
  };
}

function levelOf(code: Code): Level {
  switch (CODES[code].verdict) {
    case "reject":
    case "error":
      return "error";
    case "indeterminate":
      return "warning";
    default:
      return "note";
  }
}

function described({ code, message }: Finding, level: Level): object {
  return { ruleId: code, ruleIndex: RULE_INDEX.get(code), level, message: text(message) };
}

function text(message: string): { readonly text: string } {
  return { text: sarifText(message) };
}

function location(name: string, { line, seq, pointer }: Partial<Finding> = {}): object {
  const parts = [...(seq === undefined ? [] : [`event ${seq}`]), ...(pointer === undefined ? [] : [pointer])];
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(wellFormed(name)) },
      ...(line === undefined ? {} : { region: { startLine: line } }),
    },
    ...(parts.length === 0 ? {} : { logicalLocations: [{ fullyQualifiedName: parts.join(" ") }] }),
  };
}

function uriOf(name: string): string {
  if (isAbsolute(name)) return pathToFileURL(name).href;
  return name.split(sep).map(encodeURIComponent).join("/");
}
