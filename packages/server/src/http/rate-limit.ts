import { SettldError } from "@settld/protocol";

/** A rate for each of many names (HTTP-6). */
export type RateLimit = {
  /** Counts one request. */
  readonly take: (name: string) => void;
  /**
   * Refuses a name that has spent its rate.
   *
   * @throws SettldError `HTTP_RATE_LIMITED`.
   */
  readonly check: (name: string) => void;
};

const NAMES_MAX = 100_000;

/**
 * A token bucket for each name, in memory: each process counts for itself, which bounds what one process has to do.
 *
 * @param perSecond - how fast a bucket fills.
 * @param burst - how much it holds.
 */
export function rateLimit(perSecond: number, burst: number, clock: () => number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const bucketOf = (name: string): { tokens: number; at: number } => {
    const now = clock();
    const bucket = buckets.get(name) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket;
  };
  return {
    take(name) {
      const bucket = bucketOf(name);
      bucket.tokens -= 1;
      buckets.delete(name);
      buckets.set(name, bucket);
      // The one that was not used for longest is full again anyway.
      const [oldest] = buckets.keys();
      if (buckets.size > NAMES_MAX && oldest !== undefined) buckets.delete(oldest);
    },
    check(name) {
      if (bucketOf(name).tokens < 0) {
        throw new SettldError("HTTP_RATE_LIMITED", `expected at most ${perSecond} requests a second, found more`);
      }
    },
  };
}
