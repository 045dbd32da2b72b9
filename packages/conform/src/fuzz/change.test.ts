import { canonicalBytes, parseJson } from "@settld/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changeBytes } from "./bytes.ts";
import { changeJson, placeOf, replaceAt, walkJson } from "./change-json.ts";
import { depthOf, encodeJson, type Json } from "./json.ts";
import { randomJson } from "./make/document.ts";
import { Random } from "./random.ts";
import { oneOddity, writeOddly } from "./write-json.ts";

const seed = fc.maxSafeNat();

test("a changed document has a canonical form again, unless it became too deep", () => {
  fc.assert(
    fc.property(seed, (label) => {
      const random = new Random(label);
      const changed = changeJson(randomJson(random), random);
      fc.pre(depthOf(changed) <= 64);
      expect(parseJson(encodeJson(changed), { canonical: true, maxBytes: 2 ** 24 })).toEqual(changed);
      expect(encodeJson(changed)).toEqual(canonicalBytes(changed));
    }),
    { numRuns: 500 },
  );
});

test("a change leaves the original alone", () => {
  fc.assert(
    fc.property(seed, (label) => {
      const random = new Random(label);
      const value = randomJson(random);
      const before = JSON.stringify(value);
      for (let time = 0; time < 5; time += 1) changeJson(value, random);
      expect(JSON.stringify(value)).toBe(before);
    }),
  );
});

test("most changes change something", () => {
  let same = 0;
  for (let label = 0; label < 500; label += 1) {
    const random = new Random(label);
    const value = { a: [1, "x", { b: true }], c: "2026-03-02T09:00:00.000Z", d: "48000" };
    if (JSON.stringify(changeJson(value, random)) === JSON.stringify(value)) same += 1;
  }
  expect(same).toBeLessThan(50);
});

test("names such as __proto__ stay names", () => {
  const value = JSON.parse('{"__proto__":{"a":1},"b":2}') as Json;
  expect(JSON.stringify(replaceAt(value, ["b"], 3))).toBe('{"__proto__":{"a":1},"b":3}');
  expect(JSON.stringify(replaceAt(value, ["__proto__"], 4))).toBe('{"__proto__":4,"b":2}');
  expect(JSON.stringify(replaceAt(value, ["__proto__", "a"], undefined))).toBe('{"__proto__":{},"b":2}');
  expect([...walkJson(value)].map(([path]) => placeOf(path))).toEqual(["", "__proto__", "__proto__/a", "b"]);
});

test("values that are known at a place are used there", () => {
  const known = (place: string): readonly Json[] => (place === "body/reason" ? ["settled"] : []);
  const made = new Set<unknown>();
  for (let label = 0; label < 200; label += 1) {
    const changed = changeJson({ body: { reason: "unfunded" } }, new Random(label), { lore: known }) as {
      body?: { reason?: Json };
    };
    made.add(changed.body?.reason);
  }
  expect(made).toContain("settled");
});

test("text without oddities is canonical, and space alone changes no value", () => {
  fc.assert(
    fc.property(seed, (label) => {
      const random = new Random(label);
      const value = randomJson(random);
      fc.pre(depthOf(value) <= 64);
      const space = writeOddly(value, random, { space: 40, order: 50, escape: 10 });
      expect(canonicalBytes(parseJson(Buffer.from(space)))).toEqual(canonicalBytes(value));
    }),
  );
});

test("every kind of oddity comes", () => {
  const made = Array.from({ length: 300 }, (_, label) => {
    const random = new Random(label);
    return writeOddly({ b: 1, a: ["x/y", 2, 3] }, random, oneOddity(random));
  });
  for (const pattern of [/\s/, /^\{"b"/, /\\u00|\\\//, /1e|-0|\.\d/, /"a".*"a"|"b".*"b"/s]) {
    expect(
      made.some((text) => pattern.test(text)),
      `${pattern}`,
    ).toBe(true);
  }
});

test("changes of bytes make other bytes, shorter and longer ones", () => {
  const base = Buffer.from("some bytes to change");
  const made = Array.from({ length: 300 }, (_, label) =>
    changeBytes(base, new Random(label), () => Buffer.from("a donor")),
  );
  expect(made.filter((bytes) => Buffer.from(bytes).equals(base)).length).toBeLessThan(30);
  expect(made.some(({ length }) => length < base.length)).toBe(true);
  expect(made.some(({ length }) => length > base.length)).toBe(true);
  expect(base.toString()).toBe("some bytes to change");
  for (let label = 0; label < 100; label += 1)
    expect(() => changeBytes(new Uint8Array(), new Random(label))).not.toThrow();
});
