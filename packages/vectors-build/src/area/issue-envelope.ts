import { base64Encode, canonicalize, digestOf, type JsonValue, PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import { bytesOf, idOf, keyOf, type Player, seal, seedOf, trustDoc, trustKey } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, FOREIGN, payloadOf, receiptOf } from "../log-builder.ts";
import { cancel, EXPIRED, expire, FUNDED, fund, NO_TOTALS, OFFERED, offer, REVIEW, terms, valid } from "../story.ts";
import { at } from "../time.ts";

/** The private keys of players, in the order of their signatures. */
export const seeds = (...players: readonly string[]): readonly string[] =>
  players.map((player) => base64Encode(seedOf(player)));

const EVENT = PAYLOAD_TYPES.event;
const BOTH: readonly Player[] = ["buyer", "settler"];

/** The same document with other members first, one a line, and some letters escaped. */
export const laidOut = (value: unknown): Uint8Array => {
  const turned = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(turned);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(
      Object.entries(one)
        .reverse()
        .map(([name, member]) => [name, turned(member)]),
    );
  };
  return utf8(`\r\n\t${JSON.stringify(turned(value), null, 3).replaceAll("a", "\\u0061").replaceAll("/", "\\/")} \n`);
};

const input = (payloadType: string, document: Uint8Array | string, by: readonly string[]) => ({
  what: "envelope",
  payloadType,
  document: field(document),
  seeds: seeds(...by),
});

/** What comes out: the envelope and the digest of its payload. */
export const made = async (payloadType: string, value: unknown, by: readonly Player[]): Promise<object> => ({
  envelope: base64Encode(
    utf8(canonicalize((await seal(payloadType, value, ...by.map(keyOf))) as unknown as JsonValue)),
  ),
  digest: digestOf(bytesOf(value)),
});

type Good = {
  readonly id: string;
  readonly clause?: string;
  readonly why: string;
  readonly kills: string;
  readonly type?: string;
  readonly value: unknown;
  readonly document?: Uint8Array | string;
  readonly by: readonly Player[];
  readonly twin?: string;
  readonly fault?: string;
};

const good = async ({ id, clause = "CONF-10", why, kills, type = EVENT, value, document, by, ...rest }: Good) => ({
  id: `issue-${id}`,
  clause,
  why,
  kills,
  ...(rest.twin === undefined ? {} : { twin: `issue-${rest.twin}` }),
  ...(rest.fault === undefined ? {} : { fault: rest.fault }),
  input: input(type, document ?? bytesOf(value), by),
  facts: (await made(type, value, by)) as Case["input"],
});

type Bad = {
  readonly fault: string;
  readonly clause: string;
  readonly code: string;
  readonly why: string;
  readonly kills: string;
  readonly type?: string;
  readonly document: Uint8Array | string | object;
  readonly by: readonly string[];
  readonly twin: string;
  readonly verdict?: "indeterminate";
};

const bad = ({ fault, clause, code, why, kills, type = EVENT, document, by, twin, verdict }: Bad): Case => ({
  id: `issue-${fault}`,
  clause,
  code,
  fault,
  twin: `issue-${twin}`,
  why,
  kills,
  ...(verdict === undefined ? {} : { verdict }),
  input: input(type, typeof document === "string" || document instanceof Uint8Array ? document : bytesOf(document), by),
});

const offered = payloadOf(EMPTY, offer());
const funded = payloadOf(FUNDED, fund());
const attestation = (result: object) =>
  payloadOf(REVIEW, {
    type: "evidence.attested",
    by: "checker",
    hours: 4,
    body: { submission: FOREIGN, subject: FOREIGN, requirement: "valid", result },
  });
const receipt = receiptOf(EXPIRED, { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS });
const trust = trustDoc();
const withPredicate = (change: object) => ({
  ...receipt,
  predicate: { ...(receipt["predicate"] as object), ...change },
});
const hostile = (reason: string) => payloadOf(FUNDED, cancel({ body: { reason } }));

// 16384 bytes in canonical form: {"a":"..."}.
const FULL_RESULT = { a: "x".repeat(16_384 - 8) };

