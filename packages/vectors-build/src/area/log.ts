import type { VectorFile } from "../format.ts";
import { EMPTY, extend, FOREIGN, head, itemOf, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  ACCEPTED,
  ATTESTED,
  accept,
  approve,
  approved,
  attest,
  CLOSING,
  cancel,
  close,
  DECIDED,
  DISPUTED,
  decide,
  delivered,
  dispute,
  ESCROW_BALANCES,
  expire,
  FULL_BALANCES,
  FUNDED,
  fund,
  NO_BALANCES,
  NO_WINDOW,
  OFFERED,
  offer,
  outcomes,
  REVIEW,
  RULED,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
  WINDOW,
  WINDOW_BALANCES,
} from "../story.ts";
import { at, HOUR } from "../time.ts";

type Refusal = readonly [
  id: string,
  clause: string,
  code: string,
  pointer: string,
  twin: string,
  why: string,
  kills: string,
  ...steps: Step[],
];

const no = (...[id, clause, code, pointer, twin, why, kills, ...steps]: Refusal): LogCase => ({
  id,
  clause,
  code,
  fault: id,
  twin,
  pointer,
  why,
  kills,
  steps,
});

const yes = (
  id: string,
  clause: string,
  why: string,
  kills: string,
  status: string,
  balances: object,
  ...steps: Step[]
): LogCase => ({ id, clause, why, kills, status, balances, steps });

const place = (change: Record<string, unknown>): Step => accept({ change });

const chain: VectorFile = {
  path: "log/chain.json",
  op: "log.reduce",
  description: "The place of an event in its log, and reactions that must be the next event.",
  groups: [
    after("Behind an offer.", OFFERED, [
      yes("log-chained", "LOG-3", "The second event names the first.", "refuse a good chain", "accepted", NO_BALANCES, accept()),
      no("log-seq-gap", "LOG-1", "LOG_SEQ_MISMATCH", "/seq", "log-chained", "An event is missing, or so it says.", "skip the check of seq", place({ seq: 2 })),
      no("log-agreement-other", "LOG-2", "LOG_AGREEMENT_MISMATCH", "/agreement", "log-chained", "An event grafted from another agreement.", "check prev only", place({ agreement: FOREIGN })),
      no("log-prev-other", "LOG-3", "LOG_PREV_MISMATCH", "/prev", "log-chained", "An event that was signed for another history.", "skip the check of prev", place({ prev: FOREIGN })),
    ]),
    after("Behind an acceptance.", ACCEPTED, [
      yes("log-chained-third", "LOG-3", "The third event names the second.", "refuse a good chain", "funded", ESCROW_BALANCES, fund()),
      no("log-seq-repeated", "LOG-1", "LOG_SEQ_MISMATCH", "/seq", "log-chained-third", "Two events of one number are two histories.", "compare seq with <=", fund({}, { change: { seq: 1 } })),
      no("log-prev-of-offer", "LOG-3", "LOG_PREV_MISMATCH", "/prev", "log-chained-third", "The event leaves out the acceptance.", "accept any earlier event as prev", fund({}, { change: { prev: head(OFFERED) } })),
    ]),
    after("Everything is attested: the decision is due at once.", ATTESTED, [
      yes("log-decided-at-once", "LOG-4", "The decision follows at once.", "wait for reviewBy", "decided", ESCROW_BALANCES, decide()),
      no("log-reaction-missing-cancel", "LOG-4", "LOG_REACTION_MISSING", "/type", "log-decided-at-once", "The seller cannot cancel once the decision is due.", "allow party events before a due reaction", cancel({ hours: 4 })),
      no("log-reaction-missing-attest", "LOG-4", "LOG_REACTION_MISSING", "/type", "log-decided-at-once", "Nothing more can be attested once nothing is pending.", "apply the state table before reactions", attest({}, { hours: 5 })),
      no("log-reaction-skipped", "LOG-4", "LOG_REACTION_MISSING", "/type", "log-decided-at-once", "The settlement without its decision.", "check that a reaction is due, not which", settle()),
      no("log-reaction-other", "LOG-4", "LOG_REACTION_MISSING", "/type", "log-decided-at-once", "Another reaction than the one that is due.", "accept any reaction when one is due", expire({ due: at(4) }, { hours: 4 })),
    ]),
    after("Causes.", DECIDED, [
      yes("log-cause", "LOG-5", "The settlement names its decision.", "refuse a good cause", "window", WINDOW_BALANCES, settle()),
      no("log-cause-other", "LOG-5", "LOG_CAUSE_MISMATCH", "/body/cause", "log-cause", "The settlement names the attestation instead of the decision.", "skip the check of cause", settle((log) => ({ cause: head(log, 4) }))),
    ]),
    after("Causes of releases.", WINDOW, [
      yes("log-cause-release", "LOG-5", "The release names the settlement.", "refuse a good cause", "closing", FULL_BALANCES, release()),
      no("log-cause-release-other", "LOG-5", "LOG_CAUSE_MISMATCH", "/body/cause", "log-cause-release", "The release names the decision.", "check causes of settlements only", release((log) => ({ cause: head(log, 5) }))),
    ]),
    after("Reasons of closings.", CLOSING, [
      yes("log-reason", "LOG-6", "Settled is settled.", "refuse a good reason", "closed", FULL_BALANCES, close()),
      no("log-reason-other", "LOG-6", "LOG_REASON_MISMATCH", "/body/reason", "log-reason", "A settled agreement was not cancelled.", "skip the check of the reason", close({ reason: "cancelled" })),
    ]),
    after("Reasons of closings without funding.", ACCEPTED, [
      yes("log-reason-unfunded", "LOG-6", "Nobody funded the escrow in time.", "call it offer-expired", "closed", NO_BALANCES, expire({ due: at(48), reason: "unfunded" }, { hours: 48 })),
      no("log-reason-expired-after-acceptance", "LOG-6", "LOG_REASON_MISMATCH", "/body/reason", "log-reason-unfunded", "The offer did not expire, it was accepted.", "accept any reason of an unfunded log", expire({ due: at(48) }, { hours: 48 })),
    ]),
  ],
};

