import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { describe, expect, test } from "vitest";
import { CONTEXT, faultyCase, HELLO, passing, sampleReport, VECTORS } from "../../testing/sample-report.ts";
import type { ConformanceReport } from "../report.ts";
import { judgedCases } from "../standing.ts";
import { junit } from "./junit.ts";

/**
 * The structure that Jenkins asks of a JUnit file, written down element by element: allowed and required attributes,
 * and what may stand inside.
 */
const RULES: Readonly<Record<string, { may: readonly string[]; must: readonly string[]; inside: readonly string[] }>> =
  {
    testsuites: { may: ["name", "tests", "failures", "errors"], must: [], inside: ["testsuite"] },
    testsuite: {
      may: ["name", "tests", "failures", "errors", "skipped"],
      must: ["name", "tests", "failures", "errors"],
      inside: ["testsuite", "properties", "testcase", "system-out", "system-err"],
    },
    testcase: {
      may: ["name", "classname"],
      must: ["name"],
      inside: ["skipped", "error", "failure", "system-out", "system-err"],
    },
    failure: { may: ["type", "message"], must: [], inside: [] },
    error: { may: ["type", "message"], must: [], inside: [] },
    skipped: { may: ["type", "message"], must: [], inside: [] },
    "system-err": { may: [], must: [], inside: [] },
  };

const elementsOf = (element: XmlElement): XmlElement[] =>
  element.children.flatMap((child) => (child instanceof XmlElement ? [child] : []));

const faultsOf = (element: XmlElement): string[] => {
  const rule = RULES[element.name];
  if (rule === undefined) return [`unknown element ${element.name}`];
  const names = Object.keys(element.attributes);
  return [
    ...names.filter((name) => !rule.may.includes(name)).map((name) => `${element.name} has ${name}`),
    ...rule.must.filter((name) => !names.includes(name)).map((name) => `${element.name} lacks ${name}`),
    ...elementsOf(element)
      .filter(({ name }) => !rule.inside.includes(name))
      .map(({ name }) => `${name} inside ${element.name}`),
    ...elementsOf(element).flatMap(faultsOf),
  ];
};

const count = (element: XmlElement, name: string): number =>
  elementsOf(element).reduce((sum, child) => sum + Number(child.name === name) + count(child, name), 0);

const rootOf = (report: ConformanceReport): XmlElement => parseXml(junit.render(report, CONTEXT)).root as XmlElement;

const faulty = sampleReport(faultyCase);
const failing = judgedCases(faulty, CONTEXT).flatMap(({ result, standing }) =>
  standing === "fails" ? [result.id] : [],
);
const excused = sampleReport(faultyCase, { baseline: { known: failing, stale: [] } });
const stopped = sampleReport(({ id, op }) => ({ id, op, status: "not-run" }), {
  adapter: { via: "cmd:./adapter", hello: HELLO },
  stopped: { code: "CONF_ADAPTER_LOST", message: "8 times in a row" },
  stderr: "a\nb",
});
const undeclared = sampleReport(
  (vector) => (vector.op === "digest" ? { id: vector.id, op: vector.op, status: "not-applicable" } : passing(vector)),
  {
    adapter: { via: "cmd:./adapter", hello: { ...HELLO, features: HELLO.features.filter((op) => op !== "digest") } },
  },
);
const stale = sampleReport(passing, { baseline: { known: [], stale: [{ id: "money-one", why: "it passes" }] } });

describe.each<[string, ConformanceReport]>([
  ["conforming", sampleReport()],
  ["failing", faulty],
  ["failing as known", excused],
  ["stopped", stopped],
  ["lacking an op", undeclared],
  ["stale", stale],
])("a report that is %s", (_, report) => {
  const root = rootOf(report);

  test("has the structure that CI systems read", () => {
    expect(faultsOf(root)).toEqual([]);
  });

  test("has a case for each vector, and counts that add up", () => {
    const suites = elementsOf(root);
    for (const suite of [root, ...suites]) {
      expect(suite.attributes["tests"]).toBe(String(count(suite, "testcase")));
      expect(suite.attributes["failures"]).toBe(String(count(suite, "failure")));
      expect(suite.attributes["errors"]).toBe(String(count(suite, "error")));
    }
    const ids = suites.slice(1).flatMap((suite) => elementsOf(suite).map(({ attributes }) => attributes["name"]));
    expect(ids.sort()).toEqual(VECTORS.map(({ id }) => id));
    expect(suites.slice(1).map(({ attributes }) => attributes["name"])).toEqual(
      [...new Set(VECTORS.map(({ path }) => `vectors/${path}`))].sort(),
    );
  });

  test("is red exactly when the exit code is not 0", () => {
    expect(count(root, "failure") + count(root, "error") > 0).toBe(report.exitCode !== 0);
  });
});

test("a failure says what was expected and found, the clause, why, and how to repeat it", () => {
  const cases = VECTORS.filter(({ id }) => ["money-negative", "money-one"].includes(id)).map(faultyCase);
  const text = junit.render({ ...faulty, cases }, CONTEXT);
  expect(text.slice(text.indexOf('  <testsuite name="vectors/'))).toMatchInlineSnapshot(`
    "  <testsuite name="vectors/money/value.json" tests="2" failures="1" errors="0" skipped="0">
        <testcase name="money-negative" classname="money.value">
          <failure type="wrong-verdict" message="wrong verdict: expected reject MONEY_VALUE, got accept">expected: reject MONEY_VALUE
    got:      accept
    clause:   MONEY-1
    why:      There are no negative values; a leg has a direction instead.
    repro:    npx settld-conform repro money-negative --adapter &#39;cmd:./settld-adapter --strict&#39;</failure>
        </testcase>
        <testcase name="money-one" classname="money.value"/>
      </testsuite>
    </testsuites>
    "
  `);
});
