import {
  BUNDLE_HEADER,
  base64Encode,
  canonicalize,
  type Envelope,
  type Evidence,
  type JsonValue,
  PAYLOAD_TYPES,
  utf8,
} from "@settld/protocol";
import { bytesOf, idOf, keyOf, seal, sealTrust, trustDoc } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import {
  append,
  EMPTY,
  envelopes,
  extend,
  FOREIGN,
  fileOf,
  head,
  itemOf,
  type Log,
  linesOf,
  payloadOf,
  receiptOf,
  sealReceipt,
} from "../log-builder.ts";
import {
  accept,
  CLOSED,
  cancel,
  dispute,
  ESCROW_BALANCES,
  EXPIRED,
  expire,
  FILE,
  FULL_BALANCES,
  FULL_TOTALS,
  FUNDED,
  fund,
  NO_BALANCES,
  NO_TOTALS,
  NO_WINDOW,
  OFFERED,
  offer,
  REVIEW,
  rule,
  settle,
  submit,
  terms,
  WINDOW,
} from "../story.ts";
import { at } from "../time.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };
const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const FULL = { at: at(76), reason: "settled", outcome: "full", totals: FULL_TOTALS };

// The shortest closed log, and the standard one with evidence.
const short = linesOf({ events: await envelopes(EXPIRED), receipt: await sealReceipt(receiptOf(EXPIRED, LATE)) });
const shortFacts = {
  agreement: head(OFFERED),
  head: head(EXPIRED),
  events: 2,
  status: "closed",
  outcome: "none",
  totals: NO_TOTALS,
  balances: NO_BALANCES,
};
const standard = {
  events: await envelopes(CLOSED),
  evidence: [FILE.evidence],
  receipt: await sealReceipt(receiptOf(CLOSED, FULL)),
};
const whole = linesOf(standard);
const wholeFacts = {
  agreement: head(CLOSED, 0),
  head: head(CLOSED),
  events: 9,
  status: "closed",
  outcome: "full",
  totals: FULL_TOTALS,
  balances: FULL_BALANCES,
};
const [HEADER = "", OFFER = "", CLOSING = "", RECEIPT = ""] = short;

type More = {
  readonly pointer?: string;
  readonly input?: object;
  readonly facts?: object;
  readonly indeterminate?: true;
};

const good = (
  id: string,
  clause: string,
  why: string,
  bytes: readonly string[] | Uint8Array,
  facts: object,
  kills?: string,
  input: object = {},
): Case => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: { bundle: field(bytes instanceof Uint8Array ? bytes : fileOf(bytes)), ...input },
  facts: { ...facts },
});

const bad = (
  id: string,
  clause: string,
  code: string,
  twin: string,
  why: string,
  kills: string,
  bytes: readonly string[] | Uint8Array,
  more: More = {},
): Case => ({
  id,
  clause,
  code,
  fault: id,
  twin,
  why,
  kills,
  ...(more.pointer === undefined ? {} : { pointer: more.pointer }),
  ...(more.indeterminate === undefined ? {} : { verdict: "indeterminate" }),
  ...(more.facts === undefined ? {} : { facts: { ...more.facts } }),
  input: { bundle: field(bytes instanceof Uint8Array ? bytes : fileOf(bytes)), ...more.input },
});

const withLine = (lines: readonly string[], index: number, line: string): string[] =>
  lines.map((one, place) => (place === index ? line : one));
const spaced = (line: string): string => line.replace(":", ": ");
const edit = (line: string, change: (value: Record<string, unknown>) => unknown): string =>
  canonicalize(change(JSON.parse(line) as Record<string, unknown>) as JsonValue);

