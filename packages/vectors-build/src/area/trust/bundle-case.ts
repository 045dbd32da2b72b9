import type { Envelope, Signer } from "@settld/protocol";
import { keyOf } from "../../cast.ts";
import { type Case, field } from "../../format.ts";
import {
  envelopes,
  fileOf,
  head,
  type Log,
  linesOf,
  type ReceiptTerms,
  receiptOf,
  sealReceipt,
} from "../../log-builder.ts";
import { EXPIRED, NO_BALANCES, NO_TOTALS } from "../../story.ts";
import { at } from "../../time.ts";

/** The terms of the receipt of an offer that expired. */
export const RECEIPT: ReceiptTerms = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };

type Parts = {
  readonly log?: Log;
  readonly signed?: Readonly<Record<number, readonly Signer[]>>;
  readonly receiptBy?: Signer | null;
  readonly receiptAt?: string;
  readonly trust?: readonly Envelope[];
};

const bundle = async ({
  log = EXPIRED,
  signed = {},
  receiptBy = keyOf("settler"),
  receiptAt = at(24),
  trust = [],
}: Parts = {}) =>
  fileOf(
    linesOf({
      events: await envelopes(log, signed),
      trust,
      ...(receiptBy === null
        ? {}
        : { receipt: await sealReceipt(receiptOf(log, { ...RECEIPT, at: receiptAt }), receiptBy) }),
    }),
  );

const facts = (log: Log = EXPIRED) => ({
  head: head(log),
  events: 2,
  status: "closed",
  outcome: "none",
  totals: NO_TOTALS,
  balances: NO_BALANCES,
});

/** A bundle whose signers may sign. */
export const good = async (
  id: string,
  clause: string,
  why: string,
  parts: Parts,
  more: object = {},
  kills?: string,
  extra: object = {},
): Promise<Case> => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: { bundle: field(await bundle(parts)), ...more },
  facts: { ...facts(parts.log), ...extra },
});

/** A bundle that is refused, or in doubt, for one of its signers. */
export const bad = async (
  id: string,
  clause: string,
  code: string,
  fault: string,
  twin: string,
  why: string,
  kills: string,
  parts: Parts,
  more: { readonly pointer?: string; readonly input?: object; readonly indeterminate?: true } = {},
): Promise<Case> => ({
  id,
  clause,
  code,
  fault,
  twin,
  why,
  kills,
  ...(more.pointer === undefined ? {} : { pointer: more.pointer }),
  ...(more.indeterminate === undefined ? {} : { verdict: "indeterminate", facts: facts(parts.log) }),
  input: { bundle: field(await bundle(parts)), ...more.input },
});
