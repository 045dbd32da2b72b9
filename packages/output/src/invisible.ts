/**
 * Characters that a reader cannot see or that steer how others are shown, and so may lie about a text:
 *
 * - Cc, Zl, Zp: control and escape characters, every kind of line end and tab
 * - Cf: bidi overrides, zero-width joiners, soft hyphens, tags
 * - Default_Ignorable_Code_Point: variation selectors, Hangul fillers and whatever else is drawn as nothing
 * - Cs: with the `u` flag, lone surrogates only
 * - Zs but the plain space, and the empty Braille pattern: blanks that look like a space or like nothing
 *
 * Unassigned code points stay out, because runtimes disagree on which these are.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu;

/** Shows one character as `\u{..}` with its code point in hexadecimal. */
export function showCodePoint(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * Shows invisible and steering characters as `\u{..}`.
 *
 * A text that already says `\u{` comes out as `\u{5c}u{`, so two different texts never look the same because of it.
 *
 * @param keep - characters to leave as they are, such as the line feed where lines are wanted.
 */
export function showInvisible(text: string, keep: string = ""): string {
  return text
    .replaceAll("\\u{", () => "\\u{5c}u{")
    .replace(INVISIBLE, (char) => (keep.includes(char) ? char : showCodePoint(char)));
}