const containers: readonly Case[] = [
  good("bundle-short", "BUNDLE-1", "An offer that expired: header, two events, receipt.", short, shortFacts),
  good("bundle-whole", "BUNDLE-5", "A settled agreement with its evidence.", whole, {
    ...wholeFacts,
    evidence: { referenced: 1, inline: 1, withheld: 0, supplied: 0 },
  }),
  bad(
    "bundle-empty-file",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "An empty file says nothing.",
    "accept an empty file",
    new Uint8Array(0),
  ),
  bad(
    "bundle-no-line-feed",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "Without any line feed there is no first line.",
    "report a truncated file",
    utf8(BUNDLE_HEADER),
  ),
  bad(
    "bundle-header-missing",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "The first line is an event.",
    "treat the header as optional",
    short.slice(1),
  ),
  bad(
    "bundle-header-version",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "Another version of the container.",
    "ignore the version",
    withLine(short, 0, HEADER.replace("1", "2")),
  ),
  bad(
    "bundle-header-spaced",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "The header is bytes, not a value.",
    "parse the header as JSON",
    withLine(short, 0, spaced(HEADER)),
  ),
  bad(
    "bundle-header-crlf",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "A file that went through a text conversion.",
    "strip carriage returns",
    utf8(short.map((line) => `${line}\r\n`).join("")),
  ),
  bad(
    "bundle-header-bom",
    "BUNDLE-2",
    "BUNDLE_HEADER",
    "bundle-short",
    "Editors put a byte order mark in front.",
    "strip a byte order mark",
    utf8(`\ufeff${short.map((line) => `${line}\n`).join("")}`),
  ),
  bad(
    "bundle-truncated",
    "BUNDLE-3",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "The last line feed is missing, so the download may be.",
    "take the last line without its line feed",
    utf8(short.join("\n")),
  ),
  bad(
    "bundle-truncated-in-line",
    "BUNDLE-3",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "Half a line is left over.",
    "ignore an incomplete line",
    utf8(`${short.slice(0, 3).join("\n")}\n${RECEIPT.slice(0, 40)}`),
  ),
  bad(
    "bundle-trailing-garbage",
    "BUNDLE-3",
    "BUNDLE_TRUNCATED",
    "bundle-short",
    "Bytes behind the last line feed are no line.",
    "ignore what follows the receipt",
    utf8(`${short.map((line) => `${line}\n`).join("")}x`),
  ),
  bad(
    "bundle-blank-line",
    "JSON-3",
    "JSON_SYNTAX",
    "bundle-short",
    "An empty line is no JSON; nothing in a bundle is filler.",
    "skip blank lines",
    [...short.slice(0, 2), "", ...short.slice(2)],
  ),
  bad(
    "bundle-blank-line-at-end",
    "JSON-3",
    "JSON_SYNTAX",
    "bundle-short",
    "Also at the end of the file.",
    "skip blank lines at the end",
    [...short, ""],
  ),
  bad(
    "bundle-line-spaced",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "A space outside the payload is signed by nobody.",
    "parse lines without comparing bytes",
    withLine(short, 1, spaced(OFFER)),
  ),
  bad(
    "bundle-line-reordered",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "Members of an envelope in another order.",
    "parse lines without comparing bytes",
    withLine(short, 1, reorder(OFFER)),
  ),
  bad(
    "bundle-line-carriage-return",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "White space at the end of a line is white space.",
    "strip carriage returns",
    withLine(short, 1, `${OFFER}\r`),
  ),
  bad(
    "bundle-line-duplicate",
    "JSON-4",
    "JSON_DUPLICATE_NAME",
    "bundle-short",
    "A second payload in one envelope.",
    "let the last member win",
    withLine(short, 1, OFFER.replace('{"payload":', '{"payload":"","payload":')),
  ),
  bad(
    "bundle-line-utf8",
    "JSON-1",
    "JSON_UTF8",
    "bundle-short",
    "A byte that is no UTF-8.",
    "replace bad bytes",
    Buffer.concat([fileOf(short.slice(0, 1)), Buffer.from([0x22, 0xff, 0x22, 0x0a]), fileOf(short.slice(1))]),
  ),
  bad(
    "bundle-line-other",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-short",
    "A line that is neither envelope nor evidence.",
    "skip unknown lines",
    [...short.slice(0, 3), '{"comment":"x"}', RECEIPT],
  ),
  bad(
    "bundle-line-scalar",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-short",
    "A line that is no object.",
    "skip lines that are no objects",
    [...short.slice(0, 3), "1", RECEIPT],
  ),
  bad(
    "bundle-line-payload-type",
    "DSSE-2",
    "DSSE_PAYLOAD_TYPE",
    "bundle-short",
    "An envelope of a type that no section has.",
    "skip unknown envelopes",
    withLine(
      short,
      1,
      edit(OFFER, (value) => ({ ...value, payloadType: "application/vnd.other+json" })),
    ),
    { pointer: "/payloadType" },
  ),
  bad(
    "bundle-line-payload-type-number",
    "BUNDLE-4",
    "DSSE_PAYLOAD_TYPE",
    "bundle-short",
    "A line with payloadType is an envelope, of whatever type the value is.",
    "treat the line as evidence",
    withLine(
      short,
      1,
      edit(OFFER, (value) => ({ ...value, payloadType: 1 })),
    ),
    { pointer: "/payloadType" },
  ),
  bad(
    "bundle-no-event",
    "BUNDLE-6",
    "BUNDLE_EMPTY",
    "bundle-short",
    "A header alone shows no agreement.",
    "accept a bundle without events",
    [HEADER],
  ),
  bad(
    "bundle-receipt-alone",
    "BUNDLE-6",
    "BUNDLE_EMPTY",
    "bundle-short",
    "A receipt without its log.",
    "trust a receipt alone",
    [HEADER, RECEIPT],
  ),
  bad(
    "bundle-event-after-receipt",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-short",
    "Events come first.",
    "collect lines of any order",
    [HEADER, OFFER, CLOSING, RECEIPT, OFFER],
  ),
  bad(
    "bundle-second-receipt",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-short",
    "There is at most one receipt.",
    "take the last receipt",
    [...short, RECEIPT],
  ),
  bad(
    "bundle-evidence-after-receipt",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-whole",
    "Nothing stands behind the receipt.",
    "collect lines of any order",
    [...whole, whole[10] ?? ""],
  ),
  bad(
    "bundle-event-after-evidence",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-whole",
    "The last event stands behind the evidence.",
    "collect lines of any order",
    [...whole.slice(0, 9), whole[10] ?? "", whole[9] ?? "", whole[11] ?? ""],
  ),
  bad(
    "bundle-trust-before-events",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-short",
    "Trust documents follow the events.",
    "collect lines of any order",
    [HEADER, canonicalize((await sealTrust(trustDoc())) as unknown as JsonValue), ...short.slice(1)],
  ),
];

