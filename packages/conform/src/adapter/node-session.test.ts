import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { ask, questions, VECTORS } from "../testing/ask-vectors.ts";
import { ORACLE_HELLO } from "../testing/oracle.ts";

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
