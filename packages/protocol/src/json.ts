import { fromUtf8, loneSurrogateAt } from "./bytes.ts";
import { SettldError } from "./error.ts";
import type { Code } from "./gen/codes.ts";
import { printable } from "./internal/printable.ts";
import { LIMITS } from "./limits.ts";

/** A value of the strict I-JSON profile; every number in it is an integer within +-(2^53-1) and not `-0`. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What {@link parseJson} demands beyond the strict profile. */
export type ParseJsonOptions = {
  /** Also demand that the input equals its canonical form (RFC 8785). Default `false`. */
  readonly canonical?: boolean;
  /** Longest input accepted, in bytes of UTF-8. Default 1,048,576 (1 MiB). */
  readonly maxBytes?: number;
  /** Most arrays and objects nested in each other, 0 to 64. Default 64. */
  readonly maxDepth?: number;
};

// The parser recurses once per level; this ceiling keeps the stack small whatever the caller asks for.
const DEPTH_MAX = LIMITS.jsonDepth;

/**
 * Parses I-JSON (RFC 7493) in the strict Settld profile, in linear time.
 *
 * The error is the same in every implementation: size, then byte order mark, then UTF-8 over the whole input, then
 * the first violation in reading order, and only for an input without any, the first departure from canonical form.
 *
 * @throws SettldError with the byte `offset` of the violation:
 * - `LIMIT_JSON_BYTES` the input is longer than `maxBytes`
 * - `JSON_BOM` it starts with a byte order mark (RFC 8259 section 8.1)
 * - `JSON_UTF8` it is not UTF-8 (RFC 3629)
 * - `JSON_SYNTAX` it is not exactly one JSON text (RFC 8259 section 2)
 * - `JSON_DUPLICATE_NAME` a name occurs twice in an object, after unescaping (RFC 7493 section 2.3)
 * - `JSON_SURROGATE` an escape denotes a lone surrogate (RFC 7493 section 2.1)
 * - `JSON_FRACTION`, `JSON_EXPONENT`, `JSON_NEGATIVE_ZERO`, `JSON_INTEGER_RANGE` a number outside the profile
 * - `JSON_DEPTH` the `[` or `{` that exceeds `maxDepth`
 * - `JCS_NOT_CANONICAL` with `canonical`: the first whitespace, misplaced name or avoidable escape (RFC 8785)
 * @throws TypeError when a limit is out of its range.
 */
export function parseJson(bytes: Uint8Array, options: ParseJsonOptions = {}): JsonValue {
  const bytesMax = bytesMaxOf(options);
  if (bytes.length > bytesMax) throw tooLong(bytesMax, bytes.length);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw byteOrderMark();
  return parseDocument(fromUtf8(bytes), options, "byte");
}

/**
 * Parses text that was decoded elsewhere, under the rules of {@link parseJson}; offsets count UTF-16 code units.
 *
 * @throws SettldError as {@link parseJson} does; a lone surrogate in the text itself is `JSON_SURROGATE` and takes
 * the place of `JSON_UTF8`: it is reported before anything that parsing would find.
 * @throws TypeError when a limit is out of its range.
 */
export function parseJsonText(text: string, options: ParseJsonOptions = {}): JsonValue {
  const bytesMax = bytesMaxOf(options);
  // UTF-8 takes one to three bytes per code unit, so most texts need no count.
  if (text.length > bytesMax) throw tooLong(bytesMax, text.length);
  if (text.length * 3 > bytesMax) {
    const length = utf8Length(text, text.length);
    if (length > bytesMax) throw tooLong(bytesMax, length);
  }
  if (text.charCodeAt(0) === 0xfeff) throw byteOrderMark();
  const lone = loneSurrogateAt(text);
  if (lone !== -1) {
    throw new SettldError(
      "JSON_SURROGATE",
      `expected well-formed Unicode, found ${printable(text.charAt(lone))} at index ${lone}`,
      { offset: lone },
    );
  }
  return parseDocument(text, options, "index");
}

function bytesMaxOf(options: ParseJsonOptions): number {
  const { maxBytes = LIMITS.payloadBytes } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) {
    throw new TypeError(`expected maxBytes to be an integer of at least 0, found ${maxBytes}`);
  }
  return maxBytes;
}

