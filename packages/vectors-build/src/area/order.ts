import {
  base64Encode,
  canonicalize,
  digestOf,
  type Envelope,
  type JsonValue,
  PAYLOAD_TYPES,
  utf8,
} from "@settld/protocol";
import { bytesOf, keyOf, seal, sealTrust, secondBuyerKey, secondRegistryKey, trustDoc, trustKey } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, fileOf, itemOf, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { accept, cancel, close, EXPIRED, FILE, fund, NO_TOTALS, OFFERED, offer, settle, submit } from "../story.ts";
import { at } from "../time.ts";

// Two faults that meet, where the first files leave the order open.

type Row = {
  readonly id: string;
  readonly clause: string;
  readonly code: string;
  readonly over: string;
  readonly twin: string;
  readonly why: string;
  readonly input: object;
};
const both = ({ input, ...row }: Row): Case => ({
  ...row,
  id: `precedence-${row.id}`,
  fault: row.id,
  kills: `report ${row.over} first`,
  input: { ...input },
});

const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const statement = receiptOf(EXPIRED, LATE);
const receipt = await sealReceipt(statement);
const events = await envelopes(EXPIRED);
const own = trustDoc();
const registry = keyOf("registry");
const settler = keyOf("settler");
const root = { root: base64Encode(registry.publicKey) };
const trusted = { trust: field(bytesOf(own)) };

const damaged = (envelope: Envelope): Envelope => ({
  ...envelope,
  signatures: envelope.signatures.map(({ keyid, sig }) => {
    const bytes = Buffer.from(sig, "base64");
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    return { keyid, sig: bytes.toString("base64") };
  }),
});
const lineOf = (value: unknown): string => canonicalize(value as JsonValue);
const lines = linesOf({ events, receipt });
const bundle = (list: readonly string[]) => ({ bundle: field(fileOf(list)) });
const embedding = async (...documents: readonly Envelope[]) => bundle(linesOf({ events, trust: documents, receipt }));

const v1 = await sealTrust(own);
const v2 = await sealTrust(trustDoc({ version: 2 }));
const malformed = { ...own, note: "x" };

