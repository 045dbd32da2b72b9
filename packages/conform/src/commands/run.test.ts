import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseReport } from "../report/read-report.ts";
import type { CaseStatus, ConformanceReport } from "../report/report.ts";
import { faulty, REFERENCE, type Run, runMain, startChild } from "../testing/run-main.ts";

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
const statusOf = ({ report }: Reported, id: string): CaseStatus | undefined =>
  report.cases.find((result) => result.id === id)?.status;

describe("exit codes and statuses", () => {
  test("an adapter that is right, over some vectors: partial, 0", async () => {
    const found = await run(faulty(), ...MONEY);
    expect(found).toMatchObject({
      exitCode: 0,
      stderr: "",
      report: { conclusion: "partial", exitCode: 0, stopped: null },
    });
    expect(new Set(found.report.cases.map(({ status }) => status))).toEqual(new Set(["pass"]));
    expect(found.report.profiles["verifier-full"]).toMatchObject({ claimed: true, status: "partial" });
    expect(found.report.options.filters).toEqual(["--tag money.parse"]);
  });

  test.each([
    ["wrong-verdict", "wrong-verdict"],
    ["wrong-code", "wrong-code"],
    ["skip", "skipped"],
    ["error", "error"],
    ["exit", "crash"],
  ] as const)("%s at one case: does not conform, 1, and says everything about it", async (fault, status) => {
    const adapter = faulty(fault, TARGET);
    const found = await run(adapter, ...MONEY);
    expect(found).toMatchObject({ exitCode: 1, report: { conclusion: "fails", exitCode: 1 } });
    expect(statusOf(found, TARGET)).toBe(status);
    expect(found.report.cases.filter((result) => result.status !== "pass")).toHaveLength(1);
    expect(found.stdout).toContain(`FAIL  ${TARGET}`);
    expect(found.stdout).toContain("MONEY-1");
    expect(found.stdout).toMatch(/why +\S+/);
    expect(found.stdout).toMatch(/expected +reject MONEY_VALUE/);
    expect(found.stdout).toMatch(/got +\S+/);
    expect(found.stdout).toContain(`npx settld-conform repro ${TARGET} --adapter `);
    if (fault === "exit") expect(found.report.stderr).toBe(`[${TARGET}]\npanic at money.parse\n`);
  });

  test("wrong facts of an accept, member by member", async () => {
    const found = await run(faulty("wrong-facts", "money-one"), ...MONEY);
    expect(statusOf(found, "money-one")).toBe("wrong-facts");
    expect(found).toMatchObject({ exitCode: 1 });
    expect(found.stdout).toContain('facts/value: expected "1", got nothing');
  });

  test("answers that differ between repetitions", async () => {
    const found = await run(faulty("differs", TARGET), ...MONEY, "--repeat", "3");
    expect(statusOf(found, TARGET)).toBe("nondeterministic");
    expect(found).toMatchObject({ exitCode: 1 });
    const result = found.report.cases.find(({ id }) => id === TARGET);
    expect(result?.others).toHaveLength(2);
    expect(result?.answer?.facts).toHaveProperty("at");
    expect(found.report.cases.filter(({ status }) => status === "pass")).toHaveLength(found.report.cases.length - 1);
  });

  test.each([
    ["garbage", "CONF_ADAPTER_MESSAGE"],
    ["long-line", "CONF_ADAPTER_MESSAGE"],
    ["bad-utf8", "CONF_ADAPTER_MESSAGE"],
    ["after-bye", "CONF_ADAPTER_MESSAGE"],
    ["hello-nothing", "CONF_ADAPTER_HELLO"],
    ["no-hello", "CONF_ADAPTER_START"],
  ] as const)("%s: broken, 3, and the report is written", async (fault, code) => {
    const found = await run(faulty(fault, TARGET), ...MONEY, "--parallel", "1");
    expect(found).toMatchObject({ exitCode: 3, report: { conclusion: "broken", exitCode: 3, stopped: { code } } });
    expect(found.stderr).toMatch(new RegExp(`^settld-conform: ${code}: .+\\n$`));
    const kept = found.report.cases.filter(({ status }) => status === "pass").length;
    const lost = found.report.cases.filter(({ status }) => status === "not-run").length;
    expect(kept + lost).toBe(found.report.cases.length);
    if (fault === "after-bye") expect(lost).toBe(0);
    else expect(lost).toBeGreaterThan(0);
    if (fault === "garbage") expect(kept).toBeGreaterThan(0);
  });

  test("an adapter that crashes at every case is lost: 3", async () => {
    expect(await run(faulty("exit"), ...MONEY)).toMatchObject({
      exitCode: 3,
      report: { stopped: { code: "CONF_ADAPTER_LOST" } },
    });
  });

  test("nobody at the address: 3", async () => {
    const found = await run("http://127.0.0.1:1/", ...MONEY);
    expect(found).toMatchObject({
      exitCode: 3,
      report: { adapter: { hello: null }, stopped: { code: "CONF_ADAPTER_START" } },
    });
  });

  test("nothing that counts was executed: inconclusive, 4", async () => {
    // The claimed profile scores no money.parse, and the only declared op is that one.
    for (const [fault, ...filter] of [["hello-few"], ["hello-server"], ["none", "--path", "no/such"]] as const) {
      const found = await run(faulty(fault), ...(filter.length > 0 ? filter : MONEY));
      expect(found, fault).toMatchObject({ exitCode: 4, report: { conclusion: "inconclusive" } });
      expect(found.stderr).toMatch(/^settld-conform: CONF_NOTHING_EXECUTED: .+\n$/);
    }
  });

  test("without a claim, complete profiles are judged", async () => {
    const found = await run(faulty("hello-claimless"), ...MONEY);
    expect(found).toMatchObject({
      exitCode: 0,
      report: { profiles: { kernel: { claimed: false, status: "partial" } } },
    });
  });

  test("a profile that is asked for is judged, claimed or not", async () => {
    const found = await run(faulty("hello-few"), ...MONEY, "--profile", "kernel");
    expect(found).toMatchObject({ exitCode: 0, report: { options: { profiles: ["kernel"] }, conclusion: "partial" } });
    expect(found.report.profiles.kernel).toMatchObject({
      claimed: false,
      status: "partial",
      missing: expect.arrayContaining(["log.reduce"]),
    });
    expect(await run(faulty("hello-few"), "--profile", "kernel")).toMatchObject({
      exitCode: 1,
      report: { conclusion: "fails", profiles: { kernel: { status: "fails" } } },
    });
  });

  test("on the scale of categories another code of the category passes", async () => {
    const args = ["--id", "json-bom", "--id", "json-comment"] as const;
    const near = await run(faulty("near-code", "json-bom"), ...args, "--profile", "verifier-core");
    expect(near).toMatchObject({ exitCode: 0, report: { profiles: { "verifier-core": { passed: 2 } } } });
    expect(statusOf(near, "json-bom")).toBe("wrong-code");
    expect((await run(faulty("near-code", "json-bom"), ...args, "--profile", "verifier-full")).exitCode).toBe(1);
    expect((await run(faulty("wrong-code", "json-bom"), ...args, "--profile", "verifier-core")).exitCode).toBe(1);
  });

  test.each([
    [["run"], /expected --adapter, found none/],
    [["run", "--adapter", "telnet:x"], /expected cmd:, exec:, node:/],
    [["run", "--adapter", "cmd:"], /expected a command/],
    [["run", "--adapter", "cmd:a 'b"], /closing '/],
    [["run", "--adapter", "cmd:x", "--tag", "mony"], /did you mean money/],
    [["run", "--adapter", "cmd:x", "--clause", "JSON-9999"], /no vector has JSON-9999/],
    [["run", "--adapter", "cmd:x", "--id", "nope"], /CONF_VECTOR_UNKNOWN/],
    [["run", "--adapter", "cmd:x", "--shard", "5/4"], /a part such as 2\/4/],
    [["run", "--adapter", "cmd:x", "--repeat", "0"], /integer from 1/],
    [["run", "--adapter", "cmd:x", "--seed", "-1"], /integer from 0/],
    [["run", "--adapter", "cmd:x", "--profile", "walker"], /Allowed choices/],
    [["run", "--adapter", "cmd:x", "--profile", "server"], /without another profile, --adapter/],
    [["run", "--profile", "server", "--profile", "kernel"], /without another profile/],
    [["run", "--adapter", "cmd:x", "--url", "http://x"], /expected --profile server with --url/],
    [["run", "--profile", "server", "--verifier", "cmd:x"], /no --url/],
    [["run", "--profile", "server", "--url", "http://x", "--verifier", "telnet:x"], /expected cmd:, exec:, node:/],
    [["run", "--profile", "server", "--url", "http://x", "--verifier", "cmd:x"], /SETTLD_OPERATOR_KEY/],
    [
      ["run", "--profile", "server", "--url", "http://a:b@x", "--verifier", "cmd:x", "--server-config", "/no/such"],
      /--url: expected a URL/,
    ],
    [
      ["run", "--profile", "server", "--url", "http://x", "--verifier", "cmd:x", "--server-config", "package.json"],
      /CONF_SERVER_CONFIG/,
    ],
    [["run", "--adapter", "cmd:x", "--today", "2026-02-30"], /expected a day/],
    [["run", "--adapter", "cmd:x", "--baseline", "/no/such"], /CLI_INPUT/],
    [["run", "--adapter", "cmd:x", "--failed-from", "/no/such"], /CLI_INPUT/],
    [["run", "--adapter", "cmd:x", "--statement", "x"], /--report and --sign-key/],
    [["walk"], /unknown command/],
    [[], /expected a command/],
  ])("%j is wrong usage: 2, and no adapter is started", async (args, message) => {
    const found = await runMain(...args);
    expect(found).toMatchObject({ exitCode: 2, stdout: "" });
    expect(found.stderr).toMatch(/^settld-conform: [A-Z_]+: .+\n$/);
    expect(found.stderr).toMatch(message);
  });
});

describe("the report", () => {
  test("has the same bytes for the same answers, however they came", async () => {
    const wanted = (await run(faulty("wrong-code", TARGET, 4), ...MONEY)).bytes;
    for (const parallel of ["1", "2", "5"]) {
      expect((await run(faulty("wrong-code", TARGET, 4), ...MONEY, "--parallel", parallel)).bytes).toEqual(wanted);
    }
  });

  test("parts of a run make the whole", async () => {
    const adapter = faulty("wrong-code", TARGET, 4);
    const whole = await run(adapter, ...MONEY);
    const parts: Reported[] = [];
    for (const index of [1, 2, 3]) parts.push(await run(adapter, ...MONEY, "--shard", `${index}/3`));
    const together = parts.flatMap(({ report }) => report.cases).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(together).toEqual(whole.report.cases);
    expect(parts.map(({ exitCode }) => exitCode).sort()).toEqual([0, 0, 1]);
  });

  test("what failed can be run again, and only that", async () => {
    const first = await run(faulty("wrong-code", TARGET), ...MONEY);
    const path = join(folder, "first.json");
    writeFileSync(path, first.bytes);
    const second = await run(faulty(), "--failed-from", path);
    expect(second.report.cases.map(({ id }) => id)).toEqual([TARGET]);
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.report.options.filters[0]).toMatch(/^--failed-from sha256:[0-9a-f]{64}$/);
  });

  test("other formats are written on request, and nothing without it", async () => {
    const at = (name: string): string => join(folder, name);
    const found = await run(
      faulty("wrong-code", TARGET),
      ...MONEY,
      "--junit",
      at("a.xml"),
      "--sarif",
      at("a.sarif"),
      "--html",
      at("a.html"),
      "--summary",
      at("a.md"),
    );
    expect(found.exitCode).toBe(1);
    for (const name of ["a.xml", "a.sarif", "a.html", "a.md"]) expect(readFileSync(at(name), "utf8")).toContain(TARGET);
  });

  test("a report that cannot be written is exit code 2, never a judgement", async () => {
    const found = await runMain(
      "run",
      "--adapter",
      faulty(),
      ...MONEY,
      "--report",
      join(folder, "no/such/folder.json"),
    );
    expect(found.exitCode).toBe(2);
    expect(found.stderr).toMatch(/^settld-conform: CLI_OUTPUT: /);
  });

  test("text of the adapter does nothing to a terminal", async () => {
    const script = join(folder, "hostile.mjs");
    const evil = "\u001b[2J\u202e::error::x";
    writeFileSync(
      script,
      `export const hello = ${JSON.stringify({ type: "hello", protocol: 1, implementation: { name: evil, version: evil }, roles: [], revisions: ["2026-11"], features: ["money.parse"] })};
       export const answer = () => ({ message: ${JSON.stringify(evil)} });`,
    );
    const found = await run(`node:${script}`, ...MONEY, "--profile", "kernel");
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toContain("\\u{1b}[2J\\u{202e}");
    for (const char of ["\u001b", "\u202e"]) expect(found.stdout).not.toContain(char);
  });
});

