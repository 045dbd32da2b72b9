const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after a failed try the next one comes, in milliseconds: the first of these after the first try (HOOK-3). */
export const RETRIES_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

const RETRY_AFTER_MS_MAX = 24 * HOUR_MS;
const JITTER = 0.1;

/** After so long without a success an endpoint is disabled, in milliseconds (HOOK-7). */
export const FAILING_MS_MAX: number = 120 * HOUR_MS;

/** What {@link nextTry} is made from. */
export type FailedTry = {
  /** Tries before this one. */
  readonly attempts: number;
  readonly now: number;
  /** What the answer asked for. */
  readonly retryAfterMs: number | undefined;
  /** From 0 to below 1. */
  readonly random: number;
};

/** When a delivery is tried again after a failure; `undefined` when that was the last try. */
export function nextTry({ attempts, now, retryAfterMs = 0, random }: FailedTry): number | undefined {
  const wait = RETRIES_MS[attempts];
  if (wait === undefined) return undefined;
  const lengthened = Math.floor(wait * (1 + JITTER * random));
  return now + Math.max(lengthened, Math.min(retryAfterMs, RETRY_AFTER_MS_MAX));
}
