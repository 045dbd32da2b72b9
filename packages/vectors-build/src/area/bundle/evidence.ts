import { base64Encode, type Evidence, utf8 } from "@settld/protocol";
import { bytesOf, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  FOREIGN,
  head,
  itemOf,
  type Log,
  linesOf,
  receiptOf,
  sealReceipt,
} from "../../log-builder.ts";
import {
  accept,
  cancel,
  dispute,
  expire,
  FILE,
  FULL_BALANCES,
  FULL_TOTALS,
  fund,
  NO_BALANCES,
  NO_WINDOW,
  offer,
  rule,
  settle,
  submit,
  terms,
  WINDOW,
} from "../../story.ts";
import { at } from "../../time.ts";
import { bad, good } from "./case.ts";
import { evidenceLines } from "./evidence-line.ts";
import { A, B, two, twoClosed, twoEvents, twoTerms } from "./two-items.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };

const third = itemOf("third.csv", "y");

const twoFacts = { head: head(twoClosed), events: 7, status: "closed", outcome: "none", balances: NO_BALANCES };
const counts = (inline: number, withheld: number, supplied: number) => ({
  evidence: { referenced: 2, inline, withheld, supplied },
});

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

const cases: readonly Case[] = [
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
  ...evidenceLines,
];

/** Evidence, inline, withheld and supplied. */
export const evidence: VectorFile = {
  path: "bundle/evidence.json",
  op: "bundle.verify",
  description: "Evidence, inline, withheld and supplied.",
  groups: [{ input: TRUST, cases }],
};
