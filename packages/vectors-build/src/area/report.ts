import { base64Encode, canonicalize, digestOf, type JsonValue, jwkFromPublicKey, utf8 } from "@settld/protocol";
import { bytesOf, idOf, keyOf, sealTrust, secondRegistryKey, type TrustDoc, trustDoc } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  fileOf,
  head,
  itemOf,
  type Log,
  linesOf,
  receiptOf,
  sealReceipt,
} from "../log-builder.ts";
import { accept, cancel, close, FILE, fund, NO_BALANCES, offer, REVIEW, settle, submit } from "../story.ts";
import { at } from "../time.ts";
import { laidOut } from "./issue-envelope/signed-document.ts";

// One bundle, asked about in different ways: the facts are the same.

const second = itemOf("second.csv", "x");
const A = FILE.evidence;
const B = second.evidence;
const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const LOG: Log = extend(
  EMPTY,
  offer(),
  accept(),
  fund(),
  submit({ items: [FILE.item, second.item] }),
  cancel({ hours: 3 }),
  settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
  close({ due: at(3), reason: "cancelled", totals: refunded }, { hours: 3 }),
);
const statement = receiptOf(LOG, { at: at(5), reason: "cancelled", outcome: "none", totals: refunded });
const events = await envelopes(LOG);
const receipt = await sealReceipt(statement);
const withheld = [{ digest: A.digest }, { digest: B.digest }];
const bundle = field(fileOf(linesOf({ events, evidence: withheld, receipt })));

const own: TrustDoc = trustDoc();
const trustFacts = { digest: digestOf(bytesOf(own)), version: 1, registry: idOf("registry"), source: "own" };
const facts = {
  agreement: head(LOG, 0),
  head: head(LOG),
  events: 7,
  status: "closed",
  at: at(3),
  buyer: idOf("buyer"),
  seller: idOf("seller"),
  settler: idOf("settler"),
  amount: { value: "48000", assetCode: "USD", assetScale: 2 },
  outcome: "none",
  reason: "cancelled",
  totals: refunded,
  balances: NO_BALANCES,
  trust: trustFacts,
  evidence: { referenced: 2, inline: 0, withheld: 2, supplied: 2 },
  receipt: digestOf(bytesOf(statement)),
  time: at(5),
  notes: [],
  established: 7,
};
const supplied = { [A.digest]: base64Encode(A.data), [B.digest]: base64Encode(B.data) };
const turned = { [B.digest]: base64Encode(B.data), [A.digest]: base64Encode(A.data) };

type Row = {
  readonly id: string;
  readonly clause: string;
  readonly why: string;
  readonly kills: string;
  readonly fault?: string;
  readonly input: object;
  readonly facts?: object;
};
const same = ({ id, clause, why, kills, fault, input, facts: other = {} }: Row): Case => ({
  id: `report-${id}`,
  clause,
  why,
  kills,
  ...(fault === undefined ? {} : { fault, twin: "report-plain" }),
  input: { ...input },
  facts: { ...facts, ...other },
});

const foreign: TrustDoc = trustDoc({
  registry: { id: "https://second-registry.example", jwk: jwkFromPublicKey(secondRegistryKey.publicKey) },
  parties: [],
});
const newer = trustDoc({ version: 9, parties: [] });
const withUnused = field(
  fileOf(
    linesOf({
      events,
      trust: [await sealTrust(newer), await sealTrust(foreign, secondRegistryKey)],
      evidence: withheld,
      receipt,
    }),
  ),
);
const embedded = field(fileOf(linesOf({ events, trust: [await sealTrust(own)], evidence: withheld, receipt })));
const reSigned = field(
  fileOf(
    linesOf({
      events,
      evidence: withheld,
      receipt: await sealReceipt(receiptOf(LOG, { at: at(6), reason: "cancelled", outcome: "none", totals: refunded })),
    }),
  ),
);
const laterStatement = receiptOf(LOG, { at: at(6), reason: "cancelled", outcome: "none", totals: refunded });
const inline = field(fileOf(linesOf({ events, evidence: [A, B], receipt })));

