import { SettldError } from "./error.ts";

/** Last instant that can be written, 9999-12-31T23:59:59.999Z; derived instants saturate here (TIME-6). */
export const INSTANT_MAX = 253_402_300_799_999;

const PATTERN = "dddd-dd-ddTdd:dd:dd.dddZ";
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads an instant as milliseconds since 1970-01-01T00:00:00.000Z.
 *
 * @throws SettldError `TIME_INSTANT` unless it is a real UTC time from 1970 to 9999 (TIME-1).
 */
export function parseInstant(text: string, pointer?: string): number {
  if (hasShape(text)) {
    const year = digits(text, 0, 4);
    const month = digits(text, 5, 7);
    const day = digits(text, 8, 10);
    const hour = digits(text, 11, 13);
    const minute = digits(text, 14, 16);
    const second = digits(text, 17, 19);
    // Date.UTC carries 31 February into March, so that the calendar has to be asked before.
    if (year >= 1970 && day >= 1 && day <= daysOf(year, month) && hour < 24 && minute < 60 && second < 60) {
      return Date.UTC(year, month - 1, day, hour, minute, second, digits(text, 20, 23));
    }
  }
  throw new SettldError(
    "TIME_INSTANT",
    `expected a UTC time YYYY-MM-DDTHH:mm:ss.sssZ from 1970 to 9999, found ${JSON.stringify(text.slice(0, 40))}`,
    pointer === undefined ? {} : { pointer },
  );
}

function hasShape(text: string): boolean {
  if (text.length !== PATTERN.length) return false;
  for (let index = 0; index < PATTERN.length; index += 1) {
    const found = text.charCodeAt(index);
    const expected = PATTERN.charCodeAt(index);
    if (expected === 0x64 ? found < 0x30 || found > 0x39 : found !== expected) return false;
  }
  return true;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) value = value * 10 + text.charCodeAt(index) - 0x30;
  return value;
}

// No month has no days, so that a month out of range fails like a day out of range.
function daysOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
}

/** Writes milliseconds since 1970 as an instant; the inverse of {@link parseInstant}. */
export function formatInstant(time: number): string {
  return new Date(time).toISOString();
}

/** Adds a duration in milliseconds, saturating at {@link INSTANT_MAX} so that a timer can always be written (TIME-6). */
export function addDuration(time: number, durationMs: number): number {
  return Math.min(time + durationMs, INSTANT_MAX);
}
