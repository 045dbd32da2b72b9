/** What may be purged, in days of 24 hours; what is not named is kept for ever (STORE-10). */
export type RetentionRule = {
  /** Evidence of agreements that have all been closed for longer. */
  readonly closedDays?: number;
  /** Uploads that no agreement names, since they were last sent. */
  readonly unreferencedDays?: number;
};

/** The longest time of a rule, a hundred years. */
export const DAYS_MAX = 36_500;

const DAY_MS = 86_400_000;

/** When a number of days after an instant are over. */
export function daysAfter(instant: number, days: number): number {
  return instant + days * DAY_MS;
}

/** Whether a value is a number of days that a rule may have. */
export function isDays(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= DAYS_MAX;
}