const steps: readonly Row[] = [
  {
    id: "trust-payload-schema",
    clause: "BUNDLE-14",
    code: "JCS_NOT_CANONICAL",
    over: "TRUST_SCHEMA",
    twin: "trust-embedded",
    why: "A document that is laid out for people and has a member too many.",
    input: {
      ...(await embedding(await seal(PAYLOAD_TYPES.trust, utf8(JSON.stringify(malformed, null, 1)), registry))),
      ...root,
    },
  },
  {
    id: "trust-schema-registry",
    clause: "BUNDLE-14",
    code: "TRUST_SCHEMA",
    over: "TRUST_REGISTRY_KEY",
    twin: "trust-embedded",
    why: "A document with a member too many, signed by another registry.",
    input: { ...(await embedding(await sealTrust(malformed, secondRegistryKey))), ...root },
  },
  {
    id: "trust-registry-order",
    clause: "BUNDLE-14",
    code: "TRUST_REGISTRY_KEY",
    over: "TRUST_ORDER",
    twin: "trust-embedded-highest",
    why: "The second document is older than the first and signed by another registry.",
    input: { ...(await embedding(v2, await sealTrust(own, secondRegistryKey))), ...root },
  },
  {
    id: "trust-order-signature",
    clause: "BUNDLE-14",
    code: "TRUST_ORDER",
    over: "DSSE_SIGNATURE_INVALID",
    twin: "trust-embedded-highest",
    why: "The second document is older than the first, and its signature is damaged.",
    input: { ...(await embedding(v2, damaged(v1))), ...root },
  },
  {
    id: "empty-root",
    clause: "BUNDLE-14",
    code: "BUNDLE_EMPTY",
    over: "TRUST_ROOT_MISSING",
    twin: "trust-embedded",
    why: "No event, and no document of the pinned registry.",
    input: { ...bundle([lines[0] ?? "", lines[3] ?? ""]), ...root },
  },
  {
    id: "root-key",
    clause: "BUNDLE-14",
    code: "TRUST_ROOT_MISSING",
    over: "TRUST_KEY_UNKNOWN",
    twin: "trust-embedded",
    why: "Without a document every key is unknown; that there is no document comes first.",
    input: { ...bundle(linesOf({ events: events.map(damaged), receipt })), ...root },
  },
  {
    id: "order-step-2",
    clause: "BUNDLE-14",
    code: "BUNDLE_ORDER",
    over: "DSSE_SIGNATURE_INVALID",
    twin: "bundle-short",
    why: "The offer is damaged, and behind the events a trust document stands before the last event.",
    input: {
      ...bundle(linesOf({ events: [damaged(events[0] as Envelope)], trust: [v1] }).concat(lineOf(events[1]))),
    },
  },
  {
    id: "receipt-count-keyid",
    clause: "BUNDLE-14",
    code: "DSSE_SIGNATURE_COUNT",
    over: "TRUST_KEY_UNKNOWN",
    twin: "bundle-short",
    why: "A receipt with two signatures, the first by nobody who is known: the envelope is read before its keys.",
    input: {
      ...bundle([
        ...lines.slice(0, 3),
        lineOf(await seal(PAYLOAD_TYPES.receipt, statement, keyOf("stranger"), settler)),
      ]),
    },
  },
  {
    id: "receipt-payload-key",
    clause: "BUNDLE-14",
    code: "JCS_NOT_CANONICAL",
    over: "TRUST_KEY_UNKNOWN",
    twin: "bundle-short",
    why: "A receipt that is laid out for people, signed by nobody who is known.",
    input: {
      ...bundle([
        ...lines.slice(0, 3),
        lineOf(await seal(PAYLOAD_TYPES.receipt, utf8(JSON.stringify(statement, null, 1)), keyOf("stranger"))),
      ]),
    },
  },
  {
    id: "receipt-signature-not-closed",
    clause: "BUNDLE-14",
    code: "DSSE_SIGNATURE_INVALID",
    over: "RECEIPT_NOT_CLOSED",
    twin: "bundle-short",
    why: "A damaged receipt over an open log.",
    input: {
      ...bundle(linesOf({ events: await envelopes(OFFERED), receipt: damaged(receipt) })),
    },
  },
  {
    id: "receipt-instant-mismatch",
    clause: "BUNDLE-14",
    code: "TIME_INSTANT",
    over: "RECEIPT_MISMATCH",
    twin: "bundle-short",
    why: "A receipt of the 31st of April with another number of events.",
    input: {
      ...bundle([
        ...lines.slice(0, 3),
        lineOf(
          await sealReceipt({
            ...statement,
            predicate: { ...(statement["predicate"] as object), at: "2026-04-31T00:00:00.000Z", events: 3 },
          }),
        ),
      ]),
    },
  },
];

// Evidence.

const second = itemOf("second.csv", "x");
const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const story = (items: readonly object[]) =>
  extend(
    EMPTY,
    offer(),
    accept(),
    fund(),
    submit({ items }),
    cancel({ hours: 3 }),
    settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
    close({ due: at(3), reason: "cancelled", totals: refunded }, { hours: 3 }),
  );
const A = FILE.evidence;
const B = second.evidence;
const told = async (
  evidence: readonly string[],
  change: { readonly size?: number; readonly receipt?: boolean; readonly offerBy?: "second" } = {},
) => {
  const log = story([{ ...FILE.item, size: change.size ?? FILE.item["size"] }, second.item]);
  return bundle([
    ...linesOf({
      events: await envelopes(log, change.offerBy === undefined ? {} : { 0: [secondBuyerKey, settler] }),
    }),
    ...evidence,
    ...(change.receipt === false
      ? []
      : [
          lineOf(
            await sealReceipt(receiptOf(log, { at: at(3), reason: "cancelled", outcome: "none", totals: refunded })),
          ),
        ]),
  ]);
};
const inline = (digest: string, data: Uint8Array): string => lineOf({ digest, data: base64Encode(data) });
const a = inline(A.digest, A.data);
const b = inline(B.digest, B.data);
const foreign = digestOf(utf8("nobody asked for this"));

