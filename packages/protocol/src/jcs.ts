import { LIMITS } from "./limits.ts";

const encoder = new TextEncoder();

// The same ceiling as the parser's: what we emit can be read back, and a cycle ends in an error, not in a full stack.
const DEPTH_MAX = LIMITS.jsonDepth;

/**
 * Writes a value in canonical form (RFC 8785), over the integers of I-JSON that Settld allows.
 *
 * It takes any value, because types cannot say "JSON" of an object type without naming its members as an index;
 * what is no JSON is refused when it is met.
 *
 * @throws TypeError when the value is not one that `parseJson` could have returned: `undefined`, a function, a symbol,
 * a bigint, a fraction, `-0`, a number beyond +-(2^53-1), a lone surrogate, an instance of a class (with or without
 * `toJSON`), an array with holes, or more than 64 arrays and objects nested in each other, as in a cycle.
 */
export function canonicalize(value: unknown): string {
  return write(value, 0);
}

/**
 * Writes a value in canonical form (RFC 8785) as UTF-8 bytes: what is digested and signed.
 *
 * @throws TypeError as {@link canonicalize} does.
 */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(write(value, 0));
}

function write(value: unknown, depth: number): string {
  if (typeof value === "string") return writeString(value);
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "object") {
    if (value === null) return "null";
    if (depth >= DEPTH_MAX) {
      throw new TypeError(`expected at most ${DEPTH_MAX} nested arrays and objects, found more, or a cycle`);
    }
    return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
  }
  if (value === true) return "true";
  if (value === false) return "false";
  throw new TypeError(`expected a JSON value, found ${typeof value}`);
}

function writeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`expected an integer within +-(2^53-1), found ${value}`);
  if (value === 0 && 1 / value < 0) throw new TypeError("expected 0, found -0");
  return `${value}`;
}

function writeArray(items: readonly unknown[], depth: number): string {
  if (!isPlain(items, Array.prototype, "Array"))
    throw new TypeError("expected a plain array, found an instance of a class");
  let text = "[";
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ",";
    text += write(items[index], depth);
  }
  return `${text}]`;
}

function writeObject(object: object, depth: number): string {
  if (!isPlain(object, Object.prototype, "Object")) {
    throw new TypeError("expected a plain object, found an instance of a class");
  }
  const names = Object.keys(object);
  sortNames(names);
  const members = object as { readonly [name: string]: unknown };
  let text = "{";
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const label = labels.get(name) ?? writeLabel(name);
    text += index === 0 ? label : `,${label}`;
    text += write(members[name], depth);
  }
  return `${text}}`;
}

// Names repeat: keeping the quoted form of those met first makes a document a quarter cheaper. The bounds keep a
// flood of made-up names from growing the table, which then only stops helping.
const labels = new Map<string, string>();
const LABELS_MAX = 512;
const LABEL_LENGTH_MAX = 64;

function writeLabel(name: string): string {
  const label = `${writeString(name)}:`;
  if (labels.size < LABELS_MAX && name.length <= LABEL_LENGTH_MAX) labels.set(name, label);
  return label;
}

// Up to here insertion beats the built-in sort, and it costs one pass over names that are in order already, as they are
// in what the parser returns from canonical input. Beyond, its square would show.
const INSERTION_NAMES_MAX = 24;

/** Sorts names by UTF-16 code units, the order of RFC 8785 section 3.2.3 and of JavaScript. */
function sortNames(names: string[]): void {
  if (names.length > INSERTION_NAMES_MAX) {
    names.sort();
    return;
  }
  for (let index = 1; index < names.length; index++) {
    const name = names[index] as string;
    let at = index;
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string;
    names[at] = name;
  }
}

// A value from another realm (an iframe, a test runner's context) has prototypes of its own, so those are told by shape.
function isPlain(value: object, ours: object, name: "Array" | "Object"): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === ours) return true;
  if (prototype === null) return name === "Object";
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || maker.name !== name) return false;
  // Only a realm's own `Object` and `Array` are native code under these names.
  return Function.prototype.toString.call(maker) === `function ${name}() { [native code] }`;
}

// From here on a regular expression is faster than a loop.
const LOOP_LENGTH_MAX = 64;
// Everything but control characters, quote, backslash and surrogates.
const SPECIAL = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Tells whether text needs neither an escape nor a look at its surrogates. */
function isSimple(text: string): boolean {
  if (text.length > LOOP_LENGTH_MAX) return !SPECIAL.test(text);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  return true;
}

function writeString(text: string): string {
  if (isSimple(text)) return `"${text}"`;
  if (LONE_SURROGATE.test(text)) throw new TypeError("expected well-formed Unicode, found a lone surrogate");
  // ECMAScript's QuoteJSONString is the serialization of RFC 8785 section 3.2.2.2; for a primitive no `toJSON` is called.
  return JSON.stringify(text);
}
