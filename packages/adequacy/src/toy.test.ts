import { expect, test } from "vitest";
import { instrumentToy, runToy, toyCase } from "./toy.ts";

// Adds the numbers from 1 to `n`, and refuses what is no number.
const SUM = `
  export const answer = (_op: string, { n }: { n: number }) => {
    if (n < 0) return { verdict: "reject", code: "LIMIT_EVENTS" };
    return { verdict: "accept", code: null, facts: { value: sum(n) } };
  };
  function sum(n: number): number {
    let total = 0;
    let at = 0;
    while (at < n) {
      at += 1;
      total += at;
    }
    return total;
  }
  export const unused = (): number => 7;
`;

const keysOf = (outcomes: ReadonlyMap<string, { readonly fate: string }>, fate: string): string[] =>
  [...outcomes].filter(([, outcome]) => outcome.fate === fate).map(([key]) => key);

test("a planted fault is noticed by a vector that shows it", async () => {
  const outcomes = await runToy({ text: SUM, cases: [toyCase("sum-3", { n: 3 }, 6)] });
  expect(outcomes.get("toy/toy.ts sum: at < n => at <= n")).toEqual({ fate: "facts", by: "sum-3" });
  expect(outcomes.get("toy/toy.ts sum: total += at; => (removed)")).toEqual({ fate: "facts", by: "sum-3" });
  expect(outcomes.get("toy/toy.ts answer: n < 0 => true")).toEqual({ fate: "verdict", by: "sum-3" });
});

test("a fault that no vector shows survives, and a further vector ends that", async () => {
  const key = "toy/toy.ts answer: n < 0 => n <= 0";
  const cases = [toyCase("sum-3", { n: 3 }, 6)];
  expect((await runToy({ text: SUM, cases })).get(key)).toEqual({ fate: "survived" });
  const more = await runToy({ text: SUM, cases: [...cases, toyCase("sum-0", { n: 0 }, 0)] });
  expect(more.get(key)).toEqual({ fate: "verdict", by: "sum-0" });
});

test("an equivalent mutant survives whatever the vectors are", async () => {
  const text = SUM.replace("while (at < n)", "while (at < Math.max(n, 0) && n !== -1)");
  const cases = [0, 1, 2, 3, 4].map((n) => toyCase(`sum-${n}`, { n }, (n * (n + 1)) / 2));
  expect(keysOf(await runToy({ text, cases }), "survived")).toContain("toy/toy.ts sum: n !== -1 => true");
});

test("an endless loop is ended by its turns", async () => {
  const outcomes = await runToy({ text: SUM, cases: [toyCase("sum-3", { n: 3 }, 6)] });
  expect(outcomes.get("toy/toy.ts sum: at += 1; => (removed)")).toEqual({ fate: "endless", by: "sum-3" });
});

test("an endless loop cannot hide by catching the error that ends it", async () => {
  const text = `
    export const answer = (_op: string, { n }: { n: number }) => {
      let at = 0;
      try {
        while (at < n) {
          at += 1;
        }
      } catch {}
      return { verdict: "accept", code: null, facts: { value: n } };
    };`;
  const outcomes = await runToy({ text, cases: [toyCase("count", { n: 3 }, 3)] });
  expect(outcomes.get("toy/toy.ts answer: at += 1; => (removed)")).toEqual({ fate: "endless", by: "count" });
});

test("code that no case reaches is told apart from code that survives", async () => {
  const outcomes = await runToy({ text: SUM, cases: [toyCase("sum-3", { n: 3 }, 6)] });
  expect(keysOf(outcomes, "not reached")).toEqual([
    'toy/toy.ts answer: { verdict: "reject", code: "LIMIT_EVENTS" } => without verdict: "reject"',
    'toy/toy.ts answer: { verdict: "reject", code: "LIMIT_EVENTS" } => without code: "LIMIT_EVENTS"',
    'toy/toy.ts answer: { verdict: "reject", code: "LIMIT_EVENTS" } => undefined',
    'toy/toy.ts answer: "reject" => ""',
    'toy/toy.ts answer: "LIMIT_EVENTS" => "LIMIT_LINE_BYTES"',
    "toy/toy.ts unused: 7 => 8",
    "toy/toy.ts unused: 7 => 6",
  ]);
});

test("constants of the module are judged by every case", async () => {
  const text = `
    const TABLE = [1, 2, 3];
    export const answer = (_op: string, { n }: { n: number }) => ({
      verdict: "accept", code: null, facts: { value: TABLE[n] },
    });`;
  const outcomes = await runToy({ text, cases: [0, 1, 2].map((n) => toyCase(`at-${n}`, { n }, n + 1)) });
  expect(keysOf(outcomes, "survived")).toEqual([]);
});

test("a program that does not pass its vectors is an error, not a result", async () => {
  await expect(runToy({ text: SUM, cases: [toyCase("sum-3", { n: 3 }, 7)] })).rejects.toThrow("sum-3");
});

test("what people read is not mutated, and what is returned beside it is", () => {
  const text = `
    type Rejection = { code: string; message: string };
    const fail = (code: string, message: string): Rejection => ({ code, message });
    export const check = (n: number) => (n > 1 ? fail("JSON_BOM", "n is " + n) : undefined);`;
  const { mutants, messages } = instrumentToy({ text });
  expect(mutants.map(({ key }) => key).filter((key) => key.includes("n is"))).toEqual([
    'toy/toy.ts check: (n > 1 ? fail("JSON_BOM", "n is " + n) : undefined) => undefined',
  ]);
  expect(mutants.map(({ key }) => key)).toContain('toy/toy.ts check: "JSON_BOM" => "LIMIT_EVENTS"');
  expect(messages).toBeGreaterThan(0);
});

test("keys are unique and do not move with lines", () => {
  const keys = instrumentToy({ text: SUM }).mutants.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(instrumentToy({ text: `\n\n// moved\n${SUM}` }).mutants.map(({ key }) => key)).toEqual(keys);
});
