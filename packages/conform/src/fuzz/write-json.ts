import { isObject, type Json } from "./json.ts";
import type { Random } from "./random.ts";

/** How likely each oddity is at each place, in percent. */
export type Oddity = {
  readonly space: number;
  readonly order: number;
  readonly escape: number;
  readonly number: number;
  readonly duplicate: number;
  readonly syntax: number;
};

const NONE: Oddity = { space: 0, order: 0, escape: 0, number: 0, duplicate: 0, syntax: 0 };

const SPACES: readonly string[] = [" ", "\n", "\t", "\r", "\r\n", "  "];
const NUMBERS: readonly string[] = [
  "-0",
  "1e0",
  "1E5",
  "0e0",
  "-0.0",
  "1.0",
  "1.5e3",
  "0.1",
  "01",
  "+1",
  ".5",
  "1.",
  "1e",
  "--1",
  "-",
  "0x10",
  "1e400",
  "9007199254740991",
  "9007199254740992",
  "-9007199254740991",
  "-9007199254740992",
  "9007199254740993",
  "12345678901234567890",
  "1e-7",
  "NaN",
  "Infinity",
  "1-",
  "1+1",
];
const TOKENS: readonly string[] = [
  "",
  ",",
  "tru",
  "True",
  "nul",
  "undefined",
  "'a'",
  '"\\x"',
  '"\\u12"',
  '"\\ud800"',
  '"\\udc00"',
  '"\\ud83d\\ude00"',
  '"\\ud83dx"',
  '"\\uD800\\uD800"',
  '"\t"',
  '"\u007f"',
  '"',
  "[1,]",
  '{"a":1,}',
  "{,}",
  "[",
  "]",
  "{1:2}",
  '{"a" 1}',
  "/**/1",
  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
];

const plain = (char: string): string => JSON.stringify(char).slice(1, -1);

// Every character may be written as its UTF-16 code units, and a slash with a backslash.
const escaped = (char: string, random: Random): string => {
  if (char === "/") return "\\/";
  return Array.from({ length: char.length }, (_, at) => {
    const unit = char.charCodeAt(at).toString(16).padStart(4, "0");
    return `\\u${random.chance(50) ? unit : unit.toUpperCase()}`;
  }).join("");
};

/**
 * Writes JSON text as others might: with white space, members in another order, needless escapes, numbers of other
 * spellings, names twice, or something that is no JSON at all.
 */
export const writeOddly = (value: Json, random: Random, oddity: Partial<Oddity>): string => {
  const odd = { ...NONE, ...oddity };
  const space = (): string => (random.chance(odd.space) ? random.pick(SPACES) : "");
  const text = (content: string): string =>
    `"${[...content].map((char) => (random.chance(odd.escape) ? escaped(char, random) : plain(char))).join("")}"`;
  const write = (one: Json): string => {
    if (random.chance(odd.syntax)) return random.pick(TOKENS);
    if (typeof one === "number" && random.chance(odd.number)) return random.pick(NUMBERS);
    if (typeof one === "string") return text(one);
    if (Array.isArray(one)) return `[${space()}${one.map((item) => write(item) + space()).join(`,${space()}`)}]`;
    if (!isObject(one)) return JSON.stringify(one);
    const sorted = Object.keys(one).sort();
    const names = random.chance(odd.order) ? random.shuffled(sorted) : sorted;
    const twice = names.length > 0 && random.chance(odd.duplicate) ? [...names, random.pick(names)] : names;
    const members = twice.map((name) => `${text(name)}${space()}:${space()}${write(one[name] as Json)}`);
    return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
  };
  return `${space()}${write(value)}${space()}`;
};

/** Draws one kind of oddity, at few places. */
export const oneOddity = (random: Random): Partial<Oddity> =>
  random.weighted<Partial<Oddity>>([
    [3, { space: 20 }],
    [3, { order: 50 }],
    [3, { escape: 8 }],
    [3, { number: 30 }],
    [3, { duplicate: 30 }],
    [3, { syntax: 6 }],
    [1, { space: 10, order: 20, escape: 3, number: 3, duplicate: 3, syntax: 2 }],
  ]);
