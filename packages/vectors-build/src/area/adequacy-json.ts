import { base64Encode, base64urlEncode, digestOf, thumbprint, utf8 } from "@settld/protocol";
import { type Case, field, file, type VectorFile } from "../format.ts";
import { SMALL_CANONICAL } from "../points.ts";

// Texts one step away from what others try: the next character, the next escape, the next place.

const bytesOf = (input: string | readonly number[]): Uint8Array =>
  typeof input === "string" ? utf8(input) : Uint8Array.from(input);

type Bad = readonly [
  fault: string,
  clause: string,
  code: string,
  input: string | readonly number[],
  why: string,
  kills: string,
];

const reject = ([fault, clause, code, input, why, kills]: Bad): Case => ({
  id: `edge-json-${fault}`,
  clause,
  code,
  fault: `edge-${fault}`,
  twin: "json-string-document",
  why,
  kills,
  input: { bytes: field(bytesOf(input)) },
});

const good = (id: string, clause: string, input: string, canonical: string, why: string, kills: string): Case => ({
  id: `edge-json-${id}`,
  clause,
  why,
  kills,
  input: { bytes: field(input) },
  facts: { canonical: base64Encode(utf8(canonical)), digest: digestOf(utf8(canonical)) },
});

const syntax = (fault: string, input: string | readonly number[], why: string, kills: string): Bad => [
  fault,
  "JSON-3",
  "JSON_SYNTAX",
  input,
  why,
  kills,
];
const number = (fault: string, code: string, input: string, why: string, kills: string): Bad => [
  fault,
  "JSON-6",
  code,
  input,
  why,
  kills,
];
const surrogate = (fault: string, input: string, why: string, kills: string): Bad => [
  fault,
  "JSON-5",
  "JSON_SURROGATE",
  input,
  why,
  kills,
];

const rejects: readonly Bad[] = [
  syntax("bom-other-first", [0xe1, 0xbb, 0xbf], "The last two bytes of the mark behind another.", "look at two bytes"),
  syntax("bom-other-second", [0xef, 0xbc, 0xbf], "The outer bytes of the mark around another.", "look at two bytes"),
  syntax("bom-other-third", [0xef, 0xbb, 0xbe], "The first two bytes of the mark before another.", "look at two bytes"),
  syntax("control-behind", "1\u0001", "A control character is no white space.", "end at a control character"),
  syntax(
    "colon-behind-number",
    "1:",
    "A colon comes after the digits in ASCII, and is none.",
    "count a colon as a digit",
  ),
  syntax("literal-other-end", "trux", "A literal is all of its letters.", "look at the first letters of a literal"),
  syntax("literal-null-upper", "nulL", "Literals have one case.", "look at the length of a literal"),
  syntax("semicolon-in-array", "[1;2]", "Items are apart by a comma.", "skip one character between items"),
  syntax("semicolon-in-object", '{"a":1;"b":2}', "Members are apart by a comma.", "skip one character between members"),
  syntax("name-without-first-quote", '{a":1}', "A name starts with a quote.", "skip one character before a name"),
  syntax(
    "unit-separator",
    [0x22, 0x1f, 0x22],
    "U+001F is the last control character that a string must not hold as it is.",
    "refuse control characters up to U+001E",
  ),
  syntax(
    "unit-separator-behind-escape",
    [0x22, 0x5c, 0x6e, 0x1f, 0x22],
    "The same in a string that has an escape before it.",
    "check control characters up to the first escape",
  ),
  syntax("unclosed-behind-escape", '"a\\nb', "The end of the text is no end of a string.", "close strings at the end"),
  syntax("escape-slash-digit", '"\\u01/1"', "A slash comes before the digits in ASCII.", "accept what is below 9"),
  syntax("escape-at-digit", '"\\u004@"', "An at sign comes before the letters in ASCII.", "accept what is below f"),
  surrogate("last-low-alone", '"\\udfff"', "The last low surrogate, alone.", "end the surrogates at U+DFFE"),
  surrogate("low-low", '"\\udc00\\udc00"', "Two low surrogates are no pair.", "pair any two surrogates"),
  surrogate("last-low-low", '"\\udfff\\udfff"', "Nor are two of the last.", "pair any two surrogates"),
  surrogate("high-text-low", '"\\ud800xxdc00"', "The low one has no escape.", "look at four digits six places on"),
  surrogate("high-high-last", '"\\ud800\\udbff"', "Two high surrogates are no pair.", "start low ones at U+DBFF"),
  surrogate("high-private", '"\\ud800\\ue000"', "U+E000 is no surrogate.", "leave the end of low ones open"),
  number("star-behind-number", "JSON_SYNTAX", "1*2", "A star is no part of a number.", "end a number at any sign"),
  number("two-signs", "JSON_SYNTAX", "--1", "One minus sign.", "skip any number of signs"),
  number("fraction-two-digits", "JSON_FRACTION", "1.25", "A fraction has any number of digits.", "read one digit"),
  number("fraction-nine", "JSON_FRACTION", "1.9", "Nine is a digit.", "read the digits up to 8"),
  number("exponent-plus", "JSON_EXPONENT", "1e+5", "An exponent may have a plus sign.", "know the minus sign only"),
  number("exponent-nine", "JSON_EXPONENT", "1e9", "Nine is a digit.", "read the digits up to 8"),
  number("two-exponents", "JSON_SYNTAX", "1e1e1", "One exponent.", "accept any number of exponents"),
  number("exponent-two-signs", "JSON_SYNTAX", "1e+-1", "One sign.", "skip any number of signs"),
  number("exponent-dot", "JSON_SYNTAX", "1e.1", "An exponent has no dot before its digits.", "skip a character"),
  number("exponent-fraction", "JSON_SYNTAX", "1e1.1", "An exponent is an integer.", "end the grammar at the exponent"),
  [
    "depth-65-later",
    "JSON-9",
    "JSON_DEPTH",
    `${"[0,".repeat(65)}0${"]".repeat(65)}`,
    "Level 65 behind other items counts like level 65 at the front.",
    "count levels of first items only",
  ],
];

