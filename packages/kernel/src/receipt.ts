import { formatInstant, REVISION, type Receipt } from "@settld/protocol";
import { type AgreementState, totalsOf } from "./state.ts";

/**
 * The statement that a settler signs over a closed log. Everything in it but `at` follows from the log, so a
 * verifier recomputes it and compares (RECEIPT-3).
 *
 * @param at - when the receipt is issued, in milliseconds since 1970; not before the log closed.
 */
export function receiptOf(state: AgreementState, at: number): Receipt {
  const { reason } = state;
  if (reason === undefined) throw new TypeError("receiptOf: expected a closed log");
  const { parties, amount } = state.offer.body;
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: state.agreement, digest: { sha256: state.head.slice("sha256:".length) } }],
    predicateType: "https://settld.dev/receipt/v1",
    predicate: {
      v: REVISION,
      agreement: state.agreement,
      at: formatInstant(at),
      by: parties.settler.id,
      buyer: parties.buyer.id,
      seller: parties.seller.id,
      amount,
      events: state.seq,
      reason,
      outcome: finalOutcome(state),
      totals: totalsOf(state),
    },
  };
}

/** The outcome of a log: that of its final decision, or `none` when there is no such decision. */
export function finalOutcome(state: AgreementState): "full" | "partial" | "none" {
  return state.decision?.final === true ? state.decision.outcome : "none";
}
