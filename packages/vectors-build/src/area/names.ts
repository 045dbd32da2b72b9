import {
  base64Encode,
  base64urlEncode,
  canonicalize,
  type JsonValue,
  PAYLOAD_TYPES,
  pae,
  type Signer,
  sha256,
  utf8,
} from "@settld/protocol";
import { keyOf, seal, seedOf } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { bendSignature, isPoint, L, le32, numberOf, SMALL_CANONICAL, scalarOf, torsion } from "../points.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");
const x = base64urlEncode(buyer.publicKey);

// Names of keys.

const offCurve = [...Array(100).keys()].map((y) => le32(BigInt(y + 2))).find((bytes) => !isPoint(bytes)) ?? le32(2n);
const jwkOf = (key: Uint8Array): string => `{"crv":"Ed25519","kty":"OKP","x":"${base64urlEncode(key)}"}`;
const thumbprintOf = (key: Uint8Array): string => base64urlEncode(sha256(utf8(jwkOf(key))));
const [, identity = le32(1n)] = SMALL_CANONICAL[0] ?? [];

const parsed = (id: string, clause: string, why: string, kills: string, key: Uint8Array, jwk: string): Case => ({
  id,
  clause,
  why,
  kills,
  input: { jwk: field(jwk) },
  facts: { thumbprint: thumbprintOf(key), publicKey: base64Encode(key) },
});
const refused = (fault: string, clause: string, code: string, why: string, kills: string, jwk: string): Case => ({
  id: `key-${fault}`,
  clause,
  code,
  fault,
  twin: "key-jwk",
  why,
  kills,
  input: { jwk: field(jwk) },
});

const keys: readonly Case[] = [
  parsed(
    "key-other-layout",
    "KEY-7",
    "Spaces, another order and escaped letters: the name is that of the key, not of the text.",
    "hash the JWK as it is written",
    buyer.publicKey,
    ` { "\\u0078" : "${x}",\n "kty":"O\\u004bP", "crv":"Ed25519" } `,
  ),
  parsed(
    "key-off-curve",
    "KEY-6",
    "A key that is no point of the curve has a name like any other; it matters when it signs.",
    "decode keys when they are read",
    offCurve,
    jwkOf(offCurve),
  ),
  refused(
    "alone-small-order",
    "KEY-5",
    "KEY_SMALL_ORDER",
    "Under this key one signature fits every message, so it is no key.",
    "look at the order of keys inside documents only",
    jwkOf(identity),
  ),
  refused(
    "alone-not-canonical",
    "KEY-4",
    "KEY_NOT_CANONICAL",
    "y = p + 1 is the point of y = 1 under another name.",
    "reduce y before it is compared",
    jwkOf(le32(2n ** 255n - 18n)),
  ),
  refused(
    "proto-member",
    "KEY-1",
    "KEY_JWK",
    "A member that some parsers lose is a member.",
    "count members after assigning them",
    `{"__proto__":{},"crv":"Ed25519","kty":"OKP","x":"${x}"}`,
  ),
  refused(
    "kid-of-another",
    "KEY-1",
    "KEY_JWK",
    "A key that calls itself by another's name: names are computed and never claimed.",
    "take kid for the thumbprint",
    `{"crv":"Ed25519","kid":"${settler.keyid}","kty":"OKP","x":"${x}"}`,
  ),
];

// Envelopes whose signatures lie about their key.

const payload = utf8('{"a":1}');
const message = pae(PAYLOAD_TYPES.event, payload);
const good = await seal(PAYLOAD_TYPES.event, payload, buyer, settler);
const [first, second] = good.signatures;
if (first === undefined || second === undefined) throw new Error("two signatures were made");

const verified = (value: unknown) => ({ envelope: field(canonicalize(value as JsonValue)) });
const lie = (
  fault: string,
  clause: string,
  code: string,
  pointer: string,
  why: string,
  kills: string,
  signatures: readonly object[],
): Case => ({
  id: `dsse-${fault}`,
  clause,
  code,
  fault,
  twin: "dsse-envelope-two-signatures",
  pointer,
  why,
  kills,
  input: verified({ ...good, signatures }),
});
const named = (keyid: Uint8Array): object => ({ ...first, keyid: base64urlEncode(keyid) });
const keyid0 = "/signatures/0/keyid";

