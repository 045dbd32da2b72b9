import { base64Encode, base64urlEncode, digestOf, utf8 } from "@settld/protocol";
import type { Json } from "./json.ts";
import type { Random } from "./random.ts";

const SAFE = Number.MAX_SAFE_INTEGER;

/** Integers at the edges of schemas, of 32 bits and of I-JSON. */
export const INTEGERS: readonly number[] = [
  0,
  1,
  -1,
  2,
  3,
  15,
  16,
  17,
  30,
  31,
  60,
  61,
  63,
  64,
  65,
  255,
  256,
  1023,
  1024,
  9999,
  10_000,
  10_001,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  315_576_000_000,
  315_576_000_001,
  SAFE,
  SAFE - 1,
  -SAFE,
];

const MONEY_MAX = `1${"0".repeat(30)}`;

/** Money as text: every edge of MONEY-1, and what is no money. */
export const MONEY_TEXTS: readonly string[] = [
  "0",
  "1",
  "2",
  "9",
  "10",
  "9999",
  "10000",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551616",
  "9".repeat(30),
  MONEY_MAX,
  `${MONEY_MAX.slice(0, -1)}1`,
  `${MONEY_MAX}0`,
  "",
  "00",
  "01",
  "+1",
  "-1",
  "-0",
  "1.0",
  "1e3",
  " 1",
  "1 ",
  "1\n",
  "0x1",
  "1_000",
  "1,000",
  "١",
  "１",
  "NaN",
  "Infinity",
  "null",
];

/** Instants at the ends of the calendar, and some that look like instants and are none. */
export const INSTANT_TEXTS: readonly string[] = [
  "1970-01-01T00:00:00.000Z",
  "1969-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00.000Z",
  "2000-02-29T00:00:00.000Z",
  "2100-02-29T00:00:00.000Z",
  "2024-02-29T23:59:59.999Z",
  "2026-02-29T00:00:00.000Z",
  "2026-04-31T00:00:00.000Z",
  "2026-13-01T00:00:00.000Z",
  "2026-00-01T00:00:00.000Z",
  "2026-01-00T00:00:00.000Z",
  "2026-03-02T24:00:00.000Z",
  "2026-03-02T23:60:00.000Z",
  "2026-12-31T23:59:60.000Z",
  "2026-03-02T09:00:00.000z",
  "2026-03-02t09:00:00.000Z",
  "2026-03-02T09:00:00Z",
  "2026-03-02T09:00:00.000+00:00",
  "2026-03-02T09:00:00.0000Z",
  "+2026-03-02T09:00:00.000Z",
  "２026-03-02T09:00:00.000Z",
];

/** Text that programs trip over: names of JavaScript, other normal forms, invisible and astral characters. */
export const ODD_TEXTS: readonly string[] = [
  "",
  " ",
  "a",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "\0",
  "\u007f",
  "\n",
  "é",
  "e\u0301",
  "\u212b",
  "ß",
  "İ",
  "\u202e\u2066",
  "\u200b",
  "\ufeff",
  "\u2028",
  "😀",
  "\u{10ffff}",
  "\uffff",
  "x".repeat(64),
  "x".repeat(65),
  "x".repeat(256),
  "x".repeat(257),
  "😀".repeat(256),
  "😀".repeat(257),
];

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MONEY = /^(?:0|[1-9]\d*)$/;
const URI = /^[a-z][a-z0-9+.-]*:/;

/** An instant some time away, or the same where the calendar ends. */
export const moveInstant = (instant: string, random: Random): string => {
  const by = random.pick([1, -1, 2, 999, 1000, -1000, 60_000, 3_600_000, -3_600_000, 86_400_000, -86_400_000]);
  const moved = Date.parse(instant) + by;
  // Comparisons with what is no time are false.
  return moved >= 0 && moved <= 253_402_300_799_999 ? new Date(moved).toISOString() : instant;
};

/** A money value a little away from another one, never below zero. */
export const moveMoney = (value: string, random: Random): string => {
  const moved = BigInt(value) + BigInt(random.pick([1, -1, 1, -1, 10, -10, 100, 9999]));
  return moved < 0n ? "0" : moved.toString();
};