function reorder(line: string): string {
  const { payload, ...rest } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify({ ...rest, payload });
}

// Signatures and payloads inside a bundle.

const signEvent = (log: Log, index: number, ...signers: readonly ReturnType<typeof keyOf>[]): Promise<Envelope> =>
  seal(PAYLOAD_TYPES.event, log.payloads[index] ?? new Uint8Array(0), ...signers);
const lineOf = (envelope: Envelope): string => canonicalize(envelope as unknown as JsonValue);
const flipSig = (line: string, which: number): string =>
  edit(line, (value) => ({
    ...value,
    signatures: (value["signatures"] as { keyid: string; sig: string }[]).map((one, index) => {
      const bytes = Buffer.from(one.sig, "base64");
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      return index === which ? { ...one, sig: bytes.toString("base64") } : one;
    }),
  }));
const withPayload = (line: string, change: (payload: Record<string, unknown>) => unknown): string =>
  edit(line, (value) => ({
    ...value,
    payload: base64Encode(
      bytesOf(
        change(
          JSON.parse(Buffer.from(value["payload"] as string, "base64").toString("utf8")) as Record<string, unknown>,
        ),
      ),
    ),
  }));

const badRevision = append(EMPTY, bytesOf(payloadOf(EMPTY, offer(terms(), { change: { v: "2027-05" } }))));
const badType = append(EMPTY, bytesOf(payloadOf(EMPTY, offer(terms(), { change: { type: "agreement.proposed" } }))));
const mixed = extend(OFFERED, { ...expire(), change: { v: "2027-05" } });
const graft = extend(OFFERED, { ...expire(), change: { prev: FOREIGN } });
const wrongTotals = extend(OFFERED, expire({ totals: { ...NO_TOTALS, toSeller: "1" } }));

