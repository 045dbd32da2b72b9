import {
  type AgreementClosed,
  type DecisionMade,
  type EventType,
  formatInstant,
  type HoldbackReleased,
  parseInstant,
  type SettlementExecuted,
  shareOf,
} from "@settld/protocol";
import { splitLeg } from "./fee.ts";
import { evaluatePolicy, isPending } from "./policy.ts";
import { type AgreementState, totalsOf } from "./state.ts";

/** The events that the settler makes because the log says so (LOG-4, TIME-3). */
export type ReactionType = Extract<
  EventType,
  "decision.made" | "settlement.executed" | "holdback.released" | "agreement.closed"
>;

/** A reaction that a state waits for. */
export type Reaction = {
  readonly type: ReactionType;
  /** When it is due, in milliseconds since 1970. */
  readonly due: number;
  /** True when it must be the next event, false when it waits for its timer. */
  readonly immediate: boolean;
};

/** The payload body of a reaction, by type. */
export type ReactionBody =
  | { readonly type: "decision.made"; readonly body: DecisionMade["body"] }
  | { readonly type: "settlement.executed"; readonly body: SettlementExecuted["body"] }
  | { readonly type: "holdback.released"; readonly body: HoldbackReleased["body"] }
  | { readonly type: "agreement.closed"; readonly body: AgreementClosed["body"] };

/**
 * The one reaction that a state waits for, if any. A state has at most one timer, and a state with an
 * immediate reaction has no timer (STATE-1).
 */
export function reactionOf(state: AgreementState): Reaction | undefined {
  const now = (type: ReactionType): Reaction => ({ type, due: state.at, immediate: true });
  const timer = (type: ReactionType, due: number): Reaction => ({ type, due, immediate: false });
  const { body: terms } = state.offer;
  switch (state.status) {
    case "offered":
      return timer("agreement.closed", parseInstant(terms.acceptBy));
    case "accepted":
      return timer("agreement.closed", parseInstant(terms.fundBy));
    case "funded":
      return timer("decision.made", parseInstant(terms.submitBy));
    case "review": {
      const { submission } = state;
      if (submission === undefined) throw new Error("review without a submission");
      return terms.policy.requirements.some((requirement) => isPending(requirement, submission))
        ? timer("decision.made", submission.reviewBy)
        : now("decision.made");
    }
    case "window":
    case "disputed":
      if (state.timer === undefined) throw new Error(`${state.status} without a timer`);
      return timer("holdback.released", state.timer);
    case "decided":
      return now("settlement.executed");
    case "ruled":
      return now("holdback.released");
    case "cancelling":
      return now(state.balances.escrow > 0n ? "settlement.executed" : "agreement.closed");
    case "closing":
      return now("agreement.closed");
    case "closed":
      return undefined;
  }
}

/**
 * The body that a reaction must have, down to the last minor unit. The settler writes it and the verifier
 * compares with it, so there is one computation for both.
 */
export function reactionBody(state: AgreementState, reaction: Reaction): ReactionBody {
  const due = formatInstant(reaction.due);
  switch (reaction.type) {
    case "decision.made":
      return { type: reaction.type, body: decisionBody(state, reaction.due) };
    case "settlement.executed":
      return { type: reaction.type, body: settlementBody(state, due) };
    case "holdback.released":
      return { type: reaction.type, body: releaseBody(state, due) };
    case "agreement.closed":
      return {
        type: reaction.type,
        body: { due, reason: closingReason(state), totals: totalsOf(state) },
      };
  }
}

function decisionBody(state: AgreementState, due: number): DecisionMade["body"] {
  const { body: terms } = state.offer;
  const submission = state.status === "review" ? state.submission : undefined;
  const { requirements, gross, outcome } = evaluatePolicy(terms.policy, state.amount, submission);
  const final = gross > 0n || state.attempts === terms.attemptsMax || due >= parseInstant(terms.submitBy);
  return {
    due: formatInstant(due),
    ...(submission === undefined ? {} : { submission: submission.digest }),
    attempt: state.attempts,
    requirements: [...requirements],
    gross: gross.toString(),
    outcome,
    final,
  };
}

function settlementBody(state: AgreementState, due: string): SettlementExecuted["body"] {
  const { feeBps, holdbackBps, disputeMs } = state.offer.body;
  const cause = state.head;
  if (state.cancelled) {
    return { due, cause, toSeller: "0", fee: "0", toBuyer: state.balances.escrow.toString(), held: "0" };
  }
  const gross = state.decision?.gross ?? 0n;
  const heldBack = shareOf(gross, holdbackBps);
  const { toSeller, fee } = splitLeg(0n, gross - heldBack, feeBps);
  const rest = state.amount - gross;
  // With a window the buyer's part waits too, so that a dispute can still move it (MONEY-8).
  const [held, toBuyer] = disputeMs > 0 ? [rest + heldBack, 0n] : [0n, rest];
  return {
    due,
    cause,
    toSeller: toSeller.toString(),
    fee: fee.toString(),
    toBuyer: toBuyer.toString(),
    held: held.toString(),
  };
}

function releaseBody(state: AgreementState, due: string): HoldbackReleased["body"] {
  const { feeBps, holdbackBps } = state.offer.body;
  const { seller, fee: feeBefore, holdback: held } = state.balances;
  // No ruling means that the decision stands: the seller's holdback, no more and no less (MONEY-9).
  const gross = state.status === "ruled" ? (state.ruling ?? 0n) : shareOf(state.decision?.gross ?? 0n, holdbackBps);
  // What the seller and the fee have got is what earlier legs released.
  const { toSeller, fee } = splitLeg(seller + feeBefore, gross, feeBps);
  return {
    due,
    cause: state.head,
    toSeller: toSeller.toString(),
    fee: fee.toString(),
    toBuyer: (held - gross).toString(),
  };
}

function closingReason(state: AgreementState): AgreementClosed["body"]["reason"] {
  if (state.cancelled) return "cancelled";
  if (state.status === "offered") return "offer-expired";
  return state.status === "accepted" ? "unfunded" : "settled";
}
