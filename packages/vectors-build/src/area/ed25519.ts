import { base64Encode, concatBytes, hexDecode, thumbprint, utf8 } from "@settld/protocol";
import { keyOf, seedOf } from "../cast.ts";
import type { Case, VectorFile } from "../format.ts";
import {
  B,
  bendSignature,
  holds,
  isPoint,
  L,
  le32,
  numberOf,
  P,
  type Point,
  SMALL_CANONICAL,
  SMALL_OTHER,
  scalarOf,
  times,
  torsion,
} from "../points.ts";

const input = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => ({
  publicKey: base64Encode(publicKey),
  message: base64Encode(message),
  signature: base64Encode(signature),
});

const scalar = scalarOf(seedOf("buyer"));
const key = keyOf("buyer").publicKey;
const message = utf8("settld vector");
const signature = await keyOf("buyer").sign(message);
const [R, S] = [signature.subarray(0, 32), signature.subarray(32)];
const s = numberOf(S);

const good = (
  id: string,
  why: string,
  [publicKey, text, sig]: readonly [Uint8Array, Uint8Array, Uint8Array],
  kills?: string,
): Case => ({
  id,
  clause: "DSSE-9",
  why,
  ...(kills === undefined ? {} : { kills }),
  input: input(publicKey, text, sig),
  facts: { thumbprint: thumbprint(publicKey) },
});

type Bad = {
  readonly id: string;
  readonly clause: string;
  readonly code: string;
  readonly fault: string;
  readonly why: string;
  readonly kills: string;
  readonly with: readonly [publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array];
  readonly twin?: string;
};

const bad = ({ with: [publicKey, text, sig], twin = "ed25519-valid", ...rest }: Bad): Case => ({
  ...rest,
  twin,
  input: input(publicKey, text, sig),
});

const hexes = (...hex: readonly [string, string, string]) =>
  hex.map((part) => hexDecode(part)) as [Uint8Array, Uint8Array, Uint8Array];

const zero32 = new Uint8Array(32);
const identity = le32(1n);

const first = bad({
  id: "forged-under-small-order-key",
  clause: "KEY-5",
  code: "KEY_SMALL_ORDER",
  fault: "identity-key-any-message",
  why: "Under the identity as a key, the key followed by zeros is a signature of every message; node:crypto on Node 20 and 22, WebCrypto and Bun accept it.",
  kills: "skip the small-order check of the key",
  with: [identity, message, concatBytes(identity, zero32)],
});

