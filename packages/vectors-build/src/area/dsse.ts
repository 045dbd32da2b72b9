import {
  base64Encode,
  canonicalize,
  concatBytes,
  digestOf,
  type JsonValue,
  PAYLOAD_TYPES,
  pae,
  type Signer,
  thumbprint,
  utf8,
} from "@settld/protocol";
import { keyOf, seal } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { L, le32, numberOf } from "../points.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");
const payload = utf8('{"a":1}');
const good = await seal(PAYLOAD_TYPES.event, payload, buyer, settler);
const single = await seal(PAYLOAD_TYPES.event, payload, buyer);
const [first, second] = good.signatures;
if (first === undefined || second === undefined) throw new Error("two signatures were made");

const bytes = (envelope: unknown) => ({ envelope: field(canonicalize(envelope as JsonValue)) });

const signed = async (signer: Signer, message: Uint8Array) => ({
  keyid: signer.keyid,
  sig: base64Encode(await signer.sign(message)),
});

const decoded = Buffer.from(first.sig, "base64");
const withS = (s: bigint): string => base64Encode(concatBytes(decoded.subarray(0, 32), le32(s)));
const withR = (r: Uint8Array): string => base64Encode(concatBytes(r, decoded.subarray(32)));
const s = numberOf(decoded.subarray(32));
const identity = le32(1n);

const accept = (
  id: string,
  clause: string,
  why: string,
  envelope: unknown,
  keyids: readonly string[],
  signedBytes = payload,
  kills?: string,
): Case => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: bytes(envelope),
  facts: { digest: digestOf(signedBytes), keyids },
});

const reject = (
  id: string,
  clause: string,
  code: string,
  pointer: string,
  envelope: unknown,
  why: string,
  kills: string,
  twin = "dsse-envelope-two-signatures",
): Case => ({
  id: `dsse-envelope-${id}`,
  clause,
  code,
  fault: id,
  twin,
  pointer,
  why,
  kills,
  input: bytes(envelope),
});

const text = utf8("not JSON");
const other = await seal(PAYLOAD_TYPES.event, text, buyer);
const stranger = await seal(PAYLOAD_TYPES.event, payload, keyOf("stranger"));
const otherType = await seal(PAYLOAD_TYPES.trust, payload, buyer, settler);
const empty = await seal(PAYLOAD_TYPES.event, new Uint8Array(0), buyer);

