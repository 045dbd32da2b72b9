/**
 * A source of choices that is the same on every machine: xoshiro128** (Blackman and Vigna), whose four words of state
 * come from SplitMix32 over the labels. It is for test inputs only and no secret comes from it.
 */
export class Random {
  readonly #state: Uint32Array;

  /**
   * @param labels - non-negative integers up to 2^53-1 that name the stream, such as a seed and the number of a case;
   * streams with different labels have nothing to do with each other.
   */
  constructor(...labels: readonly number[]) {
    let seed = 0x5e771d;
    // Both halves of each label, so that large seeds differ as well.
    for (const label of labels) {
      seed = mix((seed ^ Math.floor(label / 0x1_0000_0000)) + GOLDEN);
      seed = mix((seed ^ (label >>> 0)) + GOLDEN);
    }
    this.#state = Uint32Array.from([1, 2, 3, 4], (step) => mix(seed + step * GOLDEN));
    // The one state that never leaves itself.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** An integer from 0 to 2^32-1. */
  u32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const third = c ^ a;
    const fourth = d ^ b;
    this.#state[1] = b ^ third;
    this.#state[0] = a ^ fourth;
    this.#state[2] = third ^ (b << 9);
    this.#state[3] = rotate(fourth, 11);
    return result;
  }

  /** An integer from 0 to `end - 1`, each equally likely; `end` is from 1 to 2^32. */
  below(end: number): number {
    if (!Number.isInteger(end) || end < 1 || end > 0x1_0000_0000) {
      throw new TypeError(`expected an end from 1 to 2^32, found ${end}`);
    }
    // What is left over at the top would make small numbers likelier.
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % end);
    for (;;) {
      const drawn = this.u32();
      if (drawn < limit) return drawn % end;
    }
  }

  /** An integer from `low` to `high`, both possible, at most 2^32 apart. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of the entries of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new TypeError("expected something to pick from, found an empty list");
    return list[this.below(list.length)] as T;
  }

  /** One of the entries, as likely as its weight, a whole number; at least one is above 0. */
  weighted<T>(entries: readonly (readonly [weight: number, value: T])[]): T {
    let drawn = this.below(entries.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of entries) {
      if (drawn < weight) return value;
      drawn -= weight;
    }
    throw new Error("the weights add up to less than their sum");
  }

  /** So many bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32() >>> 24);
  }

  /** A copy of a list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let at = copy.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
    }
    return copy;
  }

  /** A stream of its own that is named by the next draw of this one. */
  fork(): Random {
    return new Random(this.u32(), this.u32());
  }
}

const GOLDEN = 0x9e3779b9;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

// The finalizer of MurmurHash3, which SplitMix32 uses as well.
const mix = (word: number): number => {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};
