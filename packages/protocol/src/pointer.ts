import { SettldError } from "./error.ts";
import { printable } from "./internal/printable.ts";
import type { JsonValue } from "./json.ts";

/**
 * Writes a JSON Pointer (RFC 6901 section 3); no tokens give `""`, the whole document.
 *
 * @throws TypeError when a number is not an integer of at least 0.
 */
export function formatPointer(tokens: readonly (string | number)[]): string {
  let text = "";
  for (const token of tokens) {
    if (typeof token === "number" && !(Number.isSafeInteger(token) && token >= 0)) {
      throw new TypeError(`expected an array index of at least 0, found ${token}`);
    }
    // Tildes first, or the tilde of "~1" would be escaped again.
    text += `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
  return text;
}

/**
 * Splits a JSON Pointer into its unescaped tokens (RFC 6901 section 3).
 *
 * @throws SettldError `JSON_POINTER` with the offset, in UTF-16 code units, of a missing `/` at the start or of a `~`
 * without `0` or `1` behind it.
 */
export function parsePointer(text: string): string[] {
  if (text === "") return [];
  if (!text.startsWith("/")) throw fault(text, 0, '"/"');
  const stray = text.search(/~(?![01])/);
  if (stray !== -1) throw fault(text, stray, '"~0" or "~1"');
  // Slashes first: RFC 6901 section 4 warns that "~01" must become "~1" and not "/".
  return text
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function fault(text: string, offset: number, expected: string): SettldError {
  return new SettldError(
    "JSON_POINTER",
    `expected ${expected} in a JSON Pointer, found ${printable(text.slice(offset, offset + 2))} at index ${offset}`,
    { offset },
  );
}

const ARRAY_INDEX = /^(?:0|[1-9][0-9]*)$/;

/**
 * Finds what a pointer's tokens lead to (RFC 6901 section 4), or `undefined` when they lead nowhere.
 * Only own members count, so `constructor` or `__proto__` is found where the document has it and nowhere else;
 * `-`, a leading zero and anything beyond the end of an array lead nowhere.
 */
export function resolvePointer(value: JsonValue, tokens: readonly (string | number)[]): JsonValue | undefined {
  let current: JsonValue = value;
  for (const token of tokens) {
    const name = String(token);
    if (typeof current !== "object" || current === null) return undefined;
    // `length` is an own property of an array, hence the look at the index first.
    if (Array.isArray(current) && !ARRAY_INDEX.test(name)) return undefined;
    if (!Object.hasOwn(current, name)) return undefined;
    current = (current as { readonly [name: string]: JsonValue })[name] as JsonValue;
  }
  return current;
}