function tooLong(bytesMax: number, length: number): SettldError {
  return new SettldError("LIMIT_JSON_BYTES", `expected at most ${bytesMax} bytes of JSON, found ${length}`, {
    offset: bytesMax,
  });
}

function byteOrderMark(): SettldError {
  return new SettldError("JSON_BOM", "expected JSON without a byte order mark, found one at byte 0", { offset: 0 });
}

// Reading position and findings of one parse. The fields never change their representation, which keeps access fast.
type Cursor = {
  readonly text: string;
  readonly unit: "byte" | "index";
  readonly depthMax: number;
  at: number;
  /** Lowest index that departs from canonical form, or NEVER. */
  odd: number;
};

// A small integer, unlike Infinity, keeps the field unboxed; no JavaScript string is this long.
const NEVER = 0x3fffffff;

function parseDocument(text: string, options: ParseJsonOptions, unit: Cursor["unit"]): JsonValue {
  const { canonical = false, maxDepth = DEPTH_MAX } = options;
  if (!Number.isSafeInteger(maxDepth) || maxDepth < 0 || maxDepth > DEPTH_MAX) {
    throw new TypeError(`expected maxDepth to be an integer from 0 to ${DEPTH_MAX}, found ${maxDepth}`);
  }
  const cursor: Cursor = { text, unit, depthMax: maxDepth, at: 0, odd: NEVER };
  const value = readValue(cursor, skipSpace(cursor), 0);
  if (skipSpace(cursor) !== END) throw syntax(cursor, "end of input");
  if (canonical && cursor.odd !== NEVER) {
    throw fault(cursor, "JCS_NOT_CANONICAL", cursor.odd, "the canonical form of RFC 8785");
  }
  return value;
}

const END = -1;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

// Moves to the next character that is not whitespace and returns it. Here and below no index leaves the text: one read
// beyond its end would make the engine recompile the parser for the slow case, which a truncated input could provoke.
function skipSpace(cursor: Cursor): number {
  const { text } = cursor;
  const { length } = text;
  let { at } = cursor;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
      cursor.at = at;
      return code;
    }
    if (at < cursor.odd) cursor.odd = at;
    at += 1;
  }
  cursor.at = at;
  return END;
}

function readValue(cursor: Cursor, code: number, depth: number): JsonValue {
  switch (code) {
    case QUOTE:
      return readString(cursor);
    case OPEN_OBJECT:
      return readObject(cursor, depth);
    case OPEN_ARRAY:
      return readArray(cursor, depth);
    case 0x74:
      return readLiteral(cursor, "true", true);
    case 0x66:
      return readLiteral(cursor, "false", false);
    case 0x6e:
      return readLiteral(cursor, "null", null);
    default:
      if (code === MINUS || (code >= ZERO && code <= NINE)) return readNumber(cursor);
      throw syntax(cursor, "a JSON value");
  }
}

function readLiteral<T extends boolean | null>(cursor: Cursor, literal: string, value: T): T {
  const { text, at } = cursor;
  if (!text.startsWith(literal, at)) throw syntax(cursor, literal);
  cursor.at = at + literal.length;
  return value;
}

function readArray(cursor: Cursor, depth: number): JsonValue[] {
  if (depth >= cursor.depthMax) throw tooDeep(cursor);
  cursor.at += 1;
  let code = skipSpace(cursor);
  if (code === CLOSE_ARRAY) {
    cursor.at += 1;
    return [];
  }
  // Pushing to an empty array would reserve room for 16 more, which nested arrays multiply.
  const items: JsonValue[] = [readValue(cursor, code, depth + 1)];
  for (;;) {
    code = skipSpace(cursor);
    if (code === CLOSE_ARRAY) {
      cursor.at += 1;
      return items;
    }
    if (code !== COMMA) throw syntax(cursor, '"," or "]"');
    cursor.at += 1;
    items.push(readValue(cursor, skipSpace(cursor), depth + 1));
  }
}