describe("as a process", () => {
  test("an interrupt ends the adapter, and what was found is written: 130", async () => {
    const path = join(folder, "interrupted.json");
    const marker = join(folder, "answering");
    const script = join(folder, "slow.mjs");
    writeFileSync(
      script,
      `import { writeFileSync } from "node:fs";
       let count = 0;
       export const hello = ${JSON.stringify({ type: "hello", protocol: 1, implementation: { name: "slow", version: "1" }, roles: ["kernel"], revisions: ["2026-11"], features: ["money.parse"] })};
       export const answer = () => { if (++count < 4) return { message: "no" }; writeFileSync(${JSON.stringify(marker)}, ""); return new Promise(() => {}); };`,
    );
    const child = startChild(["run", "--adapter", `node:${script}`, ...MONEY, "--report", path, "--parallel", "1"]);
    await expect.poll(() => exists(marker), { timeout: 30_000 }).toBe(true);
    child.signal("SIGINT");
    expect(await child.done).toMatchObject({ exitCode: 130 });
    const report = parseReport(readFileSync(path), path);
    expect(report.cases.filter(({ status }) => status === "error")).toHaveLength(3);
    expect(report).toMatchObject({ conclusion: "fails", stopped: null });
  });

  test("an adapter that is killed from outside loses no result, and one case is charged", async () => {
    const path = join(folder, "killed.json");
    const pidFile = join(folder, "pid");
    const adapter = faulty("pid", pidFile);
    const child = startChild(["run", "--adapter", adapter, ...MONEY, "--report", path, "--parallel", "1"]);
    await expect.poll(() => exists(pidFile), { timeout: 30_000 }).toBe(true);
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
    expect(await child.done).toMatchObject({ exitCode: 1 });
    const { cases } = parseReport(readFileSync(path), path);
    expect(cases.filter(({ status }) => status === "crash")).toHaveLength(1);
    expect(cases.filter(({ status }) => status === "pass")).toHaveLength(cases.length - 1);
  });

  test("a module of the reference answers as its program does", async () => {
    const found = await startChild(["run", "--adapter", REFERENCE, ...MONEY, "--profile", "kernel"]).done;
    const module = `node:${new URL("../../../cli/src/adapter/index.ts", import.meta.url).pathname}`;
    const inside = await startChild(["run", "--adapter", module, ...MONEY, "--profile", "kernel"]).done;
    expect(found).toMatchObject({ exitCode: 0, stderr: "" });
    expect(inside).toEqual(found);
  });
});

const exists = (path: string): boolean => {
  try {
    return readFileSync(path, "utf8") !== "" || path.endsWith("answering");
  } catch {
    return false;
  }
};
