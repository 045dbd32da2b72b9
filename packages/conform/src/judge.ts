import { CODES, type Code } from "@settld/protocol";
import type { Verdict } from "./gen/types.ts";
import type { Vector } from "./vectors.ts";

/** What an implementation answered to one case (CONF-4). */
export type Answer = {
  readonly verdict: Verdict;
  readonly code: string | null;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
};

/** How exactly codes are compared (CONF-11). */
export type Scale = "category" | "code";

/** What an answer is worth. Ordered from the worst: the first that holds is the status. */
export type Judgement = "pass" | "wrong-verdict" | "wrong-code" | "wrong-facts";

/** Compares an answer with what its vector declares (CONF-11). */
export const judge = (vector: Pick<Vector, "verdict" | "code" | "facts">, answer: Answer, scale: Scale): Judgement => {
  if (answer.verdict !== vector.verdict) return "wrong-verdict";
  if (!sameCode(vector.code, answer.code, scale)) return "wrong-code";
  return differingFacts(vector.facts, answer.facts).length === 0 ? "pass" : "wrong-facts";
};

const sameCode = (expected: string | null, found: string | null, scale: Scale): boolean => {
  if (expected === found) return true;
  if (scale === "code" || expected === null || found === null) return false;
  const category = categoryOf(found);
  return category !== undefined && category === categoryOf(expected);
};

/** The category of a code in the registry, or `undefined` for a code that it does not have. */
export const categoryOf = (code: string): string | undefined =>
  Object.hasOwn(CODES, code) ? CODES[code as Code].category : undefined;

/** Names of declared facts that an answer does not repeat. */
export const differingFacts = (declared: Answer["facts"] = {}, found: Answer["facts"] = {}): string[] =>
  Object.keys(declared).filter((name) => !Object.hasOwn(found, name) || !sameJson(declared[name], found[name]));

/** Whether two JSON values are equal; the order of members does not matter. */
export const sameJson = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) && sameJson((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
};
