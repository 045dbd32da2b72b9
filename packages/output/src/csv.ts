// What spreadsheets take for the start of a formula: = + - @, also in their full-width forms, and the white space
// that some of them skip first.
const FORMULA = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;

// Beyond comma, quote and line ends (RFC 4180 section 2), white space at an end that readers might trim, and the
// semicolon and tab at which a spreadsheet in another locale would cut the cell, formula and all.
const NEEDS_QUOTES = /[",;\t\r\n]|^[\s']|\s$/;

/**
 * Writes one CSV cell (RFC 4180). Text that a spreadsheet would run as a formula gets a `'` in front, so it stays text;
 * numbers are written as they are, since their sign is no formula.
 *
 * @example
 * csvCell("=1+1"); // "\"'=1+1\""
 * csvCell(-5); // "-5"
 */
export function csvCell(value: string | number | bigint): string {
  if (typeof value !== "string") return value.toString();
  const text = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes one CSV row with its CR LF (RFC 4180 section 2). */
export function csvRow(cells: readonly (string | number | bigint)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}
