import { expand } from "../vectors.ts";
import type { Corpus } from "./corpus.ts";
import { type FuzzInput, type Generator, Steps } from "./generator.ts";
import type { JsonObject } from "./json.ts";
import { BUNDLE_GENERATORS } from "./make/bundle.ts";
import { DOCUMENT_GENERATORS } from "./make/document.ts";
import { ISSUE_GENERATORS } from "./make/issue.ts";
import { LEDGER_GENERATORS } from "./make/ledger.ts";
import { LOG_GENERATORS } from "./make/log.ts";
import { POLICY_GENERATORS } from "./make/policy.ts";
import { SIGNATURE_GENERATORS } from "./make/signature.ts";
import { TEXT_GENERATORS } from "./make/text.ts";
import { TRUST_GENERATORS } from "./make/trust.ts";
import { Random } from "./random.ts";
import { sendable } from "./sendable.ts";

const GENERATORS: readonly Generator[] = [
  ...LOG_GENERATORS,
  ...BUNDLE_GENERATORS,
  ...DOCUMENT_GENERATORS,
  ...SIGNATURE_GENERATORS,
  ...TEXT_GENERATORS,
  ...TRUST_GENERATORS,
  ...POLICY_GENERATORS,
  ...LEDGER_GENERATORS,
  ...ISSUE_GENERATORS,
];

/** How many of 1000 cases an op gets when all of them are asked: most where most rules are. */
const SHARES: Readonly<Record<string, number>> = {
  "bundle.verify": 330,
  "log.reduce": 300,
  "policy.evaluate": 70,
  "json.parse": 55,
  "dsse.verify": 45,
  "trust.evaluate": 45,
  "ledger.replay": 35,
  "ed25519.verify": 30,
  issue: 30,
  "jcs.canonicalize": 20,
  "bundle.compare": 15,
  "key.parse": 10,
  "pointer.resolve": 10,
  "money.parse": 5,
  "digest.parse": 5,
  digest: 2,
};

/** Ops that inputs can be made for, those with the most cases first. */
export const FUZZ_OPS: readonly string[] = Object.keys(SHARES);

/** A case with what it came from. */
export type Case = FuzzInput & {
  /** From 0. */
  readonly number: number;
  /** Name of the generator. */
  readonly from: string;
  /** Changes that were made, or could have been and were left out. */
  readonly steps: number;
};

/** What decides about a case, besides the vectors: equal values give equal cases, byte for byte. */
export type CaseKey = {
  readonly seed: number;
  readonly number: number;
  /** Ops to choose from, in the order of {@link FUZZ_OPS}. */
  readonly ops: readonly string[];
  /** Steps to leave out. */
  readonly skipped?: ReadonlySet<number>;
};

/** Makes a case. It depends on its key and the vectors alone, so any case can be made without the ones before it. */
export const makeCase = async (corpus: Corpus, { seed, number, ops, skipped }: CaseKey): Promise<Case> => {
  const large = largeCase(corpus, number, ops);
  if (large !== undefined) return large;
  const random = new Random(seed, number);
  const op = random.weighted(ops.map((name) => [SHARES[name] ?? 1, name]));
  const generators = GENERATORS.filter((one) => one.ops.includes(op));
  const generator = random.weighted(generators.map((one) => [one.weight, one]));
  const steps = new Steps(skipped);
  const input = sendable(await generator.make({ op, random, corpus, steps }));
  return { number, op, input, from: generator.name, steps: steps.count };
};

const LARGE_EVERY = 600;

// Inputs at a limit, in turn and as the vectors have them: a change would move most of them away from their limit.
const largeCase = (corpus: Corpus, number: number, ops: readonly string[]): Case | undefined => {
  const all = corpus.large.filter(({ op }) => ops.includes(op));
  if (number % LARGE_EVERY !== LARGE_EVERY - 1 || all.length === 0) return undefined;
  const vector = all[Math.floor(number / LARGE_EVERY) % all.length];
  if (vector === undefined) return undefined;
  return { number, op: vector.op, input: expand(vector.input) as JsonObject, from: `limit ${vector.id}`, steps: 0 };
};