const evidence: readonly Row[] = [
  {
    id: "evidence-unreferenced-duplicate",
    clause: "BUNDLE-14",
    code: "BUNDLE_EVIDENCE_UNREFERENCED",
    over: "BUNDLE_EVIDENCE_DUPLICATE",
    twin: "bundle-evidence",
    why: "An item that nothing refers to, twice: the first of them is refused, for what it is.",
    input: {
      ...(await told([lineOf({ digest: foreign, withheld: true }), lineOf({ digest: foreign, withheld: true }), a, b])),
    },
  },
  {
    id: "evidence-duplicate-order",
    clause: "BUNDLE-14",
    code: "BUNDLE_EVIDENCE_DUPLICATE",
    over: "BUNDLE_EVIDENCE_MISSING",
    twin: "bundle-evidence",
    why: "The first item twice, and the second missing.",
    input: await told([a, a]),
  },
  {
    id: "evidence-order-base64",
    clause: "BUNDLE-14",
    code: "BUNDLE_EVIDENCE_ORDER",
    over: "DSSE_BASE64",
    twin: "bundle-evidence",
    why: "The second item comes first, with stray bits in its base64.",
    input: await told([lineOf({ digest: B.digest, data: "eB==" }), a]),
  },
  {
    id: "evidence-line-unreferenced",
    clause: "BUNDLE-14",
    code: "BUNDLE_LINE",
    over: "BUNDLE_EVIDENCE_UNREFERENCED",
    twin: "bundle-evidence",
    why: "An item that nothing refers to, with a member too many.",
    input: await told([a, b, lineOf({ digest: foreign, withheld: true, name: "x" })]),
  },
  {
    id: "evidence-base64-digest",
    clause: "BUNDLE-14",
    code: "DSSE_BASE64",
    over: "BUNDLE_EVIDENCE_DIGEST",
    twin: "bundle-evidence",
    why: "Other bytes than those of the digest, in base64 without its padding.",
    input: await told([lineOf({ digest: A.digest, data: "eQ" }), b]),
  },
  {
    id: "evidence-digest-size",
    clause: "BUNDLE-14",
    code: "BUNDLE_EVIDENCE_DIGEST",
    over: "BUNDLE_EVIDENCE_SIZE",
    twin: "bundle-evidence",
    why: "Other bytes, of another length than the log states.",
    input: await told([inline(A.digest, utf8("another file")), b]),
  },
  {
    id: "evidence-size-order-later",
    clause: "BUNDLE-14",
    code: "BUNDLE_EVIDENCE_SIZE",
    over: "BUNDLE_EVIDENCE_DUPLICATE",
    twin: "bundle-evidence",
    why: "The first item is not as long as the log states, and stands a second time: lines are judged one by one.",
    input: await told([a, a, b], { size: 7 }),
  },
  {
    id: "compromised-supplied",
    clause: "BUNDLE-14",
    code: "TRUST_KEY_COMPROMISED",
    over: "BUNDLE_EVIDENCE_DIGEST",
    twin: "bundle-evidence-supplied",
    why: "Stolen keys signed the offer, and the user's file is another one: the log comes before what the user brings.",
    input: {
      ...(await told([lineOf({ digest: A.digest, withheld: true }), b], { offerBy: "second" })),
      trust: field(
        bytesOf(
          trustDoc(
            {},
            {
              buyer: [
                trustKey(keyOf("buyer")),
                trustKey(secondBuyerKey, { revoked: { at: at(90), reason: "compromised" } }),
              ],
              settler: [trustKey(settler, { revoked: { at: at(90), reason: "compromised" } })],
            },
          ),
        ),
      ),
      evidence: { [A.digest]: base64Encode(utf8("y")) },
    },
  },
  {
    id: "supplied-order",
    clause: "BUNDLE-10",
    code: "BUNDLE_EVIDENCE_SIZE",
    over: "BUNDLE_EVIDENCE_DIGEST",
    twin: "bundle-evidence-supplied",
    why: "Supplied bytes are checked in the order of the references: the first has a wrong size, the second a wrong digest.",
    input: {
      ...(await told([lineOf({ digest: A.digest, withheld: true }), lineOf({ digest: B.digest, withheld: true })], {
        size: 7,
      })),
      evidence: { [B.digest]: base64Encode(utf8("y")), [A.digest]: base64Encode(A.data) },
    },
  },
];

