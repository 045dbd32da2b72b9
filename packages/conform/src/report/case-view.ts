import { formatPointer } from "@settld/protocol";
import { type Answer, differingFacts, sameJson } from "../judge.ts";
import type { Vector } from "../vectors.ts";
import type { CaseResult } from "./report.ts";
import { SCENARIO_OPS } from "./repro-line.ts";
import { shorten } from "./shorten.ts";

/** One member of the facts that is not as declared; a side that has no such member says `nothing`. */
export type FactDifference = {
  /** JSON Pointer below `facts`. */
  readonly pointer: string;
  readonly expected: string;
  readonly got: string;
};

/** A case in words, still untrusted text: whoever shows it escapes it. */
export type CaseView = {
  /** Verdict and code that the vector declares, or `unknown` without the vector. */
  readonly expected: string;
  readonly got: string;
  /** For `wrong-facts`, the members that differ. */
  readonly facts: readonly FactDifference[];
  /** Message of an error, end of a process, reason of a skip. */
  readonly detail: string | undefined;
};

const TEXT_MAX = 400;
const ANSWERS_MAX = 5;
const FACTS_MAX = 12;

/** Puts a case in words, each text short enough for a page. */
export const viewCase = (result: CaseResult, vector: Vector | undefined): CaseView => ({
  expected: vector === undefined ? "unknown: these vectors do not have this id" : answerText(vector),
  got: gotText(result),
  facts: showsFacts(result) && vector !== undefined ? factsOf(vector, result.answer) : [],
  detail: result.detail === undefined || result.detail === "" ? undefined : shorten(result.detail, TEXT_MAX),
});

// Of a scenario the differences are what happened, whatever it came to.
const showsFacts = ({ status, op }: CaseResult): boolean =>
  status === "wrong-facts" || (op.startsWith(SCENARIO_OPS) && status.startsWith("wrong-"));

/** Verdict and code of an answer, such as `reject MONEY_VALUE`. */
export const answerText = ({ verdict, code }: Pick<Answer, "verdict" | "code">): string =>
  code === null ? verdict : `${verdict} ${shorten(code, TEXT_MAX)}`;

const gotText = ({ answer, others = [] }: CaseResult): string => {
  if (answer === undefined) return "no answer";
  const all = [answer, ...others];
  const shown = all.slice(0, ANSWERS_MAX).map(answerText);
  return all.length > ANSWERS_MAX
    ? `${shown.join(", then ")}, and ${all.length - ANSWERS_MAX} more`
    : shown.join(", then ");
};

const factsOf = (vector: Vector, answer: Answer | undefined): FactDifference[] => {
  const all = differingFacts(vector.facts, answer?.facts).flatMap((name) =>
    differences([name], memberOf(vector.facts, name), memberOf(answer?.facts, name)),
  );
  const rest = all.length - FACTS_MAX;
  return rest > 0 ? [...all.slice(0, FACTS_MAX), { pointer: "", expected: `${rest} more`, got: "" }] : all;
};

// Down to the members that differ, because whole facts can be long and alike.
const differences = (path: readonly string[], expected: unknown, got: unknown): FactDifference[] => {
  if (sameJson(expected, got)) return [];
  if (isObject(expected) && isObject(got)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort();
    return names.flatMap((name) => differences([...path, name], memberOf(expected, name), memberOf(got, name)));
  }
  return [{ pointer: formatPointer(path), expected: valueText(expected), got: valueText(got) }];
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const memberOf = (value: Readonly<Record<string, unknown>> | undefined, name: string): unknown =>
  value !== undefined && Object.hasOwn(value, name) ? value[name] : undefined;

const valueText = (value: unknown): string =>
  value === undefined ? "nothing" : shorten(JSON.stringify(value), TEXT_MAX);