const cases: readonly Case[] = [
  accept("dsse-envelope-two-signatures", "DSSE-4", "An event of a party: two signatures over one payload.", good, [
    buyer.keyid,
    settler.keyid,
  ]),
  accept(
    "dsse-envelope-one-signature",
    "DSSE-4",
    "An event of the settler has one signature.",
    single,
    [buyer.keyid],
    payload,
    "demand two signatures everywhere",
  ),
  accept(
    "dsse-envelope-payload-not-json",
    "DSSE-9",
    "The envelope signs bytes; what they mean is judged later.",
    other,
    [buyer.keyid],
    text,
    "canonicalize the payload before verifying",
  ),
  accept(
    "dsse-envelope-payload-empty",
    "DSSE-3",
    "The empty text is base64 of nothing.",
    empty,
    [buyer.keyid],
    new Uint8Array(0),
    "treat an empty payload as missing",
  ),

  reject(
    "not-an-object",
    "DSSE-1",
    "DSSE_MEMBERS",
    "",
    [good],
    "A list of envelopes is no envelope.",
    "take the first of a list",
  ),
  reject(
    "extra-member",
    "DSSE-1",
    "DSSE_MEMBERS",
    "",
    { ...good, comment: "x" },
    "Nothing outside the payload is signed, so nothing else may stand there.",
    "ignore unknown members",
  ),
  reject(
    "proto-member",
    "DSSE-1",
    "DSSE_MEMBERS",
    "",
    JSON.parse(`{"__proto__":1,${JSON.stringify(good).slice(1)}`),
    "A member of this name is easily lost on the way to the check.",
    "count members after assignment",
  ),
  reject(
    "missing-signatures",
    "DSSE-1",
    "DSSE_MEMBERS",
    "",
    { payload: good.payload, payloadType: good.payloadType },
    "An unsigned payload.",
    "treat missing signatures as none",
  ),
  reject(
    "missing-payload",
    "DSSE-1",
    "DSSE_MEMBERS",
    "",
    { payloadType: good.payloadType, signatures: good.signatures },
    "Signatures of nothing.",
    "treat a missing payload as empty",
  ),
  reject(
    "signatures-object",
    "DSSE-1",
    "DSSE_MEMBERS",
    "/signatures",
    { ...good, signatures: { 0: first, 1: second } },
    "An object with numbers as names is no list.",
    "read signatures by index",
  ),
  reject(
    "signature-extra-member",
    "DSSE-1",
    "DSSE_MEMBERS",
    "/signatures/0",
    { ...good, signatures: [{ ...first, cert: "x" }, second] },
    "A certificate beside a signature is unauthenticated.",
    "ignore unknown members of signatures",
  ),
  reject(
    "keyid-missing",
    "DSSE-1",
    "DSSE_MEMBERS",
    "/signatures/0",
    { ...good, signatures: [{ sig: first.sig }, second] },
    "DSSE makes keyid optional, this profile does not.",
    "try every key when keyid is missing",
  ),
  reject(
    "keyid-number",
    "DSSE-1",
    "DSSE_MEMBERS",
    "/signatures/0/keyid",
    { ...good, signatures: [{ ...first, keyid: 1 }, second] },
    "A keyid is text.",
    "turn values into text",
  ),
  reject(
    "payload-object",
    "DSSE-1",
    "DSSE_MEMBERS",
    "/payload",
    { ...good, payload: { a: 1 } },
    "The payload is base64 and not the document itself.",
    "accept the payload as JSON",
  ),

  reject(
    "other-type",
    "DSSE-2",
    "DSSE_PAYLOAD_TYPE",
    "/payloadType",
    otherType,
    "A document signed for one purpose must not serve another.",
    "ignore payloadType",
  ),
  reject(
    "type-case",
    "DSSE-2",
    "DSSE_PAYLOAD_TYPE",
    "/payloadType",
    { ...good, payloadType: "application/vnd.settld.Event+json" },
    "Media types are compared without case elsewhere, here exactly.",
    "compare types without case",
  ),
  reject(
    "type-parameter",
    "DSSE-2",
    "DSSE_PAYLOAD_TYPE",
    "/payloadType",
    { ...good, payloadType: `${good.payloadType}; charset=utf-8` },
    "A parameter makes another text.",
    "cut parameters off",
  ),

  reject(
    "payload-unpadded",
    "DSSE-3",
    "DSSE_BASE64",
    "/payload",
    { ...good, payload: good.payload.replaceAll("=", "") },
    "Padding is part of the one spelling.",
    "add missing padding",
  ),
  reject(
    "payload-url-alphabet",
    "DSSE-3",
    "DSSE_BASE64",
    "/payload",
    {
      ...(await seal(PAYLOAD_TYPES.event, utf8('"???"'), buyer)),
      payload: base64Encode(utf8('"???"')).replaceAll("/", "_"),
    },
    "Node decodes both alphabets.",
    "accept - and _",
  ),
  reject(
    "payload-line-break",
    "DSSE-3",
    "DSSE_BASE64",
    "/payload",
    { ...good, payload: `${good.payload.slice(0, 4)}\n${good.payload.slice(4)}` },
    "MIME breaks base64 into lines.",
    "skip white space",
  ),
  reject(
    "payload-trailing-bits",
    "DSSE-3",
    "DSSE_BASE64",
    "/payload",
    { ...good, payload: "eyJhIjoxfR==" },
    "Sixteen texts decode to these bytes, one is allowed.",
    "ignore leftover bits",
  ),
  reject(
    "payload-over-padded",
    "DSSE-3",
    "DSSE_BASE64",
    "/payload",
    { ...good, payload: `${good.payload}====` },
    "Padding only completes a group.",
    "strip all padding",
  ),
  reject(
    "sig-trailing-bits",
    "DSSE-3",
    "DSSE_BASE64",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: bumpLast(first.sig) }, second] },
    "Without this rule a signature has sixteen spellings, so a file could be changed without breaking it.",
    "ignore leftover bits",
  ),
  reject(
    "sig-url-alphabet",
    "DSSE-3",
    "DSSE_BASE64",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: `-${first.sig.slice(1)}` }, second] },
    "Signatures have one alphabet.",
    "accept - and _",
  ),

  reject(
    "no-signature",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "/signatures",
    { ...good, signatures: [] },
    "A loop over no signatures finds no bad one.",
    "accept when every signature is good",
  ),
  reject(
    "three-signatures",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "/signatures",
    await seal(PAYLOAD_TYPES.event, payload, buyer, settler, keyOf("seller")),
    "A third signature is nobody's business and could be anything.",
    "check the first two signatures only",
  ),

  reject(
    "keyid-short",
    "DSSE-5",
    "DSSE_KEYID",
    "/signatures/0/keyid",
    { ...good, signatures: [{ ...first, keyid: first.keyid.slice(1) }, second] },
    "42 characters are no thumbprint.",
    "match keys by prefix",
  ),
  reject(
    "keyid-padded",
    "DSSE-5",
    "DSSE_KEYID",
    "/signatures/0/keyid",
    { ...good, signatures: [{ ...first, keyid: `${first.keyid}=` }, second] },
    "base64url of JOSE has no padding.",
    "strip padding",
  ),
  reject(
    "keyid-hex",
    "DSSE-5",
    "DSSE_KEYID",
    "/signatures/0/keyid",
    { ...good, signatures: [{ ...first, keyid: Buffer.from(first.keyid, "base64url").toString("hex") }, second] },
    "The same hash in hexadecimal is another text.",
    "accept hexadecimal",
  ),
  reject(
    "keyid-standard-alphabet",
    "DSSE-5",
    "DSSE_KEYID",
    "/signatures/0/keyid",
    { ...good, signatures: [{ ...first, keyid: `+${first.keyid.slice(1)}` }, second] },
    "+ is not in the URL alphabet.",
    "accept + and /",
  ),
  reject(
    "keyid-trailing-bits",
    "DSSE-5",
    "DSSE_KEYID",
    "/signatures/0/keyid",
    { ...good, signatures: [{ ...first, keyid: bumpLast(first.keyid) }, second] },
    "One key has one name.",
    "ignore leftover bits",
  ),

  reject(
    "same-key-twice",
    "DSSE-6",
    "DSSE_SIGNATURE_DUPLICATE",
    "/signatures/1/keyid",
    { ...good, signatures: [first, first] },
    "One signer is not two.",
    "count signatures instead of signers",
  ),

  reject(
    "sig-63-bytes",
    "DSSE-7",
    "DSSE_SIGNATURE_LENGTH",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: base64Encode(decoded.subarray(0, 63)) }, second] },
    "A short signature is not padded.",
    "pad signatures",
  ),
  reject(
    "sig-65-bytes",
    "DSSE-7",
    "DSSE_SIGNATURE_LENGTH",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: base64Encode(concatBytes(decoded, new Uint8Array(1))) }, second] },
    "Bytes behind a signature would be unauthenticated.",
    "cut signatures",
  ),
  reject(
    "sig-empty",
    "DSSE-7",
    "DSSE_SIGNATURE_LENGTH",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: "" }, second] },
    "No bytes are no signature.",
    "treat an empty signature as not yet made",
  ),

  reject(
    "s-plus-l",
    "DSSE-8",
    "DSSE_SIGNATURE_S_RANGE",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: withS(s + L) }, second] },
    "Anyone can turn a signature into this second one; a file must not be changeable without a key.",
    "skip the S < L check",
  ),
  reject(
    "r-not-canonical",
    "DSSE-8",
    "DSSE_SIGNATURE_R_NOT_CANONICAL",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: withR(new Uint8Array(32).fill(0xff)) }, second] },
    "R has one encoding.",
    "reduce y of R modulo p",
  ),
  reject(
    "r-small-order",
    "DSSE-8",
    "DSSE_SIGNATURE_R_SMALL_ORDER",
    "/signatures/0/sig",
    { ...good, signatures: [{ ...first, sig: withR(identity) }, second] },
    "No honest signer makes this R.",
    "skip the small-order check of R",
  ),

  reject(
    "payload-changed",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    { ...good, payload: base64Encode(utf8('{"a":2}')) },
    "The payload is not the one that was signed.",
    "verify over the keyid",
  ),
  reject(
    "second-signature-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/1/sig",
    { ...good, signatures: [first, { ...second, sig: flip(second.sig) }] },
    "Every signature counts, not only the first.",
    "verify the first signature only",
  ),
  reject(
    "signatures-swapped",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    {
      ...good,
      signatures: [
        { ...first, sig: second.sig },
        { ...second, sig: first.sig },
      ],
    },
    "A signature belongs to the key that is named beside it.",
    "try every key for every signature",
  ),
  reject(
    "signed-raw-payload",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    { ...single, signatures: [await signed(buyer, payload)] },
    "What is signed is the pre-authentication encoding, so that a type cannot be swapped.",
    "verify over the payload alone",
    "dsse-envelope-one-signature",
  ),
  reject(
    "signed-base64",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    { ...single, signatures: [await signed(buyer, pae(PAYLOAD_TYPES.event, utf8(single.payload)))] },
    "The payload enters as bytes, not as base64.",
    "verify over the base64 text",
    "dsse-envelope-one-signature",
  ),
  reject(
    "signed-other-type",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    { ...single, signatures: [await signed(buyer, pae(PAYLOAD_TYPES.trust, payload))] },
    "The signature covers the type.",
    "leave the type out of the encoding",
    "dsse-envelope-one-signature",
  ),
  reject(
    "signed-length-in-characters",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "/signatures/0/sig",
    {
      ...(await seal(PAYLOAD_TYPES.event, utf8('"\u00e9"'), buyer)),
      signatures: [
        await signed(
          buyer,
          concatBytes(utf8(`DSSEv1 ${PAYLOAD_TYPES.event.length} ${PAYLOAD_TYPES.event} 3 `), utf8('"\u00e9"')),
        ),
      ],
    },
    "Lengths count bytes; here the text has three characters and four bytes.",
    "count characters in the encoding",
    "dsse-envelope-one-signature",
  ),

  reject(
    "unknown-key",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    "/signatures/0/keyid",
    stranger,
    "A good signature of somebody unknown proves nothing.",
    "accept any valid signature",
    "dsse-envelope-one-signature",
  ),
];

