import type { Corpus } from "./corpus.ts";
import type { JsonObject } from "./json.ts";
import type { Random } from "./random.ts";

/** One input for both adapters. */
export type FuzzInput = {
  readonly op: string;
  /** As `adapter.schema.json` describes it for the op. */
  readonly input: JsonObject;
};

/** What a generator works with. */
export type Making = {
  readonly op: string;
  readonly random: Random;
  readonly corpus: Corpus;
  readonly steps: Steps;
};

/** Makes inputs of one kind. */
export type Generator = {
  readonly name: string;
  /** How often it is used, against the others of the same op. */
  readonly weight: number;
  readonly ops: readonly string[];
  readonly make: (making: Making) => JsonObject | Promise<JsonObject>;
};

/**
 * The changes that make an input, counted, each with a random stream of its own. So a shrinker can leave one out, and
 * the others stay what they were.
 */
export class Steps {
  #count = 0;
  readonly #skipped: ReadonlySet<number>;

  constructor(skipped: ReadonlySet<number> = new Set()) {
    this.#skipped = skipped;
  }

  /** Number of steps that were counted so far, those left out among them. */
  get count(): number {
    return this.#count;
  }

  /** Changes a value so many times, unless the step is left out. */
  change<T>(value: T, times: number, random: Random, change: (value: T, random: Random) => T): T {
    let changed = value;
    for (let time = 0; time < times; time += 1) {
      const stream = random.fork();
      if (!this.#skipped.has(this.#count)) changed = change(changed, stream);
      this.#count += 1;
    }
    return changed;
  }
}

/** How many changes an input gets: mostly one, because a second fault hides behind the first. */
export const fewTimes = (random: Random): number =>
  random.weighted([
    [14, 1],
    [4, 2],
    [2, 3],
    [1, 6],
  ]);