const accepted: readonly Case[] = await Promise.all([
  good({
    id: "event",
    why: "An offer with the signature of its author and the settler's admission.",
    kills: "sign the payload without its type",
    value: offered,
    by: BOTH,
  }),
  good({
    id: "event-other-layout",
    why: "The document is laid out for people; what is signed is its canonical form.",
    kills: "sign the document as it came",
    value: offered,
    document: laidOut(offered),
    by: BOTH,
    fault: "other-layout",
    twin: "event",
  }),
  good({
    id: "event-much-white-space",
    clause: "LIMIT-1",
    why: "The limit is on the payload: a mebibyte of spaces around it is not signed.",
    kills: "measure the document instead of the payload",
    value: offered,
    document: utf8(`${" ".repeat(1_048_577)}${canonicalize(offered as JsonValue)}`),
    by: BOTH,
    fault: "a-mebibyte-of-spaces",
    twin: "event",
  }),
  good({
    id: "event-other-order",
    why: "Signatures stand in the order of the keys that were given, here the settler's first; whose place is whose is not for the issuer to judge.",
    kills: "sort signatures",
    value: offered,
    by: ["settler", "buyer"],
    fault: "keys-in-other-order",
    twin: "event",
  }),
  good({
    id: "settler-event",
    clause: "DSSE-4",
    why: "An event of the settler has one signature.",
    kills: "demand two signatures of every event",
    value: funded,
    by: ["settler"],
  }),
  good({
    id: "attestation",
    why: "A checker's own finding with every kind of value, and names that sort by UTF-16 code units.",
    kills: "drop __proto__, or sort numbers as numbers",
    value: attestation(
      JSON.parse('{"__proto__":{"x":1},"10":[],"9":null,"\u{1f600}":true,"\uffff":false,"":"\\u0000"}') as object,
    ),
    by: ["checker", "settler"],
  }),
  good({
    id: "result-16384",
    clause: "LIMIT-6",
    why: "16384 bytes in canonical form; the layout of the document adds spaces that do not count.",
    kills: "measure the result in the document's layout",
    value: attestation(FULL_RESULT),
    document: utf8(JSON.stringify(attestation(FULL_RESULT), null, 8)),
    by: ["checker", "settler"],
  }),
  good({
    id: "trust",
    clause: "TRUST-6",
    why: "A trust document signed by the key that it names.",
    kills: "sign with another payload type",
    type: PAYLOAD_TYPES.trust,
    value: trust,
    by: ["registry"],
  }),
  good({
    id: "trust-other-layout",
    clause: "TRUST-6",
    why: "A registry edits its document by hand and signs the canonical form.",
    kills: "sign the document as it came",
    type: PAYLOAD_TYPES.trust,
    value: trust,
    document: laidOut(trust),
    by: ["registry"],
    fault: "other-layout",
    twin: "trust",
  }),
  good({
    id: "receipt",
    clause: "RECEIPT-2",
    why: "A receipt that somebody else wrote down; the log is not at hand, so only its form is judged.",
    kills: "refuse to sign a receipt without its log",
    type: PAYLOAD_TYPES.receipt,
    value: receipt,
    by: ["settler"],
  }),
  good({
    id: "text-control-characters",
    why: "NUL, escape, tab and line feed are text like any other; the canonical form escapes them and keeps them.",
    kills: "strip control characters",
    value: hostile("a\u0000b\u001b[2Jc\td\ne\u007f\u009bf"),
    by: ["seller", "settler"],
  }),
  good({
    id: "text-direction",
    why: "Characters that turn the direction of reading, or have no width, are signed as they are.",
    kills: "strip format characters",
    value: hostile("pay \u202e000,01\u202c \u2066now\u2069\u200b\ufeff"),
    by: ["seller", "settler"],
  }),
  good({
    id: "text-not-normalized",
    why: "A letter with its accent apart stays apart: other bytes are another event.",
    kills: "normalize text",
    value: hostile("cafe\u0301 \u212b \ufb01"),
    by: ["seller", "settler"],
  }),
  good({
    id: "text-markup",
    why: "Markup, formulas and commands are somebody's words; whoever shows them escapes them, not who signs them.",
    kills: "escape text before it is signed",
    value: hostile('=1+1 <b>&lt;</b> "\\" [x](javascript:1) ::error:: $(id) \u2028'),
    by: ["seller", "settler"],
  }),
]);

