import { showInvisible } from "./invisible.ts";

/**
 * Makes untrusted text safe for one line of a terminal: control, escape, bidi, zero-width and other invisible
 * characters, the line feed included, show as `\u{..}` and do nothing.
 *
 * @example
 * escapeTerminal("a\u001b[2Jb"); // "a\\u{1b}[2Jb"
 */
export function escapeTerminal(text: string): string {
  return showInvisible(text);
}
