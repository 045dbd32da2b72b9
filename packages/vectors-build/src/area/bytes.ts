import { digestOf, utf8 } from "@settld/protocol";
import { bytesOf, keyOf } from "../cast.ts";
import { type Case, field, file, type VectorFile } from "../format.ts";

type Bad = readonly [id: string, fault: string, input: string, twin: string, why: string, kills: string];

const canonical = (id: string, input: string, why: string, kills?: string): Case => ({
  id,
  clause: "JCS-1",
  why,
  ...(kills === undefined ? {} : { kills }),
  input: { bytes: field(input) },
  facts: { digest: digestOf(utf8(input)) },
});

const notCanonical: readonly Bad[] = [
  [
    "jcs-space",
    "space",
    '{"a": 1}',
    "jcs-object",
    "One space changes the digest and not the meaning.",
    "parse without comparing bytes",
  ],
  [
    "jcs-leading-space",
    "leading-space",
    ' {"a":1}',
    "jcs-object",
    "White space around the value is white space, too.",
    "trim before comparing",
  ],
  [
    "jcs-trailing-line-feed",
    "trailing-line-feed",
    '{"a":1}\n',
    "jcs-object",
    "Editors add a line feed at the end of a file.",
    "ignore a final line feed",
  ],
  [
    "jcs-order",
    "order",
    '{"b":2,"a":1}',
    "jcs-two-members",
    "Members in another order are the same object and other bytes.",
    "keep the order of insertion",
  ],
  [
    "jcs-order-nested",
    "order-nested",
    '{"a":{"b":2,"a":1}}',
    "jcs-nested",
    "The order holds on every level.",
    "sort the top level only",
  ],
  [
    "jcs-order-in-array",
    "order-in-array",
    '[{"b":2,"a":1}]',
    "jcs-array-order",
    "Objects inside arrays are sorted, too.",
    "skip arrays when sorting",
  ],
  [
    "jcs-order-index-names",
    "numeric-order",
    '{"9":1,"10":2}',
    "jcs-index-names",
    "Numeric order is what JavaScript gives for free and RFC 8785 does not want.",
    "sort index-like names as numbers",
  ],
  [
    "jcs-order-code-points",
    "code-point-order",
    '{"\ufb33":1,"\u{1f600}":2}',
    "jcs-utf16-order",
    "Code point and UTF-8 order differ from UTF-16 order here.",
    "sort names by code point or UTF-8",
  ],
  ["jcs-escaped-slash", "escaped-slash", '"\\/"', "jcs-slash", "PHP escapes the slash.", "accept \\/"],
  [
    "jcs-escaped-letter",
    "escaped-letter",
    '"\\u0061"',
    "jcs-letter",
    "A letter written as an escape is the same text.",
    "compare after unescaping",
  ],
  [
    "jcs-escaped-non-ascii",
    "escaped-non-ascii",
    '"\\u00e9"',
    "jcs-non-ascii",
    "Python escapes everything outside ASCII unless told not to.",
    "accept ASCII-only output",
  ],
  [
    "jcs-escaped-pair",
    "escaped-surrogate-pair",
    '"\\ud83d\\ude00"',
    "jcs-emoji",
    "Python writes emoji in this way unless told not to.",
    "accept ASCII-only output",
  ],
  [
    "jcs-long-escape",
    "long-escape",
    '"\\u000a"',
    "jcs-short-escape",
    "The shortest escape is the canonical one.",
    "accept \\u000a for \\n",
  ],
  [
    "jcs-upper-hex",
    "upper-case-hex",
    '"\\u001F"',
    "jcs-control-character",
    "Hexadecimal digits are lower case.",
    "compare hex without case",
  ],
  [
    "jcs-escaped-delete",
    "escaped-delete",
    '"\\u007f"',
    "jcs-delete",
    "U+007F is no control character here.",
    "escape U+007F",
  ],
  [
    "jcs-escaped-html",
    "escaped-html",
    '"\\u003c"',
    "jcs-html",
    "Go escapes <, > and & unless told not to.",
    "accept HTML-safe output",
  ],
];

