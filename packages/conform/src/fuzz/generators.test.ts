import { readFileSync } from "node:fs";
import { base64Decode, parseJson, utf8 } from "@settld/protocol";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OPS } from "../adapter/ops.ts";
import { allVectors } from "../data.ts";
import { corpusOf } from "./corpus.ts";
import { type CaseKey, FUZZ_OPS, makeCase } from "./generators.ts";
import { depthOf, tryParse } from "./json.ts";
import { keyFile } from "./key-file.ts";
import { openKeys } from "./keys.ts";

const corpus = corpusOf(allVectors(), await openKeys(keyFile()));

const keys: fc.Arbitrary<CaseKey> = fc.record({
  seed: fc.maxSafeNat(),
  number: fc.nat(1_000_000).filter((number) => number % 600 !== 599),
  ops: fc.subarray([...FUZZ_OPS], { minLength: 1 }),
});

test("inputs are made for every op", () => {
  expect([...FUZZ_OPS].sort()).toEqual([...OPS].sort());
});

test("one key makes one case, byte for byte, whatever was made before", async () => {
  // Vectors and keys are read again, so nothing is shared with the first time.
  const again = corpusOf(allVectors(), await openKeys(keyFile()));
  await fc.assert(
    fc.asyncProperty(keys, keys, async (key, other) => {
      const first = JSON.stringify(await makeCase(corpus, key));
      await makeCase(again, other);
      expect(JSON.stringify(await makeCase(again, key))).toBe(first);
    }),
    { numRuns: 150 },
  );
});

test("another seed and another number make another case", async () => {
  const inputs = new Set<string>();
  for (const seed of [1, 2]) {
    for (let number = 0; number < 100; number += 1) {
      inputs.add(JSON.stringify((await makeCase(corpus, { seed, number, ops: ["bundle.verify"] })).input));
    }
  }
  expect(inputs.size).toBeGreaterThan(190);
});

test("only the ops that are asked for are used", async () => {
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      expect(key.ops).toContain((await makeCase(corpus, key)).op);
    }),
    { numRuns: 60 },
  );
});

test("steps can be left out, and the case stays one of its op", async () => {
  await fc.assert(
    fc.asyncProperty(keys, fc.array(fc.nat(8)), async (key, skipped) => {
      const whole = await makeCase(corpus, key);
      const less = await makeCase(corpus, { ...key, skipped: new Set(skipped) });
      expect({ op: less.op, from: less.from }).toEqual({ op: whole.op, from: whole.from });
      if (!skipped.some((step) => step < whole.steps)) expect(less.input).toEqual(whole.input);
    }),
    { numRuns: 100 },
  );
});

test("every input matches the schema of its op", async () => {
  const schema = JSON.parse(readFileSync("schemas/adapter.schema.json", "utf8")) as { readonly $id: string };
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(schema);
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (let number = 0; number < 3000; number += 1) {
    const { op, input, from } = await makeCase(corpus, { seed: 11, number, ops: FUZZ_OPS });
    seen.add(op);
    const validate = ajv.getSchema(`${schema.$id}#/$defs/input.${op}`);
    if (validate?.(input) !== true) wrong.push(`${number} ${from}: ${JSON.stringify(validate?.errors?.slice(0, 2))}`);
  }
  expect(wrong).toEqual([]);
  expect([...seen].sort()).toEqual([...OPS].sort());
});

test("every case is a message, which is strict JSON", async () => {
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      const { op, input } = await makeCase(corpus, key);
      const line = utf8(JSON.stringify({ type: "case", id: "1", op, input }));
      expect(parseJson(line, { maxBytes: 67_108_864 })).toMatchObject({ op });
    }),
    { numRuns: 1000 },
  );
});

test("a value that a pointer finds fits into an answer", async () => {
  for (let number = 0; number < 500; number += 1) {
    const { input } = await makeCase(corpus, { seed: 3, number, ops: ["pointer.resolve"] });
    const document = tryParse(base64Decode(String(input["document"])));
    if (document !== undefined) expect(depthOf(document)).toBeLessThanOrEqual(45);
  }
});

test("inputs at limits come in turn", async () => {
  const large = await makeCase(corpus, { seed: 1, number: 599, ops: FUZZ_OPS });
  const next = await makeCase(corpus, { seed: 1, number: 1199, ops: FUZZ_OPS });
  expect([large.from, next.from]).toEqual(corpus.large.slice(0, 2).map(({ id }) => `limit ${id}`));
});
