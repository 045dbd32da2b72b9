import { base64Decode, base64Encode, fromUtf8, utf8 } from "@settld/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../adapter/outcome.ts";
import { allVectors } from "../data.ts";
import { compareOutcomes, groupOf } from "./compare.ts";
import { corpusOf } from "./corpus.ts";
import type { FuzzInput } from "./generator.ts";
import { type CaseKey, FUZZ_OPS, makeCase } from "./generators.ts";
import type { Json, JsonObject } from "./json.ts";
import { keyFile } from "./key-file.ts";
import { openKeys } from "./keys.ts";
import { smallerInputs } from "./reduce.ts";
import { cuts, simplerJson, smallerBytes, without } from "./reduce-json.ts";
import { type AskPairs, type Finding, type Shrunk, shrinkAll } from "./shrink.ts";

const corpus = corpusOf(allVectors(), await openKeys(keyFile()));

const ACCEPT: Outcome = { kind: "answer", answer: { verdict: "accept", code: null } };
const REJECT: Outcome = { kind: "answer", answer: { verdict: "reject", code: "JSON_SYNTAX" } };

/** Two adapters that differ exactly in the inputs that `differs` names; counts what it was asked. */
const pairsOf = (differs: (input: FuzzInput) => boolean): { readonly ask: AskPairs; readonly asked: () => number } => {
  let count = 0;
  return {
    asked: () => count,
    ask: async (inputs) => {
      count += inputs.length;
      return inputs.map((input) => [ACCEPT, differs(input) ? REJECT : ACCEPT] as const);
    },
  };
};

const findingOf = async (key: CaseKey, input?: JsonObject): Promise<Finding> => {
  const made = await makeCase(corpus, key);
  const found = input === undefined ? made : { ...made, steps: 0, input };
  const difference = compareOutcomes(ACCEPT, REJECT);
  if (difference === undefined) throw new Error("the two always differ");
  return { found, key, group: groupOf(found.op, difference), outcomes: [ACCEPT, REJECT] };
};

const shrinkOne = async (finding: Finding, ask: AskPairs): Promise<Shrunk> => {
  const [shrunk] = await shrinkAll([finding], corpus, ask);
  if (shrunk === undefined) throw new Error("a finding was lost");
  return shrunk;
};

const keyOf = (...ops: string[]): CaseKey => ({ seed: 1, number: 3, ops });

test("a text becomes the one character that matters", async () => {
  const finding = await findingOf(keyOf("money.parse"), { text: "12345678901234567890123" });
  const { ask } = pairsOf(({ input }) => String(input["text"]).includes("7"));
  expect((await shrinkOne(finding, ask)).input).toEqual({ text: "7" });
});

test("a document becomes the one member that matters", async () => {
  const document = { a: [1, 2, { b: "x", bad: "yes" }], c: { d: ["long", "list", "of", "values"] }, e: 7 };
  const finding = await findingOf(keyOf("json.parse"), { bytes: base64Encode(utf8(JSON.stringify(document))) });
  const { ask } = pairsOf(({ input }) => fromUtf8(base64Decode(String(input["bytes"]))).includes('"bad"'));
  const { input } = await shrinkOne(finding, ask);
  expect(fromUtf8(base64Decode(String(input["bytes"])))).toBe('{"a":[{"bad":""}]}');
});

test("bytes that are no document become few", async () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index === 123 ? 0xff : 0x20));
  const finding = await findingOf(keyOf("json.parse"), { bytes: base64Encode(bytes) });
  const { ask } = pairsOf(({ input }) => base64Decode(String(input["bytes"])).includes(0xff));
  expect((await shrinkOne(finding, ask)).input).toEqual({ bytes: base64Encode(Uint8Array.of(0xff)) });
});

test("a log loses the events that do not matter, and is chained anew", async () => {
  const whole = corpus.logs.find(({ payloads }) => payloads.length >= 8) ?? corpus.logs[0]!;
  const finding = await findingOf(keyOf("log.reduce"), { events: whole.payloads.map(base64Encode) });
  const events = ({ input }: FuzzInput): JsonObject[] =>
    (input["events"] as string[]).map((event) => JSON.parse(fromUtf8(base64Decode(event))) as JsonObject);
  const { ask } = pairsOf((input) => events(input).some(({ type }) => type === "work.submitted"));
  const { input } = await shrinkOne(finding, ask);
  const left = events({ op: "log.reduce", input });
  expect(left).toHaveLength(1);
  expect(left[0]).toMatchObject({ type: "work.submitted", seq: 0 });
});