const rows: readonly Case[] = [
  same({
    id: "plain",
    clause: "TRUST-8",
    why: "Everything that a report says of a bundle: parties, money, trust, evidence, time.",
    kills: "leave a member of the facts out",
    input: { trust: field(bytesOf(own)), evidence: supplied },
  }),
  same({
    id: "trust-laid-out",
    clause: "TRUST-8",
    why: "The user's document in another layout: its digest is that of its canonical form.",
    kills: "digest the bytes of the user's file",
    fault: "trust-in-another-layout",
    input: { trust: field(laidOut(own)), evidence: supplied },
  }),
  same({
    id: "trust-pretty",
    clause: "TRUST-8",
    why: "The same with spaces only.",
    kills: "digest the members in the order of the file",
    fault: "trust-with-spaces",
    input: { trust: field(utf8(`\n${JSON.stringify(own, null, "\t")}\n`)), evidence: supplied },
  }),
  same({
    id: "evidence-other-order",
    clause: "BUNDLE-10",
    why: "The user's files come in another order.",
    kills: "match supplied files by place",
    fault: "evidence-in-another-order",
    input: { trust: field(bytesOf(own)), evidence: turned },
  }),
  same({
    id: "evidence-inline",
    clause: "BUNDLE-7",
    why: "The same items inside the bundle: other counts, and no other fact.",
    kills: "let evidence change what the log says",
    fault: "evidence-inline",
    input: { bundle: inline, trust: field(bytesOf(own)) },
    facts: { evidence: { referenced: 2, inline: 2, withheld: 0, supplied: 0 } },
  }),
  same({
    id: "unused-documents",
    clause: "TRUST-8",
    why: "A newer document of the same registry and one of another are embedded, and the user brings a document of their own: they do not matter.",
    kills: "prefer the newest document",
    fault: "unused-documents-embedded",
    input: { bundle: withUnused, trust: field(bytesOf(own)), evidence: supplied },
  }),
  same({
    id: "embedded-document",
    clause: "TRUST-8",
    why: "The same document from the bundle, under the registry's pinned key: only its source differs.",
    kills: "digest the envelope of an embedded document",
    fault: "document-from-the-bundle",
    input: { bundle: embedded, root: base64Encode(keyOf("registry").publicKey), evidence: supplied },
    facts: { trust: { ...trustFacts, source: "embedded" } },
  }),
  same({
    id: "time-given",
    clause: "BUNDLE-15",
    why: "The user gives a time, here long after the receipt: it is the time of verification, and changes nothing else.",
    kills: "take the time of the receipt although one is given",
    fault: "time-given",
    input: { trust: field(bytesOf(own)), evidence: supplied, now: at(1000) },
    facts: { time: at(1000) },
  }),
  same({
    id: "time-before-log",
    clause: "BUNDLE-15",
    why: "Also a time before the log began is a time that the user may ask about.",
    kills: "take the later of the given time and the log's",
    fault: "time-before-the-log",
    input: { trust: field(bytesOf(own)), evidence: supplied, now: at(-24) },
    facts: { time: at(-24) },
  }),
  same({
    id: "later-receipt",
    clause: "BUNDLE-15",
    why: "A later receipt: its time is the time of verification, not that of the closing.",
    kills: "take the time of the closing",
    fault: "receipt-issued-later",
    input: { bundle: reSigned, trust: field(bytesOf(own)), evidence: supplied },
    facts: { time: at(6), receipt: digestOf(bytesOf(laterStatement)) },
  }),
];

// Without a receipt the last event gives the time.

const openBundle = field(fileOf(linesOf({ events: await envelopes(REVIEW), evidence: [A] })));
const times: readonly Case[] = [
  {
    id: "report-time-of-last-event",
    clause: "BUNDLE-15",
    code: "BUNDLE_OPEN",
    verdict: "indeterminate",
    fault: "open-log-without-time",
    twin: "report-plain",
    why: "Without a given time and a receipt the last event's time counts, and nothing is overdue at it.",
    kills: "use the wall clock",
    input: { bundle: openBundle, trust: field(bytesOf(own)) },
    facts: { time: at(3), status: "review", notes: [] },
  },
  {
    id: "report-expired-at-last-event",
    clause: "TRUST-17",
    code: "TRUST_EXPIRED",
    verdict: "indeterminate",
    fault: "document-expires-at-last-event",
    twin: "report-plain",
    why: "The document ends at the time of the last event, which is the time of verification.",
    kills: "check expiry against a given time only",
    input: { bundle: openBundle, trust: field(bytesOf(trustDoc({ expiresAt: at(3) }))) },
    facts: { time: at(3) },
  },
];

