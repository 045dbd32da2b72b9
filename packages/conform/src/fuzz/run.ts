import type { SettldError } from "@settld/protocol";
import { type Asked, askAll } from "../adapter/ask.ts";
import type { AdapterHello } from "../gen/types.ts";
import { askOptions, type Opponents } from "./ask-both.ts";
import { compareOutcomes, groupOf } from "./compare.ts";
import type { Corpus } from "./corpus.ts";
import { Feed, type Pair, type Side } from "./feed.ts";
import { type Case, FUZZ_OPS, makeCase } from "./generators.ts";
import type { Finding } from "./shrink.ts";
import { Tally } from "./tally.ts";

/** What to compare, and over what. */
export type FuzzOptions = Opponents & {
  readonly corpus: Corpus;
  readonly seed: number;
  /** Number of cases. */
  readonly cases: number;
  /** Ops to use; all that both adapters declare when absent. */
  readonly ops?: readonly string[] | undefined;
  /** Called after each case with what is done and how many differed. */
  readonly onProgress?: (done: number, differing: number) => void;
};

/** Differences of one kind. */
export type Group = {
  /** Op, what both said, and the fact in which they differ. */
  readonly name: string;
  count: number;
  /** Those with the lowest numbers, at most {@link GROUP_KEPT}. */
  readonly first: Finding[];
};

/** What a run found. */
export type FuzzResult = {
  readonly hellos: readonly [AdapterHello | null, AdapterHello | null];
  /** Ops that were used. */
  readonly ops: readonly string[];
  /** Cases that both adapters finished. */
  readonly done: number;
  readonly tally: Tally;
  /** By name. */
  readonly groups: readonly Group[];
  /** Cases that neither answered, and one of them: nothing to compare, and all the same worth a look. */
  readonly unanswered: { readonly count: number; readonly first: Pair<Case> | undefined };
  /** The adapter that broke the protocol or could not be reached, and how. */
  readonly stopped: { readonly side: Side; readonly error: SettldError } | undefined;
};

/** Findings of a group that are kept, with their inputs; the others are counted. */
export const GROUP_KEPT = 3;

// Far enough that a slow case does not hold up the other adapter, near enough to be nothing in memory.
const LEAD_MAX = 128;

/** Gives both adapters the same inputs, made from a seed, and compares what they answer (CONF-16). */
export const fuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const { corpus, seed, cases, specs } = options;
  let tally = new Tally([]);
  const groups = new Map<string, Group>();
  const hellos: [AdapterHello | null, AdapterHello | null] = [null, null];
  let done = 0;
  let differing = 0;
  let unanswered = 0;
  let first: Pair<Case> | undefined;
  let ops: readonly string[] = [];
  // What to make is known when both have said what they have.
  let start = (): void => {};
  const ready = new Promise<void>((go) => {
    start = go;
  });

  const take = (pair: Pair<Case>): void => {
    const { item, outcomes } = pair;
    done += 1;
    tally.add(item.op, outcomes[0]);
    if (outcomes.every(({ kind }) => kind !== "answer")) {
      unanswered += 1;
      if (first === undefined || item.number < first.item.number) first = pair;
    }
    const difference = compareOutcomes(...outcomes);
    if (difference !== undefined) {
      differing += 1;
      const group = groupOf(item.op, difference);
      keep(groups, { found: item, key: { seed, number: item.number, ops }, group, outcomes });
    }
    options.onProgress?.(done, differing);
  };
  const feed = new Feed<Case>(
    async (index) => {
      await ready;
      if (index >= cases || ops.length === 0) return undefined;
      const { op, input, ...rest } = await makeCase(corpus, { seed, number: index, ops });
      return [
        { op, input, ...rest },
        { id: `${index}`, op, input },
      ];
    },
    take,
    LEAD_MAX,
  );

  const end = new AbortController();
  const signal = options.signal === undefined ? end.signal : AbortSignal.any([options.signal, end.signal]);
  signal.addEventListener("abort", () => {
    feed.end();
    start();
  });
  let stopped: FuzzResult["stopped"];
  const play = async (side: Side): Promise<Asked> => {
    const asked = await askAll(specs[side], feed.read(side), {
      ...askOptions({ ...options, signal }),
      onHello: (hello) => {
        hellos[side] = hello;
        const [one, other] = hellos;
        if (one === null || other === null) return;
        ops = commonOps(one, other, options.ops);
        tally = new Tally(corpus.codesOf(ops));
        start();
      },
      onOutcome: (id, outcome) => feed.settle(side, id, outcome),
    });
    if (asked.stopped !== undefined) {
      stopped ??= { side, error: asked.stopped };
      end.abort();
    }
    return asked;
  };
  try {
    await Promise.all([play(0), play(1)]);
  } finally {
    end.abort();
  }
  return {
    hellos,
    ops,
    done,
    tally,
    groups: [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    unanswered: { count: unanswered, first },
    stopped,
  };
};

const commonOps = (one: AdapterHello, other: AdapterHello, wanted: readonly string[] | undefined): string[] =>
  FUZZ_OPS.filter(
    (op) => one.features.includes(op) && other.features.includes(op) && (wanted === undefined || wanted.includes(op)),
  );

// The order in which cases end depends on who is faster; which of them are kept must not.
const keep = (groups: Map<string, Group>, finding: Finding): void => {
  const group = groups.get(finding.group) ?? { name: finding.group, count: 0, first: [] };
  groups.set(finding.group, group);
  group.count += 1;
  group.first.push(finding);
  group.first.sort((a, b) => a.found.number - b.found.number);
  group.first.splice(GROUP_KEPT);
};
