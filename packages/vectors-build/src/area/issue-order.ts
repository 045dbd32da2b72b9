import { base64urlEncode, canonicalize, type JsonValue, PAYLOAD_TYPES } from "@settld/protocol";
import { bytesOf, idOf, trustDoc } from "../cast.ts";
import { type FaultCase, field, type VectorFile } from "../format.ts";
import { EMPTY, extend, type Log, payloadOf, receiptOf } from "../log-builder.ts";
import { le32 } from "../points.ts";
import { accept, EXPIRED, NO_TOTALS, OFFERED, offer, terms } from "../story.ts";
import { at } from "../time.ts";
import { seeds } from "./issue-envelope/signed-document.ts";

// Two faults that meet: CONF-10 says in which order an issuer looks.

type Row = {
  readonly id: string;
  readonly clause: string;
  readonly code: string;
  readonly over: string;
  readonly why: string;
  readonly kills: string;
  readonly twin?: string;
  readonly input: object;
};

const both = ({ id, twin = "issue-event", input, ...rest }: Row): FaultCase => ({
  id: `precedence-issue-${id}`,
  fault: `issue-${id}`,
  twin,
  ...rest,
  input: { ...input },
});

const envelope = (payloadType: string, document: unknown, ...by: readonly string[]) => ({
  what: "envelope",
  payloadType,
  document: field(typeof document === "string" ? document : bytesOf(document)),
  seeds: seeds(...by),
});
const overLog = (what: "receipt" | "reactions", log: Log, time: object) => ({
  what,
  log: log.payloads.map((payload) => field(payload)),
  seeds: seeds("settler"),
  ...time,
});

const offered = payloadOf(EMPTY, offer());
const receipt = receiptOf(EXPIRED, { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS });
const keyless = trustDoc({ registry: { id: idOf("registry") } });
const broken = { ...offered, body: terms({ feeBps: 10_001 }) };

const rows: readonly Row[] = [
  {
    id: "json-schema",
    clause: "JSON-6",
    code: "JSON_EXPONENT",
    over: "EVENT_SCHEMA",
    why: "The fee is written with an exponent and too large: the document is read before it is understood.",
    kills: "apply the schema to what a lenient parser gives",
    input: envelope(
      PAYLOAD_TYPES.event,
      canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":2e5'),
      "buyer",
      "settler",
    ),
  },
  {
    id: "json-count",
    clause: "JSON-4",
    code: "JSON_DUPLICATE_NAME",
    over: "DSSE_SIGNATURE_COUNT",
    why: "A fee twice, and a key too few: how many signatures are needed follows from the document.",
    kills: "count keys first",
    input: envelope(
      PAYLOAD_TYPES.event,
      canonicalize(offered as JsonValue).replace('"feeBps":250', '"feeBps":250,"feeBps":250'),
      "buyer",
    ),
  },
  {
    id: "schema-count",
    clause: "EVENT-4",
    code: "EVENT_SCHEMA",
    over: "DSSE_SIGNATURE_COUNT",
    why: "An offer with a fee above everything, and one key for it.",
    kills: "count keys before the document is checked",
    input: envelope(PAYLOAD_TYPES.event, broken, "buyer"),
  },
  {
    id: "schema-duplicate",
    clause: "EVENT-4",
    code: "EVENT_SCHEMA",
    over: "DSSE_SIGNATURE_DUPLICATE",
    why: "An offer with a fee above everything, and one key twice.",
    kills: "compare keys before the document is checked",
    input: envelope(PAYLOAD_TYPES.event, broken, "buyer", "buyer"),
  },
  {
    id: "count-duplicate",
    clause: "DSSE-4",
    code: "DSSE_SIGNATURE_COUNT",
    over: "DSSE_SIGNATURE_DUPLICATE",
    why: "Three keys, two of them the same: counting comes first.",
    kills: "drop keys that stand twice, then count",
    input: envelope(PAYLOAD_TYPES.event, offered, "buyer", "settler", "settler"),
  },
  {
    id: "trust-window-registry-key",
    clause: "TRUST-2",
    code: "TRUST_WINDOW",
    over: "TRUST_REGISTRY_KEY",
    why: "A document that is never valid and names no key: TRUST-1 with all that it orders comes before TRUST-6.",
    kills: "look for the registry's key first",
    twin: "issue-trust",
    input: envelope(PAYLOAD_TYPES.trust, { ...keyless, expiresAt: keyless.issuedAt }, "registry"),
  },
  {
    id: "registry-key-count",
    clause: "TRUST-6",
    code: "TRUST_REGISTRY_KEY",
    over: "DSSE_SIGNATURE_COUNT",
    why: "The document names no key, and there are two to sign it.",
    kills: "count keys before TRUST-6",
    twin: "issue-trust",
    input: envelope(PAYLOAD_TYPES.trust, keyless, "registry", "registry 2"),
  },
  {
    id: "receipt-instant-count",
    clause: "TIME-1",
    code: "TIME_INSTANT",
    over: "DSSE_SIGNATURE_COUNT",
    why: "A receipt of the 31st of April, and no key.",
    kills: "count keys before the document is checked",
    twin: "issue-receipt",
    input: envelope(PAYLOAD_TYPES.receipt, {
      ...receipt,
      predicate: { ...(receipt["predicate"] as object), at: "2026-04-31T00:00:00.000Z" },
    }),
  },
  {
    id: "receipt-schema-instant",
    clause: "RECEIPT-2",
    code: "RECEIPT_SCHEMA",
    over: "TIME_INSTANT",
    why: "A receipt with a member too many and a time that is none.",
    kills: "read the time before the schema is applied",
    twin: "issue-receipt",
    input: envelope(
      PAYLOAD_TYPES.receipt,
      {
        ...receipt,
        predicate: { ...(receipt["predicate"] as object), at: "2026-04-31T00:00:00.000Z", note: "x" },
      },
      "settler",
    ),
  },
  {
    id: "log-not-closed",
    clause: "LOG-3",
    code: "LOG_PREV_MISMATCH",
    over: "RECEIPT_NOT_CLOSED",
    why: "The log does not hang together and is open as well.",
    kills: "look at the last event first",
    twin: "issue-receipt-settled",
    input: overLog("receipt", extend(OFFERED, accept({ change: { prev: `sha256:${"1".repeat(64)}` } })), {
      at: at(80),
    }),
  },
  {
    id: "log-before-close",
    clause: "STATE-18",
    code: "STATE_CLOSED",
    over: "RECEIPT_BEFORE_CLOSE",
    why: "An event behind the closing, and a receipt from before it.",
    kills: "compare times before the log is applied",
    twin: "issue-receipt-settled",
    input: overLog("receipt", extend(EXPIRED, accept({ hours: 25 })), { at: at(23) }),
  },
];

