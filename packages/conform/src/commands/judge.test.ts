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

describe("offline", () => {
  test("emit and judge come to what run comes to", async () => {
    const cases = join(folder, "cases.jsonl");
    const answers = join(folder, "answers.jsonl");
    const out = join(folder, "offline.json");
    for (const fault of ["none", "wrong-code"]) {
      const adapter = faulty(fault, TARGET, 4);
      const options = [...MONEY, "--repeat", "2", "--seed", "7"] as const;
      expect(await runMain("emit", ...options, "--out", cases)).toMatchObject({ exitCode: 0 });
      writeFileSync(answers, await pipe(adapter, readFileSync(cases)));
      const judged = await runMain("judge", answers, ...options, "--adapter", adapter, "--report", out);
      const live = await run(adapter, ...options);
      expect(judged.exitCode).toBe(live.exitCode);
      expect(readFileSync(out)).toEqual(Buffer.from(live.bytes));
    }
  });

  test.each([
    ["nothing", "", "CONF_ADAPTER_HELLO"],
    ["no hello", '{"type":"error","id":"1","message":""}\n', "CONF_ADAPTER_MESSAGE"],
    ["too few answers", "HELLO\n", "CONF_ADAPTER_MESSAGE"],
    ["an answer of nobody", 'HELLO\n{"type":"error","id":"0","message":""}\n', "CONF_ADAPTER_MESSAGE"],
    ["two answers", `HELLO\n${'{"type":"error","id":"1","message":""}\n'.repeat(2)}`, "CONF_ADAPTER_MESSAGE"],
    ["half a line", 'HELLO\n{"type":"error","id":"1","message":""}', "CONF_ADAPTER_MESSAGE"],
  ])("a file with %s is broken: 3", async (_name, text, code) => {
    const path = join(folder, "broken.jsonl");
    const hello = JSON.stringify({
      type: "hello",
      protocol: 1,
      implementation: { name: "x", version: "1" },
      roles: [],
      revisions: ["2026-11"],
      features: ["money.parse"],
    });
    writeFileSync(path, text.replace("HELLO", hello));
    const found = await runMain("judge", path, ...MONEY, "--profile", "kernel");
    expect(found.exitCode).toBe(3);
    expect(found.stderr).toMatch(new RegExp(`^settld-conform: ${code}: `));
  });

  test("a file that is not there is exit code 2", async () => {
    expect(await runMain("judge", join(folder, "nowhere.jsonl"))).toMatchObject({ exitCode: 2 });
  });
});

const pipe = async (adapter: string, input: Uint8Array): Promise<string> => {
  const { spawnSync } = await import("node:child_process");
  const { splitWords } = await import("../adapter/words.ts");
  const [program, ...args] = splitWords(adapter.replace(/^cmd:/, ""));
  return spawnSync(program, args, { input, encoding: "utf8", maxBuffer: 1e9 }).stdout;
};
