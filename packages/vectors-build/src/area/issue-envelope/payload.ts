import { type TrustDoc, trustDoc } from "../../cast.ts";
import { EMPTY, FOREIGN, payloadOf, receiptOf } from "../../log-builder.ts";
import { cancel, EXPIRED, FUNDED, fund, NO_TOTALS, offer, REVIEW } from "../../story.ts";
import { at } from "../../time.ts";

/** The standard offer. */
export const offered: Record<string, unknown> = payloadOf(EMPTY, offer());

/** A funding. */
export const funded: Record<string, unknown> = payloadOf(FUNDED, fund());

/** An attestation with this result. */
export const attestation = (result: object): Record<string, unknown> =>
  payloadOf(REVIEW, {
    type: "evidence.attested",
    by: "checker",
    hours: 4,
    body: { submission: FOREIGN, subject: FOREIGN, requirement: "valid", result },
  });

/** A receipt over an offer that expired. */
export const receipt: Record<string, unknown> = receiptOf(EXPIRED, {
  at: at(24),
  reason: "offer-expired",
  outcome: "none",
  totals: NO_TOTALS,
});

/** The standard trust document. */
export const trust: TrustDoc = trustDoc();

/** A cancellation with a reason that attacks whoever shows it. */
export const hostile = (reason: string): Record<string, unknown> => payloadOf(FUNDED, cancel({ body: { reason } }));

/** 16384 bytes in canonical form: {"a":"..."}. */
export const FULL_RESULT: { readonly a: string } = { a: "x".repeat(16_384 - 8) };
