import { type AgreementState, reactionOf } from "@settld/kernel";
import { formatInstant, fromUtf8 } from "@settld/protocol";
import type {
  Admission as AdmissionView,
  Agreement,
  AgreementEvent,
  AgreementStatus,
  EventType,
} from "../../gen/types.ts";
import type { Admission } from "../../settler/settler.ts";
import type { StoredEvent } from "../../store/store.ts";

/** An agreement as it is answered. Everything but `updatedAt` follows from its log. */
export function agreementView(state: AgreementState, updatedAt: number): Agreement {
  const { offer, submission, decision, dispute, balances } = state;
  const { buyer, seller, settler, arbiter, checkers } = offer.body.parties;
  const reaction = reactionOf(state);
  return {
    object: "agreement",
    id: state.agreement,
    status: statusOf(state),
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
    balances: {
      buyer: balances.buyer.toString(),
      seller: balances.seller.toString(),
      escrow: balances.escrow.toString(),
      holdback: balances.holdback.toString(),
      fee: balances.fee.toString(),
    },
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
    dispute: dispute ?? null,
    reason: state.reason ?? null,
    createdAt: offer.at,
    updatedAt: formatInstant(updatedAt),
  };
}

function statusOf({ status, agreement }: AgreementState): AgreementStatus {
  switch (status) {
    case "decided":
    case "ruled":
    case "closing":
    case "cancelling":
      throw new Error(`${agreement}: a state with an immediate reaction was stored`);
    default:
      return status;
  }
}

/** The entity tag of an agreement (HTTP-8). */
export function tagOf({ seq }: AgreementState): string {
  return `"${seq}"`;
}

/** An event of a log as it is answered. */
export function eventView({ seq, type, digest, envelope }: StoredEvent): AgreementEvent {
  return { object: "event", seq, type: type as EventType, digest, envelope: JSON.parse(fromUtf8(envelope)) };
}

/** What an event led to, as it is answered. */
export function admissionView({ event, appended, state, updatedAt }: Admission): AdmissionView {
  const { seq, type, digest } = event;
  return {
    object: "admission",
    event: { seq, type: type as EventType, digest },
    appended: appended.map(eventView),
    agreement: agreementView(state, updatedAt),
  };
}
