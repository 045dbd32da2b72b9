/** First wait before a retry, in milliseconds; it doubles each time. */
const BASE_MS = 250;
/** Longest wait that the client chooses by itself, in milliseconds. */
const CAP_MS = 8_000;

/**
 * How long to wait before the next try: a random time up to a bound that doubles (full jitter), so that clients which
 * failed together do not come back together; at least what the server asked for.
 *
 * @param tries - how many tries there have been, from 1.
 * @param asked - what `Retry-After` said, in milliseconds.
 */
export function backoff(tries: number, random: () => number, asked: number | undefined): number {
  const jitter = Math.floor(random() * Math.min(CAP_MS, BASE_MS * 2 ** (tries - 1)));
  return asked === undefined ? jitter : asked + jitter;
}

/**
 * Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or an HTTP date. Returns milliseconds from now, or undefined
 * when the header is absent or neither.
 *
 * @param date - the `Date` header of the same answer, which spares trusting that both clocks agree.
 */
export function retryAfter(value: string | null, date: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse reads much else; an HTTP date starts with a name of a day.
  const at = /^[A-Z][a-z]{2,8}, /.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const here = date === null ? Number.NaN : Date.parse(date);
  return Math.max(0, at - (Number.isNaN(here) ? now : here));
}