// A trust document of a byte more than a mebibyte in canonical form. Keys need not be points until they sign (KEY-6), so
// they are numbers in order, which keeps the file small when it is packed.
const PAYLOAD_BYTES = 1_048_576;
const NUMBERS_FROM = 100_000;
const ID_PADDING = 200;
const party = (index: number, padding = ID_PADDING) => ({
  id: `urn:${NUMBERS_FROM + index}${"x".repeat(padding)}`,
  roles: ["buyer"],
  keys: [
    {
      jwk: { kty: "OKP", crv: "Ed25519", x: base64urlEncode(le32(BigInt(NUMBERS_FROM + index))) },
      notBefore: "2020-01-01T00:00:00.000Z",
      notAfter: "2040-01-01T00:00:00.000Z",
    },
  ],
});
const document = (count: number, missing = 0): Uint8Array => {
  const { registry, ...rest } = trustDoc();
  return bytesOf({
    ...rest,
    registry: { ...registry, id: `${registry.id}/${"x".repeat(Math.min(missing, ID_PADDING))}` },
    parties: Array.from({ length: count }, (_, index) =>
      party(index, index === 0 ? Math.max(0, missing - ID_PADDING) : ID_PADDING),
    ),
  });
};
// The first party's padding is what is left over, so it is counted without.
const perParty = document(3).length - document(2).length;
const count = Math.floor((PAYLOAD_BYTES + 1 - document(1).length) / perParty) + 1;
const tooLarge = document(count, PAYLOAD_BYTES + 1 - document(count).length);
if (tooLarge.length !== PAYLOAD_BYTES + 1) throw new Error(`expected one byte too many, found ${tooLarge.length}`);

/** In which order an issuer looks, and the limit of a payload that it makes. */
export const issueOrder: readonly VectorFile[] = [
  {
    path: "precedence/issue.json",
    op: "issue",
    description: "Two faults in what an issuer is given.",
    groups: [{ cases: rows.map(both) }],
  },
  {
    path: "limit/issue.json",
    op: "issue",
    description: "The limit of payloads for an issuer.",
    groups: [
      {
        comment: "A trust document of 1048577 bytes in canonical form, with nothing else wrong.",
        input: { what: "envelope", payloadType: PAYLOAD_TYPES.trust, document: field(tooLarge, ID_PADDING) },
        cases: [
          {
            id: "limit-issue-payload-1048577",
            clause: "LIMIT-1",
            code: "LIMIT_PAYLOAD_BYTES",
            fault: "issued-payload-1048577-bytes",
            twin: "issue-trust",
            why: "A byte more than a payload may have: nobody could read what is signed here.",
            kills: "leave the limit of payloads to readers",
            input: { seeds: seeds("registry") },
          },
          {
            id: "limit-issue-payload-count",
            clause: "DSSE-4",
            code: "DSSE_SIGNATURE_COUNT",
            over: "LIMIT_PAYLOAD_BYTES",
            fault: "issued-payload-1048577-bytes-and-two-keys",
            twin: "issue-trust",
            why: "The limit is the last thing that an issuer looks at; a key too many comes before it.",
            kills: "measure the payload first",
            input: { seeds: seeds("registry", "registry 2") },
          },
        ],
      },
    ],
  },
];
