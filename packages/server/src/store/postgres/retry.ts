import { type RetryReason, storeRetries } from "../../observe/retries.ts";
import { codeOf, isConnectionFailure, isSerializationFailure } from "./errors.ts";

/** How often, and how long in between, something is tried that others or the network were in the way of. */
export type Patience = {
  readonly attemptsMax: number;
  /** Of the first pause; each further one is at most twice as long as the one before. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
};

/** About four seconds in all: longer than a network hiccup or a deadlock, shorter than a client waits. */
export const PATIENCE: Patience = { attemptsMax: 10, pauseMs: 10, pauseMsMax: 1_000 };

/** Waits before another attempt: a random part of a time that doubles, so that those who met do not meet again. */
export async function pauseBefore(attempt: number, { pauseMs, pauseMsMax }: Patience = PATIENCE): Promise<void> {
  const longest = Math.min(pauseMs * 2 ** attempt, pauseMsMax);
  await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}

/** Tells whoever counts that something is tried again after this error. */
export function noteRetry(error: unknown): void {
  const reason: RetryReason =
    codeOf(error) === "40001" ? "serialization" : codeOf(error) === "40P01" ? "deadlock" : "connection";
  storeRetries.publish(reason);
}

/**
 * Does something that may be done twice, again when the database says that others were in the way, or when the
 * connection breaks; fails as the last attempt does.
 *
 * @param goesOn - asked before another attempt; a store that is closed tries no more.
 * @param isPassing - which errors are worth another attempt.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  goesOn: () => boolean,
  patience: Patience = PATIENCE,
  isPassing: (error: unknown) => boolean = (error) => isSerializationFailure(error) || isConnectionFailure(error),
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || attempt + 1 >= patience.attemptsMax || !goesOn()) throw error;
      noteRetry(error);
    }
    await pauseBefore(attempt, patience);
  }
}
