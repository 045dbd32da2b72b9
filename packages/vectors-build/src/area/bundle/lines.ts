import { canonicalize, type Envelope, type JsonValue } from "@settld/protocol";
import type { Input } from "../../format.ts";
import { envelopes, head, linesOf, type ReceiptTerms, receiptOf, sealReceipt } from "../../log-builder.ts";
import { CLOSED, EXPIRED, FILE, FULL_TOTALS, NO_BALANCES, NO_TOTALS, OFFERED } from "../../story.ts";
import { at } from "../../time.ts";

/** The terms of the receipt of an offer that expired. */
export const LATE: ReceiptTerms = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };
const FULL = { at: at(76), reason: "settled", outcome: "full", totals: FULL_TOTALS };

/** The lines of the shortest closed log. */
export const short: readonly string[] = linesOf({
  events: await envelopes(EXPIRED),
  receipt: await sealReceipt(receiptOf(EXPIRED, LATE)),
});

/** What is recomputed from the shortest closed log. */
export const shortFacts: Input = {
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

/** The lines of the standard closed log, with evidence. */
export const whole: readonly string[] = linesOf(standard);

/** The header of the shortest closed log. */
export const HEADER: string = short[0] ?? "";

/** Its offer. */
export const OFFER: string = short[1] ?? "";

/** Its closing. */
export const CLOSING: string = short[2] ?? "";

/** Its receipt. */
export const RECEIPT: string = short[3] ?? "";

/** The lines with another one at `index`. */
export const withLine = (lines: readonly string[], index: number, line: string): string[] =>
  lines.map((one, place) => (place === index ? line : one));

/** The line of a changed value. */
export const edit = (line: string, change: (value: Record<string, unknown>) => unknown): string =>
  canonicalize(change(JSON.parse(line) as Record<string, unknown>) as JsonValue);

/** The line of an envelope. */
export const lineOf = (envelope: Envelope): string => canonicalize(envelope as unknown as JsonValue);

/** The line with one bit of a signature changed; `which` counts signatures from 0. */
export const flipSig = (line: string, which: number): string =>
  edit(line, (value) => ({
    ...value,
    signatures: (value["signatures"] as { keyid: string; sig: string }[]).map((one, index) => {
      const bytes = Buffer.from(one.sig, "base64");
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      return index === which ? { ...one, sig: bytes.toString("base64") } : one;
    }),
  }));