const URIS: readonly string[] = [
  "https://buyer.example",
  "https://seller.example",
  "https://settler.example",
  "https://arbiter.example",
  "https://checker.example",
  "https://stranger.example",
  "https://Buyer.example",
  "HTTPS://buyer.example",
  "https://buyer.example/",
  "https://buyer.example:80",
  "https://buyer.example:123456",
  "https://buyer.example/?q#f",
  "https://buyer.example/%zz",
  "https://bücher.example",
  "https://a b.example",
  "https://",
  "did:key:z6Mk",
  "urn:x",
  "urn:",
  "a:",
  `urn:${"x".repeat(252)}`,
  `urn:${"x".repeat(253)}`,
];

const oddly = (text: string, random: Random): string =>
  random.pick([
    () => random.pick(ODD_TEXTS),
    () => text.toUpperCase(),
    () => `${text}${random.pick(ODD_TEXTS)}`,
    () => `${random.pick(ODD_TEXTS)}${text}`,
    () => text.slice(1),
    () => text.slice(0, -1),
    () => `${text}\n`,
    () => [...text].reverse().join(""),
  ])();

/** How far a change goes: `gentle` ones keep the type and the shape of a value where it has one. */
export type Force = "gentle" | "any";

/** Another string that looks like the given one, or, by force, now and then like nothing. */
export const changeText = (text: string, random: Random, force: Force = "any"): string => {
  if (force === "gentle") return gentleText(text, random);
  if (random.chance(12)) return wellFormed(oddly(text, random));
  if (DIGEST.test(text)) {
    return random.pick([
      () => digestOf(random.bytes(4)),
      () => `sha256:${text.slice(7).toUpperCase()}`,
      () => text.slice(7),
      () => `sha512:${text.slice(7)}`,
      () => digestOf(utf8("a,b\n1,2\n")),
    ])();
  }
  if (INSTANT.test(text)) return random.chance(75) ? moveInstant(text, random) : random.pick(INSTANT_TEXTS);
  if (MONEY.test(text)) return random.chance(70) ? moveMoney(text, random) : random.pick(MONEY_TEXTS);
  if (URI.test(text)) return random.pick(URIS);
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) {
    return random.chance(50)
      ? base64urlEncode(random.bytes(32))
      : `${text.slice(0, 42)}${random.pick([..."AEIMBQ_-="])}`;
  }
  if (/^[A-Za-z0-9+/]{20,}={0,2}$/.test(text)) {
    return random.chance(50) ? base64Encode(random.bytes(random.pick([0, 1, 63, 64, 65]))) : oddly(text, random);
  }
  if (text.startsWith("/")) {
    return random.pick([
      () => "",
      () => "/",
      () => `${text}/0`,
      () => text.slice(1),
      () => "/~",
      () => "/~2",
      () => "//",
    ])();
  }
  return wellFormed(oddly(text, random));
};

const gentleText = (text: string, random: Random): string => {
  if (DIGEST.test(text)) return digestOf(random.bytes(4));
  if (INSTANT.test(text)) return moveInstant(text, random);
  if (MONEY.test(text)) return moveMoney(text, random);
  if (URI.test(text)) return random.pick(URIS.slice(0, 6));
  return /^[A-Za-z0-9_-]{43}$/.test(text) ? base64urlEncode(random.bytes(32)) : changeText(text, random);
};

// Canonical form cannot carry half of a surrogate pair.
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "?");

/** Another value of the same type, or, now and then, of another. */
export const changeScalar = (value: null | boolean | number | string, random: Random, force: Force = "any"): Json => {
  if (force === "any" && random.chance(6))
    return random.pick<Json>([null, true, 0, "0", "", [], {}, [value], { value }]);
  switch (typeof value) {
    case "string":
      return changeText(value, random, force);
    case "number":
      return random.chance(force === "gentle" ? 85 : 50)
        ? clamp(value + random.pick([1, -1, 1, -1, 2, 10]))
        : random.pick(INTEGERS);
    case "boolean":
      return !value;
    default:
      return random.pick<Json>([false, 0, "", [], {}]);
  }
};

const clamp = (value: number): number => Math.max(-SAFE, Math.min(SAFE, value));
