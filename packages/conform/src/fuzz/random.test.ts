import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "./random.ts";

const MASK = 0xffff_ffffn;
const rotate = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (32n - by))) & MASK;

// xoshiro128** again, from its definition and in unlimited integers: nothing is shared but the first four words.
const reference = (state: bigint[], count: number): number[] =>
  Array.from({ length: count }, () => {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = state;
    const result = (rotate((b * 5n) & MASK, 7n) * 9n) & MASK;
    const third = c ^ a;
    const fourth = d ^ b;
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    state[2] = (third ^ (b << 9n)) & MASK;
    state[3] = rotate(fourth, 11n);
    return Number(result);
  });

const mix = (word: bigint): bigint => {
  let mixed = ((word ^ (word >> 16n)) * 0x85ebca6bn) & MASK;
  mixed = ((mixed ^ (mixed >> 13n)) * 0xc2b2ae35n) & MASK;
  return mixed ^ (mixed >> 16n);
};

const GOLDEN = 0x9e3779b9n;

const stateOf = (labels: readonly number[]): bigint[] => {
  let seed = 0x5e771dn;
  for (const label of labels) {
    const whole = BigInt(label);
    seed = mix(((seed ^ (whole >> 32n)) + GOLDEN) & MASK);
    seed = mix(((seed ^ (whole & MASK)) + GOLDEN) & MASK);
  }
  return [1n, 2n, 3n, 4n].map((step) => mix((seed + step * GOLDEN) & MASK));
};

const label = fc.maxSafeNat();

test("is xoshiro128** over SplitMix32", () => {
  fc.assert(
    fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
      const random = new Random(...labels);
      expect(Array.from({ length: 20 }, () => random.u32())).toEqual(reference(stateOf(labels), 20));
    }),
  );
});

test("gives the numbers that were written down, so that old seeds stay what they were", () => {
  const random = new Random(1, 42);
  expect(Array.from({ length: 4 }, () => random.u32())).toEqual([2388665422, 2782461085, 2550763469, 3181544231]);
});

test("streams of different labels differ", () => {
  fc.assert(
    fc.property(label, label, (a, b) => {
      fc.pre(a !== b);
      const [one, other] = [new Random(7, a), new Random(7, b)];
      expect([one.u32(), one.u32(), one.u32()]).not.toEqual([other.u32(), other.u32(), other.u32()]);
    }),
  );
});

test("draws stay in their range, and every value of a small one comes", () => {
  fc.assert(
    fc.property(label, fc.integer({ min: 1, max: 20 }), (seed, end) => {
      const random = new Random(seed);
      const drawn = new Set(Array.from({ length: end * 40 }, () => random.below(end)));
      expect([...drawn].sort((a, b) => a - b)).toEqual([...Array(end).keys()]);
    }),
  );
});

test("weights are shares", () => {
  const random = new Random(3);
  const counts = { a: 0, b: 0, c: 0 };
  for (let draw = 0; draw < 4000; draw += 1) {
    const name = random.weighted<"a" | "b" | "c">([
      [1, "a"],
      [0, "b"],
      [3, "c"],
    ]);
    counts[name] += 1;
  }
  expect(counts.b).toBe(0);
  expect(counts.a).toBeGreaterThan(850);
  expect(counts.a).toBeLessThan(1150);
});

test("a shuffle keeps every entry", () => {
  fc.assert(
    fc.property(label, fc.array(fc.integer()), (seed, list) => {
      const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
      expect(sorted(new Random(seed).shuffled(list))).toEqual(sorted(list));
    }),
  );
});

test.each([0, -1, 1.5, 2 ** 32 + 1])("red: a range of %s", (end) => {
  expect(() => new Random(1).below(end)).toThrow(TypeError);
});

test("red: nothing to pick from", () => {
  expect(() => new Random(1).pick([])).toThrow(TypeError);
});
