import {
  BUNDLE_HEADER,
  base64Encode,
  canonicalize,
  digestOf,
  type JsonValue,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  utf8,
} from "@settld/protocol";
import { bytesOf, keyOf, seal, trustDoc } from "../cast.ts";
import { type Case, field, file, type VectorFile } from "../format.ts";
import { envelopes, fileOf, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { EXPIRED, NO_TOTALS } from "../story.ts";
import { at } from "../time.ts";

// Bytes at the ends of their ranges: of UTF-8, of the base64 alphabets, of a header.

const ENDS = '"\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}"';

type Bad = readonly [fault: string, bytes: readonly number[], why: string, kills: string];

const QUOTE = 0x22;
const quoted = (...bytes: readonly number[]): number[] => [QUOTE, ...bytes, QUOTE];

// RFC 3629, section 4, line by line: one byte before and behind what it allows. In most of these everything else is
// well-formed, so that a decoder with that one mistake finds nothing at all.
const utf8Faults: readonly Bad[] = [
  ["one-byte", [0x80], "The first byte counts like the others, also alone.", "start at the second byte"],
  ["delete-in-two", quoted(0xc1, 0xbf), "C1 leads overlong forms alone, as C0 does.", "start two-byte leads at C1"],
  ["above-last-lead", quoted(0xf5, 0x80, 0x80, 0x80), "F5 would lead what is above U+10FFFF.", "end the leads at F7"],
  ["behind-two", quoted(0xdf, 0x80, 0x80), "DF leads two bytes, and the third is alone.", "start three bytes at DF"],
  ["behind-three", quoted(0xef, 0xbf, 0xbd, 0x80), "EF leads three bytes.", "start four bytes at EF"],
  ["behind-four", quoted(0xf4, 0x8f, 0xbf, 0xbf, 0xbf), "F4 leads four bytes.", "count five bytes behind F4"],
  ["two-of-three", quoted(0xe0, 0xa0), "E0 leads three bytes.", "end two bytes at E0"],
  ["three-of-four", quoted(0xf0, 0x90, 0x80), "F0 leads four bytes.", "end three bytes at F0"],
  ["cut-in-two", [QUOTE, 0xdf], "The input ends inside a character of two bytes.", "read zero behind the end"],
  ["cut-in-three", [QUOTE, 0xe2, 0x82], "The input ends inside a character of three bytes.", "drop what is cut off"],
  ["cut-in-four", [QUOTE, 0xf0, 0x9f, 0x98], "The same with four bytes.", "drop what is cut off"],
  ["lead-behind-character", [0xc3, 0xa9, 0xc3, QUOTE], "A lead alone, behind a character.", "look at the byte before"],
  ["overlong-last-three", quoted(0xe0, 0x9f, 0xbf), "U+07FF in three bytes.", "start behind E0 at 9F"],
  ["overlong-last-four", quoted(0xf0, 0x8f, 0xbf, 0xbf), "U+FFFF in four bytes.", "start behind F0 at 8F"],
  ["second-7f", quoted(0xc3, 0x7f), "7F is no continuation.", "start continuations at 7F"],
  ["second-c0", quoted(0xc3, 0xc0), "C0 is no continuation.", "end continuations at C0"],
  ["third-c0", quoted(0xe2, 0x82, 0xc0), "Nor is it one in the third place.", "look at the highest bit alone"],
  ["fourth-7f", quoted(0xf0, 0x9f, 0x98, 0x7f), "Nor is 7F one in the fourth place.", "look at two of four bytes"],
];

const utf8Cases: readonly Case[] = [
  {
    id: "utf8-ends",
    clause: "JSON-1",
    why: "The first and the last character of one, two, three and four bytes, and those next to the surrogates.",
    kills: "leave out an end of a range",
    input: { bytes: field(ENDS) },
    facts: { canonical: base64Encode(utf8(ENDS)), digest: digestOf(utf8(ENDS)) },
  },
  ...utf8Faults.map(
    ([fault, bytes, why, kills]): Case => ({
      id: `utf8-${fault}`,
      clause: "JSON-1",
      code: "JSON_UTF8",
      fault: `utf8-${fault}`,
      twin: "utf8-ends",
      why,
      kills,
      input: { bytes: field(Uint8Array.from(bytes)) },
    }),
  ),
];

// U+0141 is a letter whose lower byte is that of "A".
const foreign = (text: string): string => {
  const changed = text.replace("A", "\u0141");
  if (changed === text) throw new Error("expected a text with a letter A");
  return changed;
};

const signers = (["buyer", "seller", "settler", "arbiter"] as const).map(keyOf);
const withA = signers.find(({ publicKey }) => jwkFromPublicKey(publicKey).x.includes("A"));
if (withA === undefined) throw new Error("expected a key whose x has a letter A");
const jwk = jwkFromPublicKey(withA.publicKey);

const keys: readonly Case[] = [
  {
    id: "key-low-byte-of-a",
    clause: "KEY-2",
    code: "KEY_BASE64URL",
    fault: "letter-with-low-byte-of-a",
    twin: "key-jwk",
    pointer: "/x",
    why: "Whatever is outside ASCII is outside the alphabet, also where one of its bytes is a letter of it.",
    kills: "look at the lower byte of each character",
    input: { jwk: field(bytesOf({ ...jwk, x: foreign(jwk.x) })) },
  },
];

const good = await seal(PAYLOAD_TYPES.event, utf8('{"a":"\\u0000"}'), ...signers.slice(0, 2));
const place = {
  payloadType: PAYLOAD_TYPES.event,
  maxSignatures: 2,
  keys: signers.slice(0, 2).map(({ publicKey }) => base64Encode(publicKey)),
};
const envelope = (value: unknown): unknown => field(canonicalize(value as JsonValue));

const envelopeCases: readonly Case[] = [
  {
    id: "dsse-envelope-low-byte-of-a",
    clause: "DSSE-3",
    code: "DSSE_BASE64",
    fault: "letter-with-low-byte-of-a",
    twin: "dsse-envelope-two-signatures",
    pointer: "/payload",
    why: "The same in standard base64, in a payload whose signatures are good.",
    kills: "look at the lower byte of each character",
    input: { envelope: envelope({ ...good, payload: foreign(good.payload) }) },
  },
];

const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const lines = linesOf({ events: await envelopes(EXPIRED), receipt: await sealReceipt(receiptOf(EXPIRED, LATE)) });

const headers: readonly Case[] = [
  {
    id: "bundle-header-first-byte",
    clause: "BUNDLE-2",
    code: "BUNDLE_HEADER",
    fault: "first-byte-of-header",
    twin: "trust-signers",
    why: "The header is compared from its first byte on.",
    kills: "look for the header behind whatever the file starts with",
    input: {
      bundle: field(fileOf([`[${BUNDLE_HEADER.slice(1)}`, ...lines.slice(1)])),
      trust: field(bytesOf(trustDoc())),
    },
  },
];

/** What other files about bytes leave out. */
export const byteEnds: readonly VectorFile[] = [
  file("json/utf8.json", "json.parse", "UTF-8 at the ends of what RFC 3629 allows.", utf8Cases),
  file("key/alphabet.json", "key.parse", "Keys with a letter that is none of the alphabet.", keys),
  {
    path: "dsse/alphabet.json",
    op: "dsse.verify",
    description: "Envelopes with a letter that is none of the alphabet.",
    groups: [{ input: place, cases: envelopeCases }],
  },
  file("bundle/header.json", "bundle.verify", "Files whose header differs at an end.", headers),
];
