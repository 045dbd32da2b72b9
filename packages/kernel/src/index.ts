export { type Admission, type Advanced, type Appended, admitEvent, advance, type Place, placeOf } from "./admit.ts";
export { type Applied, applyEvent } from "./apply.ts";
export { type Leg, splitLeg } from "./fee.ts";
export {
  type Account,
  type AccountKind,
  type Balances,
  checkLedger,
  type LedgerReport,
  type Posting,
  post,
  type Transaction,
  ZERO_BALANCES,
} from "./ledger.ts";
export { checkOffer } from "./offer.ts";
export {
  evaluatePolicy,
  isPending,
  outcomeOf,
  type PolicyFacts,
  type PolicyOutcome,
  type RequirementOutcome,
} from "./policy.ts";
export { type Reaction, type ReactionBody, type ReactionType, reactionBody, reactionOf } from "./reaction.ts";
export { finalOutcome, receiptOf } from "./receipt.ts";
export type { Rejection } from "./rejection.ts";
export { type AgreementState, type Decision, type LoggedEvent, type Submission, totalsOf } from "./state.ts";
export { type Cell, STATUSES, type Status, TABLE } from "./table.ts";
