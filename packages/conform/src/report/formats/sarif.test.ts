import { createRequire } from "node:module";
import { URI_BASE } from "@settld/protocol";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { CONTEXT, faultyCase, sampleReport } from "../../testing/sample-report.ts";
import { judgedCases } from "../standing.ts";
import { sarif } from "./sarif.ts";

const require = createRequire(import.meta.url);
// Written for draft 4, of which it uses nothing that means something else today.
const { $schema: _draft, id: _id, ...schema } = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema as object);

const logOf = (report: Parameters<typeof sarif.render>[0]) => {
  const text = sarif.render(report, CONTEXT);
  expect(text).toMatch(/^[\x20-\x7e]*\n$/);
  const log = JSON.parse(text);
  expect(validate(log) ? [] : validate.errors).toEqual([]);
  return log.runs[0];
};

test("a conforming report has no results and no rules", () => {
  const { results, tool, invocations } = logOf(sampleReport());
  expect([results, tool.driver.rules]).toEqual([[], []]);
  expect(invocations).toEqual([{ executionSuccessful: true, exitCode: 0 }]);
});

test("each failure is a result under its clause, with a fingerprint of its own", () => {
  const report = sampleReport(faultyCase);
  const { results, tool } = logOf(report);
  const judged = judgedCases(report, CONTEXT);
  const failed = judged.filter(({ standing }) => standing === "fails");
  expect(failed.length).toBeGreaterThan(10);
  const errors = results.filter(({ level }: { level: string }) => level === "error");
  expect(errors.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(failed.map(({ vector }) => vector?.clause));
  for (const { ruleId, ruleIndex, locations, partialFingerprints } of results) {
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const id = partialFingerprints["settldVectorId/v1"];
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe(`vectors/${CONTEXT.vector(id)?.path}`);
  }
  const hashes = results.map((result: { partialFingerprints: Record<string, string> }) =>
    JSON.stringify(result.partialFingerprints),
  );
  expect(new Set(hashes).size).toBe(results.length);
  // Only rules that occur.
  expect(new Set(results.map(({ ruleId }: { ruleId: string }) => ruleId)).size).toBe(tool.driver.rules.length);
  expect(results.filter(({ level }: { level: string }) => level === "note")).toHaveLength(
    judged.filter(({ standing }) => standing === "uncounted").length,
  );
});

test("known failures are suppressed, a stale baseline and a stop are results", () => {
  const report = sampleReport(faultyCase, {
    baseline: { known: ["money-negative"], stale: [{ id: "money-one", why: "it passes" }] },
    stopped: { code: "CONF_ADAPTER_LOST", message: "[link](https://evil.example) {0}" },
  });
  const { results, tool, invocations } = logOf(report);
  expect(results.slice(0, 2).map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
    "CONF_ADAPTER_LOST",
    "CONF_BASELINE_STALE",
  ]);
  expect(results[0].message.text).toBe("\\[link\\](https://evil.example) {{0}}");
  expect(tool.driver.rules[results[0].ruleIndex].helpUri).toBe(`${URI_BASE}codes/CONF_ADAPTER_LOST`);
  const suppressed = results.filter((result: object) => "suppressions" in result);
  expect(suppressed).toHaveLength(1);
  expect(suppressed[0].message.text).toMatch(
    /^money-negative: wrong verdict\. Expected reject MONEY_VALUE, got accept\./,
  );
  expect(invocations[0].executionSuccessful).toBe(false);
});
