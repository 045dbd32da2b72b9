import { REVISION, type SettldError } from "@settld/protocol";
import { type AskOptions, askAll } from "../adapter/ask.ts";
import type { Outcome } from "../adapter/outcome.ts";
import type { Side } from "./feed.ts";
import type { FuzzInput } from "./generator.ts";

/** Two adapters under comparison. */
export type Opponents = {
  /** How each is reached, as for `--adapter`. */
  readonly specs: readonly [string, string];
  readonly timeoutMs?: number | undefined;
  readonly parallel?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Options for asking one of two. */
export const askOptions = (
  opponents: Opponents,
): Pick<AskOptions, "revision" | "timeoutMs" | "parallel" | "signal"> => ({
  revision: REVISION,
  timeoutMs: opponents.timeoutMs,
  parallel: opponents.parallel,
  signal: opponents.signal,
});

/** Why one of two adapters could not be asked any more. */
export class OpponentError extends Error {
  readonly side: Side;
  override readonly cause: SettldError;

  constructor(side: Side, cause: SettldError) {
    super(cause.message);
    this.side = side;
    this.cause = cause;
  }
}

/**
 * Asks both adapters a few inputs.
 *
 * @returns for each input both outcomes, or `undefined` when the run was ended, or an adapter lost, before.
 * @throws OpponentError when an adapter breaks the protocol or cannot be reached.
 */
export const askBoth = async (
  opponents: Opponents,
  inputs: readonly FuzzInput[],
): Promise<(readonly [Outcome, Outcome] | undefined)[]> => {
  const questions = inputs.map(({ op, input }, index) => ({ id: `${index}`, op, input }));
  const ask = async (side: Side): Promise<ReadonlyMap<string, Outcome>> => {
    const outcomes = new Map<string, Outcome>();
    const onOutcome = (id: string, outcome: Outcome): void => void outcomes.set(id, outcome);
    for (let left = questions, before = -1; left.length > 0 && outcomes.size > before; ) {
      before = outcomes.size;
      const { stopped } = await askAll(opponents.specs[side], left, { ...askOptions(opponents), onOutcome });
      if (stopped === undefined) break;
      // Inputs that crash an adapter one after another make it look lost, so the others are asked anew.
      if (stopped.code !== "CONF_ADAPTER_LOST") throw new OpponentError(side, stopped);
      left = questions.filter(({ id }) => !outcomes.has(id));
    }
    return outcomes;
  };
  const [one, other] = await Promise.all([ask(0), ask(1)]);
  return questions.map(({ id }) => {
    const [a, b] = [one.get(id), other.get(id)];
    return a === undefined || b === undefined ? undefined : ([a, b] as const);
  });
};
