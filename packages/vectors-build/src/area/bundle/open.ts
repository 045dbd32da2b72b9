import { bytesOf, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { envelopes, extend, head, linesOf } from "../../log-builder.ts";
import { cancel, ESCROW_BALANCES, EXPIRED, FILE, FUNDED, REVIEW, WINDOW } from "../../story.ts";
import { at } from "../../time.ts";
import { bad } from "./case.ts";
import { shortFacts } from "./lines.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };

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

const cases: readonly Case[] = [
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

/** Logs that are not closed or not confirmed. */
export const opens: VectorFile = {
  path: "bundle/open.json",
  op: "bundle.verify",
  description: "Logs that are not closed or not confirmed.",
  groups: [{ input: TRUST, cases }],
};