test("steps that do not matter are left out first", async () => {
  let key: CaseKey = { seed: 5, number: 0, ops: ["log.reduce"] };
  let steps = 0;
  for (let number = 0; steps < 3; number += 1) {
    key = { ...key, number };
    steps = (await makeCase(corpus, key)).steps;
  }
  const without = await makeCase(corpus, { ...key, skipped: new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]) });
  const finding = await findingOf(key);
  const seen: string[] = [];
  await shrinkOne(finding, async (inputs) => {
    seen.push(...inputs.map(({ input }) => JSON.stringify(input)));
    return inputs.map(() => [ACCEPT, ACCEPT] as const);
  });
  expect(seen[0]).toBe(JSON.stringify(without.input));
});

test("what comes out still differs in the same way, is not longer, and took a bounded number of questions", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ seed: fc.maxSafeNat(), number: fc.nat(500), ops: fc.subarray([...FUZZ_OPS], { minLength: 1 }) }),
      fc.integer({ min: 2, max: 9 }),
      async (key, modulus) => {
        // A difference that nothing explains: it depends on every byte.
        const differs = ({ input }: FuzzInput): boolean => JSON.stringify(input).length % modulus !== 0;
        const finding = await findingOf(key);
        fc.pre(differs(finding.found));
        const { ask, asked } = pairsOf(differs);
        const [shrunk] = await shrinkAll([finding], corpus, ask, { rounds: 6, perRound: 8 });
        expect(shrunk?.outcomes).toEqual([ACCEPT, REJECT]);
        expect(differs({ op: finding.found.op, input: shrunk?.input ?? {} })).toBe(true);
        expect(asked()).toBeLessThanOrEqual(6 * 20);
        expect(shrunk?.tries).toBe(asked());
      },
    ),
    { numRuns: 40 },
  );
});

test("a difference of another kind is not followed", async () => {
  const finding = await findingOf(keyOf("money.parse"), { text: "1234" });
  const crash: Outcome = { kind: "crash", detail: "gone" };
  const shrunk = await shrinkOne(finding, async (inputs) => inputs.map(() => [ACCEPT, crash] as const));
  expect(shrunk.input).toEqual({ text: "1234" });
  expect(shrunk.outcomes).toEqual([ACCEPT, REJECT]);
});

test("findings are shrunk side by side, each for itself", async () => {
  const findings = await Promise.all(["117", "229", "331"].map((text) => findingOf(keyOf("money.parse"), { text })));
  const { ask } = pairsOf(({ input }) => /[79]|31/.test(String(input["text"])));
  const shrunk = await shrinkAll(findings, corpus, ask);
  expect(shrunk.map(({ input }) => input)).toEqual([{ text: "7" }, { text: "9" }, { text: "31" }]);
});

test("a run that was ended leaves findings as they are", async () => {
  const finding = await findingOf(keyOf("money.parse"), { text: "1234" });
  const shrunk = await shrinkOne(finding, async (inputs) => inputs.map(() => undefined));
  expect(shrunk.input).toEqual({ text: "1234" });
});

test("cuts cover a list in halves first and in single entries at last", () => {
  expect(cuts(0)).toEqual([]);
  expect(cuts(1)).toEqual([[0, 1]]);
  expect(cuts(4).slice(0, 2)).toEqual([
    [0, 2],
    [2, 4],
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (length) => {
      const singles = cuts(length).slice(-length);
      expect(singles).toEqual(Array.from({ length }, (_, at) => [at, at + 1]));
      for (const cut of cuts(length)) expect(without([...Array(length).keys()], cut).length).toBeLessThan(length);
    }),
  );
});

test("whatever is smaller is smaller", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const length = JSON.stringify(value).length;
      for (const simple of simplerJson(value as Json))
        expect(JSON.stringify(simple).length).toBeLessThanOrEqual(length);
    }),
  );
  for (const shorter of smallerBytes(new Uint8Array(9))) expect(shorter.length).toBeLessThan(9);
});

test("smaller inputs of an op are inputs of the op", async () => {
  for (let number = 0; number < 60; number += 1) {
    const made = await makeCase(corpus, { seed: 9, number, ops: FUZZ_OPS });
    let count = 0;
    for await (const input of smallerInputs(made, corpus)) {
      for (const name of Object.keys(input)) expect([...Object.keys(made.input), "events"]).toContain(name);
      count += 1;
      if (count > 40) break;
    }
  }
});