const contents: readonly Case[] = [
  bad(
    "bundle-payload-changed",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "One number of the offer was changed after signing.",
    "trust payloads of signed envelopes",
    withLine(
      short,
      1,
      withPayload(OFFER, (payload) => ({ ...payload, body: { ...(payload["body"] as object), feeBps: 251 } })),
    ),
    { pointer: "/signatures/0/sig" },
  ),
  bad(
    "bundle-admission-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "The actor's signature is good, the settler's is not.",
    "verify the actor's signature only",
    withLine(short, 1, flipSig(OFFER, 1)),
    { pointer: "/signatures/1/sig" },
  ),
  bad(
    "bundle-last-event-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "Every event is verified, also the last.",
    "verify the first event only",
    withLine(short, 2, flipSig(CLOSING, 0)),
    { pointer: "/signatures/0/sig" },
  ),
  bad(
    "bundle-receipt-invalid",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "The receipt is verified, too.",
    "verify events only",
    withLine(short, 3, flipSig(RECEIPT, 0)),
    { pointer: "/signatures/0/sig" },
  ),
  bad(
    "bundle-party-event-unadmitted",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "bundle-short",
    "A party event without the settler's admission has no time that anyone vouches for.",
    "accept one good signature",
    withLine(short, 1, lineOf(await signEvent(EXPIRED, 0, keyOf("buyer")))),
    { pointer: "/signatures" },
  ),
  bad(
    "bundle-settler-event-signed-twice",
    "DSSE-4",
    "DSSE_SIGNATURE_COUNT",
    "bundle-short",
    "A settler event has one signature; a second could be left out or added by anyone.",
    "accept additional signatures",
    withLine(short, 2, lineOf(await signEvent(EXPIRED, 1, keyOf("settler"), keyOf("buyer")))),
    { pointer: "/signatures" },
  ),
  bad(
    "bundle-payload-spaced",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "A signed payload that is not its own canonical form.",
    "canonicalize payloads",
    withLine(
      short,
      1,
      lineOf(
        await seal(
          PAYLOAD_TYPES.event,
          utf8(JSON.stringify(JSON.parse(new TextDecoder().decode(EXPIRED.payloads[0])), null, 1)),
          keyOf("buyer"),
          keyOf("settler"),
        ),
      ),
    ),
  ),
  bad(
    "bundle-revision-unknown",
    "EVENT-2",
    "EVENT_REVISION_UNKNOWN",
    "bundle-short",
    "A well-signed log of a later revision: this verifier cannot judge it.",
    "reject unknown revisions",
    linesOf({ events: await envelopes(badRevision, { 0: [keyOf("buyer"), keyOf("settler")] }) }),
    { indeterminate: true, pointer: "/v" },
  ),
  bad(
    "bundle-type-unknown",
    "EVENT-3",
    "EVENT_TYPE_UNKNOWN",
    "bundle-short",
    "A well-signed event of no known type.",
    "skip unknown events",
    linesOf({ events: await envelopes(badType, { 0: [keyOf("buyer"), keyOf("settler")] }) }),
    { pointer: "/type" },
  ),
  bad(
    "bundle-revision-mixed",
    "EVENT-2",
    "EVENT_REVISION_MIXED",
    "bundle-short",
    "The first event is of a known revision, so a well-signed second one of another is a fault of the log.",
    "report every unknown revision as indeterminate",
    linesOf({ events: await envelopes(mixed) }),
    { pointer: "/v" },
  ),
  bad(
    "bundle-event-grafted",
    "LOG-3",
    "LOG_PREV_MISMATCH",
    "bundle-short",
    "A well-signed closing of another history.",
    "verify signatures without the chain",
    linesOf({ events: await envelopes(graft), receipt: await sealReceipt(receiptOf(graft, LATE)) }),
    { pointer: "/prev" },
  ),
  bad(
    "bundle-event-dropped",
    "LOG-1",
    "LOG_SEQ_MISMATCH",
    "bundle-whole",
    "The acceptance was taken out.",
    "accept gaps in seq",
    whole.filter((_, index) => index !== 2),
    { pointer: "/seq" },
  ),
  bad(
    "bundle-event-twice",
    "LOG-1",
    "LOG_SEQ_MISMATCH",
    "bundle-whole",
    "The acceptance stands twice; appending twice is harmless at a server and wrong in a file.",
    "skip repeated events",
    [...whole.slice(0, 3), whole[2] ?? "", ...whole.slice(3)],
    { pointer: "/seq" },
  ),
  bad(
    "bundle-events-swapped",
    "LOG-1",
    "LOG_SEQ_MISMATCH",
    "bundle-whole",
    "Acceptance and funding changed places.",
    "sort events by seq",
    whole.map((line, index) => (index === 2 ? (whole[3] ?? "") : index === 3 ? (whole[2] ?? "") : line)),
    { pointer: "/seq" },
  ),
  bad(
    "bundle-totals-wrong",
    "LEDGER-8",
    "LEDGER_TOTALS_MISMATCH",
    "bundle-short",
    "The settler signed totals that the log does not give.",
    "trust what the settler signs",
    linesOf({
      events: await envelopes(wrongTotals),
      receipt: await sealReceipt(receiptOf(wrongTotals, { ...LATE, totals: { ...NO_TOTALS, toSeller: "1" } })),
    }),
    { pointer: "/body/totals" },
  ),
];

// Open logs.

const open = linesOf({ events: await envelopes(REVIEW), evidence: [FILE.evidence] });
const openFacts = {
  agreement: head(REVIEW, 0),
  head: head(REVIEW),
  events: 4,
  status: "review",
  outcome: "none",
  balances: ESCROW_BALANCES,
  totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "0" },
};
const windowLog = linesOf({ events: await envelopes(WINDOW), evidence: [FILE.evidence] });
const unreceipted = linesOf({ events: await envelopes(EXPIRED) });
const cancelling = linesOf({ events: await envelopes(extend(FUNDED, cancel())) });

const opens: readonly Case[] = [
  bad(
    "bundle-open",
    "BUNDLE-13",
    "BUNDLE_OPEN",
    "bundle-whole",
    "Integrity holds as far as the log goes, and the agreement goes on.",
    "accept an open log",
    open,
    { indeterminate: true, facts: { ...openFacts, notes: [], time: at(3) } },
  ),
  bad(
    "bundle-open-before-due",
    "TIME-5",
    "BUNDLE_OPEN",
    "bundle-whole",
    "A millisecond before reviewBy nothing is overdue.",
    "note open timers",
    open,
    { indeterminate: true, facts: { ...openFacts, notes: [], time: at(27, -1) }, input: { now: at(27, -1) } },
  ),
  bad(
    "bundle-overdue",
    "TIME-5",
    "BUNDLE_OPEN",
    "bundle-whole",
    "At reviewBy the decision is due and missing: a note, and no other verdict.",
    "reject an overdue log",
    open,
    { indeterminate: true, facts: { ...openFacts, notes: ["TIME_OVERDUE"], time: at(27) }, input: { now: at(27) } },
  ),
  bad(
    "bundle-overdue-window",
    "TIME-5",
    "BUNDLE_OPEN",
    "bundle-whole",
    "The holdback should have been released.",
    "note decisions only",
    windowLog,
    { indeterminate: true, facts: { status: "window", notes: ["TIME_OVERDUE"] }, input: { now: at(77) } },
  ),
  bad(
    "bundle-overdue-at-once",
    "TIME-5",
    "BUNDLE_OPEN",
    "bundle-whole",
    "An immediate reaction that is missing at the end is overdue, too.",
    "note timers only",
    cancelling,
    { indeterminate: true, facts: { status: "cancelling", notes: ["TIME_OVERDUE"] }, input: { now: at(3) } },
  ),
  bad(
    "bundle-without-receipt",
    "RECEIPT-5",
    "RECEIPT_MISSING",
    "bundle-short",
    "The log is closed and the settler has not confirmed it as a whole.",
    "accept a closed log without a receipt",
    unreceipted,
    { indeterminate: true, facts: { ...shortFacts, receipt: null, notes: [] } },
  ),
];

