import { base64Encode, canonicalize, concatBytes, type JsonValue, PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import { keyOf, seal } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { both } from "./fault-pair.ts";
import { R, S_TOO_LARGE } from "./signature.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");

const good = await seal(PAYLOAD_TYPES.event, utf8('{"a":1}'), buyer, settler);
const [first, second] = good.signatures;
const envelope = (value: unknown) => ({ envelope: field(canonicalize(value as JsonValue)) });
const strange = await seal(PAYLOAD_TYPES.event, utf8('{"a":1}'), keyOf("stranger"));

const cases: readonly Case[] = [
  both(
    "members-type",
    "DSSE-1",
    "DSSE_MEMBERS",
    "DSSE_PAYLOAD_TYPE",
    "dsse-envelope-two-signatures",
    "Members before the type.",
    envelope({ ...good, note: 1, payloadType: "x" }),
  ),
  both(
    "type-base64",
    "DSSE-2",
    "DSSE_PAYLOAD_TYPE",
    "DSSE_BASE64",
    "dsse-envelope-two-signatures",
    "The type before the payload.",
    envelope({ ...good, payloadType: "x", payload: "?" }),
  ),
  both(
    "base64-count",
    "DSSE-3",
    "DSSE_BASE64",
    "DSSE_SIGNATURE_COUNT",
    "dsse-envelope-two-signatures",
    "The payload before the signatures.",
    envelope({ ...good, payload: "?", signatures: [] }),
  ),
  both(
    "count-keyid",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "DSSE_KEYID",
    "dsse-envelope-two-signatures",
    "Their number before each of them.",
    envelope({ ...good, signatures: [{ ...first, keyid: "x" }, second, first] }),
  ),
  both(
    "keyid-length",
    "DSSE-5",
    "DSSE_KEYID",
    "DSSE_SIGNATURE_LENGTH",
    "dsse-envelope-two-signatures",
    "Of one signature the keyid comes first.",
    envelope({ ...good, signatures: [{ keyid: "x", sig: "" }, second] }),
  ),
  both(
    "sig-base64-keyid",
    "DSSE-3",
    "DSSE_BASE64",
    "DSSE_KEYID",
    "dsse-envelope-two-signatures",
    "The base64 of every signature before the keyid of any.",
    envelope({ ...good, signatures: [{ keyid: "x", sig: "?" }, second] }),
  ),
  both(
    "sig-base64-count",
    "DSSE-3",
    "DSSE_BASE64",
    "DSSE_SIGNATURE_COUNT",
    "dsse-envelope-two-signatures",
    "And before their number.",
    envelope({ ...good, signatures: [first, second, { ...first, sig: "?" }] }),
  ),
  both(
    "later-keyid-length",
    "DSSE-5",
    "DSSE_KEYID",
    "DSSE_SIGNATURE_LENGTH",
    "dsse-envelope-two-signatures",
    "Each rule is applied to all signatures before the next: the second keyid comes before the length of the first.",
    envelope({
      ...good,
      signatures: [
        { ...first, sig: "" },
        { ...second, keyid: "x" },
      ],
    }),
  ),
  both(
    "duplicate-length",
    "DSSE-6",
    "DSSE_SIGNATURE_DUPLICATE",
    "DSSE_SIGNATURE_LENGTH",
    "dsse-envelope-two-signatures",
    "Different keys before lengths.",
    envelope({ ...good, signatures: [{ ...first, sig: "" }, first] }),
  ),
  both(
    "canonical-members",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "DSSE_MEMBERS",
    "dsse-envelope-two-signatures",
    "Bytes before members.",
    { envelope: field(JSON.stringify({ z: 1, ...good })) },
  ),
  both(
    "unknown-s",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    "DSSE_SIGNATURE_S_RANGE",
    "dsse-envelope-one-signature",
    "The key is looked up before the signature is looked at.",
    envelope({
      ...strange,
      signatures: strange.signatures.map((one) => ({ ...one, sig: base64Encode(concatBytes(R, S_TOO_LARGE)) })),
    }),
  ),
];

/** Two faults in one envelope. */
export const envelopes: VectorFile = {
  path: "precedence/envelope.json",
  op: "dsse.verify",
  description: "Two faults in one envelope.",
  groups: [
    {
      input: {
        payloadType: PAYLOAD_TYPES.event,
        maxSignatures: 2,
        keys: [buyer, settler].map(({ publicKey }) => base64Encode(publicKey)),
      },
      cases,
    },
  ],
};
