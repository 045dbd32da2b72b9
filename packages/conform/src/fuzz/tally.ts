import type { Outcome } from "../adapter/outcome.ts";
import { labelOf } from "./compare.ts";

/** What one op came to, by the answers of the first adapter. */
export type OpTally = {
  readonly op: string;
  cases: number;
  accept: number;
  reject: number;
  indeterminate: number;
  /** Skips, errors, crashes and timeouts. */
  other: number;
  /** Times that each code, or `accept`, was answered. */
  readonly codes: Map<string, number>;
};

/** Counts what was reached, so that a run that stayed at the surface shows. */
export class Tally {
  readonly #ops = new Map<string, OpTally>();
  readonly #reached = new Set<string>();
  readonly #codes: readonly string[];

  /** @param codes - codes that some answer should have. */
  constructor(codes: readonly string[]) {
    this.#codes = codes;
  }

  /** Counts an outcome. */
  add(op: string, outcome: Outcome): void {
    const tally = this.#ops.get(op) ?? empty(op);
    this.#ops.set(op, tally);
    const label = labelOf(outcome);
    tally.cases += 1;
    tally[outcome.kind === "answer" ? outcome.answer.verdict : "other"] += 1;
    tally.codes.set(label, (tally.codes.get(label) ?? 0) + 1);
    this.#reached.add(label);
    if (outcome.kind === "answer") for (const code of codesIn(outcome.answer.facts)) this.#reached.add(code);
  }

  /** Tallies of the ops, by name. */
  get ops(): readonly OpTally[] {
    return [...this.#ops.values()].sort((a, b) => (a.op < b.op ? -1 : 1));
  }

  /** Codes that some answer should have had and none had. */
  get missed(): readonly string[] {
    return this.#codes.filter((code) => !this.#reached.has(code));
  }

  /** Number of those that some answer had. */
  get reached(): number {
    return this.#codes.length - this.missed.length;
  }
}

const empty = (op: string): OpTally => ({
  op,
  cases: 0,
  accept: 0,
  reject: 0,
  indeterminate: 0,
  other: 0,
  codes: new Map(),
});

/** Codes in the facts of an answer: notes, and what became of requirements. */
export const codesIn = (facts: Readonly<Record<string, unknown>> = {}): string[] => {
  const notes = Array.isArray(facts["notes"]) ? facts["notes"] : [];
  const requirements = Array.isArray(facts["requirements"]) ? facts["requirements"] : [];
  return [...notes, ...requirements.map((one: unknown) => (one as { readonly code?: unknown } | null)?.code)].filter(
    (code) => typeof code === "string",
  );
};
