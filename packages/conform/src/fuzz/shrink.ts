import type { Outcome } from "../adapter/outcome.ts";
import { compareOutcomes, groupOf } from "./compare.ts";
import type { Corpus } from "./corpus.ts";
import type { FuzzInput } from "./generator.ts";
import { type Case, type CaseKey, makeCase } from "./generators.ts";
import { smallerInputs } from "./reduce.ts";

/** A difference that was found: the case, what both said, and the name of its group. */
export type Finding = {
  readonly found: Case;
  /** What the case was made from, to make it again with less. */
  readonly key: CaseKey;
  readonly group: string;
  readonly outcomes: readonly [Outcome, Outcome];
};

/** A finding after shrinking: the smallest input that still shows the same difference. */
export type Shrunk = Finding & { readonly input: FuzzInput["input"]; readonly tries: number };

/** Asks both adapters; `undefined` where the run was ended before an answer. */
export type AskPairs = (inputs: readonly FuzzInput[]) => Promise<readonly (readonly [Outcome, Outcome] | undefined)[]>;

/** How far to go. */
export type ShrinkLimits = {
  /** Rounds of questions, in which every finding has some. */
  readonly rounds: number;
  /** Questions of a round, of all findings together. */
  readonly perRound: number;
};

/** Enough for most inputs to become a page, in a minute or two however many there are. */
export const SHRINK_LIMITS: ShrinkLimits = { rounds: 40, perRound: 192 };

/** A search for a smaller input: it yields what to ask next, and takes which of it still shows the difference. */
type Search = AsyncGenerator<readonly FuzzInput[], void, readonly boolean[]>;

type State = { readonly finding: Finding; best: FuzzInput["input"]; outcomes: Finding["outcomes"]; tries: number };

/**
 * Shrinks findings together: in each round all of them put some smaller inputs to both adapters, and go on from the
 * first that differs in the same way. Changes of the generator are left out first, then the input itself is reduced.
 */
export const shrinkAll = async (
  findings: readonly Finding[],
  corpus: Corpus,
  ask: AskPairs,
  limits: ShrinkLimits = SHRINK_LIMITS,
): Promise<Shrunk[]> => {
  const states = findings.map(
    (finding): State => ({ finding, best: finding.found.input, outcomes: finding.outcomes, tries: 0 }),
  );
  let active = states.length;
  // The fewer are left, the more each may ask; a few questions are needed to get anywhere.
  const share = (): number => Math.min(24, Math.max(FEW, Math.floor(limits.perRound / Math.max(1, active))));
  const searches = states.map((state) => search(state, corpus, isCrash(state) ? () => FEW : share));
  const asked: (readonly FuzzInput[] | undefined)[] = await Promise.all(
    searches.map(async (one) => yieldedBy(await one.next([]))),
  );
  for (let round = 0; round < limits.rounds; round += 1) {
    const inputs = asked.flatMap((some) => some ?? []);
    if (inputs.length === 0) break;
    active = asked.filter((some) => some !== undefined).length;
    const pairs = await ask(inputs);
    let from = 0;
    for (const [index, some] of [...asked.entries()]) {
      const state = states[index];
      if (some === undefined || state === undefined) continue;
      const mine = pairs.slice(from, from + some.length);
      from += some.length;
      asked[index] = yieldedBy(
        (await searches[index]?.next(judged(state, some, mine))) ?? { done: true, value: undefined },
      );
    }
  }
  return states.map(({ finding, best, outcomes, tries }) => ({ ...finding, outcomes, input: best, tries }));
};

// Every crash costs the start of a process, so there it is better to look at what came out before asking on.
const FEW = 3;

const isCrash = ({ finding }: State): boolean => finding.outcomes.some(({ kind }) => kind === "crash");

const yieldedBy = <T>(result: IteratorResult<T, void>): T | undefined =>
  result.done === true ? undefined : result.value;

const judged = (
  state: State,
  inputs: readonly FuzzInput[],
  pairs: readonly (readonly [Outcome, Outcome] | undefined)[],
): boolean[] => {
  state.tries += inputs.length;
  const same = pairs.map((pair) => {
    const difference = pair === undefined ? undefined : compareOutcomes(...pair);
    return difference !== undefined && groupOf(state.finding.found.op, difference) === state.finding.group;
  });
  const first = same.indexOf(true);
  const pair = pairs[first];
  const chosen = inputs[first];
  if (pair !== undefined && chosen !== undefined) {
    state.best = chosen.input;
    state.outcomes = pair;
  }
  return same;
};

async function* search(state: State, corpus: Corpus, batch: () => number): Search {
  yield* fewerSteps(state, corpus);
  const { op } = state.finding.found;
  for (;;) {
    let better = false;
    let some: FuzzInput[] = [];
    for await (const input of smallerInputs({ op, input: state.best }, corpus)) {
      some.push({ op, input });
      if (some.length < batch()) continue;
      better = (yield some).includes(true);
      some = [];
      if (better) break;
    }
    if (some.length > 0) better = (yield some).includes(true);
    if (!better) return;
  }
}

// All at once first: then the base of the case is what differs, and no change of it.
async function* fewerSteps({ finding: { found, key } }: State, corpus: Corpus): Search {
  const { op } = found;
  let skipped: ReadonlySet<number> = new Set();
  for (;;) {
    const left = [...Array(found.steps).keys()].filter((step) => !skipped.has(step));
    const sets = [new Set([...skipped, ...left]), ...left.map((step) => new Set([...skipped, step]))];
    const tries = left.length === 0 ? [] : sets.slice(0, left.length === 1 ? 1 : sets.length);
    if (tries.length === 0) return;
    const made = await Promise.all(tries.map((set) => makeCase(corpus, { ...key, skipped: set })));
    // A step that is left out can lead to fewer or more steps after it, but never to another op.
    const same: readonly boolean[] = yield made.map(({ input }) => ({ op, input }));
    const first = same.indexOf(true);
    if (first < 0) return;
    skipped = tries[first] ?? skipped;
  }
}
