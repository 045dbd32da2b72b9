// PostgreSQL keeps every text but those with U+0000, which JSON may well hold. It is written as U+0001 U+0001, and
// U+0001 as U+0001 U+0002: each text has a form of its own, and the order of texts stays as it was.
const ESCAPE = "\u0001";

/** The form in which the database keeps a text. */
export function keptText(text: string): string {
  if (!text.includes("\0") && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}\u0002`).replaceAll("\0", ESCAPE.repeat(2));
}

/** The text that the database keeps so. */
export function textOf(kept: string): string {
  if (!kept.includes(ESCAPE)) return kept;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what these texts are made of.
  return kept.replaceAll(/\u0001([\u0001\u0002])/g, (_, second) => (second === ESCAPE ? "\0" : ESCAPE));
}
