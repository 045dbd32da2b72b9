import { judge } from "settld-conform";
import type { Case } from "./cases.ts";
import { type Answer, type Exports, type Program, Runtime, type Validators } from "./program.ts";

/** How a mutant was noticed, or that it was not. */
export type Fate = "verdict" | "code" | "facts" | "crash" | "endless" | "timeout" | "survived" | "not reached";

/** What became of one mutant. */
export type Outcome = {
  readonly fate: Fate;
  /** Id of the vector that noticed it first. */
  readonly by?: string;
};

/** What a case does without a mutant. */
export type Trace = {
  /** Sites that the case reaches. */
  readonly sites: Uint32Array;
  readonly turns: number;
};

// Room for a mutant that does more work and still ends.
const TURNS_FACTOR = 4;
const TURNS_MORE = 1_000_000;
// Only for a mutant that waits for what never comes; endless loops are counted.
const WAIT_MS = 5_000;

const FATES = { "wrong-verdict": "verdict", "wrong-code": "code", "wrong-facts": "facts" } as const;

/** Judges mutants of one program by cases. */
export class Runner {
  readonly #switched: Program;
  readonly #covering: Program;
  readonly #validators: Validators;
  readonly #siteCount: number;
  readonly #cases: readonly Case[];
  readonly #onCase: () => void | Promise<void>;

  constructor(
    switched: Program,
    covering: Program,
    siteCount: number,
    validators: Validators,
    cases: readonly Case[],
    onCase: () => void | Promise<void> = () => {},
  ) {
    this.#switched = switched;
    this.#covering = covering;
    this.#siteCount = siteCount;
    this.#validators = validators;
    this.#cases = cases;
    this.#onCase = onCase;
  }

  /**
   * What each case reaches in the program without a mutant, and first what loading it reaches.
   *
   * @throws Error when a case does not pass: then there is nothing to learn from mutants.
   */
  async trace(indices: readonly number[]): Promise<{ readonly load: Uint32Array; readonly traces: Trace[] }> {
    const runtime = new Runtime(this.#siteCount, this.#validators);
    const program = this.#covering(0, runtime);
    const load = sitesOf(runtime.reached);
    const traces: Trace[] = [];
    for (const index of indices) {
      const one = this.#at(index);
      runtime.reached.fill(0);
      runtime.restart(Number.POSITIVE_INFINITY);
      const fate = await ask(program, one, runtime);
      if (fate !== undefined) throw new Error(`${one.id}: expected the reference to pass, found another ${fate}`);
      traces.push({ sites: sitesOf(runtime.reached), turns: runtime.turns });
    }
    return { load, traces };
  }

  /** Runs a mutant against cases in this order, up to the first that notices it. */
  async run(mutant: number, cases: Iterable<number>, turns: readonly number[]): Promise<Outcome> {
    return this.judge(this.#switched, mutant, this.#validators, cases, turns);
  }

  /** The same with other compiled schemas in place of a mutant. */
  async runSchema(validators: Validators, cases: Iterable<number>, turns: readonly number[]): Promise<Outcome> {
    return this.judge(this.#switched, 0, validators, cases, turns);
  }

  async judge(
    start: Program,
    mutant: number,
    validators: Validators,
    cases: Iterable<number>,
    turns: readonly number[],
  ): Promise<Outcome> {
    const runtime = new Runtime(0, validators);
    let program: Exports | undefined;
    for (const index of cases) {
      const one = this.#at(index);
      await this.#onCase();
      runtime.restart((turns[index] ?? 0) * TURNS_FACTOR + TURNS_MORE);
      if (program === undefined) {
        try {
          program = start(mutant, runtime);
        } catch {
          return { fate: runtime.endless ? "endless" : "crash", by: "(load)" };
        }
      }
      const fate = await ask(program, one, runtime);
      if (fate !== undefined) return { fate, by: one.id };
    }
    return { fate: "survived" };
  }

  #at(index: number): Case {
    const one = this.#cases[index];
    if (one === undefined) throw new RangeError(`no case ${index}`);
    return one;
  }
}

const sitesOf = (reached: Uint8Array): Uint32Array => {
  const sites: number[] = [];
  for (let site = 0; site < reached.length; site += 1) if (reached[site] === 1) sites.push(site);
  return Uint32Array.from(sites);
};

const ask = async ({ answer }: Exports, one: Case, runtime: Runtime): Promise<Fate | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, WAIT_MS, undefined);
  });
  let found: Answer | undefined;
  try {
    found = await Promise.race([answer(one.op, one.read()), never]);
  } catch {
    return runtime.endless ? "endless" : "crash";
  } finally {
    clearTimeout(timer);
  }
  if (runtime.endless) return "endless";
  if (found === undefined) return "timeout";
  // Code that was reached may give an answer that is none.
  if (typeof found !== "object" || found === null) return "crash";
  const judgement = judge(one, found, "code");
  return judgement === "pass" ? undefined : FATES[judgement];
};
