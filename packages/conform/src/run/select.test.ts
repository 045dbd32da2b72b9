import fc from "fast-check";
import { expect, test } from "vitest";
import { allVectors, requirements } from "../data.ts";
import { categoryOf } from "../judge.ts";
import { ofProfile } from "../requirements.ts";
import { shuffled } from "./order.ts";
import { type Filters, filterWords, NO_FILTERS, parseShard, select } from "./select.ts";

const ALL = allVectors();
const ids = (filters: Partial<Filters>): string[] => select(ALL, { ...NO_FILTERS, ...filters }).map(({ id }) => id);
const where = (holds: (vector: (typeof ALL)[number]) => boolean): string[] => ALL.filter(holds).map(({ id }) => id);

test("without filters all are chosen, sorted by id", () => {
  expect(ids({})).toEqual(ALL.map(({ id }) => id).sort());
});

test.each<[Partial<Filters>, (vector: (typeof ALL)[number]) => boolean]>([
  [{ path: ["money/*"] }, ({ path }) => path.startsWith("money/")],
  [{ path: ["money"] }, ({ path }) => path.startsWith("money/")],
  [{ path: ["money/value"] }, ({ path }) => path === "money/value.json"],
  [{ path: ["m?ney/val*.json", "jcs/"] }, ({ path }) => path === "money/value.json" || path.startsWith("jcs/")],
  [{ path: ["**/value.json"] }, ({ path }) => path.endsWith("/value.json")],
  [{ path: ["*"] }, () => true],
  [{ path: ["money/v"] }, () => false],
  [{ path: ["moneyXvalue.json", "(", "[a-z]*"] }, () => false],
  [{ tag: ["money"] }, ({ path }) => path.startsWith("money/")],
  [{ tag: ["money.parse"] }, ({ op }) => op === "money.parse"],
  [{ tag: ["indeterminate"] }, ({ verdict }) => verdict === "indeterminate"],
  [{ tag: ["JSON_BOM"] }, ({ code }) => code === "JSON_BOM"],
  [{ tag: ["syntax"] }, ({ code }) => code !== null && categoryOf(code) === "syntax"],
  [{ clause: ["JSON"] }, ({ clause }) => clause.startsWith("JSON-")],
  [{ clause: ["JSON-3"] }, ({ clause }) => clause === "JSON-3"],
  [{ tag: ["json.parse"], clause: ["JSON-3"] }, ({ op, clause }) => op === "json.parse" && clause === "JSON-3"],
  [{ id: ["json-bom", "money-one"] }, ({ id }) => id === "json-bom" || id === "money-one"],
])("%j", (filters, holds) => {
  expect(ids(filters)).toEqual(where(holds));
});

test("a profile chooses the vectors of its ops", () => {
  const required = requirements();
  const { ops } = ofProfile(required.profiles, "kernel");
  expect(select(ALL, NO_FILTERS, ["kernel"], required).map(({ id }) => id)).toEqual(
    where(({ op }) => ops.includes(op)),
  );
});

test("parts are of about one size, have nothing in common, and make the whole", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
      const parts = Array.from({ length: count }, (_, at) => ids({ shard: { index: at + 1, count } }));
      expect(parts.flat().sort()).toEqual(ids({}));
      const sizes = parts.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 10 },
  );
});

test("filters show as they are written", () => {
  const filters = { path: ["a/*"], tag: ["b"], clause: ["C"], id: ["d"], shard: parseShard("2/4") };
  expect(filterWords(filters)).toEqual(["--path a/*", "--tag b", "--clause C", "--id d", "--shard 2/4"]);
  expect(filterWords(NO_FILTERS)).toEqual([]);
});

test.each(["", "0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "01/4"])("%j is no part", (text) => {
  expect(() => parseShard(text)).toThrow(/a part such as 2\/4/);
});

test("the order depends on seed and repetition alone, and a selection keeps it", () => {
  const order = (seed: number, repetition: number, items = ALL): string[] =>
    shuffled(items, seed, repetition).map(({ id }) => id);
  expect(order(0, 1)).toEqual(order(0, 1, [...ALL].reverse()));
  expect(order(0, 1)).not.toEqual(order(0, 2));
  expect(order(0, 1)).not.toEqual(order(1, 1));
  expect([...order(3, 2)].sort()).toEqual(ids({}));
  const some = ALL.filter(({ op }) => op === "json.parse");
  const chosen = new Set(some.map(({ id }) => id));
  expect(order(0, 1, some)).toEqual(order(0, 1).filter((id) => chosen.has(id)));
});