function readObject(cursor: Cursor, depth: number): JsonValue {
  if (depth >= cursor.depthMax) throw tooDeep(cursor);
  const members: Record<string, JsonValue> = {};
  cursor.at += 1;
  let code = skipSpace(cursor);
  if (code === CLOSE_OBJECT) {
    cursor.at += 1;
    return members;
  }
  let greatest: string | undefined;
  for (;;) {
    const nameAt = cursor.at;
    if (code !== QUOTE) throw syntax(cursor, greatest === undefined ? 'a name or "}"' : "a name");
    const name = readString(cursor);
    // JavaScript compares strings by UTF-16 code units, as RFC 8785 section 3.2.3 asks. A name above all earlier ones
    // is new as well; only for the others, which canonical input does not have, is the object searched.
    if (greatest === undefined || greatest < name) {
      greatest = name;
    } else {
      if (Object.hasOwn(members, name)) {
        throw fault(cursor, "JSON_DUPLICATE_NAME", nameAt, "each name once in an object", `${printable(name)} again`);
      }
      if (nameAt < cursor.odd) cursor.odd = nameAt;
    }
    if (skipSpace(cursor) !== COLON) throw syntax(cursor, '":"');
    cursor.at += 1;
    const value = readValue(cursor, skipSpace(cursor), depth + 1);
    // Plain assignment to this one name would set the prototype instead.
    if (name === "__proto__") {
      Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
    } else {
      members[name] = value;
    }
    code = skipSpace(cursor);
    if (code === CLOSE_OBJECT) {
      cursor.at += 1;
      return members;
    }
    if (code !== COMMA) throw syntax(cursor, '"," or "}"');
    cursor.at += 1;
    code = skipSpace(cursor);
  }
}

function readString(cursor: Cursor): string {
  const { text } = cursor;
  const { length } = text;
  const start = cursor.at + 1;
  for (let at = start; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      cursor.at = at + 1;
      return text.slice(start, at);
    }
    if (code === BACKSLASH || code < 0x20) return readEscaped(cursor, at);
  }
  cursor.at = length;
  throw syntax(cursor, "the end of a string");
}

// The rest of a string from its first escape (or raw control character) on; `from` is the index of that character.
function readEscaped(cursor: Cursor, from: number): string {
  const { text } = cursor;
  const { length } = text;
  let value = text.slice(cursor.at + 1, from);
  let at = from;
  let run = from;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      cursor.at = at + 1;
      return value + text.slice(run, at);
    }
    if (code < 0x20) {
      cursor.at = at;
      throw syntax(cursor, "an escaped control character");
    }
    if (code === BACKSLASH) {
      value += text.slice(run, at);
      cursor.at = at;
      value += readEscape(cursor);
      at = cursor.at;
      run = at;
    } else {
      at += 1;
    }
  }
  cursor.at = length;
  throw syntax(cursor, "the end of a string");
}

// RFC 8785 section 3.2.2.2: the seven two-character escapes are canonical, and `\/` is not.
const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [QUOTE, '"'],
  [BACKSLASH, "\\"],
  [0x62, "\b"],
  [0x66, "\f"],
  [0x6e, "\n"],
  [0x72, "\r"],
  [0x74, "\t"],
]);

const SHORT_ESCAPED = '"\\\b\f\n\r\t';

/** Reads the escape at the cursor, moves behind it, and notes whether canonical form would spell it so. */
function readEscape(cursor: Cursor): string {
  const { text, at } = cursor;
  const code = at + 1 < text.length ? text.charCodeAt(at + 1) : END;
  const short = SHORT_ESCAPES.get(code);
  if (short !== undefined) {
    cursor.at = at + 2;
    return short;
  }
  if (code === 0x2f) {
    if (at < cursor.odd) cursor.odd = at;
    cursor.at = at + 2;
    return "/";
  }
  const unit = code === 0x75 ? hex4(text, at + 2) : -1;
  if (unit < 0) throw syntax(cursor, "a JSON escape");
  if (unit >= 0xd800 && unit <= 0xdfff) {
    // A high surrogate counts only with the escape of a low one directly behind it, whatever else stands there:
    // so the violation that comes first in the text is the one reported.
    const low = unit < 0xdc00 && text.startsWith("\\u", at + 6) ? hex4(text, at + 8) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
      throw fault(cursor, "JSON_SURROGATE", at, "a surrogate pair", `the lone \\u${text.slice(at + 2, at + 6)}`);
    }
    if (at < cursor.odd) cursor.odd = at;
    cursor.at = at + 12;
    return String.fromCharCode(unit, low);
  }
  const char = String.fromCharCode(unit);
  // Canonical only for control characters without a short escape, in lower-case digits.
  if (unit >= 0x20 || SHORT_ESCAPED.includes(char) || UPPER_HEX.test(text.slice(at + 2, at + 6))) {
    if (at < cursor.odd) cursor.odd = at;
  }
  cursor.at = at + 6;
  return char;
}

