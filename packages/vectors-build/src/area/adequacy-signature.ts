import {
  base64Encode,
  canonicalize,
  concatBytes,
  type JsonValue,
  PAYLOAD_TYPES,
  thumbprint,
  utf8,
} from "@settld/protocol";
import { bytesOf, keyOf, seal, sealTrust, secondSettlerKey, trustDoc, trustKey } from "../cast.ts";
import { type Case, type FaultCase, field, file, type VectorFile } from "../format.ts";
import { envelopes, fileOf, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { isPoint, L, le32, numberOf } from "../points.ts";
import { ATTESTED, EXPIRED, NO_TOTALS, RULED } from "../story.ts";
import { at } from "../time.ts";

// Signatures whose form is wrong, where they stand in a file, and who admits what.

type Envelope = Awaited<ReturnType<typeof seal>>;
type Fault = Omit<FaultCase, "input">;

const buyer = keyOf("buyer");
const settler = keyOf("settler");
const registry = keyOf("registry");

/** The same signature with S + L: the equation holds as before, and there would be two signatures of one message. */
const withSPlusL = (sig: string): string => {
  const bytes = Buffer.from(sig, "base64");
  return base64Encode(concatBytes(bytes.subarray(0, 32), le32(numberOf(bytes.subarray(32)) + L)));
};
const bent = (envelope: Envelope, index: number): Envelope => ({
  ...envelope,
  signatures: envelope.signatures.map((one, position) =>
    position === index ? { ...one, sig: withSPlusL(one.sig) } : one,
  ),
});

// Signatures alone.

const stranger = keyOf("stranger");
const message = utf8("settld vector");
const alone = async (signer: typeof buyer, change: (signature: Uint8Array) => Uint8Array) => ({
  publicKey: base64Encode(signer.publicKey),
  message: base64Encode(message),
  signature: base64Encode(change(await signer.sign(message))),
});
const seventeen = new Uint8Array(32);
seventeen[31] = 17;

const strict: readonly Case[] = [
  {
    id: "edge-ed25519-other-root",
    clause: "DSSE-9",
    why: "A key whose x is the other of the two candidates of a square root.",
    kills: "know one of the two candidates",
    input: await alone(stranger, (signature) => signature),
    facts: { thumbprint: stranger.keyid },
  },
  {
    id: "edge-ed25519-other-root-invalid",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    fault: "other-s-under-other-root",
    twin: "edge-ed25519-other-root",
    why: "The key is a point, so it is the signature that is wrong.",
    kills: "take a key with the other candidate for no point",
    input: await alone(stranger, (signature) => concatBytes(signature.subarray(0, 32), le32(1n))),
  },
  {
    id: "edge-ed25519-s-top-17",
    clause: "DSSE-8",
    code: "DSSE_SIGNATURE_S_RANGE",
    fault: "s-with-top-byte-17",
    twin: "edge-ed25519-other-root",
    why: "The top byte of L is 16, so 17 is too large whatever the others are.",
    kills: "mask the lowest bit of the top byte",
    input: await alone(stranger, (signature) => concatBytes(signature.subarray(0, 32), seventeen)),
  },
];

// Envelopes.

const canonical = (value: unknown): unknown => field(canonicalize(value as JsonValue));
const good = await seal(PAYLOAD_TYPES.event, utf8('{"a":1}'), buyer, settler);
const [first, second] = good.signatures;
if (first === undefined || second === undefined) throw new Error("two signatures were made");
const short = (sig: string): string => base64Encode(Buffer.from(sig, "base64").subarray(0, 63));
const place = {
  payloadType: PAYLOAD_TYPES.event,
  maxSignatures: 2,
  keys: [buyer, settler].map(({ publicKey }) => base64Encode(publicKey)),
};

const nothing: readonly Case[] = [
  {
    id: "edge-envelope-null",
    clause: "DSSE-1",
    code: "DSSE_MEMBERS",
    fault: "null-for-envelope",
    twin: "dsse-envelope-two-signatures",
    why: "null has no members.",
    kills: "ask null for its members",
    input: { envelope: field("null") },
  },
  {
    id: "edge-envelope-signature-null",
    clause: "DSSE-1",
    code: "DSSE_MEMBERS",
    fault: "null-for-signature",
    twin: "dsse-envelope-two-signatures",
    pointer: "/signatures/1",
    why: "Nor has it any among signatures.",
    kills: "ask null for its members",
    input: { envelope: canonical({ ...good, signatures: [first, null] }) },
  },
];

const lengths: readonly Case[] = [
  {
    id: "precedence-length-unknown",
    clause: "DSSE-7",
    code: "DSSE_SIGNATURE_LENGTH",
    over: "TRUST_KEY_UNKNOWN",
    fault: "63-bytes-under-unknown-key",
    twin: "dsse-envelope-two-signatures",
    pointer: "/signatures/0/sig",
    why: "The envelope is read before anybody looks for the key.",
    kills: "look for the key first",
    input: { envelope: canonical({ ...good, signatures: [{ keyid: stranger.keyid, sig: short(first.sig) }] }) },
  },
  {
    id: "precedence-later-length-unknown",
    clause: "DSSE-7",
    code: "DSSE_SIGNATURE_LENGTH",
    over: "TRUST_KEY_UNKNOWN",
    fault: "63-bytes-behind-unknown-key",
    twin: "dsse-envelope-two-signatures",
    pointer: "/signatures/1/sig",
    why: "All of the envelope is read before anybody looks for the first key.",
    kills: "read and verify signature by signature",
    input: {
      envelope: canonical({
        ...good,
        signatures: [
          { ...first, keyid: stranger.keyid },
          { ...second, sig: short(second.sig) },
        ],
      }),
    },
  },
];

// Bundles.

const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const events = await envelopes(EXPIRED);
const [offered, closed] = events;
if (offered === undefined || closed === undefined) throw new Error("the log has two events");
const receipt = await sealReceipt(receiptOf(EXPIRED, LATE));
const document = await sealTrust(trustDoc());
const bundle = (parts: Parameters<typeof linesOf>[0]) => ({ bundle: field(fileOf(linesOf(parts))) });
const own = { trust: field(bytesOf(trustDoc())) };
const root = { root: base64Encode(registry.publicKey) };

const bad = (fault: Fault, input: object): Case => ({ ...fault, input: { ...input } });
const rangeOf = (place: string, pointer: string, twin: string): Fault => ({
  id: `edge-s-range-${place}`,
  clause: "DSSE-8",
  code: "DSSE_SIGNATURE_S_RANGE",
  fault: `s-plus-l-in-${place}`,
  twin,
  pointer,
  why: "S + L fulfils the equation as S does; wherever the signature stands, it is refused.",
  kills: "check the range of S where a signature stands alone",
});

const curve = [...Array(100).keys()].map((y) => le32(BigInt(y + 2))).find((bytes) => !isPoint(bytes)) ?? le32(2n);
const offCurve = { ...buyer, publicKey: curve, keyid: thumbprint(curve) };
const [offerLine] = await envelopes(EXPIRED, { 0: [offCurve, settler] });
if (offerLine === undefined) throw new Error("the log has an offer");

const places: readonly Case[] = [
  bad(rangeOf("event", "/signatures/0/sig", "trust-signers"), {
    ...bundle({ events: [bent(offered, 0), closed], receipt }),
    ...own,
  }),
  bad(rangeOf("admission", "/signatures/1/sig", "trust-signers"), {
    ...bundle({ events: [bent(offered, 1), closed], receipt }),
    ...own,
  }),
  bad(rangeOf("trust", "/signatures/0/sig", "trust-embedded"), {
    ...bundle({ events, trust: [bent(document, 0)], receipt }),
    ...root,
  }),
  bad(rangeOf("receipt", "/signatures/0/sig", "trust-signers"), {
    ...bundle({ events, receipt: bent(receipt, 0) }),
    ...own,
  }),
  bad(
    {
      id: "edge-embedded-two-signatures",
      clause: "DSSE-4",
      code: "DSSE_SIGNATURE_COUNT",
      fault: "trust-document-with-two-signatures",
      twin: "trust-embedded",
      pointer: "/signatures",
      why: "A trust document has one signature; a second one, however good, makes another envelope of it.",
      kills: "verify the first signature and leave the others",
    },
    {
      ...bundle({
        events,
        trust: [await seal(PAYLOAD_TYPES.trust, trustDoc(), registry, settler)],
        receipt,
      }),
      ...root,
    },
  ),
  bad(
    {
      id: "edge-attestation-admitted-by-arbiter",
      clause: "TRUST-10",
      code: "TRUST_KEY_PARTY",
      fault: "attestation-admitted-by-arbiter",
      twin: "pinned-checker",
      pointer: "/signatures/1/keyid",
      why: "An attestation is admitted by the settler like every other event of a party.",
      kills: "look at the checker's signature only",
    },
    { ...bundle({ events: await envelopes(ATTESTED, { 4: [keyOf("checker"), keyOf("arbiter")] }) }), ...own },
  ),
  bad(
    {
      id: "edge-ruling-admitted-by-buyer",
      clause: "TRUST-10",
      code: "TRUST_KEY_PARTY",
      fault: "ruling-admitted-by-buyer",
      twin: "pinned-arbiter",
      pointer: "/signatures/1/keyid",
      why: "A ruling is admitted by the settler like every other event of a party.",
      kills: "look at the arbiter's signature only",
    },
    { ...bundle({ events: await envelopes(RULED, { 8: [keyOf("arbiter"), buyer] }) }), ...own },
  ),
];

const before: readonly Case[] = [
  bad(
    {
      id: "precedence-three-signatures-unknown",
      clause: "DSSE-4",
      code: "DSSE_SIGNATURE_COUNT",
      over: "TRUST_KEY_UNKNOWN",
      fault: "three-signatures-and-unknown-key",
      twin: "trust-signers",
      pointer: "/signatures",
      why: "Three are too many for any event, which shows while lines are read and before keys are looked for.",
      kills: "count signatures when the type of the event is known",
    },
    { ...bundle({ events: await envelopes(EXPIRED, { 0: [buyer, settler, secondSettlerKey] }), receipt }), ...own },
  ),
  bad(
    {
      id: "precedence-curve-s-range",
      clause: "KEY-6",
      code: "KEY_NOT_ON_CURVE",
      over: "DSSE_SIGNATURE_S_RANGE",
      fault: "key-off-curve-and-s-plus-l",
      twin: "trust-signers",
      pointer: "/signatures/0/keyid",
      why: "The key is judged before the form of the signature.",
      kills: "check the form of signatures first",
    },
    {
      ...bundle({ events: [bent(offerLine, 0), closed], receipt }),
      trust: field(bytesOf(trustDoc({}, { buyer: [trustKey(offCurve)] }))),
    },
  ),
];

/** Signatures in their places. */
export const signatures: readonly VectorFile[] = [
  file("dsse/strict.json", "ed25519.verify", "Signatures under a key of the other kind.", strict),
  {
    path: "dsse/nothing.json",
    op: "dsse.verify",
    description: "Envelopes with null in the place of an object.",
    groups: [{ input: place, cases: nothing }],
  },
  {
    path: "precedence/length.json",
    op: "dsse.verify",
    description: "Signatures of a wrong length under keys that nobody knows.",
    groups: [{ input: place, cases: lengths }],
  },
  file("bundle/signature.json", "bundle.verify", "Signatures with a fault, in every place of a file.", places),
  file("precedence/signature.json", "bundle.verify", "Two faults in one signature or its number.", before),
];
