import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ALL, ask, kinds, questions, TARGET, VECTORS } from "../testing/ask-vectors.ts";
import { faulty } from "../testing/run-main.ts";

describe("an adapter that keeps the protocol", () => {
  test.each([
    ["one case at a time", faulty()],
    ["several cases in flight", faulty("none", "*", 8)],
    ["answers in another order", faulty("reverse", "*", 8)],
    ["more facts than declared", faulty("more-facts")],
  ])("%s: every case has its answer", async (_name, spec) => {
    const found = await ask(spec);
    expect(kinds(found)).toEqual({ pass: ALL });
    expect(found).toMatchObject({ stderr: "", stopped: undefined, hello: { implementation: { name: "oracle" } } });
  });

  test("several processes share the cases", async () => {
    expect(kinds(await ask(faulty("reverse", "*", 4), { parallel: 3 }))).toEqual({ pass: ALL });
  });

  test("one process a case", async () => {
    const few = questions(VECTORS.slice(0, 6));
    expect(kinds(await ask(faulty("none", "*", 1, "exec"), { parallel: 2 }, few))).toEqual({ pass: 6 });
  });

  test("cases may come from an asynchronous source, and are taken after hello", async () => {
    let greeted = false;
    const source = async function* () {
      expect(greeted).toBe(true);
      for (const question of questions()) yield question;
    };
    const onHello = (): void => {
      greeted = true;
    };
    expect(kinds(await ask(faulty("none", "*", 4), { onHello }, source()))).toEqual({ pass: ALL });
  });

  test("without a case it is only greeted", async () => {
    expect(await ask(faulty(), {}, [])).toMatchObject({ stopped: undefined, hello: { type: "hello" } });
  });

  test("ids that are sent are numbers in a row", async () => {
    const lines: string[] = [];
    await ask(faulty(), { onLine: (_id, line) => lines.push(Buffer.from(line).toString()) });
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(VECTORS.map((_, at) => `${at + 1}`));
  });
});

describe("a case that fails harms no other", () => {
  test.each([
    ["skip", { kind: "skip", feature: "money.large", reason: "not yet", issue: "https://example.com/1" }],
    ["error", { kind: "error", message: "out of luck" }],
    ["exit", { kind: "crash", detail: "ended with exit code 7" }],
    ["kill", { kind: "crash", detail: "ended with signal SIGKILL" }],
    ["half-line-kill", { kind: "crash", detail: "ended with signal SIGKILL" }],
    ["hang", { kind: "timeout", detail: "no answer in 3000 ms" }],
  ])("%s, one at a time and with others in flight", async (fault, outcome) => {
    for (const window of [1, 8]) {
      const found = await ask(faulty(fault, TARGET, window), { timeoutMs: 3000 });
      expect(found.outcomes.get(TARGET)).toEqual(outcome);
      expect(kinds(found)).toEqual({ pass: ALL - 1, [outcome.kind]: 1 });
      expect(found.stopped).toBeUndefined();
      if (fault === "exit") expect(found.stderr).toBe(`[${TARGET}]\npanic at money.parse\n`);
    }
  });

  test("a process a case: the same", async () => {
    const few = questions(VECTORS.filter(({ id }) => id === TARGET || id === "digest-text" || /^money-[abe]/.test(id)));
    for (const [fault, kind] of [
      ["exit", "crash"],
      ["hang", "timeout"],
    ] as const) {
      const found = await ask(faulty(fault, TARGET, 1, "exec"), { timeoutMs: 8000 }, few);
      expect(kinds(found)).toEqual({ pass: few.length - 1, [kind]: 1 });
    }
  });

  test("a crash that does not come again is charged to the case that was sent first", async () => {
    const few = questions(VECTORS.slice(0, 6));
    const folder = mkdtempSync(join(tmpdir(), "settld-once-"));
    const found = await ask(faulty("once", join(folder, "crashed"), 4), {}, few).finally(() =>
      rmSync(folder, { recursive: true }),
    );
    expect(kinds(found)).toEqual({ pass: 5, crash: 1 });
    expect(found.outcomes.get(few[0]?.id ?? "")).toEqual({
      kind: "crash",
      detail: "ended with exit code 9 while 4 cases waited, none of which fails alone",
    });
  });
});

describe("an adapter that is lost", () => {
  test.each(["exit", "hang"])("%s at every case: after eight failures in a row", async (fault) => {
    for (const window of [1, 4]) {
      const found = await ask(faulty(fault, "*", window), { timeoutMs: fault === "hang" ? 100 : 20_000 });
      expect(found.stopped).toMatchObject({ code: "CONF_ADAPTER_LOST" });
      // Of four in flight, the common end counts as well: one and four, one and two.
      expect(kinds(found)).toEqual({ [fault === "exit" ? "crash" : "timeout"]: window === 1 ? 8 : 6 });
    }
  });
});

