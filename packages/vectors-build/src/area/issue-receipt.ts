import { PAYLOAD_TYPES } from "@settld/protocol";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, extend, type Log, type ReceiptTerms, receiptOf } from "../log-builder.ts";
import {
  ACCEPTED,
  accept,
  attest,
  CANCELLING,
  CLOSED,
  CLOSING,
  cancel,
  close,
  decide,
  delivered,
  EXPIRED,
  expire,
  FULL_TOTALS,
  FUNDED,
  fund,
  NO_TOTALS,
  NO_WINDOW,
  OFFERED,
  offer,
  outcomes,
  RULED,
  release,
  settle,
  submit,
  terms,
  valid,
} from "../story.ts";
import { at } from "../time.ts";
import { made, seeds } from "./issue-envelope/signed-document.ts";

const input = (log: Log, time: string, by = "settler") => ({
  what: "receipt",
  log: log.payloads.map((payload) => field(payload)),
  at: time,
  seeds: seeds(by),
});

const good = async (
  id: string,
  clause: string,
  why: string,
  kills: string,
  log: Log,
  receipt: ReceiptTerms,
): Promise<Case> => ({
  id: `issue-receipt-${id}`,
  clause,
  why,
  kills,
  input: input(log, receipt.at),
  facts: (await made(PAYLOAD_TYPES.receipt, receiptOf(log, receipt), ["settler"])) as Case["input"],
});

const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const UNFUNDED = extend(ACCEPTED, expire({ due: at(48), reason: "unfunded" }, { hours: 48 }));
const CANCELLED = extend(OFFERED, cancel(), expire({ due: at(3), reason: "cancelled" }, { hours: 3 }));
const REFUNDED = extend(
  CANCELLING,
  settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
  close({ due: at(3), reason: "cancelled", totals: refunded }, { hours: 3 }),
);
const RULED_CLOSED = extend(
  RULED,
  release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 }),
  close({ due: at(20), totals: { funded: "48000", toSeller: "43095", fee: "1105", toBuyer: "3800" } }, { hours: 20 }),
);
const NOTHING = extend(
  EMPTY,
  offer(terms(NO_WINDOW)),
  accept(),
  fund(),
  {
    ...decide({}, { hours: 96 }),
    body: {
      due: at(96),
      attempt: 0,
      requirements: outcomes("POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION"),
      gross: "0",
      outcome: "none",
      final: true,
    },
  },
  settle({ due: at(96), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 96 }),
  close({ due: at(96), totals: refunded }, { hours: 96 }),
);
// Half of the weight is met: 24000, of which floor(24000 x 250 / 10000) = 600 are the fee.
const half = { funded: "48000", toSeller: "23400", fee: "600", toBuyer: "24000" };
const PART = extend(
  EMPTY,
  offer(
    terms({
      ...NO_WINDOW,
      policy: {
        requirements: [delivered, valid],
        payout: {
          kind: "weighted",
          weights: [
            { requirement: "delivered", bps: 5000 },
            { requirement: "valid", bps: 5000 },
          ],
        },
      },
    }),
  ),
  accept(),
  fund(),
  submit(),
  attest({ result: { validityBps: 0 } }),
  decide({
    requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED"),
    gross: "24000",
    outcome: "partial",
  }),
  settle({ toSeller: "23400", fee: "600", toBuyer: "24000", held: "0" }),
  close({ due: at(4), totals: half }, { hours: 4 }),
);

const SETTLED: ReceiptTerms = { at: at(76), reason: "settled", outcome: "full", totals: FULL_TOTALS };

