import { type Answer, sameJson } from "../judge.ts";
import { shorten } from "./shorten.ts";

/** Something that two answers to one input do not agree about. */
export type Disagreement = {
  /** `verdict`, `code`, `facts.NAME`, or `answer` where only one side has one. */
  readonly about: string;
  readonly a: string;
  readonly b: string;
};

const TEXT_MAX = 200;

/** Compares two answers: verdict, then code, then each fact that both give (CONF-16). */
export const compareAnswers = (a: Answer, b: Answer): Disagreement[] => {
  if (a.verdict !== b.verdict) return [{ about: "verdict", a: verdictText(a), b: verdictText(b) }];
  if (a.code !== b.code) return [{ about: "code", a: verdictText(a), b: verdictText(b) }];
  const { facts = {} } = a;
  const other = b.facts ?? {};
  return Object.keys(facts)
    .filter((name) => Object.hasOwn(other, name) && !sameJson(facts[name], other[name]))
    .sort()
    .map((name) => ({ about: `facts.${name}`, a: valueText(facts[name]), b: valueText(other[name]) }));
};

const verdictText = ({ verdict, code }: Answer): string =>
  code === null ? verdict : `${verdict} ${shorten(code, TEXT_MAX)}`;

const valueText = (value: unknown): string => shorten(JSON.stringify(value), TEXT_MAX);
