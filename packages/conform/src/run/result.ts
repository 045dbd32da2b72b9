import type { Outcome } from "../adapter/outcome.ts";
import { type Answer, judge, sameJson } from "../judge.ts";
import type { CaseResult, CaseStatus } from "../report/report.ts";
import type { Vector } from "../vectors.ts";

/**
 * What a case comes to (CONF-12).
 *
 * @param outcomes - by repetition; `undefined` where the run ended before.
 */
export const resultOf = (vector: Vector, outcomes: readonly (Outcome | undefined)[]): CaseResult => {
  const { id, op } = vector;
  const found = outcomes.filter((outcome) => outcome !== undefined);
  // The worst one counts: a crash is never forgiven, and no repetition makes up for it.
  const failure = found.find(({ kind }) => kind === "crash") ?? found.find(({ kind }) => kind === "timeout");
  if (failure !== undefined) return { id, op, ...failed(failure) };
  const [first] = found;
  if (first === undefined) return { id, op, status: "not-run" };
  const answers = found.flatMap((outcome) => (outcome.kind === "answer" ? [outcome.answer] : []));
  if (differ(found, answers)) return { id, op, ...nondeterministic(vector, found, answers) };
  if (first.kind !== "answer") return { id, op, ...failed(first) };
  const answer = declared(vector, first.answer);
  const status = judge(vector, first.answer, "code");
  if (status === "pass" && found.length < outcomes.length) {
    const detail = `${found.length} of ${outcomes.length} repetitions ran`;
    return { id, op, status: "not-run", answer, detail };
  }
  return { id, op, status, answer };
};

const differ = (found: readonly Outcome[], answers: readonly Answer[]): boolean =>
  found.some(({ kind }) => kind !== found[0]?.kind) || answers.some((answer) => !sameAnswer(answer, answers[0]));

const sameAnswer = (a: Answer, b: Answer | undefined): boolean =>
  b !== undefined && a.verdict === b.verdict && a.code === b.code && sameJson(a.facts ?? {}, b.facts ?? {});

const nondeterministic = (
  { facts = {} }: Vector,
  found: readonly Outcome[],
  answers: readonly Answer[],
): Omit<CaseResult, "id" | "op"> => {
  const names = new Set(Object.keys(facts));
  for (const answer of answers) for (const name of differingNames(answer, answers[0])) names.add(name);
  const [answer, ...rest] = answers.map((one) => withFacts(one, names));
  const others = rest.filter((one, at) => ![answer, ...rest.slice(0, at)].some((seen) => sameAnswer(one, seen)));
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return {
    status: "nondeterministic",
    ...(answer === undefined ? {} : { answer }),
    ...(others.length === 0 ? {} : { others }),
    ...(kinds.length === 1 ? {} : { detail: kinds.join(", then ") }),
  };
};

const differingNames = (a: Answer, b: Answer | undefined): string[] =>
  [...new Set([...Object.keys(a.facts ?? {}), ...Object.keys(b?.facts ?? {})])].filter(
    (name) => !sameJson(a.facts?.[name], b?.facts?.[name]),
  );

// An adapter may give more facts than a vector declares. They do not count, so they do not swell the report.
const declared = ({ facts }: Vector, answer: Answer): Answer => withFacts(answer, new Set(Object.keys(facts ?? {})));

/** An outcome without the facts that its vector does not declare; its status is the same. */
export const withDeclaredFacts = (vector: Vector, outcome: Outcome): Outcome =>
  outcome.kind === "answer" ? { kind: "answer", answer: declared(vector, outcome.answer) } : outcome;

const withFacts = ({ verdict, code, facts = {} }: Answer, names: ReadonlySet<string>): Answer => {
  const kept = Object.entries(facts).filter(([name]) => names.has(name));
  return { verdict, code, ...(kept.length === 0 ? {} : { facts: Object.fromEntries(kept) }) };
};

const STATUS: Readonly<Record<Exclude<Outcome["kind"], "answer">, CaseStatus>> = {
  skip: "skipped",
  error: "error",
  crash: "crash",
  timeout: "timeout",
};

const failed = (outcome: Outcome): Omit<CaseResult, "id" | "op"> => {
  switch (outcome.kind) {
    case "answer":
      throw new Error("an answer is no failure");
    case "skip": {
      const issue = outcome.issue === undefined ? "" : ` (${outcome.issue})`;
      return { status: STATUS.skip, detail: `${outcome.feature}: ${outcome.reason}${issue}` };
    }
    case "error":
      return { status: STATUS.error, detail: outcome.message };
    default:
      return { status: STATUS[outcome.kind], detail: outcome.detail };
  }
};
