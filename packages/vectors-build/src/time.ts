/** Milliseconds in an hour. */
export const HOUR = 3_600_000;

const START = Date.UTC(2026, 2, 2, 9);

/** The instant so many hours, and milliseconds, after the start of every log, 2026-03-02T09:00:00.000Z. */
export const at = (hours: number, ms = 0): string => new Date(START + hours * HOUR + ms).toISOString();
