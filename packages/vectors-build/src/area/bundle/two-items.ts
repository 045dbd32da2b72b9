import type { Envelope, Evidence } from "@settld/protocol";
import {
  EMPTY,
  envelopes,
  extend,
  itemOf,
  type Log,
  linesOf,
  type ReceiptTerms,
  receiptOf,
  sealReceipt,
} from "../../log-builder.ts";
import { accept, cancel, expire, FILE, fund, NO_WINDOW, offer, settle, submit, terms } from "../../story.ts";
import { at } from "../../time.ts";

const second = itemOf("second.csv", "x");

const twoLog: Log = extend(
  EMPTY,
  offer(terms(NO_WINDOW)),
  accept(),
  fund(),
  submit({ items: [FILE.item, second.item] }),
  cancel({ hours: 4 }),
);

/** A closed log that refers to two items. */
export const twoClosed: Log = extend(
  twoLog,
  settle({ due: at(4), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }),
  {
    ...expire({
      due: at(4),
      reason: "cancelled",
      totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" },
    }),
    hours: 4,
  },
);

/** The terms of its receipt. */
export const twoTerms: ReceiptTerms = {
  at: at(4),
  reason: "cancelled",
  outcome: "none",
  totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" },
};

/** Its events, signed. */
export const twoEvents: readonly Envelope[] = await envelopes(twoClosed);
const twoReceipt = await sealReceipt(receiptOf(twoClosed, twoTerms));

/** The lines of its bundle, with this evidence. */
export const two = (...evidence: readonly Evidence[]): string[] =>
  linesOf({ events: twoEvents, evidence, receipt: twoReceipt });

/** The first of the two items. */
export const A: Required<Evidence> = FILE.evidence;

/** The second of the two items. */
export const B: Required<Evidence> = second.evidence;
