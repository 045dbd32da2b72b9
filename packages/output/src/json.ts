// Everything but printable ASCII. A control character below U+0020 is escaped in JSON already.
const NOT_ASCII = /[^\x20-\x7e]/g;

/**
 * Writes JSON text in ASCII: the same value, with every other character as an escape, so that a terminal has nothing
 * to interpret. `##` is broken as well, which would start a command in the log of a CI system.
 *
 * @param json - JSON text without white space outside of strings; such text has other characters only in strings.
 */
export function asciiJson(json: string): string {
  return json
    .replace(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("##", "#\\u0023");
}

/** Replaces halves of surrogate pairs, which no JSON of ours may hold, by U+FFFD; names of files can have them. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}
