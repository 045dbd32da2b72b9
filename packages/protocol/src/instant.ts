import { SettldError } from "./error.ts";

/** Last instant that can be written, 9999-12-31T23:59:59.999Z; derived instants saturate here (TIME-6). */
export const INSTANT_MAX = 253_402_300_799_999;

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/;

/**
 * Reads an instant as milliseconds since 1970-01-01T00:00:00.000Z.
 *
 * @throws SettldError `TIME_INSTANT` unless it is a real UTC time from 1970 to 9999 (TIME-1).
 */
export function parseInstant(text: string, pointer?: string): number {
  const found = SHAPE.exec(text);
  if (found !== null) {
    const [year, month, day, hour, minute, second, milli] = found.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const time = Date.UTC(year, month - 1, day, hour, minute, second, milli);
    // Date.UTC carries 31 February into March and reads years below 100 as 19xx; writing it back shows both.
    if (time >= 0 && time <= INSTANT_MAX && formatInstant(time) === text) return time;
  }
  throw new SettldError(
    "TIME_INSTANT",
    `expected a UTC time YYYY-MM-DDTHH:mm:ss.sssZ from 1970 to 9999, found ${JSON.stringify(text.slice(0, 40))}`,
    pointer === undefined ? {} : { pointer },
  );
}

/** Writes milliseconds since 1970 as an instant; the inverse of {@link parseInstant}. */
export function formatInstant(time: number): string {
  return new Date(time).toISOString();
}

/** Adds a duration in milliseconds, saturating at {@link INSTANT_MAX} so that a timer can always be written (TIME-6). */
export function addDuration(time: number, durationMs: number): number {
  return Math.min(time + durationMs, INSTANT_MAX);
}