// Bytes of any kind get a verdict.

const anything = (
  id: string,
  clause: string,
  code: string,
  why: string,
  kills: string,
  bytes: Uint8Array | object,
): Case => ({
  id: `any-${id}`,
  clause,
  code,
  fault: `any-${id}`,
  twin: "bundle-short",
  why,
  kills,
  input: { bundle: bytes instanceof Uint8Array ? field(bytes) : bytes },
});
const header = '{"settld":"bundle","version":1}\n';

const bytes: readonly Case[] = [
  anything("line-feed", "BUNDLE-16", "BUNDLE_HEADER", "One line feed.", "crash on an empty first line", utf8("\n")),
  anything(
    "zeros",
    "BUNDLE-16",
    "BUNDLE_HEADER",
    "A file of zeros, as a broken disk gives.",
    "end text at NUL",
    new Uint8Array(4096),
  ),
  anything(
    "every-byte",
    "BUNDLE-16",
    "BUNDLE_HEADER",
    "Every byte once; a line feed is among them.",
    "decode the file before it is split into lines",
    Uint8Array.from({ length: 256 }, (_, index) => index),
  ),
  anything(
    "page",
    "BUNDLE-16",
    "BUNDLE_HEADER",
    "A page of a proxy in place of the file.",
    "throw on a file of another kind",
    utf8("<!doctype html>\n<title>502 Bad Gateway</title>\n"),
  ),
  anything(
    "gzip",
    "BUNDLE-16",
    "BUNDLE_HEADER",
    "The beginning of a compressed file.",
    "unpack what looks packed",
    Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 10, 0),
  ),
  anything(
    "header-twice",
    "BUNDLE-4",
    "BUNDLE_LINE",
    "Two bundles put one after another begin like this.",
    "skip lines that look like the header",
    utf8(`${header}${header}`),
  ),
  anything(
    "lines-of-nothing",
    "JSON-3",
    "JSON_SYNTAX",
    "The header and a thousand empty lines.",
    "skip blank lines",
    utf8(`${header}${"\n".repeat(1000)}`),
  ),
  anything(
    "line-of-nul",
    "JSON-3",
    "JSON_SYNTAX",
    "Behind the header a line of NUL.",
    "end lines at NUL",
    utf8(`${header}\u0000\n`),
  ),
  anything(
    "deep-line",
    "JSON-9",
    "JSON_DEPTH",
    "A line of a hundred thousand brackets.",
    "parse lines by recursion without a limit",
    utf8(`${header}${"[".repeat(100_000)}\n`),
  ),
  anything(
    "line-utf-16",
    "JSON-1",
    "JSON_UTF8",
    "A line in UTF-16: every other byte is zero, and some are no UTF-8.",
    "guess the encoding of a line",
    Uint8Array.from([...utf8(header), 0xff, 0xfe, 0x7b, 0, 0x7d, 0, 0x0a]),
  ),
  anything(
    "envelope-of-nothing",
    "DSSE-1",
    "DSSE_MEMBERS",
    "An object with a payloadType and nothing else.",
    "read members that are missing",
    utf8(`${header}${canonicalize({ payloadType: "application/vnd.settld.event+json" } as JsonValue)}\n`),
  ),
];

/** What does not change a report, and what always gets one. */
export const report: readonly VectorFile[] = [
  {
    path: "report/same.json",
    op: "bundle.verify",
    description: "One agreement, asked about in different ways: the facts are the same.",
    groups: [
      { comment: "One bundle; some cases bring the same agreement in another.", input: { bundle }, cases: rows },
      { comment: "Without a receipt.", cases: times },
    ],
  },
  {
    path: "bundle/bytes.json",
    op: "bundle.verify",
    description: "Bytes of any kind: each gets a verdict.",
    groups: [{ input: { trust: field(bytesOf(own)) }, cases: bytes }],
  },
];
