import { inputError } from "../exit.ts";

/**
 * A number of days that somebody typed.
 *
 * @throws SettldError for exit code 2: `CLI_USAGE`.
 */
export function readDays(text: string, option: string, daysMax: number): number {
  const days = Number(text);
  if (/^\d{1,5}$/.test(text) && days <= daysMax) return days;
  throw inputError("CLI_USAGE", `${option}: expected days from 0 to ${daysMax}, found ${JSON.stringify(text)}`);
}
