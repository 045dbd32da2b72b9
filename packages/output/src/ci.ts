import { showCodePoint } from "./invisible.ts";

// GitHub runs `::name::` at the start of a line, after any white space, and its older `##[name]` anywhere in a line;
// Azure runs `##vso[`, TeamCity `##teamcity[`.
const COMMAND = /^(\s*)(:)(?=:)|(#)(?=#\w*\[)/gm;

/**
 * Breaks commands that CI systems would run when they see them in a log: the first character of `::` at the start of
 * a line and of `##[` shows as `\u{..}`. Takes whole output, of any number of lines.
 *
 * @example
 * breakCiCommands("::set-env name=A::1"); // "\\u{3a}:set-env name=A::1"
 */
export function breakCiCommands(text: string): string {
  return text.replace(COMMAND, (_, space: string | undefined, colon: string | undefined, hash: string | undefined) =>
    hash === undefined ? `${space ?? ""}${showCodePoint(colon ?? ":")}` : showCodePoint(hash),
  );
}