const rejected: readonly Case[] = [
  bad({
    fault: "other-payload-type",
    clause: "DSSE-2",
    code: "DSSE_PAYLOAD_TYPE",
    why: "A protocol key must not sign what another protocol could mean.",
    kills: "sign any payload type",
    type: "application/vnd.settld.event+json; charset=utf-8",
    document: offered,
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "payload-type-empty",
    clause: "DSSE-2",
    code: "DSSE_PAYLOAD_TYPE",
    why: "Without a type nothing says what the signature means.",
    kills: "default the payload type",
    type: "",
    document: offered,
    by: BOTH,
    twin: "event",
  }),

  bad({
    fault: "duplicate-name",
    clause: "JSON-4",
    code: "JSON_DUPLICATE_NAME",
    why: "Two fees: the one that was read and the one that is signed may be different ones.",
    kills: "let the last member win",
    document: canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":0,"feeBps":250'),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "fraction",
    clause: "JSON-6",
    code: "JSON_FRACTION",
    why: "250.0 is written differently by different libraries.",
    kills: "read numbers leniently",
    document: canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":250.0'),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "negative-zero",
    clause: "JSON-7",
    code: "JSON_NEGATIVE_ZERO",
    why: "RFC 8785 would write 0, so what was read is not what would be signed.",
    kills: "turn -0 into 0",
    document: canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":-0'),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "lone-surrogate",
    clause: "JSON-5",
    code: "JSON_SURROGATE",
    why: "Half a character has no UTF-8, and a replacement character would be signed in its place.",
    kills: "encode lone surrogates as U+FFFD",
    document: canonicalize(hostile("half") as JsonValue).replace("half", "\\ud800"),
    by: ["seller", "settler"],
    twin: "text-markup",
  }),
  bad({
    fault: "trust-byte-order-mark",
    clause: "JSON-2",
    code: "JSON_BOM",
    why: "An editor put it there; strict JSON has none.",
    kills: "strip a byte order mark",
    type: PAYLOAD_TYPES.trust,
    document: `\ufeff${canonicalize(trust as unknown as JsonValue)}`,
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "receipt-trailing-data",
    clause: "JSON-3",
    code: "JSON_SYNTAX",
    why: "Two receipts in one document: only one of them would be signed.",
    kills: "read the first value and stop",
    type: PAYLOAD_TYPES.receipt,
    document: `${canonicalize(receipt as JsonValue)}\n${canonicalize(receipt as JsonValue)}`,
    by: ["settler"],
    twin: "receipt",
  }),

  bad({
    fault: "event-of-later-revision",
    clause: "EVENT-2",
    code: "EVENT_REVISION_UNKNOWN",
    why: "An issuer does not sign what it cannot read.",
    kills: "sign events of any revision",
    document: { ...offered, v: "2027-05" },
    by: BOTH,
    twin: "event",
    verdict: "indeterminate",
  }),
  bad({
    fault: "event-without-revision",
    clause: "EVENT-2",
    code: "EVENT_SCHEMA",
    why: "Nobody fills in what the author of an event did not say.",
    kills: "add the revision that is missing",
    document: Object.fromEntries(Object.entries(offered).filter(([name]) => name !== "v")),
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "event-of-unknown-type",
    clause: "EVENT-3",
    code: "EVENT_TYPE_UNKNOWN",
    why: "What no verifier knows nobody should sign.",
    kills: "sign events of any type",
    document: { ...offered, type: "agreement.proposed" },
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "offer-requirement-kind",
    clause: "POLICY-2",
    code: "POLICY_REQUIREMENT_UNKNOWN",
    why: "A requirement that nobody can evaluate locks the money of both.",
    kills: "apply the schema only",
    document: {
      ...offered,
      body: terms({ policy: { requirements: [{ id: "x", kind: "vote" }], payout: { kind: "all-or-nothing" } } }),
    },
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "offer-payout-kind",
    clause: "POLICY-3",
    code: "POLICY_PAYOUT_UNKNOWN",
    why: "Nor is there a payout that nobody can compute.",
    kills: "apply the schema only",
    document: { ...offered, body: terms({ policy: { requirements: [valid], payout: { kind: "auction" } } }) },
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "event-amount-number",
    clause: "EVENT-4",
    code: "EVENT_SCHEMA",
    why: "Money is text; a number would be signed and refused by everyone afterwards.",
    kills: "sign without the schema",
    document: { ...offered, body: terms({ amount: { value: 48000, assetCode: "USD", assetScale: 2 } }) },
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "event-instant",
    clause: "TIME-1",
    code: "TIME_INSTANT",
    why: "Text of the right shape that is no time.",
    kills: "check the shape of instants only",
    document: { ...offered, at: "2026-02-29T09:00:00.000Z" },
    by: BOTH,
    twin: "event",
  }),
  bad({
    fault: "result-16385",
    clause: "LIMIT-6",
    code: "LIMIT_RESULT_BYTES",
    why: "One byte more in canonical form.",
    kills: "skip the limit of results when signing",
    document: attestation({ a: `${FULL_RESULT.a}x` }),
    by: ["checker", "settler"],
    twin: "result-16384",
  }),

  bad({
    fault: "trust-extra-member",
    clause: "TRUST-1",
    code: "TRUST_SCHEMA",
    why: "A registry must not sign what every reader refuses.",
    kills: "sign trust documents without their schema",
    type: PAYLOAD_TYPES.trust,
    document: { ...trust, note: "x" },
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "trust-window",
    clause: "TRUST-2",
    code: "TRUST_WINDOW",
    why: "A document that is never valid.",
    kills: "apply the schema only",
    type: PAYLOAD_TYPES.trust,
    document: { ...trust, expiresAt: trust.issuedAt },
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "trust-party-twice",
    clause: "TRUST-3",
    code: "TRUST_PARTY_DUPLICATE",
    why: "Two entries of one party, with a key each.",
    kills: "apply the schema only",
    type: PAYLOAD_TYPES.trust,
    document: {
      ...trust,
      parties: [...trust.parties, { id: idOf("buyer"), roles: ["buyer"], keys: [trustKey(keyOf("stranger"))] }],
    },
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "trust-registry-acts",
    clause: "TRUST-5",
    code: "TRUST_REGISTRY_ACTS",
    why: "The registry lists itself as a settler.",
    kills: "apply the schema only",
    type: PAYLOAD_TYPES.trust,
    document: {
      ...trust,
      parties: [...trust.parties, { id: idOf("registry"), roles: ["settler"], keys: [trustKey(keyOf("registry"))] }],
    },
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "trust-without-registry-key",
    clause: "TRUST-6",
    code: "TRUST_REGISTRY_KEY",
    why: "A signed document names the key that signs it.",
    kills: "find the registry by its signature",
    type: PAYLOAD_TYPES.trust,
    document: trustDoc({ registry: { id: idOf("registry") } }),
    by: ["registry"],
    twin: "trust",
  }),
  bad({
    fault: "trust-signed-by-other",
    clause: "TRUST-6",
    code: "TRUST_REGISTRY_KEY",
    why: "The document names one key and would be signed by another.",
    kills: "sign with whatever key is given",
    type: PAYLOAD_TYPES.trust,
    document: trust,
    by: ["registry 2"],
    twin: "trust",
  }),

  bad({
    fault: "receipt-reason",
    clause: "RECEIPT-2",
    code: "RECEIPT_SCHEMA",
    why: "A receipt has one of four reasons.",
    kills: "sign receipts without their schema",
    type: PAYLOAD_TYPES.receipt,
    document: withPredicate({ reason: "done" }),
    by: ["settler"],
    twin: "receipt",
  }),
  bad({
    fault: "receipt-instant",
    clause: "TIME-1",
    code: "TIME_INSTANT",
    why: "Its time decides about keys, so it must be one.",
    kills: "check the shape of instants only",
    type: PAYLOAD_TYPES.receipt,
    document: withPredicate({ at: "2026-03-03T09:60:00.000Z" }),
    by: ["settler"],
    twin: "receipt",
  }),

  bad({
    fault: "event-one-key",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A party event without admission has no place in any log.",
    kills: "sign with the keys that are there",
    document: offered,
    by: ["buyer"],
    twin: "event",
  }),
  bad({
    fault: "event-no-key",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "An envelope without signatures looks like one with them.",
    kills: "make an envelope without signatures",
    document: offered,
    by: [],
    twin: "event",
  }),
  bad({
    fault: "event-three-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "Three signatures: no event has so many.",
    kills: "demand at least the number of signatures",
    document: offered,
    by: ["buyer", "seller", "settler"],
    twin: "event",
  }),
  bad({
    fault: "settler-event-two-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A settler event has one signature; a second is what anybody could add or leave out.",
    kills: "allow up to two signatures for every event",
    document: funded,
    by: ["settler", "buyer"],
    twin: "settler-event",
  }),
  bad({
    fault: "trust-two-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A trust document has one signature.",
    kills: "allow several registries to sign",
    type: PAYLOAD_TYPES.trust,
    document: trust,
    by: ["registry", "registry 2"],
    twin: "trust",
  }),
  bad({
    fault: "receipt-two-keys",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    why: "A receipt has one signature, also when the settler has two keys.",
    kills: "sign receipts with every key",
    type: PAYLOAD_TYPES.receipt,
    document: receipt,
    by: ["settler", "settler 2"],
    twin: "receipt",
  }),
  bad({
    fault: "one-key-twice",
    clause: "DSSE-6",
    code: "DSSE_SIGNATURE_DUPLICATE",
    why: "The settler would be author and admission in one; the signatures name different keys.",
    kills: "count signatures only",
    document: payloadOf(OFFERED, { ...expire(), type: "agreement.cancelled", by: "settler", body: {} }),
    by: ["settler", "settler"],
    twin: "event",
  }),
];

/** Envelopes to make. */
export const issueEnvelope: VectorFile = {
  path: "issue/envelope.json",
  op: "issue",
  description: "Envelopes of events, trust documents and receipts, and what an issuer does not sign.",
  groups: [{ cases: [...accepted, ...rejected] }],
};