const thirtyNames = Array.from({ length: 30 }, (_, index) => `n${(index * 7) % 30}`);
const members = (names: readonly string[]): string => `{${names.map((name) => `"${name}":0`).join(",")}}`;
const long = (last: string): string => `"${"a".repeat(70)}${last}"`;

const accepts: readonly Case[] = [
  good(
    "depth-64-later",
    "JSON-9",
    `${"[0,".repeat(64)}0${"]".repeat(64)}`,
    `${"[0,".repeat(64)}0${"]".repeat(64)}`,
    "64 levels, each behind another item.",
    "count items as levels",
  ),
  good(
    "long-strings",
    "JCS-1",
    `[${long('\\"')},${long("\\\\")},${long("\\n")},${long("\\u001f")}]`,
    `[${long('\\"')},${long("\\\\")},${long("\\n")},${long("\\u001f")}]`,
    "Long strings that end in a character with an escape.",
    "look for such characters in short strings only",
  ),
  good(
    "strings-of-escapes",
    "JCS-1",
    `["\\"","\\\\","${'\\"'.repeat(70)}","${"\\\\".repeat(70)}","${"\\n".repeat(70)}"]`,
    `["\\"","\\\\","${'\\"'.repeat(70)}","${"\\\\".repeat(70)}","${"\\n".repeat(70)}"]`,
    "Strings in which every character has an escape.",
    "take a string without plain characters for a plain string",
  ),
  good(
    "thirty-names",
    "JCS-1",
    members(thirtyNames),
    members([...thirtyNames].sort()),
    "Objects of many members are sorted like small ones.",
    "sort small objects only",
  ),
];

const canonical = (id: string, input: string, why: string, kills: string): Case => ({
  id: `edge-jcs-${id}`,
  clause: "JCS-1",
  why,
  kills,
  input: { bytes: field(input) },
  facts: { digest: digestOf(utf8(input)) },
});

