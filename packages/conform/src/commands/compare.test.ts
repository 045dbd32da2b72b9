import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { compareAnswers } from "../report/compare-answers.ts";
import { compareReports, disagrees } from "../report/compare-reports.ts";
import { reportText } from "../report/read-report.ts";
import type { CaseResult } from "../report/report.ts";
import { runCommand } from "../testing/run-command.ts";
import { answered, passing, sampleReport } from "../testing/sample-report.ts";
import type { Vector } from "../vectors.ts";
import { compareCommand } from "./compare.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-conform-"));
afterAll(() => rmSync(folder, { recursive: true }));

const but =
  (changes: Readonly<Record<string, (vector: Vector) => CaseResult>>) =>
  (vector: Vector): CaseResult =>
    (changes[vector.id] ?? passing)(vector);
const wrong = (vector: Vector): CaseResult => answered(vector, { verdict: "reject", code: "MONEY_VALUE" });
const crashed = ({ id, op }: Vector): CaseResult => ({ id, op, status: "crash", detail: "SIGSEGV" });
const undeclared = ({ id, op }: Vector): CaseResult => ({ id, op, status: "not-applicable" });

const put = (name: string, caseOf: (vector: Vector) => CaseResult): string => {
  const path = join(folder, name);
  writeFileSync(path, reportText(sampleReport(caseOf)));
  return path;
};

describe("two reports", () => {
  const a = put("a.json", but({ "money-one": wrong, "money-max": wrong, "digest-empty": undeclared }));
  const b = put("b.json", but({ "money-zero": wrong, "money-max": crashed }));

  test("that are the same agree", async () => {
    const run = await runCommand(compareCommand(), a, a);
    expect(run).toMatchObject({ exitCode: 0, error: undefined });
    expect(run.stdout).toMatch(/\d+ cases were given to both; 0 are different\.\n$/);
  });

  test("that differ are taken apart", async () => {
    const run = await runCommand(compareCommand(), a, b);
    expect(run.error).toMatch(/^CONF_DISAGREEMENT: expected equal answers, found 3 of \d+ cases that differ$/);
    const lines = run.stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(lines).toContainEqual(["money-zero", "verdict", "accept", "reject MONEY_VALUE", "accept"]);
    expect(lines).toContainEqual(["money-one", "verdict", "reject MONEY_VALUE", "accept", "accept"]);
    expect(lines).toContainEqual(["money-max", "answer", "reject MONEY_VALUE", "none: crash", "accept"]);
    for (const title of ["newly failing): 1", "newly passing): 1", "otherwise: "]) expect(run.stdout).toContain(title);
  });

  test("can be compared by programs", async () => {
    const { stdout } = await runCommand(compareCommand(), a, b, "--json");
    const { newlyFailing, newlyPassing, otherwise } = JSON.parse(stdout);
    const ids = (changes: readonly { readonly id: string }[]): string[] => changes.map(({ id }) => id);
    expect([ids(newlyFailing), ids(newlyPassing)]).toEqual([["money-zero"], ["money-one"]]);
    expect(ids(otherwise)).toContain("money-max");
  });

  test("an op that one side does not have is no disagreement, but a crash is", () => {
    const same = sampleReport();
    expect(disagrees(compareReports(same, sampleReport(but({ "money-one": undeclared }))))).toBe(false);
    expect(disagrees(compareReports(same, sampleReport(but({ "money-one": crashed }))))).toBe(true);
    expect(
      disagrees(
        compareReports(sampleReport(but({ "money-one": crashed })), sampleReport(but({ "money-one": crashed }))),
      ),
    ).toBe(false);
  });
});

test("answers agree with themselves, and the other way round a difference is the same", () => {
  const answer = fc.record({
    verdict: fc.constantFrom("accept" as const, "reject" as const),
    code: fc.constantFrom(null, "A_B", "C_D"),
    facts: fc.dictionary(fc.constantFrom("x", "y", "__proto__"), fc.jsonValue({ maxDepth: 1 })),
  });
  fc.assert(
    fc.property(answer, answer, (a, b) => {
      expect(compareAnswers(a, a)).toEqual([]);
      const forth = compareAnswers(a, b);
      expect(compareAnswers(b, a)).toEqual(forth.map(({ about, a, b }) => ({ about, a: b, b: a })));
      if (a.verdict !== b.verdict || a.code !== b.code) expect(forth).toHaveLength(1);
    }),
  );
});

describe("two adapters", () => {
  const module = (
    name: string,
    answer: string,
    features: readonly string[] = ["digest.parse", "money.parse"],
  ): string => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(
      path,
      `export const hello = { type: "hello", protocol: 1, implementation: { name: "${name}", version: "1" }, roles: [],
        revisions: ["2026-11"], features: ${JSON.stringify(features)} };
      export const answer = (op, { text }) => ${answer};`,
    );
    return `node:${path}`;
  };
  const strict = `/^(0|[1-9][0-9]{0,29}|sha256:[0-9a-f]{64})$/.test(text)
    ? { verdict: "accept", code: null, facts: { value: text, length: text.length } }
    : { verdict: "reject", code: op === "money.parse" ? "MONEY_VALUE" : "DIGEST_FORMAT" }`;

  test("are given every vector of the ops that both have, and all facts are compared", async () => {
    const one = module("one", strict);
    const equal = await runCommand(compareCommand(), "--adapter", one, "--against", module("two", strict));
    expect(equal).toMatchObject({ error: undefined, exitCode: 0 });
    // No vector declares this fact.
    const longer = module("longer", strict.replace("text.length", "text.length + 1"));
    const run = await runCommand(compareCommand(), "--adapter", one, "--against", longer);
    expect(run.error).toMatch(/^CONF_DISAGREEMENT/);
    expect(run.stdout).toMatch(/facts\.length +71 +72 +accept/);
  });

  test("that have no op in common cannot be compared", async () => {
    const [a, b] = [module("a", strict, ["digest.parse"]), module("b", strict, ["money.parse"])];
    expect((await runCommand(compareCommand(), "--adapter", a, "--against", b)).error).toMatch(
      /^CONF_NOTHING_EXECUTED/,
    );
  });

  test("a broken one is named", async () => {
    const run = await runCommand(compareCommand(), "--adapter", module("ok", strict), "--against", "node:./none.mjs");
    expect(run.error).toMatch(/^CONF_ADAPTER_START: --against node:\.\/none\.mjs: /);
  });

  test.each([
    [["--adapter", "cmd:x"]],
    [[]],
    [["only.json"]],
    [["a.json", "b.json", "--adapter", "cmd:x", "--against", "cmd:y"]],
  ])("%j is no question", async (args) => {
    expect((await runCommand(compareCommand(), ...args)).error).toMatch(/^CLI_USAGE/);
  });
});