const jcs: readonly Case[] = [
  canonical("jcs-object", '{"a":1}', "The smallest signed document."),
  canonical("jcs-two-members", '{"a":1,"b":2}', "Members in order."),
  canonical("jcs-nested", '{"a":{"a":1,"b":2}}', "Members in order on both levels."),
  canonical("jcs-array-order", '[{"a":1,"b":2},3,1,2]', "Arrays keep their order.", "sort arrays"),
  canonical("jcs-index-names", '{"10":2,"9":1}', "Text order, 10 before 9.", "sort index-like names as numbers"),
  canonical(
    "jcs-utf16-order",
    '{"\u{1f600}":2,"\ufb33":1}',
    "UTF-16 code unit order.",
    "sort names by code point or UTF-8",
  ),
  canonical("jcs-slash", '"/"', "A slash is written as itself.", "escape slashes"),
  canonical("jcs-letter", '"a"', "A letter is written as itself."),
  canonical("jcs-non-ascii", '"\u00e9"', "Everything beyond ASCII is written in UTF-8.", "escape non-ASCII"),
  canonical("jcs-emoji", '"\u{1f600}"', "A character beyond the basic plane takes four bytes.", "write CESU-8"),
  canonical(
    "jcs-short-escape",
    '"\\b\\t\\n\\f\\r"',
    "Five control characters have short escapes.",
    "write \\u escapes only",
  ),
  canonical(
    "jcs-control-character",
    '"\\u001f"',
    "Other control characters have four lower-case digits.",
    "write upper-case hex",
  ),
  canonical("jcs-delete", '"\u007f"', "U+007F is written as itself.", "escape U+007F"),
  canonical("jcs-html", '"<>&\'"', "Nothing is escaped for the sake of HTML.", "escape HTML"),
  canonical("jcs-proto", '{"__proto__":{"a":1}}', "The member is there and is signed.", "assign members with a setter"),
  canonical("jcs-empty-containers", '{"a":{},"b":[]}', "Empty containers have no white space inside."),
  ...notCanonical.map(
    ([id, fault, input, twin, why, kills]): Case => ({
      id,
      clause: "JCS-1",
      code: "JCS_NOT_CANONICAL",
      fault,
      twin,
      why,
      kills,
      input: { bytes: field(input) },
    }),
  ),
];

