const DAY_MS = 86_400_000;

/**
 * Reads a day of the calendar, such as 2026-11-21. Nothing here asks a clock: every day is given.
 *
 * @throws RangeError for what is no day.
 */
export const parseDay = (text: string | undefined): string => {
  const valid =
    text !== undefined &&
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().startsWith(text);
  if (!valid) throw new RangeError(`--as-of: expected a day such as 2026-11-21, found ${text ?? "none"}`);
  return text;
};

/** Whole days from one instant or day to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS);