describe("an adapter that breaks the protocol", () => {
  test.each([
    ["garbage", /^line 5: expected a message of the adapter protocol, found "listening on port 80" \(JSON_SYNTAX, /],
    ["bad-json", /^line 5: .*found "\{"type":"ok","id":"4",\}" \(JSON_SYNTAX/],
    ["number-with-fraction", /^line 5: .*\(JSON_FRACTION/],
    ["empty-line", /^line 5: .*found ""/],
    ["unknown-type", /^line 5: expected a message of the type hello, ok, skip or error, found "\{"type":"maybe"/],
    ["accept-with-code", /^line 5: expected a message ok that matches adapter.schema.json/],
    ["wrong-id", /^line 5: expected the id of a case that waits, found "\{"type":"ok","id":"nobody"/],
    ["twice", /^line 6: expected one answer a case, found "\{"type":"ok","id":"4"/],
    ["long-line", /^line 5: expected at most 16777216 bytes, found "aaaaaaaa/],
    ["bad-utf8", /^line 5: .*found "\{"id":"4","x":"\\xff\\xfe"\}" \(JSON_UTF8/],
    ["no-line-feed", /^line 5: expected a line feed at the end of the line, found "\{"type":"ok","id":"4"/],
    ["hello-twice", /^line 2: expected one hello only, found "\{"type":"hello"/],
  ])("%s: the run stops and shows the line", async (fault, message) => {
    const target = VECTORS[3]?.id ?? "";
    const found = await ask(faulty(fault, target));
    expect(found.stopped).toMatchObject({ code: "CONF_ADAPTER_MESSAGE" });
    expect(found.stopped?.message).toMatch(message);
    // What was answered before stays.
    const before = fault === "hello-twice" ? {} : fault === "twice" ? { pass: 4 } : { pass: 3 };
    expect(kinds(found)).toEqual(before);
  });

  test.each([
    ["after-bye", /^line \d+: expected nothing after bye, found "\{"type":"ok"/],
    ["half-line-after-bye", /^line \d+: expected nothing after bye, found "bye"/],
    ["exit-after-bye", /^expected exit code 0 after bye, found exit code 5$/],
    ["stays-after-bye", /^expected an end after bye, found none in 3000 ms$/],
  ])("%s: every result is kept", async (fault, message) => {
    const found = await ask(faulty(fault), { timeoutMs: 3000 });
    expect(found.stopped).toMatchObject({ code: "CONF_ADAPTER_MESSAGE" });
    expect(found.stopped?.message).toMatch(message);
    expect(kinds(found)).toEqual({ pass: ALL });
  });

  test.each([
    ["no-hello", "CONF_ADAPTER_START", /found that the adapter ended with exit code 0/],
    ["hello-silent", "CONF_ADAPTER_HELLO", /found none in 700 ms/],
    ["hello-garbage", "CONF_ADAPTER_MESSAGE", /^line 1: .*found "starting up"/],
    ["hello-answer", "CONF_ADAPTER_MESSAGE", /^line 1: expected hello first/],
    ["hello-shape", "CONF_ADAPTER_MESSAGE", /^line 1: expected a message hello that matches/],
    ["hello-nothing", "CONF_ADAPTER_HELLO", /at least one op among the features, found none/],
    ["hello-unknown", "CONF_ADAPTER_HELLO", /found teleport/],
    ["hello-revision", "CONF_ADAPTER_HELLO", /found 1999-01/],
  ])("%s: nothing is asked", async (fault, code, message) => {
    for (const kind of ["cmd", "exec"] as const) {
      const found = await ask(faulty(fault, "*", 1, kind), { startTimeoutMs: fault === "hello-silent" ? 700 : 60_000 });
      expect(found.stopped?.message).toMatch(message);
      expect(found).toMatchObject({ hello: null, stopped: { code } });
      expect(found.outcomes.size).toBe(0);
    }
  });

  test("another hello at a later start", async () => {
    expect(await ask(faulty("hello-changes"), { parallel: 2 })).toMatchObject({
      stopped: { code: "CONF_ADAPTER_HELLO" },
    });
  });

  test("a program that is not there", async () => {
    const found = await ask("cmd:/no/such/program --flag");
    expect(found).toMatchObject({ hello: null, stopped: { code: "CONF_ADAPTER_START" } });
    expect(found.stopped?.message).toMatch(/^expected to start \/no\/such\/program, found no such program/);
  });
});

test("an abort ends the adapter and keeps what was found", async () => {
  const controller = new AbortController();
  const found = await ask(faulty("hang", VECTORS[2]?.id), {
    signal: controller.signal,
    onOutcome: () => {},
    onLine: (id) => id === VECTORS[1]?.id && controller.abort(),
  });
  expect(found).toMatchObject({ stopped: undefined, hello: { type: "hello" } });
});

test("what an adapter started ends with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-group-"));
  const pidFile = join(folder, "pid");
  const child = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
  const script = join(folder, "parent.mjs");
  // The child keeps standard output open, so without the end of the whole group the run would wait for it.
  writeFileSync(
    script,
    `import { spawn } from "node:child_process";
     import { existsSync } from "node:fs";
     spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });
     while (!existsSync(${JSON.stringify(pidFile)})) await new Promise((resolve) => setTimeout(resolve, 10));
     process.exit(3);`,
  );
  try {
    const found = await ask(`cmd:"${process.execPath}" "${script}"`);
    expect(found).toMatchObject({ stopped: { code: "CONF_ADAPTER_START" } });
    const pid = Number(readFileSync(pidFile, "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A dead child of a dead parent may wait for its burial; it runs no more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};