const POINTED = field(`[${Array.from({ length: 110 }, (_, index) => index * 2).join(",")}]`);

const pointers: readonly Case[] = [
  {
    id: "edge-pointer-index-9",
    clause: "JSON-10",
    why: "The last index of one digit.",
    kills: "read the digits up to 8",
    input: { document: POINTED, pointer: "/9" },
    facts: { found: true, value: 18 },
  },
  {
    id: "edge-pointer-index-109",
    clause: "JSON-10",
    why: "An index of three digits, with a zero and a nine in it.",
    kills: "read one digit of an index",
    input: { document: POINTED, pointer: "/109" },
    facts: { found: true, value: 218 },
  },
  {
    id: "edge-pointer-through-null",
    clause: "JSON-10",
    why: "null has no members, and asking for one finds nothing.",
    kills: "ask null for a member",
    input: { document: field('{"a":null}'), pointer: "/a/b" },
    facts: { found: false },
  },
];

// The encodings of small order, with one byte more that is not theirs.
const identity = SMALL_CANONICAL[0]?.[1] ?? new Uint8Array(32);
const almostSmall = (at: number): Uint8Array => identity.map((byte, index) => (index === at ? 1 : byte));
const jwk = (x: string): unknown => field(JSON.stringify({ kty: "OKP", crv: "Ed25519", x }));
const keyOf = (id: string, key: Uint8Array, why: string, kills: string): Case => ({
  id: `edge-key-${id}`,
  clause: "KEY-5",
  why,
  kills,
  input: { jwk: jwk(base64urlEncode(key)) },
  facts: { thumbprint: thumbprint(key), publicKey: base64Encode(key) },
});

const keys: readonly Case[] = [
  keyOf("almost-small-30", almostSmall(30), "The identity but for the last byte but one.", "compare 30 bytes"),
  keyOf("almost-small-31", almostSmall(31), "The identity but for the last byte.", "compare 31 bytes"),
  {
    id: "edge-key-null",
    clause: "KEY-1",
    code: "KEY_JWK",
    fault: "jwk-null",
    twin: "edge-key-almost-small-31",
    why: "null is no object.",
    kills: "ask null for its members",
    input: { jwk: field("null") },
  },
  {
    id: "edge-key-41-characters",
    clause: "KEY-2",
    code: "KEY_BASE64URL",
    fault: "one-character-too-many",
    twin: "edge-key-almost-small-31",
    pointer: "/x",
    why: "A last group of one character holds no byte, whatever the character is.",
    kills: "drop bits that make no byte",
    input: { jwk: jwk("A".repeat(41)) },
  },
];

/** What the first files of bytes leave out. */
export const edges: readonly VectorFile[] = [
  file("json/edge.json", "json.parse", "Documents one step away from others.", [...accepts, ...rejects.map(reject)]),
  file("jcs/edge.json", "jcs.canonicalize", "Canonical documents one step away from others.", [
    canonical(
      "letter-behind-escape",
      '"\\u001fA"',
      "The capital letter belongs to the text and not to the escape.",
      "look for capital digits in five characters",
    ),
    {
      id: "edge-jcs-capital-a",
      clause: "JCS-1",
      code: "JCS_NOT_CANONICAL",
      fault: "escape-with-capital-a",
      twin: "edge-jcs-letter-behind-escape",
      why: "A is a capital digit like the others.",
      kills: "look for capital digits from B on",
      input: { bytes: field('"\\u001A"') },
    },
  ]),
  file("json/index.json", "pointer.resolve", "Indexes of more than one digit, and members of nothing.", pointers),
  file("key/edge.json", "key.parse", "Keys one step away from others.", keys),
  file("digest/edge.json", "digest.parse", "Digests one step away from others.", [
    {
      id: "edge-digest-prefixed",
      clause: "DIGEST-1",
      code: "DIGEST_FORMAT",
      fault: "prefixed-digest",
      twin: "digest-text",
      why: "A digest is the whole text.",
      kills: "look for a digest in a text",
      input: { text: `x${digestOf(new Uint8Array())}` },
    },
  ]),
];