// Evidence.

const second = itemOf("second.csv", "x");
const third = itemOf("third.csv", "y");
const twoLog: Log = extend(
  EMPTY,
  offer(terms(NO_WINDOW)),
  accept(),
  fund(),
  submit({ items: [FILE.item, second.item] }),
  cancel({ hours: 4 }),
);
const twoClosed: Log = extend(twoLog, settle({ due: at(4), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }), {
  ...expire({
    due: at(4),
    reason: "cancelled",
    totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" },
  }),
  hours: 4,
});
const twoTerms = {
  at: at(4),
  reason: "cancelled",
  outcome: "none",
  totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" },
};
const twoEvents = await envelopes(twoClosed);
const twoReceipt = await sealReceipt(receiptOf(twoClosed, twoTerms));
const two = (...evidence: readonly Evidence[]): string[] =>
  linesOf({ events: twoEvents, evidence, receipt: twoReceipt });
const twoFacts = { head: head(twoClosed), events: 7, status: "closed", outcome: "none", balances: NO_BALANCES };
const counts = (inline: number, withheld: number, supplied: number) => ({
  evidence: { referenced: 2, inline, withheld, supplied },
});
const A = FILE.evidence;
const B = second.evidence;
const hidden = ({ digest }: Evidence): Evidence => ({ digest });
const wrongSize = extend(
  EMPTY,
  offer(terms(NO_WINDOW)),
  accept(),
  fund(),
  submit({ items: [{ ...FILE.item, size: 7 }] }),
  cancel({ hours: 4 }),
  settle({ due: at(4), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }),
  { ...expire({ due: at(4), reason: "cancelled", totals: twoTerms.totals }), hours: 4 },
);
const wrongSizeBundle = async (evidence: Evidence) =>
  linesOf({
    events: await envelopes(wrongSize),
    evidence: [evidence],
    receipt: await sealReceipt(receiptOf(wrongSize, twoTerms)),
  });
const evidenceLine = (index: number): number => 1 + twoEvents.length + index;
const noWindowLine = two(A, B);

const disputed: Log = extend(
  WINDOW,
  dispute({
    items: [FILE.item, third.item].map((item, index) => (index === 0 ? { ...item, name: "again.csv" } : item)),
  }),
  rule({ toSeller: "4800" }),
  {
    ...settle(),
    type: "holdback.released",
    hours: 20,
    body: (log) => ({ due: at(20), cause: head(log), toSeller: "4680", fee: "120", toBuyer: "0" }),
  },
);
const disputedClosed: Log = extend(disputed, {
  ...expire({ due: at(20), reason: "settled", totals: FULL_TOTALS }),
  hours: 20,
});