// Ten years and more: the review of this offer would end in the year 10000.
const FAR = terms({ acceptBy: at(24), fundBy: at(48), submitBy: "9999-12-31T23:00:00.000Z", reviewMs: 2 * HOUR });
const FAR_REVIEW: Log = extend(EMPTY, offer(FAR), accept(), fund(), {
  ...submit(),
  change: { at: "9999-12-31T22:59:59.999Z" },
});

const late = (hours: number, ms = 0) => ({ change: { at: at(hours, ms) } });
const decidedLate = {
  due: at(27),
  requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
  gross: "0",
  outcome: "none",
  final: false,
};
const SECOND: Log = extend(REVIEW, decide(decidedLate, { hours: 27 }));
const nothing = {
  due: at(96),
  submission: undefined as unknown,
  attempt: 0,
  requirements: outcomes("POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION"),
  gross: "0",
  outcome: "none",
  final: true,
};
const without = (change: Record<string, unknown>): Step => {
  const { submission: _none, ...body } = { ...nothing, ...change };
  return { ...decide({}, { hours: 96 }), body };
};

const time: VectorFile = {
  path: "time/timers.json",
  op: "log.reduce",
  description: "Time goes forward, timers win at equality, and reactions state when they were due.",
  groups: [
    after("Behind an offer; acceptBy is hour 24.", OFFERED, [
      yes("time-same-instant", "TIME-2", "Two events may have one time.", "demand strictly later times", "accepted", NO_BALANCES, accept({ hours: 0 })),
      no("time-backwards", "TIME-2", "TIME_BACKWARDS", "/at", "time-same-instant", "A millisecond before the event before it.", "skip the check of at", accept(late(0, -1))),
      yes("time-accept-last-moment", "TIME-3", "One millisecond before acceptBy is in time.", "close a millisecond early", "accepted", NO_BALANCES, accept(late(24, -1))),
      no("time-accept-at-deadline", "TIME-3", "TIME_TIMER_MISSING", "/at", "time-accept-last-moment", "At acceptBy the timer wins.", "compare at <= acceptBy", accept({ hours: 24 })),
      yes("time-expired", "TIME-4", "The offer expires at acceptBy.", "wait one more millisecond", "closed", NO_BALANCES, expire()),
      yes("time-expired-late", "TIME-4", "The settler may be late; due stays the timer's instant.", "demand at = due", "closed", NO_BALANCES, expire({}, { hours: 30 })),
      no("time-expired-early", "STATE-17", "STATE_NOT_DUE", "/type", "time-expired", "A millisecond before acceptBy the offer is open.", "close when the settler likes", expire({}, late(24, -1))),
      no("time-expired-due-late", "TIME-4", "TIME_DUE_MISMATCH", "/body/due", "time-expired-late", "due is when it was due, not when it was done.", "compare due with at", expire({ due: at(30) }, { hours: 30 })),
      no("time-cancel-at-deadline", "TIME-3", "TIME_TIMER_MISSING", "/at", "state-offered-cancelled", "What has expired cannot be cancelled.", "check deadlines of allowed events only", cancel({ hours: 24 })),
    ]),
    after("Behind an acceptance; fundBy is hour 48.", ACCEPTED, [
      yes("time-fund-last-moment", "TIME-3", "One millisecond before fundBy is in time.", "close a millisecond early", "funded", ESCROW_BALANCES, fund({}, late(48, -1))),
      no("time-fund-at-deadline", "TIME-3", "TIME_TIMER_MISSING", "/at", "time-fund-last-moment", "At fundBy the timer wins.", "compare at <= fundBy", fund({}, { hours: 48 })),
    ]),
    after("Behind the funding; submitBy is hour 96.", FUNDED, [
      yes("time-submit-last-moment", "TIME-3", "One millisecond before submitBy is in time.", "decide a millisecond early", "review", ESCROW_BALANCES, submit({}, late(96, -1))),
      no("time-submit-at-deadline", "TIME-3", "TIME_TIMER_MISSING", "/at", "time-submit-last-moment", "At submitBy the timer wins.", "compare at <= submitBy", submit({}, { hours: 96 })),
      yes("time-nothing-submitted", "POLICY-14", "Nothing came by submitBy: a final decision about nothing.", "leave the money in escrow", "decided", ESCROW_BALANCES, without({})),
      no("time-nothing-submitted-with-submission", "EVENT-12", "EVENT_SUBMISSION_MISMATCH", "/body/submission", "time-nothing-submitted", "A decision from funded has no submission.", "ignore the member", without({ submission: FOREIGN })),
      no("time-nothing-submitted-attempt", "EVENT-10", "EVENT_ATTEMPT_MISMATCH", "/body/attempt", "time-nothing-submitted", "Nothing was submitted, so the number is 0.", "count from 1", without({ attempt: 1 })),
      no("time-nothing-submitted-not-final", "POLICY-12", "POLICY_FINAL_MISMATCH", "/body/final", "time-nothing-submitted", "After submitBy nothing can be submitted again.", "call decisions about nothing open", without({ final: false })),
    ]),
    after("In review, a check pending; reviewBy is hour 27.", REVIEW, [
      yes("time-attest-last-moment", "TIME-3", "One millisecond before reviewBy is in time.", "decide a millisecond early", "review", ESCROW_BALANCES, attest({}, late(27, -1))),
      no("time-attest-at-deadline", "TIME-3", "TIME_TIMER_MISSING", "/at", "time-attest-last-moment", "At reviewBy the timer wins.", "compare at <= reviewBy", attest({}, { hours: 27 })),
      yes("time-review-over", "POLICY-16", "The checker was silent: the check is not met, and the seller may try again.", "leave the review open", "funded", ESCROW_BALANCES, decide(decidedLate, { hours: 27 })),
      no("time-review-over-due", "TIME-4", "TIME_DUE_MISMATCH", "/body/due", "time-review-over", "The decision was due at reviewBy.", "take due from the event", decide({ ...decidedLate, due: at(27, 1) }, { hours: 28 })),
      no("time-review-early", "STATE-17", "STATE_NOT_DUE", "/type", "time-review-over", "Before reviewBy the checker still has time.", "decide when the settler likes", decide(decidedLate, late(27, -1))),
    ]),
    after("A first attempt failed at hour 27.", SECOND, [
      yes("time-second-attempt", "EVENT-10", "The seller submits again.", "allow one attempt", "review", ESCROW_BALANCES, submit({ attempt: 2 }, { hours: 30 })),
      no("time-second-attempt-number", "EVENT-10", "EVENT_ATTEMPT_MISMATCH", "/body/attempt", "time-second-attempt", "The second attempt is number 2.", "count attempts by review", submit({ attempt: 1 }, { hours: 30 })),
    ]),
    after("In the window; its end is hour 76.", WINDOW, [
      yes("time-dispute-last-moment", "TIME-3", "One millisecond before the end is in time.", "release a millisecond early", "disputed", WINDOW_BALANCES, dispute({}, late(76, -1))),
      no("time-dispute-at-end", "TIME-3", "TIME_TIMER_MISSING", "/at", "time-dispute-last-moment", "At the end of the window the timer wins.", "compare at <= windowEnd", dispute({}, { hours: 76 })),
      no("time-release-early", "STATE-17", "STATE_NOT_DUE", "/type", "log-cause-release", "A millisecond before its end the window is open.", "release when the settler likes", release({}, late(76, -1))),
    ]),
    after("In dispute since hour 10; rulingBy is hour 58.", DISPUTED, [
      yes("time-rule-last-moment", "TIME-3", "One millisecond before rulingBy is in time.", "release a millisecond early", "ruled", WINDOW_BALANCES, rule({}, late(58, -1))),
      no("time-rule-at-deadline", "TIME-3", "TIME_TIMER_MISSING", "/at", "time-rule-last-moment", "At rulingBy the timer wins.", "compare at <= rulingBy", rule({}, { hours: 58 })),
      yes("time-no-ruling", "MONEY-9", "No ruling in time means that the decision stands.", "give the holdback back", "closing", FULL_BALANCES, release({ due: at(58) }, { hours: 58 })),
      no("time-no-ruling-window-end", "TIME-4", "TIME_DUE_MISMATCH", "/body/due", "time-no-ruling", "A dispute replaces the end of the window by rulingBy.", "keep the timer of the window", release({ due: at(76) }, { hours: 76 })),
    ]),
    after("A late settlement: what follows counts from when it was done.", DECIDED, [
      yes("time-late-settlement", "TIME-4", "The settlement came two hours late, at hour 6; the window ends at 78 and not at 76.", "count the window from due", "disputed", WINDOW_BALANCES, settle({}, { hours: 6 }), dispute((log) => ({ decision: head(log, 5) }), { hours: 77 })),
      no("time-late-settlement-release-early", "STATE-17", "STATE_NOT_DUE", "/type", "time-late-settlement", "The window of a late settlement ends later.", "count the window from due", settle({}, { hours: 6 }), release({}, { hours: 77 })),
      no("time-settlement-due", "TIME-4", "TIME_DUE_MISMATCH", "/body/due", "time-late-settlement", "An immediate reaction was due when the event before it happened.", "compare due with at", settle({ due: at(6) }, { hours: 6 })),
    ]),
    after("A review that would end beyond the last instant.", FAR_REVIEW, [
      yes("time-saturates", "TIME-6", "reviewBy is the last instant that can be written.", "let the year grow to 10000", "decided", ESCROW_BALANCES, decide({ due: "9999-12-31T23:59:59.999Z", requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"), gross: "0", outcome: "none", final: true }, { change: { at: "9999-12-31T23:59:59.999Z" } })),
      no("time-saturates-early", "STATE-17", "STATE_NOT_DUE", "/type", "time-saturates", "A millisecond before the last instant the review is open.", "wrap around", decide({ due: "9999-12-31T23:59:59.998Z", requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"), gross: "0", outcome: "none", final: true }, { change: { at: "9999-12-31T23:59:59.998Z" } })),
    ]),
  ],
};

const decisions: VectorFile = {
  path: "policy/decision.json",
  op: "log.reduce",
  description: "Decisions that state something else than the policy gives.",
  groups: [
    after("Everything is attested.", ATTESTED, [
      yes("policy-decision", "POLICY-9", "The decision that the policy gives.", "refuse a good decision", "decided", ESCROW_BALANCES, decide()),
      no("policy-decision-submission", "EVENT-12", "EVENT_SUBMISSION_MISMATCH", "/body/submission", "policy-decision", "The decision is about the submission under review.", "ignore the submission of a decision", decide({ submission: FOREIGN })),
      no("policy-decision-attempt", "EVENT-10", "EVENT_ATTEMPT_MISMATCH", "/body/attempt", "policy-decision", "There was one submission.", "ignore the attempt of a decision", decide({ attempt: 2 })),
      no("policy-decision-code", "POLICY-9", "POLICY_REQUIREMENTS_MISMATCH", "/body/requirements", "policy-decision", "The check was met.", "compare gross only", decide({ requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED") })),
      no("policy-decision-other-failure", "POLICY-9", "POLICY_REQUIREMENTS_MISMATCH", "/body/requirements", "policy-decision", "A code that the policy cannot give here, although it is one of the area.", "compare met and failed only", decide({ requirements: outcomes("POLICY_MET", "POLICY_ACCEPTED") })),
      no("policy-decision-missing", "POLICY-9", "POLICY_REQUIREMENTS_MISMATCH", "/body/requirements", "policy-decision", "Every requirement is listed.", "compare the listed ones", decide({ requirements: outcomes("POLICY_MET", "POLICY_MET").slice(0, 1) })),
      no("policy-decision-order", "POLICY-9", "POLICY_REQUIREMENTS_MISMATCH", "/body/requirements", "policy-decision", "Requirements stand in the order of the policy.", "compare as a set", decide({ requirements: outcomes("POLICY_MET", "POLICY_MET").reverse() })),
      no("policy-decision-gross", "POLICY-10", "POLICY_GROSS_MISMATCH", "/body/gross", "policy-decision", "One unit less than awarded.", "take gross from the decision", decide({ gross: "47999" })),
      no("policy-decision-outcome", "POLICY-11", "POLICY_OUTCOME_MISMATCH", "/body/outcome", "policy-decision", "All of the amount is not a part of it.", "take the outcome from the decision", decide({ outcome: "partial" })),
      no("policy-decision-final", "POLICY-12", "POLICY_FINAL_MISMATCH", "/body/final", "policy-decision", "A decision that pays is final.", "take final from the decision", decide({ final: false })),
      no("policy-decision-by-seller", "EVENT-5", "EVENT_ACTOR", "/by", "policy-decision", "The settler decides, nobody else.", "check the signature only", decide({}, { by: "seller" })),
    ]),
    after("An unattested check at reviewBy, hour 27.", REVIEW, [
      no("policy-decision-final-too-early", "POLICY-12", "POLICY_FINAL_MISMATCH", "/body/final", "time-review-over", "There are attempts and time left.", "make every decision final", decide({ ...decidedLate, final: true }, { hours: 27 })),
    ]),
    after("A policy with an approval whose silence passes.", extend(EMPTY, offer(terms({ policy: { requirements: [delivered, { ...approved, onTimeout: "pass" }], payout: { kind: "all-or-nothing" } } })), accept(), fund(), submit()), [
      yes("policy-silence-passes", "POLICY-21", "Silence until reviewBy is a yes here.", "count silence as no", "decided", ESCROW_BALANCES, decide({ due: at(27), requirements: [{ id: "delivered", code: "POLICY_MET" }, { id: "approved", code: "POLICY_MET" }] }, { hours: 27 })),
      yes("policy-approval-ends-review", "POLICY-26", "With the approval nothing is pending, so the decision is due at once.", "wait for reviewBy", "decided", ESCROW_BALANCES, approve({}, { hours: 5 }), decide({ due: at(5), requirements: [{ id: "delivered", code: "POLICY_MET" }, { id: "approved", code: "POLICY_MET" }] }, { hours: 5 })),
    ]),
    after("The item of the check is missing: nothing is pending.", FUNDED, [
      yes("policy-missing-item-decides-at-once", "POLICY-26", "A check without its item is not pending; the decision is due with the submission.", "wait for the checker", "funded", ESCROW_BALANCES, submit({ items: [itemOf("other.csv", "x").item] }), decide({ due: at(3), requirements: outcomes("POLICY_ITEM_MISSING", "POLICY_ITEM_MISSING"), gross: "0", outcome: "none", final: false }, { hours: 3 })),
    ]),
    after("The last attempt.", extend(EMPTY, offer(terms({ attemptsMax: 1 })), accept(), fund(), submit()), [
      yes("policy-last-attempt-final", "POLICY-12", "After the last attempt a decision is final, whatever it awards.", "call decisions without award open", "decided", ESCROW_BALANCES, decide({ ...decidedLate, final: true }, { hours: 27 })),
      no("policy-last-attempt-not-final", "POLICY-12", "POLICY_FINAL_MISMATCH", "/body/final", "policy-last-attempt-final", "There is no attempt left.", "ignore attemptsMax", decide(decidedLate, { hours: 27 })),
    ]),
  ],
};

// Odd numbers, so that every rounding shows: A = 33333, fee 3.33 %, holdback 12.34 %.
const ODD = { amount: { value: "33333", assetCode: "USD", assetScale: 2 }, feeBps: 333, holdbackBps: 1234 };
const oddReview = (change: Record<string, unknown> = {}): Log =>
  extend(EMPTY, offer(terms({ ...ODD, ...change })), accept(), fund({ amount: ODD.amount }), submit(), attest());
const ODD_DECIDED = extend(oddReview(), decide({ gross: "33333" }));
// hb = floor(33333 x 1234 / 10000) = 4113; leg 29220; fee floor(29220 x 333 / 10000) = 973; fee of all floor(33333 x 333 / 10000) = 1109.
const oddSettle = (body: Record<string, unknown> = {}): Step => settle({ toSeller: "28247", fee: "973", toBuyer: "0", held: "4113", ...body });
const ODD_WINDOW = extend(ODD_DECIDED, oddSettle());
const oddRelease = (body: Record<string, unknown> = {}): Step => release({ toSeller: "3977", fee: "136", toBuyer: "0", ...body });
const ODD_FULL = { buyer: "-33333", seller: "32224", escrow: "0", holdback: "0", fee: "1109" };
const oddTotals = { funded: "33333", toSeller: "32224", fee: "1109", toBuyer: "0" };

// A part of the amount: weights 7000 and 3000, the check fails: G = floor(33333 x 7000 / 10000) = 23333.
const PART_POLICY = { policy: { requirements: [delivered, valid], payout: { kind: "weighted", weights: [{ requirement: "delivered", bps: 7000 }, { requirement: "valid", bps: 3000 }] } } };
const part = (change: Record<string, unknown>): Log =>
  extend(
    EMPTY,
    offer(terms({ ...ODD, ...PART_POLICY, ...change })),
    accept(),
    fund({ amount: ODD.amount }),
    submit(),
    attest({ result: { validityBps: 0 } }),
    decide({ requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED"), gross: "23333", outcome: "partial" }),
  );
const NO_WINDOW_ODD = { ...NO_WINDOW, feeBps: 333 };

const money: VectorFile = {
  path: "money/settlement.json",
  op: "log.reduce",
  description: "Funding, settlement, release and closing, to the last minor unit.",
  groups: [
    after("Funding.", ACCEPTED, [
      yes("money-funded", "MONEY-2", "Exactly what was agreed.", "refuse a good funding", "funded", ESCROW_BALANCES, fund()),
      yes("money-funded-without-rail", "EVENT-4", "The rail need not be named.", "demand funding", "funded", ESCROW_BALANCES, { ...fund(), body: { amount: { value: "48000", assetCode: "USD", assetScale: 2 } } }),
      no("money-funded-other-asset", "MONEY-2", "MONEY_ASSET_MISMATCH", "/body/amount/assetCode", "money-funded", "48000 of another asset.", "compare values only", fund({ amount: { value: "48000", assetCode: "EUR", assetScale: 2 } })),
      no("money-funded-other-scale", "MONEY-2", "MONEY_ASSET_MISMATCH", "/body/amount/assetScale", "money-funded", "48.000 dollars are not 480.00.", "compare codes only", fund({ amount: { value: "48000", assetCode: "USD", assetScale: 3 } })),
      no("money-funded-same-worth", "MONEY-2", "MONEY_ASSET_MISMATCH", "/body/amount/assetScale", "money-funded", "The same worth at another scale is another asset.", "convert between scales", fund({ amount: { value: "480", assetCode: "USD", assetScale: 0 } })),
      no("money-funded-less", "MONEY-3", "MONEY_AMOUNT_MISMATCH", "/body/amount/value", "money-funded", "One unit less.", "fund in parts", fund({ amount: { value: "47999", assetCode: "USD", assetScale: 2 } })),
      no("money-funded-more", "MONEY-3", "MONEY_AMOUNT_MISMATCH", "/body/amount/value", "money-funded", "One unit more would belong to nobody.", "accept more than agreed", fund({ amount: { value: "48001", assetCode: "USD", assetScale: 2 } })),
      no("money-funded-by-buyer", "EVENT-5", "EVENT_ACTOR", "/by", "money-funded", "The settler attests that it has the money; a buyer only says so.", "allow the buyer to fund", fund({}, { by: "buyer" })),
    ]),
    after("Settlement of odd numbers: all of 33333.", ODD_DECIDED, [
      yes("money-settled", "MONEY-8", "hb = floor(4113.29) = 4113, fee = floor(973.02) = 973, toSeller = 33333 - 4113 - 973.", "round half up", "window", { buyer: "-33333", seller: "28247", escrow: "0", holdback: "4113", fee: "973" }, oddSettle()),
      no("ledger-to-seller", "LEDGER-4", "LEDGER_TO_SELLER_MISMATCH", "/body/toSeller", "money-settled", "One unit too much for the seller.", "take toSeller from the event", oddSettle({ toSeller: "28248" })),
      no("ledger-fee", "LEDGER-5", "LEDGER_FEE_MISMATCH", "/body/fee", "money-settled", "The fee is rounded down.", "take the fee from the event", oddSettle({ fee: "974" })),
      no("ledger-to-buyer", "LEDGER-6", "LEDGER_TO_BUYER_MISMATCH", "/body/toBuyer", "money-settled", "With a window the buyer's part waits as well.", "refund at once", oddSettle({ toBuyer: "1" })),
      no("ledger-held", "LEDGER-7", "LEDGER_HELD_MISMATCH", "/body/held", "money-settled", "The holdback is rounded down.", "take held from the event", oddSettle({ held: "4114" })),
      no("ledger-by-seller", "EVENT-5", "EVENT_ACTOR", "/by", "money-settled", "The seller cannot pay itself.", "check the signature only", { ...oddSettle(), by: "seller" }),
    ]),
    after("Release of odd numbers.", ODD_WINDOW, [
      yes("money-released", "MONEY-7", "The fee of both legs is floor(1109.98) = 1109, so this leg bears 136; by itself it would be floor(136.96) = 136, rounded half up 137.", "round half up", "closing", ODD_FULL, oddRelease()),
      no("ledger-release-to-seller", "LEDGER-4", "LEDGER_TO_SELLER_MISMATCH", "/body/toSeller", "money-released", "One unit too much for the seller.", "check settlements only", oddRelease({ toSeller: "3978" })),
      no("ledger-release-fee", "LEDGER-5", "LEDGER_FEE_MISMATCH", "/body/fee", "money-released", "One unit too much for the settler.", "check settlements only", oddRelease({ fee: "137" })),
      no("ledger-release-to-buyer", "LEDGER-6", "LEDGER_TO_BUYER_MISMATCH", "/body/toBuyer", "money-released", "Nothing is left for the buyer.", "check settlements only", oddRelease({ toBuyer: "1" })),
    ]),
    after("Closing of odd numbers.", extend(ODD_WINDOW, oddRelease()), [
      yes("money-closed", "LEDGER-8", "The totals add up to the funding.", "refuse good totals", "closed", ODD_FULL, close({ totals: oddTotals })),
      no("ledger-totals", "LEDGER-8", "LEDGER_TOTALS_MISMATCH", "/body/totals", "money-closed", "One unit moved from the seller to the fee.", "compare the sum of totals only", close({ totals: { ...oddTotals, toSeller: "32223", fee: "1110" } })),
      no("ledger-totals-fee-in-seller", "LEDGER-8", "LEDGER_TOTALS_MISMATCH", "/body/totals", "money-closed", "toSeller is without the fee.", "count the fee as the seller's", close({ totals: { ...oddTotals, toSeller: "33333" } })),
    ]),
    // Two legs of 1: fee 50 %: floor(0.5) = 0, then floor(1) - 0 = 1.
    after("A fee that only both legs together reach.", extend(EMPTY, offer(terms({ amount: { value: "2", assetCode: "USD", assetScale: 2 }, feeBps: 5000, holdbackBps: 5000 })), accept(), fund({ amount: { value: "2", assetCode: "USD", assetScale: 2 } }), submit(), attest(), decide({ gross: "2" }), settle({ toSeller: "1", fee: "0", toBuyer: "0", held: "1" })), [
      yes("money-fee-cumulative", "MONEY-7", "The fee of 2 is 1; the first leg of 1 bore floor(0.5) = 0, so the second bears 1.", "round the fee of every leg", "closing", { buyer: "-2", seller: "1", escrow: "0", holdback: "0", fee: "1" }, release({ toSeller: "0", fee: "1", toBuyer: "0" })),
      no("ledger-fee-by-leg", "LEDGER-4", "LEDGER_TO_SELLER_MISMATCH", "/body/toSeller", "money-fee-cumulative", "A fee that is rounded leg by leg loses a unit.", "round the fee of every leg", release({ toSeller: "1", fee: "0", toBuyer: "0" })),
    ]),
    after("A part of the amount, with a window: the buyer's part waits in holdback.", part({}), [
      // hb = floor(23333 x 1234 / 10000) = 2879; leg 20454; fee floor(681.1) = 681; held = 10000 + 2879.
      yes("money-part-held", "MONEY-8", "held = (33333 - 23333) + 2879, and nothing goes to the buyer yet.", "refund at once", "window", { buyer: "-33333", seller: "19773", escrow: "0", holdback: "12879", fee: "681" }, settle({ toSeller: "19773", fee: "681", toBuyer: "0", held: "12879" })),
      yes("money-part-released", "MONEY-9", "At the end of the window 2879 are the seller's and 10000 the buyer's: fee floor(776.98) - 681 = 95.", "release everything to the seller", "closing", { buyer: "-23333", seller: "22557", escrow: "0", holdback: "0", fee: "776" }, settle({ toSeller: "19773", fee: "681", toBuyer: "0", held: "12879" }), release({ toSeller: "2784", fee: "95", toBuyer: "10000" })),
      // The ruling gives all 12879: fee floor(33333 x 333 / 10000) - 681 = 1109 - 681 = 428.
      yes("money-part-ruled-all", "MONEY-9", "The arbiter gives the seller the buyer's part as well.", "limit rulings to the seller's holdback", "closing", { buyer: "-33333", seller: "32224", escrow: "0", holdback: "0", fee: "1109" }, settle({ toSeller: "19773", fee: "681", toBuyer: "0", held: "12879" }), dispute({}, { by: "seller" }), rule({ toSeller: "12879" }), release({ due: at(20), toSeller: "12451", fee: "428", toBuyer: "0" }, { hours: 20 })),
      no("ledger-part-refunded", "LEDGER-6", "LEDGER_TO_BUYER_MISMATCH", "/body/toBuyer", "money-part-held", "A dispute could not move what was refunded already.", "refund at once", settle({ toSeller: "19773", fee: "681", toBuyer: "10000", held: "2879" })),
    ]),
    after("A part of the amount, without a window.", part(NO_WINDOW_ODD), [
      // fee floor(23333 x 333 / 10000) = floor(776.98) = 776.
      yes("money-part-no-window", "MONEY-8", "Everything moves at once; the refund bears no fee.", "take a fee from refunds", "closing", { buyer: "-23333", seller: "22557", escrow: "0", holdback: "0", fee: "776" }, settle({ toSeller: "22557", fee: "776", toBuyer: "10000", held: "0" })),
      no("ledger-held-without-window", "LEDGER-6", "LEDGER_TO_BUYER_MISMATCH", "/body/toBuyer", "money-part-no-window", "Without a window nothing may be held.", "hold the refund", settle({ toSeller: "22557", fee: "776", toBuyer: "0", held: "10000" })),
    ]),
    after("Nothing awarded, with a window: all of it waits.", extend(EMPTY, offer(terms({ attemptsMax: 1 })), accept(), fund(), submit(), attest({ result: { validityBps: 0 } }), decide({ requirements: outcomes("POLICY_MET", "POLICY_CHECK_FAILED"), gross: "0", outcome: "none" })), [
      yes("money-none-held", "MONEY-8", "The seller may dispute a decision about nothing, so the whole amount waits.", "refund at once", "window", { buyer: "-48000", seller: "0", escrow: "0", holdback: "48000", fee: "0" }, settle({ toSeller: "0", fee: "0", toBuyer: "0", held: "48000" })),
      yes("money-none-released", "MONEY-9", "Without a dispute all of it goes back.", "leave it in holdback", "closing", NO_BALANCES, settle({ toSeller: "0", fee: "0", toBuyer: "0", held: "48000" }), release({ toSeller: "0", fee: "0", toBuyer: "48000" })),
    ]),
    after("Fee of everything.", extend(EMPTY, offer(terms({ ...NO_WINDOW, feeBps: 10000 })), accept(), fund(), submit(), attest(), decide()), [
      yes("money-fee-all", "MONEY-7", "A fee of 10000 bps leaves nothing to the seller; the posting of zero is left out.", "demand a payment to the seller", "closing", { buyer: "-48000", seller: "0", escrow: "0", holdback: "0", fee: "48000" }, settle({ toSeller: "0", fee: "48000", toBuyer: "0", held: "0" })),
    ]),
    after("Nothing held back although there is a window.", extend(EMPTY, offer(terms({ holdbackBps: 0 })), accept(), fund(), submit(), attest(), decide()), [
      yes("money-nothing-held", "MONEY-8", "Held is zero, so there is no window and the closing is due at once.", "open the window anyway", "closing", { buyer: "-48000", seller: "46800", escrow: "0", holdback: "0", fee: "1200" }, settle({ toSeller: "46800", fee: "1200", toBuyer: "0", held: "0" })),
    ]),
    after("The largest amount.", extend(EMPTY, offer(terms({ ...NO_WINDOW, amount: { value: `1${"0".repeat(30)}`, assetCode: "USD", assetScale: 2 }, feeBps: 1 })), accept(), fund({ amount: { value: `1${"0".repeat(30)}`, assetCode: "USD", assetScale: 2 } }), submit(), attest(), decide({ gross: `1${"0".repeat(30)}` })), [
      yes("money-max-settled", "MONEY-6", "A hundredth of a percent of 10^30 is 10^26.", "compute in floating point", "closing", { buyer: `-1${"0".repeat(30)}`, seller: `9999${"0".repeat(26)}`, escrow: "0", holdback: "0", fee: `1${"0".repeat(26)}` }, settle({ toSeller: `9999${"0".repeat(26)}`, fee: `1${"0".repeat(26)}`, toBuyer: "0", held: "0" })),
    ]),
    after("After a ruling: 1000 of 4800.", RULED, [
      yes("money-ruled", "MONEY-9", "The fee of 44200 is 1105, 1080 are taken; 3800 go back to the buyer.", "release the holdback as decided", "closing", { buyer: "-44200", seller: "43095", escrow: "0", holdback: "0", fee: "1105" }, release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 })),
      no("ledger-ruled-as-decided", "LEDGER-4", "LEDGER_TO_SELLER_MISMATCH", "/body/toSeller", "money-ruled", "A ruling replaces the decision for what is held.", "ignore the ruling", release({ due: at(20) }, { hours: 20 })),
    ]),
    after("A cancellation after funding.", extend(FUNDED, cancel()), [
      yes("money-cancelled", "MONEY-8", "All of it goes back, without a fee.", "take a fee from refunds", "closed", NO_BALANCES, settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }), close({ due: at(3), reason: "cancelled", totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" } }, { hours: 3 })),
      no("ledger-cancelled-fee", "LEDGER-5", "LEDGER_FEE_MISMATCH", "/body/fee", "money-cancelled", "Refunds bear no fee.", "take a fee from refunds", settle({ due: at(3), toSeller: "0", fee: "1200", toBuyer: "46800", held: "0" }, { hours: 3 })),
      no("log-reason-settled-after-cancel", "LOG-6", "LOG_REASON_MISMATCH", "/body/reason", "money-cancelled", "A cancelled agreement is closed as cancelled, also after its settlement.", "look at the state only", settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }), close({ due: at(3), reason: "settled", totals: { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" } }, { hours: 3 })),
    ]),
  ],
};

/** The log: chain, time, decisions and money. */
export const log: readonly VectorFile[] = [chain, time, decisions, money];
