import { base64Encode, concatBytes, PAYLOAD_TYPES, pae, type Signer, utf8 } from "@settld/protocol";
import { keyOf, seal } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { L, le32, numberOf } from "../../points.ts";
import { reject } from "./case.ts";
import { first, good, payload, second, single } from "./sealed.ts";
import { bumpLast } from "./stray-bits.ts";

const buyer = keyOf("buyer");

const signed = async (signer: Signer, message: Uint8Array) => ({
  keyid: signer.keyid,
  sig: base64Encode(await signer.sign(message)),
});

const decoded = Buffer.from(first.sig, "base64");
const withS = (s: bigint): string => base64Encode(concatBytes(decoded.subarray(0, 32), le32(s)));
const withR = (r: Uint8Array): string => base64Encode(concatBytes(r, decoded.subarray(32)));
const s = numberOf(decoded.subarray(32));
const identity = le32(1n);

const stranger = await seal(PAYLOAD_TYPES.event, payload, keyOf("stranger"));

/** Key ids and signatures. */
export const signatures: readonly Case[] = [
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

function flip(sig: string): string {
  const changed = Buffer.from(sig, "base64");
  changed[40] = (changed[40] ?? 0) ^ 1;
  return changed.toString("base64");
}