const accepts: readonly Case[] = [
  good("ed25519-valid", "A plain signature.", [key, message, signature]),
  good(
    "ed25519-rfc8032-1",
    "RFC 8032, 7.1, test 1: the empty message.",
    hexes(
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "refuse an empty message",
  ),
  good(
    "ed25519-rfc8032-2",
    "RFC 8032, 7.1, test 2: one byte.",
    hexes(
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
  ),
  good(
    "ed25519-rfc8032-3",
    "RFC 8032, 7.1, test 3: two bytes.",
    hexes(
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
  ),
];

// Small-order keys. R and S are an honest pair for a nonce, and the message's challenge is a multiple of 8, so the
// equation holds and nothing but the check of the key is in the way.
const underSmallKey = (publicKey: Uint8Array) =>
  bendSignature({ scalar: 0n, key: publicKey, message, until: (k) => k % 8n === 0n });

const smallKeys: readonly Case[] = [
  ...SMALL_CANONICAL.map(([name, publicKey]) =>
    bad({
      id: `ed25519-key-${name}`,
      clause: "KEY-5",
      code: "KEY_SMALL_ORDER",
      fault: `key-${name}`,
      why: `The key is the ${name} point; the equation holds, so only this check refuses the signature.`,
      kills: `small-order table without ${name}`,
      with: [publicKey, message, underSmallKey(publicKey)],
    }),
  ),
  ...SMALL_OTHER.map(([name, publicKey]) =>
    bad({
      id: `ed25519-key-${name}`,
      clause: "KEY-4",
      code: "KEY_NOT_CANONICAL",
      fault: `key-${name}`,
      why: `The key is another spelling (${name}) of a point of small order, which a table of the canonical ones does not have.`,
      kills: "look keys up in a table of canonical small-order points only",
      with: [publicKey, message, underSmallKey(publicKey)],
    }),
  ),
];

// Small-order R. S is k times the private scalar, so the equation with cofactor holds, and under the identity both do.
const withR = (rBytes: Uint8Array) => bendSignature({ scalar, key, message, rBytes });

const smallR: readonly Case[] = [
  ...SMALL_CANONICAL.map(([name, rBytes]) =>
    bad({
      id: `dsse-signature-r-${name}`,
      clause: "DSSE-8",
      code: "DSSE_SIGNATURE_R_SMALL_ORDER",
      fault: `r-${name}`,
      why: `R is the ${name} point: a nonce of zero, which shows the private key to everyone; the equation with cofactor holds.`,
      kills:
        name === "identity" ? "skip the small-order check of R" : "multiply by the cofactor and skip the check of R",
      with: [key, message, withR(rBytes)],
    }),
  ),
  ...SMALL_OTHER.map(([name, rBytes]) =>
    bad({
      id: `dsse-signature-r-${name}`,
      clause: "DSSE-8",
      code: "DSSE_SIGNATURE_R_NOT_CANONICAL",
      fault: `r-${name}`,
      why: `R is another spelling (${name}) of a point of small order.`,
      kills: "decode R and compare points instead of bytes",
      with: [key, message, withR(rBytes)],
    }),
  ),
];

// Encodings with y from p to 2^255-1 stand for y - p, from 0 to 18; 0 and 1 are of small order and above.
const overflow = [...Array(17).keys()].map((index) => BigInt(index + 2));
const onCurve = overflow.filter((y) => isPoint(le32(y)));
const offCurve = overflow.filter((y) => !isPoint(le32(y)));
const [y1 = 0n] = onCurve;
const [off = 0n] = offCurve;
const withSign = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  copy[31] = (copy[31] ?? 0) | 0x80;
  return copy;
};

const notCanonical: readonly Case[] = [
  ...(
    [
      ["y-plus-p", le32(P + y1), "y is at least p and, reduced, that of a point of full order."],
      ["y-plus-p-sign-bit", withSign(le32(P + y1)), "The same with the sign bit set."],
      [
        "y-plus-p-off-curve",
        le32(P + off),
        "y is at least p, and reduced it is no point either; the encoding is judged first.",
      ],
      ["all-bits", new Uint8Array(32).fill(0xff), "The greatest 32 bytes."],
    ] as const
  ).flatMap(([name, bytes, why]) => [
    bad({
      id: `ed25519-key-${name}`,
      clause: "KEY-4",
      code: "KEY_NOT_CANONICAL",
      fault: `key-${name}`,
      why,
      kills: "reduce y of the key modulo p",
      with: [bytes, message, signature],
    }),
    bad({
      id: `dsse-signature-r-${name}`,
      clause: "DSSE-8",
      code: "DSSE_SIGNATURE_R_NOT_CANONICAL",
      fault: `r-${name}`,
      why,
      kills: "reduce y of R modulo p",
      with: [key, message, concatBytes(bytes, S)],
    }),
  ]),
  bad({
    id: "ed25519-key-not-on-curve",
    clause: "KEY-6",
    code: "KEY_NOT_ON_CURVE",
    fault: "key-not-on-curve",
    why: "No x belongs to this y; a library that decodes without checking computes on another curve.",
    kills: "skip the square root check of the key",
    with: [le32(off), message, signature],
  }),
  bad({
    id: "dsse-signature-r-not-on-curve",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    fault: "r-not-on-curve",
    why: "R is canonical and no point, so no equation holds; it must not end in an error.",
    kills: "throw on an R that does not decode",
    with: [key, message, concatBytes(le32(off), S)],
  }),
];

const sRange: readonly Case[] = [
  ...(
    [
      ["s-equals-l", L, "S = L is the first value that is too large; it means zero.", "compare S <= L"],
      [
        "s-plus-l",
        s + L,
        "S + L fulfils the same equation: anyone can make a second signature from a first.",
        "skip the S < L check",
      ],
      [
        "s-plus-2l",
        s + 2n * L,
        "Most multiples of L show in the three highest bits, which old code checks only.",
        "skip the S < L check",
      ],
      ["s-plus-8l", s + 8n * L, "Here the highest bit of S is set or close to it.", "mask the highest bits of S"],
      ["s-max", 2n ** 256n - 1n, "The greatest 32 bytes.", "reduce S modulo L"],
    ] as const
  ).map(([name, value, why, kills]) =>
    bad({
      id: `dsse-signature-${name}`,
      clause: "DSSE-8",
      code: "DSSE_SIGNATURE_S_RANGE",
      fault: name,
      why,
      kills,
      with: [key, message, concatBytes(R, le32(value))],
    }),
  ),
  bad({
    id: "dsse-signature-s-l-minus-1",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    fault: "s-l-minus-1",
    why: "L - 1 is in range, so the signature is judged by its equation.",
    kills: "compare S < L - 1",
    with: [key, message, concatBytes(R, le32(L - 1n))],
  }),
  bad({
    id: "dsse-signature-s-zero",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    fault: "s-zero",
    why: "S = 0 is in range; only with a small-order key is it dangerous.",
    kills: "treat S = 0 as no signature",
    with: [key, message, concatBytes(R, zero32)],
  }),
];

const A: Point = times(B, scalar);
const mixedKey = (index: number): Uint8Array => A.add(torsion(index)).toBytes();

const checkHolds = (
  index: number,
  rIndex: number,
  bent: readonly [Uint8Array, Uint8Array, Uint8Array],
  expected: boolean,
) => {
  const [publicKey, text, sig] = bent;
  const r = ed(sig.subarray(0, 32));
  // The construction is checked where it is made, by another way than the reference takes.
  if (holds(A.add(torsion(index)), r, sig, publicKey, text) !== expected) {
    throw new Error(`torsion ${index}, ${rIndex}: expected the equation to be ${expected}`);
  }
  return bent;
};

const ed = (bytes: Uint8Array): Point =>
  (B.constructor as unknown as { fromBytes: (b: Uint8Array) => Point }).fromBytes(bytes);

const mixed = (index: number, rIndex: number, expected: boolean, until: (k: bigint, raw: bigint) => boolean) => {
  const publicKey = mixedKey(index);
  const sig = bendSignature({ scalar, key: publicKey, message, rTorsion: torsion(rIndex), until });
  return checkHolds(index, rIndex, [publicKey, message, sig], expected);
};

const torsions: readonly Case[] = [
  good(
    "ed25519-mixed-key-valid",
    "A key with a part of order 8 is no small-order key, and here the challenge cancels that part; the unreduced challenge would not.",
    mixed(1, 0, true, (k, raw) => k % 8n === 0n && raw % 8n !== 0n),
    "demand keys of the prime-order subgroup",
  ),
  good(
    "ed25519-mixed-key-mixed-r-valid",
    "The parts of order 8 of R and [k]A cancel each other, so the equation without cofactor holds.",
    mixed(1, 1, true, (k) => (k + 1n) % 8n === 0n),
    "demand R of the prime-order subgroup",
  ),
  ...(
    [
      ["order-2", 4, 2n],
      ["order-4", 2, 4n],
      ["order-8", 1, 8n],
    ] as const
  ).flatMap(([name, index, order]) => [
    bad({
      id: `ed25519-mixed-key-${name}`,
      clause: "DSSE-9",
      code: "DSSE_SIGNATURE_INVALID",
      fault: `key-with-part-of-${name}`,
      twin: "ed25519-mixed-key-valid",
      why: `The key has a part of ${name} that the challenge does not cancel: verification with cofactor accepts, without it rejects, and all implementations must agree.`,
      kills: "multiply the equation by the cofactor",
      with: mixed(index, 0, false, (k) => k % order !== 0n),
    }),
    bad({
      id: `dsse-signature-mixed-r-${name}`,
      clause: "DSSE-9",
      code: "DSSE_SIGNATURE_INVALID",
      fault: `r-with-part-of-${name}`,
      twin: "ed25519-valid",
      why: `R has a part of ${name}: verification with cofactor and batch verification accept it, the single equation does not.`,
      kills: "use batch verification",
      with: mixed(0, index, false, () => true),
    }),
  ]),
  bad({
    id: "ed25519-challenge-not-reduced",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    fault: "equation-holds-for-unreduced-challenge",
    twin: "ed25519-mixed-key-valid",
    why: "The 512-bit challenge is a multiple of 8 and cancels the key's part of order 8, its value modulo L is not and does not.",
    kills: "multiply the key by the unreduced challenge",
    with: mixed(1, 0, false, (k, raw) => raw % 8n === 0n && k % 8n !== 0n),
  }),
];

const lengths: readonly Case[] = [
  ...[0, 31, 32, 33, 63, 65].map((length) =>
    bad({
      id: `dsse-signature-length-${length}`,
      clause: "DSSE-7",
      code: "DSSE_SIGNATURE_LENGTH",
      fault: `signature-of-${length}-bytes`,
      why:
        length > 64 ? "A byte too many is not cut off." : "A short signature is neither padded nor a reason to crash.",
      kills: length > 64 ? "read the first 64 bytes" : "read 64 bytes without looking at the length",
      with: [key, message, concatBytes(signature, new Uint8Array(1)).subarray(0, length)],
    }),
  ),
  ...[0, 31, 33, 63, 64, 65].map((length) =>
    bad({
      id: `ed25519-key-length-${length}`,
      clause: "KEY-3",
      code: "KEY_LENGTH",
      fault: `key-of-${length}-bytes`,
      why:
        length > 32 ? "Bytes behind the key are not cut off." : "A short key is neither padded nor a reason to crash.",
      kills: length > 32 ? "read the first 32 bytes" : "read 32 bytes without looking at the length",
      with: [concatBytes(key, new Uint8Array(33)).subarray(0, length), message, signature],
    }),
  ),
];

const flip = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const reversed = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();

const invalid: readonly Case[] = (
  [
    ["message-changed", [key, flip(message, 0), signature], "Another message."],
    ["message-longer", [key, concatBytes(message, new Uint8Array(1)), signature], "A zero byte behind the message."],
    ["message-empty", [key, new Uint8Array(0), signature], "No message."],
    ["r-changed", [key, message, flip(signature, 0)], "One bit of R."],
    ["s-changed", [key, message, flip(signature, 32)], "One bit of S."],
    ["other-key", [keyOf("seller").publicKey, message, signature], "Somebody else's key."],
    ["key-negated", [withSignFlipped(key), message, signature], "The key with the other sign."],
    ["s-negated", [key, message, concatBytes(R, le32(L - s))], "S with the other sign."],
    ["r-negated", [key, message, concatBytes(withSignFlipped(R), S)], "R with the other sign."],
    ["s-big-endian", [key, message, concatBytes(R, reversedInRange(s))], "S is read little-endian."],
  ] as const
).map(([fault, bent, why]) =>
  bad({
    id: `dsse-signature-${fault}`,
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    fault,
    why,
    kills: "return true without checking the equation",
    with: bent,
  }),
);

function withSignFlipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[31] = (copy[31] ?? 0) ^ 0x80;
  return copy;
}

// Reversed bytes are often above L, which would be another fault; then the highest byte is cleared as well.
function reversedInRange(value: bigint): Uint8Array {
  const bytes = reversed(le32(value));
  bytes[31] = (bytes[31] ?? 0) & 0x0f;
  return bytes;
}

/** Ed25519 in the strict profile: every kind of defect has a case of its own. */
export const ed25519: readonly VectorFile[] = [
  {
    path: "dsse/ed25519.json",
    op: "ed25519.verify",
    description: "Ed25519 in the strict profile: one signature, one key, one message.",
    groups: [
      { comment: "The first vector.", cases: [first] },
      { comment: "Valid signatures.", cases: accepts },
      { comment: "Keys of small order, in each of their 14 encodings.", cases: smallKeys },
      { comment: "R of small order, in each of its 14 encodings.", cases: smallR },
      { comment: "Encodings of other points, and of none.", cases: notCanonical },
      { comment: "The range of S.", cases: sRange },
      {
        comment: "Keys and R with a part of small order, where verification with and without cofactor differ.",
        cases: torsions,
      },
      { comment: "Lengths.", cases: lengths },
      { comment: "Signatures of something else.", cases: invalid },
    ],
  },
];