function bumpLast(value: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const body = value.replace(/=+$/, "");
  const set = body.length === value.length ? url : alphabet;
  return body.slice(0, -1) + set.charAt(set.indexOf(body.slice(-1)) + 1) + value.slice(body.length);
}

function flip(sig: string): string {
  const changed = Buffer.from(sig, "base64");
  changed[40] = (changed[40] ?? 0) ^ 1;
  return changed.toString("base64");
}

const smallOrder: Case = {
  id: "dsse-envelope-small-order-key",
  clause: "KEY-5",
  code: "KEY_SMALL_ORDER",
  fault: "small-order-key",
  twin: "dsse-envelope-one-signature",
  pointer: "/signatures/0/keyid",
  why: "The forgery of vector number one, inside an envelope: under this key one signature fits every payload.",
  kills: "skip the small-order check of the key",
  input: {
    ...bytes({
      ...single,
      signatures: [{ keyid: thumbprint(identity), sig: base64Encode(concatBytes(identity, new Uint8Array(32))) }],
    }),
    keys: [base64Encode(identity)],
  },
};

/** Envelopes by themselves. */
export const dsse: readonly VectorFile[] = [
  {
    path: "dsse/envelope.json",
    op: "dsse.verify",
    description: "Envelopes as canonical JSON, verified with the given keys.",
    groups: [
      {
        comment: "An event: at most two signatures.",
        input: {
          payloadType: PAYLOAD_TYPES.event,
          maxSignatures: 2,
          keys: [buyer, settler].map(({ publicKey }) => base64Encode(publicKey)),
        },
        cases: [...cases, smallOrder],
      },
      {
        comment: "A receipt: exactly one signature.",
        input: {
          payloadType: PAYLOAD_TYPES.receipt,
          maxSignatures: 1,
          keys: [buyer, settler].map(({ publicKey }) => base64Encode(publicKey)),
        },
        cases: [
          accept(
            "dsse-envelope-receipt",
            "DSSE-2",
            "The type of a receipt is that of in-toto.",
            await seal(PAYLOAD_TYPES.receipt, payload, settler),
            [settler.keyid],
          ),
          reject(
            "receipt-two-signatures",
            "DSSE-4",
            "DSSE_SIGNATURE_COUNT",
            "/signatures",
            await seal(PAYLOAD_TYPES.receipt, payload, settler, buyer),
            "A receipt is the settler's alone.",
            "allow two signatures everywhere",
            "dsse-envelope-receipt",
          ),
        ],
      },
    ],
  },
];
