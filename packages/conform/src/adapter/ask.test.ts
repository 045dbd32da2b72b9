import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { REVISION } from "@settld/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allVectors } from "../data.ts";
import { judge } from "../judge.ts";
import { declaredAnswer, ORACLE_HELLO } from "../testing/oracle.ts";
import { faulty } from "../testing/run-main.ts";
import { expand, type Vector } from "../vectors.ts";
import { type Asked, type AskOptions, askAll, type Outcome, type Question } from "./ask.ts";

const VECTORS: readonly Vector[] = allVectors().filter(({ op }) => op === "money.parse" || op === "digest.parse");
const BY_ID = new Map(VECTORS.map((vector) => [vector.id, vector]));
const TARGET = "money-decimal";

const questions = (vectors: readonly Vector[] = VECTORS): Question[] =>
  vectors.map(({ id, op, input }) => ({ id, op, input: expand(input) as Question["input"] }));

type Result = Asked & { readonly outcomes: ReadonlyMap<string, Outcome> };

const ask = async (
  spec: string,
  options: Partial<AskOptions> = {},
  cases: Iterable<Question> | AsyncIterable<Question> = questions(),
): Promise<Result> => {
  const outcomes = new Map<string, Outcome>();
  const asked = await askAll(spec, cases, {
    revision: REVISION,
    parallel: 1,
    onOutcome: (id, outcome) => {
      expect(outcomes.has(id), `${id} has one outcome`).toBe(false);
      outcomes.set(id, outcome);
    },
    ...options,
  });
  return { ...asked, outcomes };
};

/** Kinds of outcomes, where a right answer is `pass`. */
const kinds = ({ outcomes }: Result): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const [id, outcome] of outcomes) {
    const vector = BY_ID.get(id);
    const kind =
      outcome.kind === "answer" && vector !== undefined ? judge(vector, outcome.answer, "code") : outcome.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

const ALL = VECTORS.length;

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

describe("a module", () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-module-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const oracle = pathToFileURL(fileURLToPath(new URL("../testing/oracle.ts", import.meta.url))).href;
  const moduleOf = (name: string, answer: string, window = 1): string => {
    const path = join(folder, `${name}.mjs`);
    const hello = JSON.stringify({ ...ORACLE_HELLO, limits: { inFlight: window } });
    writeFileSync(path, `export const hello = ${hello};\nlet count = 0;\nexport const answer = ${answer};\n`);
    return `node:${path}`;
  };
  const few = questions(VECTORS.slice(0, 5));
  const fifth = (then: string): string =>
    `async () => { if (++count === 3) { ${then} } return { verdict: "reject", code: "MONEY_VALUE" }; }`;

  test.each([
    ["gives answers", "() => ({ verdict: 'reject', code: 'MONEY_VALUE', extra: undefined })", { answer: 5 }],
    ["skips", "() => ({ feature: 'x', reason: 'y' })", { skip: 5 }],
    ["says that it failed", "() => ({ message: 'x' })", { error: 5 }],
    ["throws", fifth("throw new Error('bad luck')"), { answer: 4, error: 1 }],
    ["exits", fifth("process.exit(3)"), { answer: 4, crash: 1 }],
    ["hangs for ever", fifth("for (;;);"), { answer: 4, timeout: 1 }],
    [
      "fails later",
      fifth("setTimeout(() => { throw new Error('late') }); await new Promise(() => {})"),
      { answer: 4, crash: 1 },
    ],
    ["prints", "() => { console.log('noise'); return { verdict: 'reject', code: 'MONEY_VALUE' } }", { answer: 5 }],
  ])("%s", async (name, answer, counts) => {
    const found = await ask(moduleOf(name.replaceAll(" ", "-"), answer), { timeoutMs: 3000 }, few);
    const found_: Record<string, number> = {};
    for (const { kind } of found.outcomes.values()) found_[kind] = (found_[kind] ?? 0) + 1;
    expect(found.stopped).toBeUndefined();
    expect(found_).toEqual(counts);
  });

  test.each([
    ["gives nothing", "() => undefined", "CONF_ADAPTER_MESSAGE", /^answer 1: .*found "undefined"/],
    ["gives a bigint", "() => ({ verdict: 'accept', code: null, facts: { value: 1n } })", undefined, /BigInt/],
  ])("%s", async (name, answer, code, message) => {
    const found = await ask(moduleOf(name.replaceAll(" ", "-"), answer), {}, few);
    if (code === undefined)
      expect([...found.outcomes.values()][0]).toMatchObject({ kind: "error", message: expect.stringMatching(message) });
    else {
      expect(found.stopped).toMatchObject({ code });
      expect(found.stopped?.message).toMatch(message);
    }
  });

  test("that cannot be loaded", async () => {
    writeFileSync(join(folder, "empty.mjs"), "");
    writeFileSync(join(folder, "throws.mjs"), "throw new Error('not today');");
    for (const [module, message] of [
      [join(folder, "nowhere.mjs"), /Cannot find module|ERR_MODULE_NOT_FOUND/],
      ["no-such-package-anywhere", /expected a file or an installed package, found neither/],
      [join(folder, "empty.mjs"), /no export hello/],
      [join(folder, "throws.mjs"), /not today/],
    ] as const) {
      const found = await ask(`node:${module}`, {}, few);
      expect(found).toMatchObject({ hello: null, stopped: { code: "CONF_ADAPTER_START" } });
      expect(found.stopped?.message).toMatch(message);
    }
  });

  test("has its limits looked up in its own hello", async () => {
    expect(oracle).toMatch(/^file:/);
    const spec = moduleOf(
      "slow",
      "async () => { const mine = ++count; await new Promise((r) => setTimeout(r, mine === 1 ? 50 : 1)); return { verdict: 'reject', code: 'MONEY_VALUE' } }",
      4,
    );
    const order: string[] = [];
    await ask(spec, { onOutcome: (id) => order.push(id) }, few);
    expect(order).toHaveLength(5);
    // Others overtook the first one.
    expect(order[0]).not.toBe(few[0]?.id);
  });
});

