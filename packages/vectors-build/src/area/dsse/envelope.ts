import { base64Encode, concatBytes, PAYLOAD_TYPES, thumbprint, utf8 } from "@settld/protocol";
import { keyOf, seal } from "../../cast.ts";
import type { Case, VectorFile } from "../../format.ts";
import { le32 } from "../../points.ts";
import { accept, bytes, reject } from "./case.ts";
import { forms } from "./envelope-form.ts";
import { signatures } from "./envelope-signature.ts";
import { good, payload, single } from "./sealed.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");

const identity = le32(1n);

const text = utf8("not JSON");
const other = await seal(PAYLOAD_TYPES.event, text, buyer);

const empty = await seal(PAYLOAD_TYPES.event, new Uint8Array(0), buyer);

const accepted: readonly Case[] = [
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
];

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

/** Envelopes as canonical JSON, verified with the given keys. */
export const envelopes: VectorFile = {
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
      cases: [...accepted, ...forms, ...signatures, smallOrder],
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
};
