import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { conformanceReport } from "../gen/validators.js";
import { sampleReport } from "../testing/sample-report.ts";
import { parseReport, reportText } from "./read-report.ts";

const schema = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../../../schemas/${name}.schema.json`, import.meta.url), "utf8")) as object;

const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  schemas: [schema("common"), schema("adapter")],
});
const validate = ajv.compile(schema("conformance-report"));

const text = reportText(sampleReport());
const changed = (change: (report: Record<string, unknown>) => void): string => {
  const report = JSON.parse(text) as Record<string, unknown>;
  change(report);
  return reportText(report as never);
};

test("a report comes back as it was written", () => {
  expect(reportText(parseReport(Buffer.from(text), "x"))).toBe(text);
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors?.[0])).toBe(true);
});

test.each<[string, string]>([
  ["no JSON", "report"],
  ["another layout", JSON.stringify(JSON.parse(text), null, 1)],
  ["a line feed behind it", `${text}\n`],
  ["another document", "{}"],
  ["an unknown member", changed((report) => Object.assign(report, { extra: 1 }))],
  [
    "a status that is none",
    changed((report) => Object.assign((report["cases"] as object[])[0] ?? {}, { status: "fine" })),
  ],
  ["an exit code that is none", changed((report) => Object.assign(report, { exitCode: 2 }))],
])("%s is refused", (_name, bytes) => {
  expect(() => parseReport(Buffer.from(bytes), "some.json")).toThrow(
    expect.objectContaining({ code: "CONF_REPORT", message: expect.stringMatching(/^some\.json: expected /) }),
  );
});

test("the compiled validator agrees with the schema", () => {
  for (const [, bytes] of [
    ["", text],
    ["", changed((report) => Object.assign(report, { stderr: null }))],
  ] as const) {
    const value: unknown = JSON.parse(bytes);
    expect(conformanceReport(value)).toBe(validate(value));
  }
});