describe("a URL", () => {
  let server: Server;
  let behave: RequestListener | undefined;
  let count = 0;
  let most = 0;
  let now = 0;
  let window = 4;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk as Uint8Array);
      const message = JSON.parse(Buffer.concat(chunks).toString()) as {
        type: string;
        id: string;
        op: string;
        input: unknown;
      };
      if (message.type === "hello") {
        response.end(`${JSON.stringify({ ...ORACLE_HELLO, limits: { inFlight: window } })}\n`);
        return;
      }
      count += 1;
      if (count === 3 && behave !== undefined) {
        behave(request, response);
        return;
      }
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      response.end(JSON.stringify({ type: "ok", id: message.id, ...declaredAnswer(message.op, message.input) }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const run = (how?: RequestListener, inFlight = 4): Promise<Result> => {
    behave = how;
    count = 0;
    most = 0;
    window = inFlight;
    return ask(url(), { parallel: 4, timeoutMs: 2000 });
  };

  test("answers, with as many cases in flight as it wants", async () => {
    expect(kinds(await run())).toEqual({ pass: ALL });
    expect(most).toBe(4);
  });

  test.each<[string, RequestListener, Record<string, number>]>([
    ["another status", (_, response) => response.writeHead(500).end("oops"), { pass: ALL - 1, crash: 1 }],
    ["a redirect", (_, response) => response.writeHead(302, { location: "/x" }).end(), { pass: ALL - 1, crash: 1 }],
    ["a connection that ends", (request) => request.socket.destroy(), { pass: ALL - 1, crash: 1 }],
    ["silence", () => {}, { pass: ALL - 1, timeout: 1 }],
  ])("%s is the case's", async (_name, how, counts) => {
    for (const inFlight of [1, 4]) {
      const found = await run(how, inFlight);
      expect(found.stopped).toBeUndefined();
      expect(kinds(found)).toEqual(counts);
    }
  });

  test.each<[string, RequestListener, RegExp]>([
    ["a body that is no message", (_, response) => response.end("<html>"), /^response \d+: .*found "<html>"/],
    ["a body without end", (_, response) => endless(response), /^response \d+: expected at most 16777216 bytes/],
    [
      "the answer to another case",
      (_, response) => response.end('{"type":"error","id":"99","message":""}'),
      /the id of a case that waits/,
    ],
  ])("%s breaks the protocol", async (_name, how, message) => {
    const found = await run(how);
    expect(found.stopped).toMatchObject({ code: "CONF_ADAPTER_MESSAGE" });
    expect(found.stopped?.message).toMatch(message);
  });

  test("where nobody listens", async () => {
    const found = await ask("http://127.0.0.1:1/");
    expect(found).toMatchObject({ hello: null, stopped: { code: "CONF_ADAPTER_START" } });
  });
});

const endless = (response: Parameters<RequestListener>[1]): void => {
  const part = Buffer.alloc(1_000_000, 0x61);
  const more = (): void => {
    while (!response.destroyed && response.write(part));
    if (!response.destroyed) response.once("drain", more);
  };
  response.on("error", () => {});
  more();
};
