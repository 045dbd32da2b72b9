import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Outcome, readTests, runAll, type Step, summarise } from "./check.ts";
import { root } from "./workspace.ts";

const step = (name: string, code: string, more: Partial<Step> = {}): Step => ({
  name,
  what: name,
  command: [process.execPath, "-e", code],
  ...more,
});

const outcome = (status: Outcome["status"], output = ""): Outcome => ({
  step: step("s", ""),
  status,
  ms: 1200,
  output,
});

const noTests = { passed: 0, failed: 0, skips: [] };
const calm = { ms: 2000, skipsFail: false };

let temp = "";
let printed: string[] = [];

beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), "settld-check-test-"));
});

afterAll(() => rmSync(temp, { recursive: true }));

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
});

test("steps run in order, a failing one shows its output, what needs it is not run, what only follows it is", async () => {
  const outcomes = await runAll(
    [
      step("good", "console.log('quiet')"),
      step("bad", "console.log('loud'); process.exit(3)"),
      step("dependent", "", { needs: ["bad"] }),
      step("follower", "", { after: ["bad"], alone: true }),
      step("missing", "", { command: ["no-such-command-here"] }),
    ],
    process.env,
    30_000,
  );
  expect(outcomes.map((one) => [one.step.name, one.status])).toEqual([
    ["good", "ok"],
    ["bad", "FAILED"],
    ["dependent", "not run"],
    ["follower", "ok"],
    ["missing", "FAILED"],
  ]);
  expect(printed.join("\n")).toContain("loud");
  expect(printed.join("\n")).not.toContain("quiet");
});

test("a step that hangs is ended and failed", async () => {
  const [hung] = await runAll([step("hung", "setInterval(() => {}, 1000)")], process.env, 300);
  expect(hung).toMatchObject({ status: "FAILED", output: expect.stringContaining("ended by SIGTERM") });
});

test("the last line counts tests and steps", () => {
  const { lines, ok } = summarise([outcome("ok"), outcome("ok")], { passed: 40, failed: 0, skips: [] }, calm);
  expect(lines.at(-1)).toBe("42 passed, 0 failed, 0 skipped");
  expect(ok).toBe(true);
});

test.each([
  ["a failed step", [outcome("FAILED")], noTests],
  ["a step that did not run", [outcome("not run")], noTests],
  ["a failed test", [outcome("ok")], { passed: 1, failed: 1, skips: [] }],
])("red: %s", (_what, outcomes, tests) => {
  const { lines, ok } = summarise(outcomes, tests, calm);
  expect(ok).toBe(false);
  expect(lines.at(-1)).toMatch(/ 1 failed, 0 skipped$/);
});

test("skips of tests and steps are listed, and with SETTLD_REQUIRE_EXTERNAL they are failures", () => {
  const outcomes = [outcome("ok", "fine\nSKIP postgres: not installed\n")];
  const tests = { passed: 1, failed: 0, skips: [{ name: "a.test.ts > b", reason: "skipped" }] };
  const relaxed = summarise(outcomes, tests, calm);
  expect(relaxed.lines).toEqual(
    expect.arrayContaining([
      "  a.test.ts > b (skipped)",
      "  postgres (not installed)",
      "2 passed, 0 failed, 2 skipped",
    ]),
  );
  expect(relaxed.ok).toBe(true);
  const strict = summarise(outcomes, tests, { ...calm, skipsFail: true });
  expect(strict.lines.at(-1)).toBe("2 passed, 2 failed, 0 skipped");
  expect(strict.ok).toBe(false);
});

test("vitest's report is counted by test; no report counts nothing", () => {
  const report = join(temp, "report.json");
  const results = ["passed", "passed", "failed", "skipped", "todo"].map((status) => ({
    status,
    fullName: `t ${status}`,
  }));
  writeFileSync(
    report,
    JSON.stringify({ testResults: [{ name: join(root, "a.test.ts"), assertionResults: results }] }),
  );
  expect(readTests(report)).toEqual({
    passed: 2,
    failed: 1,
    skips: [
      { name: "a.test.ts > t skipped", reason: "skipped" },
      { name: "a.test.ts > t todo", reason: "todo" },
    ],
  });
  expect(readTests(join(temp, "none.json"))).toEqual(noTests);
});