const evidence: readonly Case[] = [
  good("bundle-evidence", "BUNDLE-7", "Two items, inline, in the order of the submission.", two(A, B), {
    ...twoFacts,
    ...counts(2, 0, 0),
  }),
  good(
    "bundle-evidence-withheld",
    "BUNDLE-7",
    "An item may be kept elsewhere; its digest stays.",
    two(A, hidden(B)),
    { ...twoFacts, ...counts(1, 1, 0) },
    "demand inline evidence",
  ),
  good(
    "bundle-evidence-supplied",
    "BUNDLE-10",
    "The user brings the bytes of a withheld item.",
    two(A, hidden(B)),
    { ...twoFacts, ...counts(1, 1, 1) },
    "ignore supplied evidence",
    { evidence: { [B.digest]: base64Encode(B.data) } },
  ),
  good(
    "bundle-evidence-supplied-other",
    "BUNDLE-10",
    "Bytes that the user brings for an inline item, or for none, are ignored.",
    two(A, hidden(B)),
    { ...twoFacts, ...counts(1, 1, 0) },
    "reject supplied evidence that nothing asks for",
    { evidence: { [A.digest]: base64Encode(utf8("y")), [FOREIGN]: "" } },
  ),
  good(
    "bundle-evidence-dispute",
    "BUNDLE-7",
    "Items of a dispute follow; one that was referenced before is not repeated.",
    linesOf({
      events: await envelopes(disputedClosed),
      evidence: [A, third.evidence],
      receipt: await sealReceipt(
        receiptOf(disputedClosed, { at: at(20), reason: "settled", outcome: "full", totals: FULL_TOTALS }),
      ),
    }),
    { head: head(disputedClosed), events: 11, balances: FULL_BALANCES, ...counts(2, 0, 0) },
    "list an item once for each event",
  ),
  bad(
    "bundle-evidence-unreferenced",
    "BUNDLE-7",
    "BUNDLE_EVIDENCE_UNREFERENCED",
    "bundle-evidence",
    "Bytes that no event names are unauthenticated.",
    "ignore additional evidence",
    two(A, B, third.evidence),
    { pointer: "/digest" },
  ),
  bad(
    "bundle-evidence-unreferenced-withheld",
    "BUNDLE-7",
    "BUNDLE_EVIDENCE_UNREFERENCED",
    "bundle-evidence",
    "The same without bytes.",
    "check inline items only",
    two(A, B, hidden(third.evidence)),
    { pointer: "/digest" },
  ),
  bad(
    "bundle-evidence-twice",
    "BUNDLE-8",
    "BUNDLE_EVIDENCE_DUPLICATE",
    "bundle-evidence",
    "One item, one line.",
    "let the last item win",
    two(A, A, B),
    { pointer: "/digest" },
  ),
  bad(
    "bundle-evidence-twice-at-end",
    "BUNDLE-8",
    "BUNDLE_EVIDENCE_DUPLICATE",
    "bundle-evidence",
    "Also behind the last one.",
    "stop counting at the last reference",
    two(A, B, hidden(A)),
    { pointer: "/digest" },
  ),
  bad(
    "bundle-evidence-order",
    "BUNDLE-9",
    "BUNDLE_EVIDENCE_ORDER",
    "bundle-evidence",
    "One set of items has one order.",
    "accept any order",
    two(B, A),
    { pointer: "/digest" },
  ),
  bad(
    "bundle-evidence-digest",
    "BUNDLE-10",
    "BUNDLE_EVIDENCE_DIGEST",
    "bundle-evidence",
    "Other bytes under the digest.",
    "trust the digest of the line",
    two(A, { digest: B.digest, data: utf8("y") }),
    { pointer: "/data" },
  ),
  bad(
    "bundle-evidence-supplied-digest",
    "BUNDLE-10",
    "BUNDLE_EVIDENCE_DIGEST",
    "bundle-evidence-supplied",
    "The user's file is another one.",
    "count supplied evidence without hashing",
    two(A, hidden(B)),
    { input: { evidence: { [B.digest]: base64Encode(utf8("y")) } } },
  ),
  bad(
    "bundle-evidence-size",
    "BUNDLE-11",
    "BUNDLE_EVIDENCE_SIZE",
    "bundle-evidence",
    "The bytes have the digest and not the size that the seller stated.",
    "check digests only",
    await wrongSizeBundle(A),
    { pointer: "/data" },
  ),
  bad(
    "bundle-evidence-supplied-size",
    "BUNDLE-11",
    "BUNDLE_EVIDENCE_SIZE",
    "bundle-evidence-supplied",
    "The same for bytes that the user brings.",
    "check sizes of inline items only",
    await wrongSizeBundle(hidden(A)),
    { input: { evidence: { [A.digest]: base64Encode(A.data) } } },
  ),
  bad(
    "bundle-evidence-missing",
    "BUNDLE-12",
    "BUNDLE_EVIDENCE_MISSING",
    "bundle-evidence",
    "An item is neither there nor marked as withheld.",
    "check the items that are there",
    two(A),
  ),
  bad(
    "bundle-evidence-missing-open",
    "BUNDLE-12",
    "BUNDLE_EVIDENCE_MISSING",
    "bundle-evidence",
    "Without a receipt the end of the file is where it shows.",
    "look for missing items at the receipt only",
    linesOf({ events: twoEvents, evidence: [A] }),
  ),
  bad(
    "bundle-evidence-extra-member",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence",
    "A name beside the bytes is unauthenticated.",
    "ignore unknown members",
    withLine(
      noWindowLine,
      evidenceLine(0),
      edit(noWindowLine[evidenceLine(0)] ?? "", (value) => ({ ...value, name: "x" })),
    ),
  ),
  bad(
    "bundle-evidence-both",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence",
    "An item is inline or withheld, not both.",
    "prefer the bytes",
    withLine(
      noWindowLine,
      evidenceLine(0),
      edit(noWindowLine[evidenceLine(0)] ?? "", (value) => ({ ...value, withheld: true })),
    ),
  ),
  bad(
    "bundle-evidence-withheld-false",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence-withheld",
    "withheld is true or absent.",
    "accept any value of withheld",
    withLine(noWindowLine, evidenceLine(0), canonicalize({ digest: A.digest, withheld: false })),
  ),
  bad(
    "bundle-evidence-digest-upper-case",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "bundle-evidence",
    "Digests are lower case.",
    "compare digests without case",
    withLine(
      noWindowLine,
      evidenceLine(0),
      (noWindowLine[evidenceLine(0)] ?? "").replace(A.digest, `sha256:${A.digest.slice(7).toUpperCase()}`),
    ),
  ),
  bad(
    "bundle-evidence-base64",
    "DSSE-3",
    "DSSE_BASE64",
    "bundle-evidence",
    "Evidence has one spelling, too: this one has stray bits.",
    "decode evidence leniently",
    withLine(
      noWindowLine,
      evidenceLine(1),
      edit(noWindowLine[evidenceLine(1)] ?? "", (value) => ({ ...value, data: "eB==" })),
    ),
  ),
];

