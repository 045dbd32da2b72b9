import { bytesOf, keyOf } from "../../cast.ts";
import { type Case, field, file, type VectorFile } from "../../format.ts";

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

const cases: readonly Case[] = [
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

/** Keys as JWK and their thumbprints. */
export const keys: VectorFile = file("key/jwk.json", "key.parse", "Keys as JWK and their thumbprints.", cases);
