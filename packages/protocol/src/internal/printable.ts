// Cc, Cf, Zl and Zp cover control, escape, bidi, zero-width, line-separator and tag characters; with the
// `u` flag \p{Cs} matches lone surrogates only. Unassigned code points stay out: runtimes disagree on them.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const LENGTH_MAX = 40;

/** Quotes untrusted text for a message: at most 40 code units, invisible and steering characters as `\u{..}`. */
export function printable(text: string): string {
  const cut = text.length > LENGTH_MAX;
  const shown = (cut ? text.slice(0, LENGTH_MAX) : text).replace(
    UNPRINTABLE,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `"${shown}"${cut ? "..." : ""}`;
}