const digests: readonly Case[] = [
  {
    id: "digest-empty",
    clause: "DIGEST-1",
    why: "The digest of nothing, from FIPS 180-4.",
    input: { bytes: "" },
    facts: { digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  },
  {
    id: "digest-abc",
    clause: "DIGEST-1",
    why: "One block, from FIPS 180-4.",
    input: { bytes: field("abc") },
    facts: { digest: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  },
  {
    id: "digest-two-blocks",
    clause: "DIGEST-1",
    why: "56 bytes do not leave room for the length in one block.",
    kills: "pad into one block only",
    input: { bytes: field("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") },
    facts: { digest: "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  },
  {
    id: "digest-million-a",
    clause: "DIGEST-1",
    why: "A million letters, from FIPS 180-4; also shows that bytes in parts are read.",
    kills: "32-bit length in bits",
    input: { bytes: { concat: [{ repeat: "YQ==", times: 1_000_000 }] } },
    facts: { digest: "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
  },
];

const HEX = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const digestTexts: readonly Case[] = [
  {
    id: "digest-text",
    clause: "DIGEST-1",
    why: "The only spelling of a digest.",
    input: { text: `sha256:${HEX}` },
    facts: { digest: `sha256:${HEX}` },
  },
  ...(
    [
      [
        "digest-text-upper-case",
        "upper-case-hex",
        `sha256:${HEX.toUpperCase()}`,
        "Digests are compared as text, so they have one spelling.",
        "compare hex without case",
      ],
      [
        "digest-text-upper-name",
        "upper-case-name",
        `SHA256:${HEX}`,
        "The name of the function is lower case.",
        "compare the prefix without case",
      ],
      [
        "digest-text-short",
        "63-digits",
        `sha256:${HEX.slice(1)}`,
        "A shortened digest is easier to collide with.",
        "allow prefixes",
      ],
      [
        "digest-text-long",
        "65-digits",
        `sha256:${HEX}0`,
        "What follows would not be compared.",
        "search instead of match",
      ],
      [
        "digest-text-line-feed",
        "trailing-line-feed",
        `sha256:${HEX}\n`,
        "In many languages $ matches before a final line feed.",
        "anchor with $ only",
      ],
      [
        "digest-text-other-function",
        "sha-512",
        `sha512:${HEX}`,
        "There is one function; another name is no digest.",
        "accept any prefix",
      ],
      ["digest-text-bare", "no-prefix", HEX, "The prefix is part of the digest.", "add a missing prefix"],
      [
        "digest-text-not-hex",
        "letter-g",
        `sha256:g${HEX.slice(1)}`,
        "g is no hexadecimal digit.",
        "check the length only",
      ],
    ] as const
  ).map(
    ([id, fault, text, why, kills]): Case => ({
      id,
      clause: "DIGEST-1",
      code: "DIGEST_FORMAT",
      fault,
      twin: "digest-text",
      why,
      kills,
      input: { text },
    }),
  ),
];

const MAX = `1${"0".repeat(30)}`;

const money: readonly Case[] = [
  { id: "money-zero", clause: "MONEY-1", why: "Nothing is a value.", input: { text: "0" }, facts: { value: "0" } },
  { id: "money-one", clause: "MONEY-1", why: "One minor unit.", input: { text: "1" }, facts: { value: "1" } },
  {
    id: "money-beyond-double",
    clause: "MONEY-1",
    why: "2^53+1 is lost in a double.",
    kills: "read values as floating point",
    input: { text: "9007199254740993" },
    facts: { value: "9007199254740993" },
  },
  {
    id: "money-max",
    clause: "MONEY-1",
    why: "10^30 is the greatest value.",
    kills: "reject the limit itself",
    input: { text: MAX },
    facts: { value: MAX },
  },
  ...(
    [
      [
        "money-above-max",
        "one-above",
        `1${"0".repeat(29)}1`,
        "money-max",
        "One more than 10^30.",
        "check the number of digits only",
      ],
      ["money-32-digits", "32-digits", `${MAX}0`, "money-max", "A longer number.", "no upper limit"],
      ["money-empty", "empty", "", "money-zero", "No digits are no value.", "read empty text as 0"],
      [
        "money-negative",
        "minus",
        "-1",
        "money-one",
        "There are no negative values; a leg has a direction instead.",
        "accept a sign",
      ],
      ["money-plus", "plus", "+1", "money-one", "One value has one spelling.", "accept a sign"],
      ["money-leading-zero", "leading-zero", "01", "money-one", "One value has one spelling.", "accept leading zeros"],
      ["money-double-zero", "double-zero", "00", "money-zero", "Zero has one spelling.", "accept leading zeros"],
      ["money-decimal", "decimal-point", "1.0", "money-one", "Values are in minor units.", "accept a fraction"],
      [
        "money-exponent",
        "exponent",
        "1e3",
        "money-one",
        "Number constructors read exponents.",
        "read with a number constructor",
      ],
      [
        "money-hexadecimal",
        "hexadecimal",
        "0x10",
        "money-one",
        "BigInt constructors read hexadecimal.",
        "read with a BigInt constructor",
      ],
      ["money-space", "space", " 1", "money-one", "Number constructors skip spaces.", "trim"],
      [
        "money-line-feed",
        "trailing-line-feed",
        "1\n",
        "money-one",
        "In many languages $ matches before a final line feed.",
        "anchor with $ only",
      ],
      ["money-separator", "underscore", "1_000", "money-one", "Python's int() reads underscores.", "read with int()"],
      [
        "money-arabic-digits",
        "arabic-indic-digits",
        "\u0661",
        "money-one",
        "Python's int() and \\d know the digits of many scripts.",
        "match \\d in Unicode mode",
      ],
    ] as const
  ).map(
    ([id, fault, text, twin, why, kills]): Case => ({
      id,
      clause: "MONEY-1",
      code: "MONEY_VALUE",
      fault,
      twin,
      why,
      kills,
      input: { text },
    }),
  ),
];

const buyer = keyOf("buyer");
const X = Buffer.from(buyer.publicKey).toString("base64url");
const jwk = (value: unknown) => ({ jwk: field(bytesOf(value)) });
const good = { crv: "Ed25519", kty: "OKP", x: X };

const key = (
  id: string,
  clause: string,
  code: string,
  fault: string,
  value: unknown,
  why: string,
  kills: string,
): Case => ({
  id,
  clause,
  code,
  fault,
  twin: "key-jwk",
  why,
  kills,
  input: jwk(value),
});

const keys: readonly Case[] = [
  {
    id: "key-jwk",
    clause: "KEY-7",
    why: "A key and its name.",
    kills: "thumbprint over the JWK as it is written",
    input: { jwk: field(JSON.stringify({ kty: "OKP", crv: "Ed25519", x: X })) },
    facts: { thumbprint: buyer.keyid, publicKey: Buffer.from(buyer.publicKey).toString("base64") },
  },
  {
    id: "key-rfc8037-example",
    clause: "KEY-7",
    why: "The thumbprint of RFC 8037, appendix A.3.",
    kills: "hash the members in another order",
    input: jwk({ ...good, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
    facts: {
      thumbprint: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
      publicKey: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    },
  },
  key(
    "key-extra-member",
    "KEY-1",
    "KEY_JWK",
    "extra-member",
    { ...good, use: "sig" },
    "A member outside the thumbprint would be unauthenticated.",
    "ignore unknown members",
  ),
  key(
    "key-private-part",
    "KEY-1",
    "KEY_JWK",
    "private-part",
    { ...good, d: X },
    "A private key that gets into a document must be noticed.",
    "ignore d",
  ),
  key(
    "key-other-type",
    "KEY-1",
    "KEY_JWK",
    "kty-ec",
    { ...good, kty: "EC" },
    "The type decides how x is read.",
    "ignore kty",
  ),
  key(
    "key-other-curve",
    "KEY-1",
    "KEY_JWK",
    "crv-x25519",
    { ...good, crv: "X25519" },
    "A key agreement key has 32 bytes, too, and signs nothing.",
    "ignore crv",
  ),
  key(
    "key-curve-case",
    "KEY-1",
    "KEY_JWK",
    "crv-lower-case",
    { ...good, crv: "ed25519" },
    "Names of curves are compared exactly.",
    "compare without case",
  ),
  key(
    "key-without-x",
    "KEY-1",
    "KEY_JWK",
    "no-x",
    { crv: "Ed25519", kty: "OKP" },
    "There is no key.",
    "treat a missing x as empty",
  ),
  key("key-not-object", "KEY-1", "KEY_JWK", "array", [good], "A list of keys is a JWK Set and no key.", "unwrap lists"),
  key(
    "key-padded",
    "KEY-2",
    "KEY_BASE64URL",
    "padding",
    { ...good, x: `${X}=` },
    "base64url of JOSE has no padding.",
    "strip padding",
  ),
  key(
    "key-standard-alphabet",
    "KEY-2",
    "KEY_BASE64URL",
    "plus",
    { ...good, x: `+${X.slice(1)}` },
    "Lenient decoders accept both alphabets.",
    "accept + and /",
  ),
  key(
    "key-trailing-bits",
    "KEY-2",
    "KEY_BASE64URL",
    "trailing-bits",
    { ...good, x: bumpLast(X) },
    "Leftover bits give one key several spellings.",
    "ignore leftover bits",
  ),
  key(
    "key-line-feed",
    "KEY-2",
    "KEY_BASE64URL",
    "line-feed",
    { ...good, x: `${X}\n` },
    "Lenient decoders skip white space.",
    "skip white space",
  ),
  key(
    "key-31-bytes",
    "KEY-3",
    "KEY_LENGTH",
    "31-bytes",
    { ...good, x: Buffer.alloc(31, 7).toString("base64url") },
    "A key is 32 bytes long.",
    "pad short keys",
  ),
  key(
    "key-33-bytes",
    "KEY-3",
    "KEY_LENGTH",
    "33-bytes",
    { ...good, x: Buffer.alloc(33, 7).toString("base64url") },
    "A key is 32 bytes long.",
    "cut long keys",
  ),
  key(
    "key-empty",
    "KEY-3",
    "KEY_LENGTH",
    "empty",
    { ...good, x: "" },
    "Nothing decodes to no bytes.",
    "treat an empty key as absent",
  ),
];

// 43 characters carry 258 bits, so the last character has two that mean nothing.
function bumpLast(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1);
}

/** Canonical form, digests, money values and keys, each by itself. */
export const bytes: readonly VectorFile[] = [
  file("jcs/canonical.json", "jcs.canonicalize", "Bytes that are, or are not, their own canonical form.", jcs),
  file("digest/sha256.json", "digest", "Digests of bytes.", digests),
  file("digest/text.json", "digest.parse", "The one spelling of a digest.", digestTexts),
  file("money/value.json", "money.parse", "The one spelling of a money value.", money),
  file("key/jwk.json", "key.parse", "Keys as JWK and their thumbprints.", keys),
];
