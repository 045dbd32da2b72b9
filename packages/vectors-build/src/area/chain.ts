import { base64Encode, canonicalize, type Envelope, type JsonValue, PAYLOAD_TYPES } from "@settld/protocol";
import { bytesOf, keyOf, seal, sealTrust, trustDoc } from "../cast.ts";
import { type Case, type FaultCase, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, fileOf, head, type Log, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { accept, cancel, EXPIRED, expire, NO_BALANCES, NO_TOTALS, OFFERED, offer, terms } from "../story.ts";
import { at } from "../time.ts";

const bundle = (lines: readonly string[]) => ({ bundle: field(fileOf(lines)) });
const lineOf = (envelope: Envelope): string => canonicalize(envelope as unknown as JsonValue);

// A short life: offered, accepted, cancelled, closed.
const CANCELLED = { at: at(2), reason: "cancelled", outcome: "none", totals: NO_TOTALS };
const life = (start: Log, accepted = 1): Log =>
  extend(
    start,
    accept({ change: { at: at(accepted) } }),
    cancel({ hours: 2 }),
    expire({ due: at(2), reason: "cancelled" }, { hours: 2 }),
  );
const A = life(OFFERED);
const FORK = life(OFFERED, 1.5);
const OTHER = life(extend(EMPTY, offer(terms({ nonce: "ff0102030405060708090a0b0c0d0e0f" }))));
const linesOfLog = async (log: Log): Promise<string[]> =>
  linesOf({ events: await envelopes(log), receipt: await sealReceipt(receiptOf(log, CANCELLED)) });

const whole = await linesOfLog(A);
const fork = await linesOfLog(FORK);
const other = await linesOfLog(OTHER);
const later = linesOf({
  events: await envelopes(
    extend(EMPTY, offer(terms({ nonce: "ff0102030405060708090a0b0c0d0e0f" }), { hours: 3 }), accept({ hours: 4 })),
  ),
});
const [header = "", offered = "", accepted = "", cancelled = "", closed = "", receipt = ""] = whole;

type Broken = Omit<FaultCase, "input" | "twin" | "fault"> & {
  readonly lines: readonly string[];
  readonly twin?: string;
};
const broken = ({ lines, twin = "chain-whole", ...rest }: Broken): Case => ({
  ...rest,
  fault: rest.id,
  twin,
  input: bundle(lines),
});

const chains: readonly Case[] = [
  {
    id: "chain-whole",
    clause: "LOG-3",
    why: "Offered, accepted, cancelled, closed, confirmed: every line in its place.",
    kills: "refuse a cancelled agreement",
    input: bundle(whole),
    facts: {
      agreement: head(A, 0),
      head: head(A),
      events: 4,
      status: "closed",
      reason: "cancelled",
      outcome: "none",
      totals: NO_TOTALS,
      balances: NO_BALANCES,
      established: 4,
    },
  },
  broken({
    id: "chain-truncated",
    clause: "BUNDLE-13",
    code: "BUNDLE_OPEN",
    verdict: "indeterminate",
    why: "The end was cut off at a line: what is left holds together, and it is an open log, not an accepted one.",
    kills: "accept every log that holds together",
    lines: [header, offered, accepted],
    facts: { head: head(A, 1), events: 2, status: "accepted", established: 2, receipt: null },
  }),
  broken({
    id: "chain-truncated-with-receipt",
    clause: "RECEIPT-1",
    code: "RECEIPT_NOT_CLOSED",
    why: "The closing was cut out, and the receipt kept.",
    kills: "let a receipt stand for the closing",
    lines: [header, offered, accepted, cancelled, receipt],
  }),
  broken({
    id: "chain-grafted",
    clause: "LOG-1",
    code: "LOG_SEQ_MISMATCH",
    pointer: "/seq",
    why: "The cancellation was cut out, and the closing grafted onto what is left: both are well signed.",
    kills: "verify signatures and the last event",
    lines: [header, offered, accepted, closed, receipt],
  }),
  broken({
    id: "chain-without-offer",
    clause: "STATE-2",
    code: "STATE_NO_AGREEMENT",
    pointer: "/type",
    why: "The terms were cut off the front.",
    kills: "start with the first event that is there",
    lines: [header, accepted, cancelled, closed, receipt],
  }),
  broken({
    id: "chain-spliced",
    clause: "LOG-3",
    code: "LOG_PREV_MISMATCH",
    pointer: "/prev",
    why: "The acceptance is the one of another history of the same agreement; its number and its agreement are right.",
    kills: "compare seq and agreement only",
    lines: [header, offered, fork[2] ?? "", cancelled, closed, receipt],
  }),
  broken({
    id: "chain-replayed",
    clause: "LOG-2",
    code: "LOG_AGREEMENT_MISMATCH",
    pointer: "/agreement",
    why: "The same parties accepted another offer with the same words; that acceptance is replayed here.",
    kills: "compare seq and signers only",
    lines: [header, offered, other[2] ?? "", cancelled, closed, receipt],
  }),
  broken({
    id: "chain-other-receipt",
    clause: "RECEIPT-3",
    code: "RECEIPT_MISMATCH",
    pointer: "/subject/0/digest/sha256",
    why: "A receipt over another history of the same agreement, which says the same in every member but one.",
    kills: "compare the agreement of a receipt only",
    lines: [...whole.slice(0, -1), fork.at(-1) ?? ""],
  }),
  broken({
    id: "chain-second-offer",
    clause: "STATE-3",
    code: "STATE_ALREADY_OFFERED",
    pointer: "/type",
    why: "A second agreement starts inside the first.",
    kills: "start anew at every offer",
    lines: [header, offered, other[1] ?? "", ...other.slice(2)],
  }),
  broken({
    id: "chain-two-logs",
    clause: "STATE-18",
    code: "STATE_CLOSED",
    pointer: "/type",
    why: "Behind a closed log stands another one.",
    kills: "read several agreements from one file",
    lines: [...whole.slice(0, -1), ...later.slice(1)],
  }),
  broken({
    id: "chain-reordered",
    clause: "LOG-1",
    code: "LOG_SEQ_MISMATCH",
    pointer: "/seq",
    why: "Cancelled, then accepted: the same lines in another order.",
    kills: "sort events before they are read",
    lines: [header, offered, cancelled, accepted, closed, receipt],
  }),
];

// One payload under another type.

const statement = receiptOf(EXPIRED, { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS });
const closing = EXPIRED.payloads[1] ?? new Uint8Array(0);
const [, offerLine = "", closingLine = "", receiptLine = ""] = linesOf({
  events: await envelopes(EXPIRED),
  receipt: await sealReceipt(statement),
});
const relabelled = (line: string, payloadType: string): string =>
  canonicalize({ ...(JSON.parse(line) as Record<string, JsonValue>), payloadType });
const settler = keyOf("settler");
const registry = keyOf("registry");
const root = { root: base64Encode(registry.publicKey) };
const document = trustDoc();

const confused = (row: Broken & { readonly input?: object }): Case => {
  const { input, ...rest } = row;
  const one = broken({ ...rest, twin: row.twin ?? "bundle-short" });
  return input === undefined ? one : { ...one, input: { ...one.input, ...input } };
};

const confusions: readonly Case[] = [
  confused({
    id: "confusion-receipt-as-event",
    clause: "EVENT-3",
    code: "EVENT_SCHEMA",
    why: "A receipt, well signed as an event: the statement has no type of an event.",
    kills: "find out what a payload is by looking at it",
    lines: [header, offerLine, lineOf(await seal(PAYLOAD_TYPES.event, statement, settler)), receiptLine],
  }),
  confused({
    id: "confusion-trust-as-event",
    clause: "EVENT-3",
    code: "EVENT_SCHEMA",
    why: "A trust document, well signed as an event by buyer and settler.",
    kills: "find out what a payload is by looking at it",
    lines: [header, lineOf(await seal(PAYLOAD_TYPES.event, document, keyOf("buyer"), settler)), receiptLine],
  }),
  confused({
    id: "confusion-event-as-receipt",
    clause: "RECEIPT-2",
    code: "RECEIPT_SCHEMA",
    why: "The closing again, well signed as a receipt.",
    kills: "take the last statement of the settler as its receipt",
    lines: [header, offerLine, closingLine, lineOf(await seal(PAYLOAD_TYPES.receipt, closing, settler))],
  }),
  confused({
    id: "confusion-trust-as-receipt",
    clause: "RECEIPT-2",
    code: "RECEIPT_SCHEMA",
    why: "A trust document, well signed as a receipt by the settler.",
    kills: "accept any in-toto payload",
    lines: [header, offerLine, closingLine, lineOf(await seal(PAYLOAD_TYPES.receipt, document, settler))],
  }),
  confused({
    id: "confusion-event-as-trust",
    clause: "TRUST-1",
    code: "TRUST_SCHEMA",
    why: "An offer, well signed as a trust document by the registry.",
    kills: "skip documents that are not used before reading them",
    lines: [
      header,
      offerLine,
      closingLine,
      lineOf(await seal(PAYLOAD_TYPES.trust, EXPIRED.payloads[0] ?? closing, registry)),
      receiptLine,
    ],
  }),
  confused({
    id: "confusion-receipt-as-trust",
    clause: "TRUST-1",
    code: "TRUST_SCHEMA",
    why: "A receipt, well signed as a trust document by the registry.",
    kills: "skip documents that are not used before reading them",
    lines: [header, offerLine, closingLine, lineOf(await seal(PAYLOAD_TYPES.trust, statement, registry)), receiptLine],
  }),
  confused({
    id: "confusion-event-signed-as-trust",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    pointer: "/signatures/0/sig",
    why: "The closing, signed under the type of trust documents: what a key signs for one purpose is not good for another.",
    kills: "sign and verify the payload without its type",
    lines: [
      header,
      offerLine,
      relabelled(lineOf(await seal(PAYLOAD_TYPES.trust, closing, settler)), PAYLOAD_TYPES.event),
      receiptLine,
    ],
  }),
  confused({
    id: "confusion-receipt-signed-as-event",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    pointer: "/signatures/0/sig",
    why: "The receipt, signed under the type of events.",
    kills: "verify receipts without their type",
    lines: [
      header,
      offerLine,
      closingLine,
      relabelled(lineOf(await seal(PAYLOAD_TYPES.event, statement, settler)), PAYLOAD_TYPES.receipt),
    ],
  }),
  confused({
    id: "confusion-trust-signed-as-event",
    clause: "DSSE-9",
    code: "DSSE_SIGNATURE_INVALID",
    pointer: "/signatures/0/sig",
    twin: "trust-embedded",
    why: "A trust document, signed by the registry's key under the type of events.",
    kills: "verify trust documents without their type",
    lines: [
      header,
      offerLine,
      closingLine,
      relabelled(lineOf(await seal(PAYLOAD_TYPES.event, document, registry)), PAYLOAD_TYPES.trust),
      receiptLine,
    ],
    input: root,
  }),
  confused({
    id: "confusion-receipt-relabelled",
    clause: "BUNDLE-5",
    code: "BUNDLE_ORDER",
    why: "The receipt calls itself an event, behind the receipt: the type says the section, whatever the payload is.",
    kills: "find out what a payload is by looking at it",
    lines: [header, offerLine, closingLine, receiptLine, relabelled(receiptLine, PAYLOAD_TYPES.event)],
  }),
  confused({
    id: "confusion-registry-signs-event",
    clause: "TRUST-9",
    code: "TRUST_KEY_UNKNOWN",
    pointer: "/signatures/0/keyid",
    twin: "trust-embedded",
    why: "The registry's key signs a closing: it is in the document, and as the key of no party.",
    kills: "take every key of a trust document as one that may sign events",
    lines: [
      header,
      offerLine,
      lineOf(await seal(PAYLOAD_TYPES.event, closing, registry)),
      lineOf(await sealTrust(document)),
      receiptLine,
    ],
    input: root,
  }),
  confused({
    id: "confusion-settler-signs-trust",
    clause: "TRUST-6",
    code: "TRUST_REGISTRY_KEY",
    pointer: "/registry/jwk",
    twin: "trust-embedded",
    why: "The settler signs the registry's document: it is trusted to act, not to say who is trusted.",
    kills: "accept a trust document of any trusted key",
    lines: [header, offerLine, closingLine, lineOf(await sealTrust(document, settler)), receiptLine],
    input: root,
  }),
];

const TRUST = { trust: field(bytesOf(document)) };

/** Chains that were cut and put together again, and payloads under types that are not theirs. */
export const chain: readonly VectorFile[] = [
  {
    path: "bundle/chain.json",
    op: "bundle.verify",
    description: "Logs that were cut, spliced, grafted, replayed and reordered; every line of them is well signed.",
    groups: [{ input: TRUST, cases: chains }],
  },
  {
    path: "bundle/confusion.json",
    op: "bundle.verify",
    description: "Events, receipts and trust documents under the type of another.",
    groups: [
      { input: TRUST, cases: confusions.filter((one) => !("root" in one.input)) },
      { comment: "Under the pinned key of the registry.", cases: confusions.filter((one) => "root" in one.input) },
    ],
  },
];
