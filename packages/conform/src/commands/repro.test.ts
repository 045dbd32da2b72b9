import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { afterAll, expect, test } from "vitest";
import { allVectors } from "../data.ts";
import { inputLines } from "../report/input-text.ts";
import { faulty, runMain } from "../testing/run-main.ts";
import { expand } from "../vectors.ts";

const folder = mkdtempSync(join(tmpdir(), "settld-repro-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a vector that passes: what it is about, what was asked and answered", async () => {
  const found = await runMain("repro", "json-bom", "--adapter", faulty());
  expect(found).toMatchObject({ exitCode: 0, stderr: "" });
  for (const text of ["json.parse", "JSON-2", "JSON_BOM: ", "byte order mark", "expected  reject JSON_BOM", "passes"]) {
    expect(found.stdout).toContain(text);
  }
});

test.each([
  ["wrong-code", 1, "right verdict, wrong code"],
  ["error", 1, "out of luck"],
  ["exit", 1, "panic at money.parse"],
  ["garbage", 3, "not run"],
  ["hello-few", 0, "passes"],
] as const)("%s: exit code %i", async (fault, exitCode, text) => {
  const found = await runMain("repro", "money-decimal", "--adapter", faulty(fault));
  expect(found.exitCode).toBe(exitCode);
  expect(found.stdout).toContain(text);
});

test("an op that is not declared is inconclusive, and nothing is asked", async () => {
  expect(await runMain("repro", "json-bom", "--adapter", faulty("hello-few"))).toMatchObject({ exitCode: 4 });
});

test("the difference between repetitions shows", async () => {
  const found = await runMain("repro", "money-decimal", "--adapter", faulty("differs"), "--repeat", "2");
  expect(found.exitCode).toBe(1);
  expect(found.stdout).toContain("answers differ between repeats");
});

test("with --raw the lines that went over the wire", async () => {
  const { stdout } = await runMain("repro", "money-decimal", "--adapter", faulty(), "--raw");
  expect(stdout).toContain('sent\n{"type":"case","id":"1","op":"money.parse"');
  expect(stdout).toContain('received\n{"type":"ok","id":"1","verdict":"reject","code":"MONEY_VALUE"');
});

test("without an adapter the lines of the runner, and nothing else", async () => {
  const { stdout, exitCode } = await runMain("repro", "money-decimal");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").slice(0, -1);
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(["hello", "case", "bye"]);
});

test("an id that no vector has is wrong usage", async () => {
  const found = await runMain("repro", "money-decimel");
  expect(found).toMatchObject({ exitCode: 2, stdout: "" });
  expect(found.stderr).toMatch(/^settld-conform: CONF_VECTOR_UNKNOWN: .*did you mean money-decimal/);
});

test("every input can be shown, and shown short", () => {
  for (const { op, input, path } of allVectors()) {
    if (path.startsWith("limit/")) continue;
    const lines = inputLines(expand(input) as Record<string, unknown>);
    expect(lines.length, op).toBeGreaterThan(0);
    for (const line of lines) expect(line.length).toBeLessThan(500);
  }
});

test("list names vectors by the filters of run", async () => {
  const money = allVectors().filter(({ op }) => op === "money.parse");
  const plain = await runMain("list", "--tag", "money.parse");
  expect(plain.stdout.split("\n").slice(0, -1)).toHaveLength(money.length);
  const json = await runMain("list", "--tag", "money.parse", "--json");
  const listed = json.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { id: string });
  expect(listed.map(({ id }) => id)).toEqual(money.map(({ id }) => id));
  expect(listed[0]).not.toHaveProperty("input");
});

test("hostile text of an adapter does nothing to a terminal or a log, wherever it stands", async () => {
  const script = join(folder, "hostile.mjs");
  const texts = HOSTILE_NAMES.map(({ text }) => text.replace(/\p{Cs}/gu, "\ufffd"));
  writeFileSync(
    script,
    `const texts = ${JSON.stringify(texts)};
     let count = 0;
     export const hello = ${JSON.stringify({ type: "hello", protocol: 1, implementation: { name: texts.join("").slice(0, 200), version: "1" }, roles: [], revisions: ["2026-11"], features: ["json.parse"] })};
     export const answer = () => { const text = texts[count++ % texts.length]; return count % 2 ? { message: text } : { feature: text.slice(0, 200) || "x", reason: text || "x" }; };`,
  );
  const args = ["--adapter", `node:${script}`, "--tag", "json.parse", "--parallel", "1", "--failures", "1000"] as const;
  const { stdout, exitCode } = await runMain("run", ...args, "--profile", "verifier-core");
  expect(exitCode).toBe(1);
  const shown = stdout.replaceAll("\n", "");
  expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(stdout).not.toMatch(/^\s*::|##\w*\[/m);
});
