import { REVISION } from "@settld/protocol";
import { type Asked, type AskOptions, askAll, type Outcome, type Question } from "../adapter/ask.ts";
import { allVectors } from "../data.ts";
import { judge } from "../judge.ts";
import { expand, type Vector } from "../vectors.ts";

/** Some vectors whose inputs are small. */
export const VECTORS: readonly Vector[] = allVectors().filter(
  ({ op }) => op === "money.parse" || op === "digest.parse",
);
const BY_ID = new Map(VECTORS.map((vector) => [vector.id, vector]));
/** A vector that tests let fail. */
export const TARGET: string = "money-decimal";

/** Vectors as questions. */
export const questions = (vectors: readonly Vector[] = VECTORS): Question[] =>
  vectors.map(({ id, op, input }) => ({ id, op, input: expand(input) as Question["input"] }));

/** What came of asking, with the outcomes by id. */
export type Result = Asked & { readonly outcomes: ReadonlyMap<string, Outcome> };

/** Asks an adapter, and checks that no question has two outcomes. */
export const ask = async (
  spec: string,
  options: Partial<AskOptions> = {},
  cases: Iterable<Question> | AsyncIterable<Question> = questions(),
): Promise<Result> => {
  const outcomes = new Map<string, Outcome>();
  const asked = await askAll(spec, cases, {
    revision: REVISION,
    parallel: 1,
    onOutcome: (id, outcome) => {
      if (outcomes.has(id)) throw new Error(`${id} has two outcomes`);
      outcomes.set(id, outcome);
    },
    ...options,
  });
  return { ...asked, outcomes };
};

/** Kinds of outcomes, where a right answer is `pass`. */
export const kinds = ({ outcomes }: Result): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const [id, outcome] of outcomes) {
    const vector = BY_ID.get(id);
    const kind =
      outcome.kind === "answer" && vector !== undefined ? judge(vector, outcome.answer, "code") : outcome.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

/** Number of {@link VECTORS}. */
export const ALL: number = VECTORS.length;