// Receipts.

const receiptWith = async (
  change: (receipt: Record<string, unknown>) => unknown,
  lines = short,
  log = EXPIRED,
): Promise<string[]> => [...lines.slice(0, -1), lineOf(await sealReceipt(change(receiptOf(log, LATE))))];
const predicate = (change: Record<string, unknown>) => (receipt: Record<string, unknown>) => ({
  ...receipt,
  predicate: { ...(receipt["predicate"] as object), ...change },
});
const subject = (change: object) => (receipt: Record<string, unknown>) => ({
  ...receipt,
  subject: [{ ...(receipt["subject"] as object[])[0], ...change }],
});

const mismatches = await Promise.all(
  (
    [
      ["agreement", "/predicate/agreement", predicate({ agreement: FOREIGN }), "another agreement"],
      ["by", "/predicate/by", predicate({ by: idOf("buyer") }), "another issuer"],
      ["buyer", "/predicate/buyer", predicate({ buyer: idOf("stranger") }), "another buyer"],
      ["seller", "/predicate/seller", predicate({ seller: idOf("stranger") }), "another seller"],
      [
        "amount",
        "/predicate/amount/value",
        predicate({ amount: { value: "48001", assetCode: "USD", assetScale: 2 } }),
        "another amount",
      ],
      ["events", "/predicate/events", predicate({ events: 3 }), "another number of events"],
      ["reason", "/predicate/reason", predicate({ reason: "unfunded" }), "another reason"],
      ["outcome", "/predicate/outcome", predicate({ outcome: "full" }), "another outcome"],
      ["totals", "/predicate/totals/funded", predicate({ totals: { ...NO_TOTALS, funded: "1" } }), "other totals"],
      ["name", "/subject/0/name", subject({ name: FOREIGN }), "another subject"],
      ["head", "/subject/0/digest/sha256", subject({ digest: { sha256: "1".repeat(64) } }), "another head"],
    ] as const
  ).map(async ([name, pointer, change, what]) =>
    bad(
      `receipt-${name}`,
      "RECEIPT-3",
      "RECEIPT_MISMATCH",
      "bundle-short",
      `The receipt states ${what} than the log gives, and people read the receipt.`,
      `skip ${name} when comparing the receipt`,
      await receiptWith(change),
      { pointer },
    ),
  ),
);

const openReceipt = receiptOf(OFFERED, LATE);

const receipts: readonly Case[] = [
  good(
    "receipt-later",
    "RECEIPT-4",
    "A receipt may be issued any time after the closing; the default time of verification is its own.",
    await receiptWith(predicate({ at: at(24, 1) })),
    { ...shortFacts, time: at(24, 1) },
    "demand the time of the closing",
  ),
  ...mismatches,
  bad(
    "receipt-open",
    "RECEIPT-1",
    "RECEIPT_NOT_CLOSED",
    "bundle-short",
    "There is nothing to confirm yet.",
    "accept a receipt over any log",
    linesOf({ events: await envelopes(OFFERED), receipt: await sealReceipt(openReceipt) }),
  ),
  bad(
    "receipt-before-close",
    "RECEIPT-4",
    "RECEIPT_BEFORE_CLOSE",
    "bundle-short",
    "The receipt is a millisecond older than what it confirms.",
    "ignore the time of a receipt",
    await receiptWith(predicate({ at: at(24, -1) })),
    { pointer: "/predicate/at" },
  ),
  bad(
    "receipt-extra-member",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "What is signed is understood as a whole.",
    "ignore unknown members",
    await receiptWith(predicate({ note: "x" })),
  ),
  bad(
    "receipt-two-subjects",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "One receipt is about one log.",
    "read the first subject only",
    await receiptWith((receipt) => ({
      ...receipt,
      subject: [...(receipt["subject"] as object[]), ...(receipt["subject"] as object[])],
    })),
  ),
  bad(
    "receipt-predicate-type",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "Another statement under the settler's key.",
    "ignore predicateType",
    await receiptWith((receipt) => ({ ...receipt, predicateType: "https://slsa.dev/provenance/v1" })),
  ),
  bad(
    "receipt-revision",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "A receipt is of the log's revision.",
    "ignore v of a receipt",
    await receiptWith(predicate({ v: "2027-05" })),
  ),
  bad(
    "receipt-at-not-real",
    "TIME-1",
    "TIME_INSTANT",
    "bundle-short",
    "Its time decides about keys, so it must be one.",
    "let days overflow",
    await receiptWith(predicate({ at: "2026-04-31T00:00:00.000Z" })),
    { pointer: "/predicate/at" },
  ),
  bad(
    "receipt-not-canonical",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "A receipt is canonical like everything that is signed.",
    "parse receipts leniently",
    [
      ...short.slice(0, -1),
      lineOf(
        await seal(PAYLOAD_TYPES.receipt, utf8(JSON.stringify(receiptOf(EXPIRED, LATE), null, 1)), keyOf("settler")),
      ),
    ],
  ),
  bad(
    "receipt-other-log",
    "RECEIPT-3",
    "RECEIPT_MISMATCH",
    "bundle-whole",
    "A good receipt of another agreement.",
    "verify the receipt's signature only",
    [...whole.slice(0, -1), RECEIPT],
  ),
];