const lies: readonly Case[] = [
  lie(
    "keyid-of-members-as-written",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    keyid0,
    "A name made of the members in the order kty, crv, x: RFC 7638 has one order.",
    "hash a JWK in the order in which libraries write it",
    [named(sha256(utf8(`{"kty":"OKP","crv":"Ed25519","x":"${x}"}`))), second],
  ),
  lie(
    "keyid-of-raw-key",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    keyid0,
    "A name made of the 32 bytes of the key.",
    "hash the key instead of its JWK",
    [named(sha256(buyer.publicKey)), second],
  ),
  lie(
    "keyid-is-key",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    keyid0,
    "The key itself has 43 characters in base64url, too, and is not its name.",
    "look keys up by themselves",
    [named(buyer.publicKey), second],
  ),
  lie(
    "keyid-of-other-signer",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    "The settler's signature under the buyer's name, and the other way round: both keys are known and both signed.",
    "try every key that is known",
    [
      { keyid: first.keyid, sig: second.sig },
      { keyid: second.keyid, sig: first.sig },
    ],
  ),
  lie(
    "signature-of-one-for-two",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/1/sig",
    "The buyer's signature stands under both names.",
    "verify a signature once and remember it by its bytes",
    [first, { keyid: second.keyid, sig: first.sig }],
  ),
];

// Pairs of signatures that a batch would accept, because their faults cancel out.

const decoded = (sig: string) => {
  const bytes = Buffer.from(sig, "base64");
  return { r: new Uint8Array(bytes.subarray(0, 32)), s: numberOf(new Uint8Array(bytes.subarray(32))) };
};
const shifted = (sig: string, by: bigint): string => {
  const { r, s } = decoded(sig);
  const moved = s + by;
  if (moved < 0n || moved >= L) throw new Error("the scalar leaves its range");
  return base64Encode(Uint8Array.from([...r, ...le32(moved)]));
};
const mixed = (signer: Signer, name: string, index: number): string =>
  base64Encode(
    bendSignature({ scalar: scalarOf(seedOf(name)), key: signer.publicKey, message, rTorsion: torsion(index) }),
  );

const batches: readonly Case[] = [
  lie(
    "batch-sum-of-scalars",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    "One scalar is 1 too large, the other 1 too small: added up, both equations hold.",
    "verify the sum of both equations",
    [
      { ...first, sig: shifted(first.sig, 1n) },
      { ...second, sig: shifted(second.sig, -1n) },
    ],
  ),
  lie(
    "batch-torsion-order-2",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    "Both R have the point of order 2 in them: with odd factors it cancels out in a batch, also in one without cofactor.",
    "verify a batch with random factors",
    [
      { ...first, sig: mixed(buyer, "buyer", 4) },
      { ...second, sig: mixed(settler, "settler", 4) },
    ],
  ),
  lie(
    "batch-torsion-opposite",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    "One R has a point of order 8 in it, the other its opposite: added up they are nothing, and times 8 each is nothing.",
    "verify a batch, or with the cofactor",
    [
      { ...first, sig: mixed(buyer, "buyer", 1) },
      { ...second, sig: mixed(settler, "settler", 7) },
    ],
  ),
  lie(
    "batch-second-only",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/1/sig",
    "The first signature is good; only the second has a part of order 2 in its R.",
    "multiply by the cofactor",
    [first, { ...second, sig: mixed(settler, "settler", 4) }],
  ),
];

/** Names of keys, and signatures that are judged one by one. */
export const names: readonly VectorFile[] = [
  {
    path: "key/name.json",
    op: "key.parse",
    description: "What names a key, and keys that are none.",
    groups: [{ cases: keys }],
  },
  {
    path: "dsse/lies.json",
    op: "dsse.verify",
    description:
      "Signatures under names that are not those of their keys, and pairs whose faults cancel out in a batch.",
    groups: [
      {
        input: {
          payloadType: PAYLOAD_TYPES.event,
          maxSignatures: 2,
          keys: [buyer, settler].map(({ publicKey }) => base64Encode(publicKey)),
        },
        cases: [...lies, ...batches],
      },
    ],
  },
];
