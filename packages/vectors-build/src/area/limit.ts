import {
  base64Encode,
  canonicalize,
  concatBytes,
  digestOf,
  type Evidence,
  type JsonValue,
  PAYLOAD_TYPES,
  utf8,
} from "@settld/protocol";
import { bytesOf, idOf, keyOf, seal, sealTrust, trustDoc } from "../cast.ts";
import { type BytesPart, type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, fileOf, head, type Log, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import {
  accept,
  cancel,
  EXPIRED,
  expire,
  fund,
  NO_BALANCES,
  NO_TOTALS,
  NO_WINDOW,
  OFFERED,
  offer,
  settle,
  submit,
  terms,
} from "../story.ts";
import { at } from "../time.ts";

const MIB = 1_048_576;
const LINE = 12_582_912;
const EVIDENCE = 8_388_608;

const TRUST = { trust: field(bytesOf(trustDoc())) };
const buyer = keyOf("buyer");

/** A JSON string of so many bytes, quotes included. */
const textOf = (length: number): Uint8Array => utf8(`"${"a".repeat(length - 2)}"`);

const documents = (length: number) => ({
  trust: field(`${canonicalize(trustDoc() as unknown as JsonValue)}${" ".repeat(length - bytesOf(trustDoc()).length)}`),
});

const json: readonly Case[] = [
  {
    id: "limit-json-1048576",
    clause: "LIMIT-1",
    why: "A document by itself of exactly 1 MiB.",
    kills: "reject the limit itself",
    input: { bytes: field(textOf(MIB)) },
    facts: { digest: digestOf(textOf(MIB)) },
  },
  {
    id: "limit-json-1048577",
    clause: "LIMIT-1",
    code: "LIMIT_JSON_BYTES",
    fault: "json-1048577-bytes",
    twin: "limit-json-1048576",
    why: "A byte more; nothing else is looked at.",
    kills: "skip the limit of documents",
    input: { bytes: field(textOf(MIB + 1)) },
  },
  {
    id: "limit-json-1048577-bom",
    clause: "LIMIT-1",
    code: "LIMIT_JSON_BYTES",
    over: "JSON_BOM",
    fault: "json-1048577-bytes-with-bom",
    twin: "limit-json-1048576",
    why: "The length comes before everything else, also before the byte order mark.",
    kills: "look at the first bytes before the length",
    input: { bytes: field(concatBytes(utf8("\ufeff"), textOf(MIB - 2))) },
  },
];

const trust: readonly Case[] = [
  {
    id: "limit-trust-1048576",
    clause: "LIMIT-1",
    why: "A user's own document of exactly 1 MiB, most of it white space.",
    kills: "reject the limit itself",
    input: documents(MIB),
    facts: { digest: digestOf(bytesOf(trustDoc())), version: 1, registry: idOf("registry"), keys: 5 },
  },
  {
    id: "limit-trust-1048577",
    clause: "LIMIT-1",
    code: "LIMIT_JSON_BYTES",
    fault: "trust-1048577-bytes",
    twin: "limit-trust-1048576",
    why: "A byte more.",
    kills: "skip the limit of own documents",
    input: documents(MIB + 1),
  },
];

const envelope = async (length: number) => ({
  envelope: field(canonicalize((await seal(PAYLOAD_TYPES.event, textOf(length), buyer)) as unknown as JsonValue)),
  payloadType: PAYLOAD_TYPES.event,
  maxSignatures: 2,
  keys: [base64Encode(buyer.publicKey)],
});

const payloads: readonly Case[] = [
  {
    id: "limit-payload-1048576",
    clause: "LIMIT-1",
    why: "A payload of exactly 1 MiB.",
    kills: "reject the limit itself",
    input: await envelope(MIB),
    facts: { digest: digestOf(textOf(MIB)), keyids: [buyer.keyid] },
  },
  {
    id: "limit-payload-1048577",
    clause: "LIMIT-1",
    code: "LIMIT_PAYLOAD_BYTES",
    fault: "payload-1048577-bytes",
    twin: "limit-payload-1048576",
    pointer: "/payload",
    why: "A byte more, well signed.",
    kills: "skip the limit of payloads",
    input: await envelope(MIB + 1),
  },
];

// Bundles.

type Reject = {
  readonly id: string;
  readonly clause: string;
  readonly code: string;
  readonly why: string;
  readonly kills: string;
  readonly twin?: string;
  readonly over?: string;
  readonly bundle: unknown;
};
const bad = ({ bundle, twin = "limit-bundle", ...rest }: Reject): Case => ({
  ...rest,
  fault: rest.id,
  twin,
  input: { bundle },
});
const good = (id: string, clause: string, why: string, log: Log, bundle: unknown, facts: object = {}): Case => ({
  id,
  clause,
  why,
  kills: "reject the limit itself",
  input: { bundle },
  facts: { head: head(log), status: "closed", ...facts },
});

const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const events = await envelopes(EXPIRED);
const receipt = await sealReceipt(receiptOf(EXPIRED, LATE));
const short = linesOf({ events, receipt });

const parts = (bytes: Uint8Array): readonly BytesPart[] => {
  const found = field(bytes);
  return typeof found === "string" ? [found] : found.concat;
};
const headerPart = base64Encode(fileOf(short.slice(0, 1)));
const longLine = (length: number): Uint8Array => fileOf([new TextDecoder().decode(textOf(length))]);

// 32 payloads of 1 MiB are exactly 32 MiB; the line is written once and named 32 times.
const bigLine = parts(
  fileOf([
    canonicalize((await seal(PAYLOAD_TYPES.event, textOf(MIB), buyer, keyOf("settler"))) as unknown as JsonValue),
  ]),
);
const smallLine = parts(
  fileOf([canonicalize((await seal(PAYLOAD_TYPES.event, utf8("1"), buyer, keyOf("settler"))) as unknown as JsonValue)]),
);
const brokenLine = parts(
  fileOf([canonicalize((await seal(PAYLOAD_TYPES.event, utf8("x"), buyer, keyOf("settler"))) as unknown as JsonValue)]),
);
const thirtyTwo = Array.from({ length: 32 }, () => bigLine).flat();

const [offerLine = ""] = linesOf({ events: await envelopes(OFFERED) }).slice(1);
const offers = (times: number) => ({ concat: [headerPart, { repeat: base64Encode(fileOf([offerLine])), times }] });

const embedded = async (count: number) =>
  linesOf({
    events,
    trust: await Promise.all(
      Array.from({ length: count }, (_, index) => sealTrust(trustDoc({ version: index + 1, parties: [] }))),
    ),
    receipt,
  });
const documentsOf = async (count: number) => field(fileOf(await embedded(count)));
const malformed = (payloadType: string): string => canonicalize({ payload: 1, payloadType, signatures: [] });

const withEvidence = async (size: number, inline = true, byte = 0) => {
  const data = new Uint8Array(size);
  const item = { name: "zeros.bin", mediaType: "application/octet-stream", digest: digestOf(data), size };
  const totals = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
  const log = extend(
    EMPTY,
    offer(terms(NO_WINDOW)),
    accept(),
    fund(),
    submit({ items: [item, { ...item, name: "result.csv" }] }),
    cancel({ hours: 4 }),
    settle({ due: at(4), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }),
    expire({ due: at(4), reason: "cancelled", totals }, { hours: 4 }),
  );
  const evidence: Evidence = inline ? { digest: item.digest, data: data.slice().fill(byte) } : { digest: item.digest };
  const bundle = linesOf({
    events: await envelopes(log),
    evidence: [evidence],
    receipt: await sealReceipt(receiptOf(log, { at: at(4), reason: "cancelled", outcome: "none", totals })),
  });
  return { log, bundle: field(fileOf(bundle)) };
};
const fits = await withEvidence(EVIDENCE);
const large = await withEvidence(EVIDENCE + 1);
const kept = await withEvidence(EVIDENCE + 1, false);
const otherBytes = await withEvidence(EVIDENCE + 1, true, 1);
const sixteen = await embedded(16);

const bundles: readonly Case[] = [
  good("limit-bundle", "LIMIT-2", "A small bundle, for comparison.", EXPIRED, field(fileOf(short)), {
    balances: NO_BALANCES,
  }),
  bad({
    id: "limit-line-12582912",
    clause: "LIMIT-2",
    code: "BUNDLE_LINE",
    over: "LIMIT_LINE_BYTES",
    why: "A line of exactly the limit is read, and found to be neither envelope nor evidence.",
    kills: "reject the limit itself",
    bundle: { concat: [headerPart, ...parts(longLine(LINE))] },
  }),
  bad({
    id: "limit-line-12582913",
    clause: "LIMIT-2",
    code: "LIMIT_LINE_BYTES",
    why: "A byte more is not read, so memory stays bounded.",
    kills: "skip the limit of lines",
    bundle: { concat: [headerPart, ...parts(longLine(LINE + 1))] },
  }),
  bad({
    id: "limit-line-unfinished",
    clause: "LIMIT-2",
    code: "LIMIT_LINE_BYTES",
    over: "BUNDLE_TRUNCATED",
    why: "Also when the line never ends: otherwise a file without line feeds fills the memory.",
    kills: "check the length at the line feed",
    bundle: { concat: [headerPart, { repeat: "YQ==", times: LINE + 1 }] },
  }),
  bad({
    id: "limit-events-1024",
    clause: "LIMIT-3",
    code: "STATE_ALREADY_OFFERED",
    over: "LIMIT_EVENTS",
    why: "1024 lines of one offer: as many as are allowed, so the second is judged as an event.",
    kills: "reject the limit itself",
    bundle: offers(1024),
  }),
  bad({
    id: "limit-events-1025",
    clause: "LIMIT-3",
    code: "LIMIT_EVENTS",
    over: "STATE_ALREADY_OFFERED",
    why: "One more, before any event is judged.",
    kills: "skip the limit of events",
    bundle: offers(1025),
  }),
  bad({
    id: "limit-log-33554432",
    clause: "LIMIT-4",
    code: "EVENT_SCHEMA",
    over: "LIMIT_LOG_BYTES",
    why: "32 well-signed payloads of 1 MiB: as much as is allowed, so the first is judged as an event.",
    kills: "reject the limit itself",
    bundle: { concat: [headerPart, ...thirtyTwo] },
  }),
  bad({
    id: "limit-log-33554433",
    clause: "LIMIT-4",
    code: "LIMIT_LOG_BYTES",
    over: "EVENT_SCHEMA",
    why: "One byte more, in a line of its own.",
    kills: "skip the limit of the log",
    bundle: { concat: [headerPart, ...thirtyTwo, ...smallLine] },
  }),
  good("limit-trust-documents-16", "LIMIT-5", "16 embedded documents.", EXPIRED, await documentsOf(16)),
  bad({
    id: "limit-trust-documents-17",
    clause: "LIMIT-5",
    code: "LIMIT_TRUST_DOCUMENTS",
    twin: "limit-trust-documents-16",
    why: "One more.",
    kills: "skip the limit of embedded documents",
    bundle: await documentsOf(17),
  }),
  good("limit-evidence-8388608", "LIMIT-7", "An inline item of exactly 8 MiB.", fits.log, fits.bundle),
  bad({
    id: "limit-evidence-8388609",
    clause: "LIMIT-7",
    code: "LIMIT_EVIDENCE_BYTES",
    twin: "limit-evidence-8388608",
    why: "A byte more has to be withheld.",
    kills: "skip the limit of inline evidence",
    bundle: large.bundle,
  }),
  bad({
    id: "limit-events-1025-malformed",
    clause: "LIMIT-3",
    code: "LIMIT_EVENTS",
    over: "DSSE_MEMBERS",
    why: "The event that is one too many is not read as an envelope any more.",
    kills: "count events behind their envelopes",
    bundle: {
      concat: [...offers(1024).concat, base64Encode(fileOf([malformed(PAYLOAD_TYPES.event)]))],
    },
  }),
  bad({
    id: "limit-log-33554433-malformed",
    clause: "LIMIT-4",
    code: "LIMIT_LOG_BYTES",
    over: "JSON_SYNTAX",
    why: "The payload that is one byte too much is not parsed any more.",
    kills: "count bytes behind their parsing",
    bundle: { concat: [headerPart, ...thirtyTwo, ...brokenLine] },
  }),
  bad({
    id: "limit-trust-documents-17-malformed",
    clause: "LIMIT-5",
    code: "LIMIT_TRUST_DOCUMENTS",
    over: "DSSE_MEMBERS",
    twin: "limit-trust-documents-16",
    why: "The document that is one too many is not read as an envelope any more.",
    kills: "count documents behind their envelopes",
    bundle: field(fileOf([...sixteen.slice(0, -1), malformed(PAYLOAD_TYPES.trust), ...sixteen.slice(-1)])),
  }),
  bad({
    id: "limit-evidence-8388609-other-bytes",
    clause: "LIMIT-7",
    code: "LIMIT_EVIDENCE_BYTES",
    over: "BUNDLE_EVIDENCE_DIGEST",
    twin: "limit-evidence-8388608",
    why: "An item that is too large is not hashed.",
    kills: "hash items before their length is known",
    bundle: otherBytes.bundle,
  }),
  good("limit-evidence-withheld-8388609", "LIMIT-7", "Withheld, an item may be of any size.", kept.log, kept.bundle),
];

/** Both sides of every limit. Nesting is in `json/`, results are in `event/`. */
export const limit: readonly VectorFile[] = [
  {
    path: "limit/json.json",
    op: "json.parse",
    description: "Length of a document by itself.",
    groups: [{ cases: json }],
  },
  {
    path: "limit/trust.json",
    op: "trust.evaluate",
    description: "Length of a user's own trust document.",
    groups: [{ cases: trust }],
  },
  { path: "limit/payload.json", op: "dsse.verify", description: "Length of a payload.", groups: [{ cases: payloads }] },
  {
    path: "limit/bundle.json",
    op: "bundle.verify",
    description: "Lines, events, payloads, trust documents and evidence of a bundle.",
    groups: [{ input: TRUST, cases: bundles }],
  },
];
