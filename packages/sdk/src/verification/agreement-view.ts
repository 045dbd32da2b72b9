import { type AgreementState, reactionOf } from "@settld/kernel";
import { formatInstant, SettldError } from "@settld/protocol";

/** What a server has to say about an agreement whose log gives this state: everything that follows from the log. */
export function agreementView(state: AgreementState): { readonly [name: string]: unknown } {
  const { offer, submission, decision, balances } = state;
  const { buyer, seller, settler, arbiter, checkers } = offer.body.parties;
  const reaction = reactionOf(state);
  // Reactions that follow at once are appended together with what caused them, so they are never pending (STATE-1).
  if (reaction?.immediate === true) {
    throw new SettldError("LOG_REACTION_MISSING", `expected ${reaction.type} at the end of the log, found none`);
  }
  return {
    object: "agreement",
    id: state.agreement,
    status: state.status,
    events: state.seq,
    head: state.head,
    at: formatInstant(state.at),
    due: reaction === undefined ? null : formatInstant(reaction.due),
    amount: offer.body.amount,
    parties: {
      buyer: buyer.id,
      seller: seller.id,
      settler: settler.id,
      arbiter: arbiter?.id ?? null,
      checkers: Object.fromEntries(Object.entries(checkers).map(([name, { id }]) => [name, id])),
    },
    balances: Object.fromEntries(Object.entries(balances).map(([kind, value]) => [kind, value.toString()])),
    attempt: state.attempts,
    submission:
      submission === undefined
        ? null
        : {
            digest: submission.digest,
            attempt: submission.attempt,
            at: formatInstant(submission.at),
            reviewBy: formatInstant(submission.reviewBy),
            items: submission.items,
          },
    decision:
      decision === undefined
        ? null
        : {
            digest: decision.digest,
            gross: decision.gross.toString(),
            outcome: decision.outcome,
            final: decision.final,
          },
    dispute: state.dispute ?? null,
    reason: state.reason ?? null,
    createdAt: offer.at,
  };
}
