import type { Outcome } from "../adapter/outcome.ts";
import { sameJson } from "../judge.ts";

/** How two outcomes differ (CONF-16). */
export type Disagreement = {
  /** What the first adapter said, in a word: `accept`, a code, or how it failed. */
  readonly one: string;
  readonly other: string;
  /** The first fact, by name, in which two equal verdicts differ; `undefined` when more than a fact differs. */
  readonly fact: string | undefined;
};

/** An outcome in a word: `accept`, the code of an answer, or `error`, `crash`, `timeout`, `skip`. */
export const labelOf = (outcome: Outcome): string =>
  outcome.kind === "answer" ? (outcome.answer.code ?? outcome.answer.verdict) : outcome.kind;

/**
 * Compares what two adapters made of one input: verdict, code, and every fact that both give. An answer of one where
 * the other skips or fails is a difference as well; where neither answers there is nothing to compare.
 */
export const compareOutcomes = (one: Outcome, other: Outcome): Disagreement | undefined => {
  const labels = { one: labelOf(one), other: labelOf(other) };
  if (one.kind !== "answer" && other.kind !== "answer") return undefined;
  if (one.kind !== "answer" || other.kind !== "answer") return { ...labels, fact: undefined };
  const [a, b] = [one.answer, other.answer];
  if (a.verdict !== b.verdict || a.code !== b.code) return { ...labels, fact: undefined };
  // Ops list the facts of an accept; what an adapter tells of a rejection is its own affair.
  if (a.verdict === "reject") return undefined;
  const fact = Object.keys(a.facts ?? {})
    .filter((name) => Object.hasOwn(b.facts ?? {}, name) && !sameJson(a.facts?.[name], b.facts?.[name]))
    .sort()[0];
  return fact === undefined ? undefined : { ...labels, fact };
};

/** Names the group of a difference: cases with one name most likely have one cause. */
export const groupOf = (op: string, { one, other, fact }: Disagreement): string =>
  `${op}: ${one} / ${other}${fact === undefined ? "" : `, ${fact}`}`;
