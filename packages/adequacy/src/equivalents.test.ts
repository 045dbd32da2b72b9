import { expect, test } from "vitest";
import { choose } from "./choice.ts";
import { checkEquivalents, type Equivalents, type Findings } from "./equivalents.ts";
import type { Mutant } from "./mutant.ts";
import type { Outcome } from "./runner.ts";

const mutant = (id: number, where: string): Mutant => ({
  id,
  key: `toy/toy.ts ${where}: ${id} => 0`,
  file: "toy/toy.ts",
  where,
  operator: "constant",
  original: String(id),
  replacement: "0",
  start: 0,
  end: 0,
});

const mutants = [mutant(1, "noticed"), mutant(2, "lived"), mutant(3, "far")];
const outcomes = new Map<number, Outcome>([
  [1, { fate: "verdict", by: "vector" }],
  [2, { fate: "survived" }],
  [3, { fate: "not reached" }],
]);
const findings: Findings = { mutants, outcomes };
const list: Equivalents = {
  mutants: [{ category: "equivalent", why: "It is the same.", keys: ["toy/toy.ts lived: 2 => 0"] }],
  places: [{ category: "outside the ops", why: "Nobody calls it.", names: ["toy/toy.ts far"] }],
};

const checked = (change: Partial<Equivalents>, more: Partial<Findings> = {}): string[] =>
  checkEquivalents({ ...list, ...change }, { ...findings, ...more });

test("a list that says what was found is right", () => {
  expect(checked({})).toEqual([]);
});

test("a survivor without an entry is wrong", () => {
  expect(checked({ mutants: [] })).toEqual(["no vector notices, and not listed: toy/toy.ts lived: 2 => 0"]);
});

test("an entry that a vector notices, or whose mutant is gone, is stale", () => {
  const entry = (key: string): Partial<Equivalents> => ({
    mutants: [...list.mutants, { category: "equivalent", why: "It is the same.", keys: [key] }],
  });
  expect(checked(entry("toy/toy.ts noticed: 1 => 0"))).toEqual([
    "listed, but noticed by vector (verdict): toy/toy.ts noticed: 1 => 0",
  ]);
  expect(checked(entry("toy/toy.ts noticed: 9 => 0"))).toEqual([
    "listed, but there is no such mutant: toy/toy.ts noticed: 9 => 0",
  ]);
  expect(checked(entry("toy/toy.ts lived: 2 => 0"))).toEqual(["listed twice: toy/toy.ts lived: 2 => 0"]);
});

test("code that nothing reaches has to be listed, and a place of which a mutant is noticed must not be", () => {
  expect(checked({ places: [] })).toEqual(["no op reaches, and not listed: toy/toy.ts far: 3 => 0"]);
  const place = (name: string): Partial<Equivalents> => ({
    places: [...list.places, { category: "port", why: "Nobody calls it.", names: [name] }],
  });
  expect(checked(place("toy/toy.ts noticed"))).toEqual([
    "listed, but noticed by vector (verdict): toy/toy.ts noticed, where no mutant should be noticed: toy/toy.ts noticed: 1 => 0",
  ]);
  expect(checked(place("toy/toy.ts gone"))).toEqual(["listed, but there is no such place: toy/toy.ts gone"]);
});

test("categories and reasons have their form", () => {
  const odd = [{ category: "whim" as "port", why: "because", keys: ["toy/toy.ts lived: 2 => 0"] }];
  expect(checked({ mutants: odd })).toEqual(['"whim" is no category', 'the reason "because" is no sentence']);
});

test("a mutant that was not run says nothing about its entry", () => {
  expect(checked({}, { outcomes: new Map() })).toEqual([]);
});

test("a seed picks the same mutants in any order, and another seed others", () => {
  const items = Array.from({ length: 200 }, (_, index) => `item ${index}`);
  const pick = (all: readonly string[], seed: string): string[] => choose(all, (item) => item, { count: 20, seed });
  expect(pick(items, "1")).toEqual(pick(items.toReversed(), "1"));
  expect(new Set(pick(items, "1")).size).toBe(20);
  expect(pick(items, "1")).not.toEqual(pick(items, "2"));
});