// The ledger.

const USD = { assetCode: "USD", assetScale: 2 };
const EUR = { assetCode: "EUR", assetScale: 2 };
type Leg = readonly [kind: string, value: string, asset?: object];
const transaction = (name: string, ...legs: readonly Leg[]) => ({
  id: digestOf(utf8(name)),
  postings: legs.map(([kind, value, asset = USD]) => ({ account: { kind, ...asset }, value })),
});
const deposit = transaction("fund", ["buyer", "-100"], ["escrow", "100"]);
const replay = (...transactions: readonly object[]) => ({ transactions, closed: true });

const ledger: readonly Row[] = [
  {
    id: "ledger-duplicate-asset",
    clause: "LEDGER-2",
    code: "LEDGER_DUPLICATE",
    over: "LEDGER_ASSET_MIXED",
    twin: "ledger-whole",
    why: "The deposit stands a second time, in another asset.",
    input: replay(deposit, transaction("fund", ["buyer", "-100", EUR], ["escrow", "100", EUR])),
  },
  {
    id: "ledger-asset-unbalanced",
    clause: "LEDGER-1",
    code: "LEDGER_ASSET_MIXED",
    over: "LEDGER_UNBALANCED",
    twin: "ledger-whole",
    why: "A posting of another asset in a transaction that does not add up.",
    input: replay(deposit, transaction("settle", ["escrow", "-100"], ["seller", "99", EUR])),
  },
  {
    id: "ledger-unbalanced-overdrawn",
    clause: "LEDGER-1",
    code: "LEDGER_UNBALANCED",
    over: "LEDGER_OVERDRAWN",
    twin: "ledger-whole",
    why: "More is paid than the escrow has, and it does not add up.",
    input: replay(deposit, transaction("settle", ["escrow", "-101"], ["seller", "100"])),
  },
  {
    id: "ledger-overdrawn-not-zero",
    clause: "LEDGER-3",
    code: "LEDGER_OVERDRAWN",
    over: "LEDGER_NOT_ZERO",
    twin: "ledger-whole",
    why: "More is paid than the escrow has, so at the end it is not zero either.",
    input: replay(deposit, transaction("settle", ["escrow", "-101"], ["seller", "101"])),
  },
  {
    id: "ledger-earlier-transaction",
    clause: "LEDGER-3",
    code: "LEDGER_OVERDRAWN",
    over: "LEDGER_DUPLICATE",
    twin: "ledger-whole",
    why: "The first settlement overdraws the escrow, the second is a duplicate: transactions are checked one by one.",
    input: replay(
      deposit,
      transaction("settle", ["escrow", "-101"], ["seller", "101"]),
      transaction("settle", ["escrow", "1"], ["seller", "-1"]),
    ),
  },
];

/** Orders of evaluation. */
export const order: readonly VectorFile[] = [
  {
    path: "precedence/step.json",
    op: "bundle.verify",
    description: "Trust section, roots, sections and receipts: what comes first.",
    groups: [
      { input: trusted, cases: steps.filter(({ input }) => !("root" in input)).map(both) },
      { input: root, cases: steps.filter(({ input }) => "root" in input).map(both) },
    ],
  },
  {
    path: "precedence/evidence.json",
    op: "bundle.verify",
    description: "Evidence: what comes first.",
    groups: [{ input: trusted, cases: evidence.map(both) }],
  },
  {
    path: "precedence/ledger.json",
    op: "ledger.replay",
    description: "Transactions: what comes first.",
    groups: [{ cases: ledger.map(both) }],
  },
];
