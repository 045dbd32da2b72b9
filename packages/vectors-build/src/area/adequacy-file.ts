import {
  base64Encode,
  canonicalize,
  digestOf,
  type JsonValue,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  utf8,
} from "@settld/protocol";
import { bytesOf, idOf, keyOf, seal, sealTrust, type TrustDoc, trustDoc } from "../cast.ts";
import { type Case, type FaultCase, field, file, type VectorFile } from "../format.ts";
import { envelopes, extend, fileOf, head, type Log, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { ACCEPTED, accept, cancel, EXPIRED, FILE, FUNDED, NO_TOTALS, OFFERED, offer, REVIEW } from "../story.ts";
import { at } from "../time.ts";

// Whole files: their ends, the documents that they bring, and the time at which they are read.

const LATE = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const events = await envelopes(EXPIRED);
const receiptWith = (change: object) => sealReceipt({ ...receiptOf(EXPIRED, LATE), ...change });
const receipt = await receiptWith({});
const bundle = (parts: Parameters<typeof linesOf>[0]) => ({ bundle: field(fileOf(linesOf(parts))) });
const own = { trust: field(bytesOf(trustDoc())) };
const registry = keyOf("registry");
const root = { root: base64Encode(registry.publicKey) };
const document = (change: Partial<TrustDoc> = {}) => sealTrust(trustDoc(change));
const sameKey = { id: "https://second-registry.example", jwk: jwkFromPublicKey(registry.publicKey) };
const withoutBuyer = trustDoc().parties.slice(1);

const good = (common: Pick<Case, "id" | "clause" | "why"> & { kills: string }, input: object, facts: object): Case => ({
  ...common,
  input: { ...input },
  facts: { ...facts },
});
const bad = (fault: Omit<FaultCase, "input">, input: object): Case => ({ ...fault, input: { ...input } });

const files: readonly Case[] = [
  bad(
    {
      id: "edge-now-first-instant",
      clause: "TRUST-17",
      verdict: "indeterminate",
      code: "TRUST_NOT_YET_VALID",
      fault: "now-at-first-instant",
      twin: "trust-now-issued-at",
      why: "The first instant is a time like others, also where a program takes zero for none.",
      kills: "take the time 0 for no time",
      facts: { time: "1970-01-01T00:00:00.000Z", established: 2 },
    },
    { ...bundle({ events, receipt }), ...own, now: "1970-01-01T00:00:00.000Z" },
  ),
  bad(
    {
      id: "edge-now-last-instant",
      clause: "TRUST-17",
      verdict: "indeterminate",
      code: "TRUST_EXPIRED",
      fault: "now-at-last-instant",
      twin: "trust-now-issued-at",
      why: "The last instant is a time like others.",
      kills: "refuse the last instant",
      facts: { time: "9999-12-31T23:59:59.999Z", established: 2 },
    },
    { ...bundle({ events, receipt }), ...own, now: "9999-12-31T23:59:59.999Z" },
  ),
  bad(
    {
      id: "edge-ends-with-trust",
      clause: "RECEIPT-5",
      verdict: "indeterminate",
      code: "RECEIPT_MISSING",
      fault: "last-line-is-trust-document",
      twin: "trust-embedded",
      why: "A file may end behind its trust documents; its log is judged all the same.",
      kills: "judge the log at the first line of evidence",
      facts: { head: head(EXPIRED), status: "closed", established: 2 },
    },
    { ...bundle({ events, trust: [await document()] }), ...root },
  ),
  good(
    {
      id: "edge-embedded-highest-first",
      clause: "TRUST-8",
      why: "Two registry ids under the pinned key, and the earlier one has the higher version: that is the one, and the other does not know the buyer.",
      kills: "use the last document under the key",
    },
    {
      ...bundle({
        events,
        trust: [await document({ version: 2 }), await document({ registry: sameKey, parties: withoutBuyer })],
        receipt,
      }),
      ...root,
    },
    {
      trust: {
        digest: digestOf(bytesOf(trustDoc({ version: 2 }))),
        version: 2,
        registry: idOf("registry"),
        source: "embedded",
      },
    },
  ),
  bad(
    {
      id: "edge-embedded-order-third",
      clause: "TRUST-7",
      code: "TRUST_ORDER",
      fault: "third-between-first-and-second",
      twin: "trust-embedded-highest",
      why: "Each document comes after the one before it, and not only after the first.",
      kills: "compare with the first document",
    },
    {
      ...bundle({
        events,
        trust: [await document({ version: 1 }), await document({ version: 3 }), await document({ version: 2 })],
        receipt,
      }),
      ...root,
    },
  ),
  bad(
    {
      id: "edge-line-digest-in-list",
      clause: "BUNDLE-4",
      code: "BUNDLE_LINE",
      fault: "digest-in-a-list",
      twin: "bundle-whole",
      why: "A list of one digest is no digest, although many languages write it the same.",
      kills: "match the text of whatever stands there",
    },
    {
      bundle: field(
        fileOf([
          ...linesOf({ events: await envelopes(REVIEW) }),
          canonicalize({ data: base64Encode(FILE.evidence.data), digest: [FILE.evidence.digest] }),
        ]),
      ),
      ...own,
    },
  ),
];

// What a receipt says of a closed log, where its form is right and where it is not.

const subject = (sha256: string) => ({ subject: [{ name: head(EXPIRED, 0), digest: { sha256 } }] });
const hex = head(EXPIRED).slice("sha256:".length);
const predicate = (change: object) => ({
  predicate: { ...(receiptOf(EXPIRED, LATE)["predicate"] as object), ...change },
});
const receiptCase = async (
  id: string,
  code: "RECEIPT_SCHEMA" | "RECEIPT_MISMATCH",
  pointer: string,
  change: object,
  why: string,
  kills: string,
): Promise<Case> =>
  bad(
    {
      id: `edge-receipt-${id}`,
      clause: code === "RECEIPT_SCHEMA" ? "RECEIPT-2" : "RECEIPT-3",
      code,
      fault: `receipt-${id}`,
      twin: "trust-signers",
      pointer,
      why,
      kills,
    },
    { ...bundle({ events, receipt: await receiptWith(change) }), ...own },
  );
const SHA = "/subject/0/digest/sha256";

const receipts: readonly Case[] = await Promise.all([
  receiptCase("digest-63", "RECEIPT_SCHEMA", SHA, subject(hex.slice(1)), "63 digits.", "accept shorter digests"),
  receiptCase("digest-65", "RECEIPT_SCHEMA", SHA, subject(`${hex}0`), "65 digits.", "accept longer digests"),
  receiptCase("digest-g", "RECEIPT_SCHEMA", SHA, subject(`${hex.slice(1)}g`), "g is no digit.", "accept any letter"),
  receiptCase(
    "digest-star",
    "RECEIPT_SCHEMA",
    SHA,
    subject(`${hex.slice(1)}*`),
    "A star is no digit.",
    "accept any character",
  ),
  receiptCase(
    "events-1",
    "RECEIPT_MISMATCH",
    "/predicate/events",
    predicate({ events: 1 }),
    "One is a number of events, and not that of this log.",
    "demand two events of every receipt",
  ),
  receiptCase(
    "events-1024",
    "RECEIPT_MISMATCH",
    "/predicate/events",
    predicate({ events: 1024 }),
    "So is 1024, the largest.",
    "refuse the largest number as malformed",
  ),
]);

// A payload that is a byte too long, in a line of each kind. The signatures do not matter any more.

const long = utf8(`"${"a".repeat(1_048_575)}"`);
const limits: readonly Case[] = await Promise.all(
  (
    [
      ["event", PAYLOAD_TYPES.event, {}],
      ["trust", PAYLOAD_TYPES.trust, { events }],
      ["receipt", PAYLOAD_TYPES.receipt, { events }],
    ] as const
  ).map(async ([name, payloadType, parts]) => {
    const line = canonicalize((await seal(payloadType, long, registry)) as unknown as JsonValue);
    return bad(
      {
        id: `limit-payload-of-${name}-1048577`,
        clause: "LIMIT-1",
        code: "LIMIT_PAYLOAD_BYTES",
        fault: `payload-of-${name}-1048577-bytes`,
        twin: "limit-bundle",
        pointer: "/payload",
        why: "The limit of payloads holds in every section of a file.",
        kills: "leave the limit to the parser of the payload",
      },
      { bundle: field(fileOf([...linesOf({ events: [], ...parts }), line])), ...own },
    );
  }),
);

// Histories that are compared.

const told = async (log: Log, signed: Parameters<typeof envelopes>[1] = {}) =>
  bundle({ events: await envelopes(log, signed) }).bundle;
const cancelled = extend(ACCEPTED, cancel({ hours: 2 }));
const atOnce = extend(OFFERED, accept({ by: "buyer", hours: 0 }));
const twice = extend(OFFERED, offer());
const otherSigners = extend(OFFERED, accept({ change: { at: at(1, 1) } }));
const [buyer, settler] = [keyOf("buyer"), keyOf("settler")];

const histories: readonly Case[] = [
  bad(
    {
      id: "edge-compare-behind-shorter",
      clause: "LOG-7",
      code: "LOG_EQUIVOCATION",
      fault: "fork-behind-the-end-of-a-shorter-file",
      twin: "compare-prefix",
      index: 2,
      why: "The second file ends before the place at which the first and the third differ.",
      kills: "compare each file with the one before",
    },
    { bundles: [await told(FUNDED), await told(OFFERED), await told(cancelled)], ...own },
  ),
  bad(
    {
      id: "edge-word-at-same-time",
      clause: "LOG-7",
      code: "LOG_EQUIVOCATION",
      fault: "word-at-the-time-of-the-offer",
      twin: "compare-prefix",
      index: 1,
      why: "An event of the same millisecond is not earlier, so it has its place.",
      kills: "demand a later time of what is compared",
    },
    { bundles: [await told(ACCEPTED), await told(atOnce, { 1: [buyer, settler] })], ...own },
  ),
  good(
    {
      id: "edge-word-of-nobody",
      clause: "LOG-7",
      why: "The acceptance is signed by the arbiter and admitted by the checker: nothing of it is the settler's word.",
      kills: "compare what the kernel allows, whoever signed it",
    },
    {
      bundles: [await told(ACCEPTED), await told(otherSigners, { 1: [keyOf("arbiter"), keyOf("checker")] })],
      ...own,
    },
    { heads: [head(ACCEPTED), head(OFFERED)] },
  ),
  good(
    {
      id: "edge-word-second-offer",
      clause: "LOG-7",
      why: "A second offer has no place in a log, so it does not contradict what stands there.",
      kills: "compare events by their place in the file",
    },
    { bundles: [await told(ACCEPTED), await told(twice)], ...own },
    { heads: [head(ACCEPTED), head(OFFERED)] },
  ),
];

/** What the first files about files leave out. */
export const wholeFiles: readonly VectorFile[] = [
  file(
    "bundle/edge.json",
    "bundle.verify",
    "Files that end early, bring several documents, or are read at odd times.",
    files,
  ),
  file("receipt/edge.json", "bundle.verify", "Receipts at the ends of what their schema allows.", receipts),
  file("limit/line.json", "bundle.verify", "The limit of payloads in each section of a file.", limits),
  file("log/edge.json", "bundle.compare", "Histories that end early, and events that are nobody's word.", histories),
];