const accepted: readonly Case[] = [
  await good(
    "settled",
    "RECEIPT-3",
    "The whole amount was awarded and paid in two legs.",
    "sum the settlement only",
    CLOSED,
    SETTLED,
  ),
  await good(
    "later",
    "RECEIPT-4",
    "A receipt may be issued any time after the closing and states that time.",
    "take the time of the closing",
    CLOSED,
    { ...SETTLED, at: at(80) },
  ),
  await good(
    "partial",
    "RECEIPT-3",
    "Half was awarded, and the other half went back without a fee.",
    "derive the outcome from the reason",
    PART,
    { at: at(4), reason: "settled", outcome: "partial", totals: half },
  ),
  await good(
    "nothing-awarded",
    "RECEIPT-3",
    "Settled, although everything went back: a decision about nothing is settled like any other.",
    "call every refund a cancellation",
    NOTHING,
    { at: at(96), reason: "settled", outcome: "none", totals: refunded },
  ),
  await good(
    "ruled",
    "RECEIPT-3",
    "The outcome is that of the decision, also when a ruling moved money afterwards; the totals show it.",
    "derive the outcome from the totals",
    RULED_CLOSED,
    {
      at: at(20),
      reason: "settled",
      outcome: "full",
      totals: { funded: "48000", toSeller: "43095", fee: "1105", toBuyer: "3800" },
    },
  ),
  await good("cancelled", "RECEIPT-3", "Cancelled before anybody paid.", "demand a funding", CANCELLED, {
    at: at(3),
    reason: "cancelled",
    outcome: "none",
    totals: NO_TOTALS,
  }),
  await good(
    "cancelled-funded",
    "RECEIPT-3",
    "Cancelled after funding: everything went back.",
    "leave the refund out of the totals",
    REFUNDED,
    { at: at(3), reason: "cancelled", outcome: "none", totals: refunded },
  ),
  await good("offer-expired", "RECEIPT-3", "Nobody accepted in time.", "demand an acceptance", EXPIRED, {
    at: at(24),
    reason: "offer-expired",
    outcome: "none",
    totals: NO_TOTALS,
  }),
  await good("unfunded", "RECEIPT-3", "Nobody funded in time.", "call it offer-expired", UNFUNDED, {
    at: at(48),
    reason: "unfunded",
    outcome: "none",
    totals: NO_TOTALS,
  }),
];

const bad = (
  fault: string,
  clause: string,
  code: string,
  twin: string,
  why: string,
  kills: string,
  log: Log,
  time: string,
): Case => ({
  id: `issue-receipt-${fault}`,
  clause,
  code,
  fault: `receipt-over-${fault}`,
  twin: `issue-receipt-${twin}`,
  why,
  kills,
  input: input(log, time),
});

const rejected: readonly Case[] = [
  bad(
    "open-log",
    "RECEIPT-1",
    "RECEIPT_NOT_CLOSED",
    "settled",
    "The closing is due and has not happened.",
    "confirm a log that could be closed",
    CLOSING,
    at(76),
  ),
  bad(
    "funded-log",
    "RECEIPT-1",
    "RECEIPT_NOT_CLOSED",
    "settled",
    "Money is in escrow: there is nothing to confirm yet.",
    "confirm any log",
    FUNDED,
    at(80),
  ),
  bad(
    "closing-yet-to-come",
    "RECEIPT-4",
    "RECEIPT_BEFORE_CLOSE",
    "settled",
    "A millisecond before the closing that it confirms.",
    "compare at with the event before the closing",
    CLOSED,
    at(76, -1),
  ),
  bad(
    "wrong-totals",
    "LEDGER-8",
    "LEDGER_TOTALS_MISMATCH",
    "settled",
    "A receipt repeats the totals of the closing, so they must be right.",
    "copy the totals of the closing",
    extend(CLOSING, close({ totals: { ...FULL_TOTALS, toSeller: "46801", fee: "1199" } })),
    at(76),
  ),
  bad(
    "event-behind-closing",
    "STATE-18",
    "STATE_CLOSED",
    "settled",
    "Something stands behind the closing.",
    "stop reading at the closing",
    extend(CLOSED, cancel({ hours: 77 })),
    at(80),
  ),
];

/** Receipts to make. */
export const issueReceipt: VectorFile = {
  path: "issue/receipt.json",
  op: "issue",
  description: "Receipts over closed logs, one for each way to close.",
  groups: [{ cases: [...accepted, ...rejected] }],
};
