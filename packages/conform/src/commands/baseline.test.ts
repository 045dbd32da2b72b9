import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseReport } from "../report/read-report.ts";
import type { ConformanceReport } from "../report/report.ts";
import { faulty, type Run, runMain } from "../testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
type Reported = Run & { readonly report: ConformanceReport; readonly bytes: Uint8Array };

/** Runs with a report, over vectors of one op unless told otherwise. */
const run = async (adapter: string, ...args: readonly string[]): Promise<Reported> => {
  files += 1;
  const path = join(folder, `report-${files}.json`);
  const found = await runMain("run", "--adapter", adapter, "--report", path, ...args);
  const bytes = readFileSync(path);
  // Every report of every test below is read strictly, against the schema.
  return { ...found, bytes, report: parseReport(bytes, path) };
};

const MONEY = ["--tag", "money.parse"] as const;
const TARGET = "money-decimal";

describe("a baseline", () => {
  const entry = {
    id: TARGET,
    status: "wrong-code",
    reason: "old library",
    issue: "https://example.com/1",
    expires: "2026-12-31",
  };
  const write = (entries: readonly object[], changes: object = {}): string => {
    files += 1;
    const path = join(folder, `baseline-${files}.json`);
    const schema = "https://settld.dev/schemas/conformance-baseline.schema.json";
    writeFileSync(path, JSON.stringify({ schema, revision: "2026-11", entries, ...changes }));
    return path;
  };
  const withBaseline = (fault: string, entries: readonly object[], today = "2026-12-31"): Promise<Reported> =>
    run(faulty(fault, TARGET), ...MONEY, "--baseline", write(entries), "--today", today);

  test("a case that fails as listed does not fail the run, and nothing conforms by it", async () => {
    const found = await withBaseline("wrong-code", [entry]);
    expect(found).toMatchObject({
      exitCode: 0,
      report: { conclusion: "partial", baseline: { known: [TARGET], stale: [] } },
    });
  });

  test.each([
    ["passes", "none", "2026-12-31", /expected wrong-code, found pass/],
    ["fails otherwise", "error", "2026-12-31", /expected wrong-code, found error/],
    ["is past its day", "wrong-code", "2027-01-01", /mended by 2026-12-31, and today is 2027-01-01/],
  ])("an entry that %s is stale: 1", async (_name, fault, today, why) => {
    const found = await withBaseline(fault, [entry], today);
    expect(found).toMatchObject({
      exitCode: 1,
      report: { conclusion: "fails", baseline: { known: [], stale: [{ id: TARGET }] } },
    });
    expect(found.report.baseline?.stale[0]?.why).toMatch(why);
    expect(found.stderr).toMatch(/^settld-conform: CONF_BASELINE_STALE: /);
  });

  test("an entry whose case is not selected is left alone", async () => {
    expect(await withBaseline("none", [{ ...entry, id: "json-comment" }])).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ["an unknown id", [{ ...entry, id: "nope" }], "CONF_VECTOR_UNKNOWN"],
    ["one id twice", [entry, entry], "CONF_BASELINE"],
    ["no reason", [{ ...entry, reason: "" }], "CONF_BASELINE"],
    ["no issue", [{ ...entry, issue: undefined }], "CONF_BASELINE"],
    ["no day", [{ ...entry, expires: "2026-13-01" }], "CONF_BASELINE"],
    ["a case that passes", [{ ...entry, status: "pass" }], "CONF_BASELINE"],
  ])("%s is refused: 2", async (_name, entries, code) => {
    const found = await runMain("run", "--adapter", faulty(), ...MONEY, "--baseline", write(entries));
    expect(found).toMatchObject({ exitCode: 2, stdout: "" });
    expect(found.stderr).toMatch(new RegExp(`^settld-conform: ${code}: `));
  });

  test("is written from a report, and then covers its failures", async () => {
    const first = await run(faulty("wrong-code", TARGET), ...MONEY);
    const from = join(folder, "failing.json");
    const out = join(folder, "written.json");
    writeFileSync(from, first.bytes);
    const args = ["--from", from, "--reason", "old library", "--issue", "#1", "--out", out] as const;
    expect(await runMain("baseline", "write", ...args, "--expires", "2026-12-31")).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
      entries: [{ id: TARGET, status: "wrong-code", issue: "#1" }],
    });
    expect(await run(faulty("wrong-code", TARGET), ...MONEY, "--baseline", out, "--today", "2026-01-01")).toMatchObject(
      { exitCode: 0 },
    );
    expect(await runMain("baseline", "write", ...args, "--expires", "soon")).toMatchObject({ exitCode: 2 });
  });
});