// Comparisons.

const tale = extend(OFFERED, accept());
const otherTale = extend(OFFERED, cancel({ hours: 1 }), expire({ due: at(1), reason: "cancelled" }, { hours: 1 }));
const otherAgreement = extend(EMPTY, offer(terms({ nonce: "ff0102030405060708090a0b0c0d0e0f" })));
const bundleOf = async (log: Log) => field(fileOf(linesOf({ events: await envelopes(log) })));
const reSigned = await bundleOf(OFFERED);

const comparisons: readonly Case[] = [
  {
    id: "compare-prefix",
    clause: "LOG-7",
    why: "One history is the beginning of the other.",
    kills: "demand equal histories",
    input: { bundles: [await bundleOf(OFFERED), await bundleOf(tale)] },
    facts: { heads: [head(OFFERED), head(tale)] },
  },
  {
    id: "compare-same",
    clause: "LOG-7",
    why: "The same history twice.",
    input: { bundles: [await bundleOf(tale), await bundleOf(tale)] },
    facts: { heads: [head(tale), head(tale)] },
  },
  {
    id: "compare-other-agreement",
    clause: "LOG-7",
    why: "Two agreements have nothing to contradict.",
    kills: "compare events of any agreements",
    input: { bundles: [reSigned, await bundleOf(otherAgreement)] },
    facts: { heads: [head(OFFERED), head(otherAgreement)] },
  },
  {
    id: "compare-fork",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "two-second-events",
    twin: "compare-prefix",
    index: 1,
    why: "The settler signed two different events of one number: each file is good, together they are proof.",
    kills: "verify every bundle by itself",
    input: { bundles: [await bundleOf(tale), await bundleOf(otherTale)] },
  },
  {
    id: "compare-fork-third",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "contradiction-beyond-first-file",
    twin: "compare-prefix",
    index: 1,
    why: "The first file is the common beginning, the next two contradict each other.",
    kills: "compare with the first file only",
    input: { bundles: [await bundleOf(OFFERED), await bundleOf(tale), await bundleOf(otherTale)] },
  },
  {
    id: "compare-fork-rejected",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "contradiction-in-rejected-file",
    twin: "compare-rejected",
    index: 1,
    why: "The second file is rejected for its totals, but the settler signed that event in its place, and another one there in the first file.",
    kills: "compare accepted files only",
    input: { bundles: [await bundleOf(tale), await bundleOf(wrongTotals)] },
  },
  {
    id: "compare-rejected",
    clause: "LOG-7",
    why: "The second file contradicts the first under a signature that is not valid: anyone could have written it.",
    kills: "compare events without their signatures",
    input: { bundles: [await bundleOf(tale), field(fileOf([HEADER, OFFER, flipSig(CLOSING, 0)]))] },
    facts: { heads: [head(tale), head(OFFERED)] },
  },
];

/** Whole bundles. */
export const bundle: readonly VectorFile[] = [
  {
    path: "bundle/container.json",
    op: "bundle.verify",
    description: "Lines and sections.",
    groups: [{ input: TRUST, cases: containers }],
  },
  {
    path: "bundle/content.json",
    op: "bundle.verify",
    description: "Signatures, payloads and the log inside a bundle.",
    groups: [{ input: TRUST, cases: contents }],
  },
  {
    path: "bundle/open.json",
    op: "bundle.verify",
    description: "Logs that are not closed or not confirmed.",
    groups: [{ input: TRUST, cases: opens }],
  },
  {
    path: "bundle/evidence.json",
    op: "bundle.verify",
    description: "Evidence, inline, withheld and supplied.",
    groups: [{ input: TRUST, cases: evidence }],
  },
  {
    path: "receipt/receipt.json",
    op: "bundle.verify",
    description: "Receipts.",
    groups: [{ input: TRUST, cases: receipts }],
  },
  {
    path: "log/equivocation.json",
    op: "bundle.compare",
    description: "Histories that contradict each other.",
    groups: [{ input: TRUST, cases: comparisons }],
  },
];