const UPPER_HEX = /[A-F]/;

function hex4(text: string, at: number): number {
  if (at + 4 > text.length) return -1;
  let unit = 0;
  for (let index = at; index < at + 4; index++) {
    const code = text.charCodeAt(index);
    const lower = code | 0x20;
    if (code >= ZERO && code <= NINE) unit = unit * 16 + code - ZERO;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return -1;
  }
  return unit;
}

// 2^53-1 has 16 digits; a sum over 16 digits is exact below 2^53 and cannot round back under it.
const DIGITS_MAX = 16;

function readNumber(cursor: Cursor): number {
  const { text } = cursor;
  const { length } = text;
  const start = cursor.at;
  let at = start;
  const negative = text.charCodeAt(at) === MINUS;
  if (negative) at += 1;
  const first = at;
  let magnitude = 0;
  let code = END;
  while (at < length) {
    code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) break;
    if (at - first < DIGITS_MAX) magnitude = magnitude * 10 + (code - ZERO);
    at += 1;
  }
  const digits = at - first;
  const plain = digits === 1 || (digits > 1 && text.charCodeAt(first) !== ZERO);
  if (!plain || isNumberCode(code)) throw badNumber(cursor);
  if (negative && magnitude === 0) throw badNumber(cursor);
  if (digits > DIGITS_MAX || magnitude > Number.MAX_SAFE_INTEGER) throw badNumber(cursor);
  cursor.at = at;
  return negative ? -magnitude : magnitude;
}

function isNumberCode(code: number): boolean {
  return code === DOT || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS;
}

const NUMBER_TOKEN = /[-+.eE0-9]*/y;
const NUMBER_GRAMMAR = /^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;

// The longest run of number characters is judged as a whole, first against the grammar of RFC 8259 section 6: so the
// code does not depend on how far an implementation had read when it stumbled.
function badNumber(cursor: Cursor): SettldError {
  NUMBER_TOKEN.lastIndex = cursor.at;
  const token = NUMBER_TOKEN.exec(cursor.text)?.[0] ?? "";
  const parts = NUMBER_GRAMMAR.exec(token);
  const report = (code: Code, expected: string) => fault(cursor, code, cursor.at, expected, printable(token));
  if (parts === null) return report("JSON_SYNTAX", "a JSON number");
  if (parts[1] !== undefined) return report("JSON_FRACTION", "an integer");
  if (parts[2] !== undefined) return report("JSON_EXPONENT", "an integer without exponent");
  if (token === "-0") return report("JSON_NEGATIVE_ZERO", "0");
  return report("JSON_INTEGER_RANGE", "an integer within +-(2^53-1)");
}

function tooDeep(cursor: Cursor): SettldError {
  return fault(cursor, "JSON_DEPTH", cursor.at, `at most ${cursor.depthMax} nested arrays and objects`);
}

function syntax(cursor: Cursor, expected: string): SettldError {
  return fault(cursor, "JSON_SYNTAX", cursor.at, expected);
}

function fault(cursor: Cursor, code: Code, at: number, expected: string, found?: string): SettldError {
  const { text, unit } = cursor;
  const shown =
    found ?? (at < text.length ? printable(String.fromCodePoint(text.codePointAt(at) ?? 0)) : "end of input");
  const offset = unit === "byte" ? utf8Length(text, at) : at;
  return new SettldError(code, `expected ${expected}, found ${shown} at ${unit} ${offset}`, { offset });
}

/** Counts the UTF-8 bytes of the first `end` code units; a lone surrogate counts 3. */
function utf8Length(text: string, end: number): number {
  let length = end;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    length += 1;
    if (code < 0x800) continue;
    length += 1;
    // A pair takes 4 bytes: one more for each of its two code units.
    if (code >= 0xd800 && code <= 0xdbff && at + 1 < end && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      at += 1;
    }
  }
  return length;
}
