import { SettldError } from "@settld/protocol";

/** A rate for each of many names (HTTP-6). */
export type RateLimit = {
  /**
   * Counts one request of a name. What is refused costs nothing, so that whoever waits as long as it is told, or only
   * slows down, is served again.
   *
   * @throws SettldError `HTTP_RATE_LIMITED`, with the header that says when the next one is.
   */
  readonly take: (name: string) => void;
};

const NAMES_MAX = 100_000;

/**
 * A token bucket for each name, in memory: each process counts for itself, which bounds what one process has to do.
 *
 * @param perSecond - how fast a bucket fills.
 * @param burst - how much it holds; a bucket of less than one request holds one.
 */
export function rateLimit(perSecond: number, burst: number, clock: () => number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const full = Math.max(1, burst);
  return {
    take(name) {
      const now = clock();
      const bucket = buckets.get(name) ?? { tokens: full, at: now };
      bucket.tokens = Math.min(full, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
      bucket.at = now;
      if (bucket.tokens < 1) {
        const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
        throw Object.assign(
          new SettldError("HTTP_RATE_LIMITED", `expected at most ${perSecond} requests a second, found more`),
          { headers: { "retry-after": String(seconds) } },
        );
      }
      bucket.tokens -= 1;
      buckets.delete(name);
      buckets.set(name, bucket);
      // The one that was not used for longest is full again anyway.
      const [oldest] = buckets.keys();
      if (buckets.size > NAMES_MAX && oldest !== undefined) buckets.delete(oldest);
    },
  };
}
