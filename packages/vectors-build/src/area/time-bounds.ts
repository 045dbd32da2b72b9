import type { VectorFile } from "../format.ts";
import { EMPTY, extend, head, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  ACCEPTED,
  accept,
  approve,
  approved,
  attest,
  cancel,
  DISPUTED,
  decide,
  dispute,
  ESCROW_BALANCES,
  expire,
  FULL_BALANCES,
  FUNDED,
  fund,
  NO_BALANCES,
  offer,
  outcomes,
  REVIEW,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
  WINDOW_BALANCES,
} from "../story.ts";
import { at } from "../time.ts";

const moment = (hours: number, ms: number) => ({ change: { at: at(hours, ms) } });
const LAST = "9999-12-31T23:59:59.999Z";

const missing = (id: string, twin: string, why: string, kills: string, ...steps: readonly Step[]): LogCase => ({
  id: `time-${id}`,
  clause: "TIME-3",
  code: "TIME_TIMER_MISSING",
  fault: id,
  twin: `time-${twin}`,
  pointer: "/at",
  why,
  kills,
  steps,
});

const inTime = (
  id: string,
  clause: string,
  why: string,
  kills: string,
  status: string,
  balances: object,
  ...steps: readonly Step[]
): LogCase => ({ id: `time-${id}`, clause, why, kills, status, balances, steps });

const unattested = (due: string, hours: number, change: object = {}): Step =>
  decide(
    {
      due,
      requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
      gross: "0",
      outcome: "none",
      final: false,
      ...change,
    },
    { hours },
  );
const nothing = (hours: number, attempt: number): Step => ({
  ...decide({}, { hours }),
  body: {
    due: at(96),
    attempt,
    requirements: outcomes("POLICY_NO_SUBMISSION", "POLICY_NO_SUBMISSION"),
    gross: "0",
    outcome: "none",
    final: true,
  },
});

const hasty = (change: Readonly<Record<string, unknown>>): Log => extend(EMPTY, offer(terms(change)), accept(), fund());
const APPROVAL: Log = extend(
  EMPTY,
  offer(terms({ policy: { requirements: [valid, approved], payout: { kind: "all-or-nothing" } } })),
  accept(),
  fund(),
  submit(),
);
const AT_ONCE: Log = extend(hasty({ reviewMs: 0 }), submit());
const ONE_DEADLINE: Log = extend(EMPTY, offer(terms({ acceptBy: at(24), fundBy: at(24), submitBy: at(24) })), accept());
const SHORT_WINDOW: Log = extend(hasty({ disputeMs: 1, rulingMs: 1 }), submit(), attest(), decide(), settle());
const LATE_OFFER: Log = extend(EMPTY, offer(terms(), { hours: 30 }));
const FAR_WINDOW: Log = extend(
  EMPTY,
  offer(terms({ submitBy: LAST, disputeMs: 315_576_000_000, rulingMs: 315_576_000_000 })),
  accept(),
  fund(),
  submit({}, { change: { at: "9999-12-01T00:00:00.000Z" } }),
  attest({}, { change: { at: "9999-12-01T00:00:00.000Z" } }),
  decide({ due: "9999-12-01T00:00:00.000Z" }, { change: { at: "9999-12-01T00:00:00.000Z" } }),
  settle({ due: "9999-12-01T00:00:00.000Z" }, { change: { at: "9999-12-01T00:00:00.000Z" } }),
);

/** Equality at deadlines that other files do not have, windows of no time, and timers that are late. */
export const timeBounds: VectorFile = {
  path: "time/bounds.json",
  op: "log.reduce",
  description: "Every timer against the other events of its state, durations of nothing, and reactions that are late.",
  groups: [
    after("Behind an acceptance; fundBy is hour 48.", ACCEPTED, [
      inTime(
        "cancel-before-funding",
        "TIME-3",
        "A millisecond before fundBy both may cancel.",
        "close a millisecond early",
        "cancelling",
        NO_BALANCES,
        cancel({ by: "buyer", ...moment(48, -1) }),
      ),
      missing(
        "cancel-at-fund-by",
        "cancel-before-funding",
        "At fundBy the agreement is unfunded and no longer to be cancelled.",
        "check deadlines of allowed events only",
        cancel({ by: "buyer", hours: 48 }),
      ),
    ]),
    after("Behind the funding; submitBy is hour 96.", FUNDED, [
      inTime(
        "cancel-before-submission",
        "TIME-3",
        "A millisecond before submitBy the seller may give up.",
        "decide a millisecond early",
        "cancelling",
        ESCROW_BALANCES,
        cancel(moment(96, -1)),
      ),
      missing(
        "cancel-at-submit-by",
        "cancel-before-submission",
        "At submitBy the decision about nothing is due, and no cancellation avoids it.",
        "let a cancellation win against the timer",
        cancel({ hours: 96 }),
      ),
      {
        id: "time-nothing-submitted-early",
        clause: "STATE-17",
        code: "STATE_NOT_DUE",
        fault: "nothing-submitted-a-millisecond-early",
        twin: "time-nothing-submitted",
        pointer: "/type",
        why: "A millisecond before submitBy the seller still has time.",
        kills: "decide when the settler likes",
        steps: [{ ...nothing(96, 0), ...moment(96, -1) }],
      },
    ]),
    after("In review, a check pending; reviewBy is hour 27.", REVIEW, [
      inTime(
        "cancel-in-review",
        "TIME-3",
        "A millisecond before reviewBy the seller may give the money back.",
        "decide a millisecond early",
        "cancelling",
        ESCROW_BALANCES,
        cancel(moment(27, -1)),
      ),
      missing(
        "cancel-at-review-by",
        "cancel-in-review",
        "At reviewBy the decision is due.",
        "let a cancellation win against the timer",
        cancel({ hours: 27 }),
      ),
      inTime(
        "late-decision-then-nothing",
        "TIME-3",
        "The decision of hour 27 came at hour 100: it is not final, because its due is before submitBy, and the next one is due already.",
        "take final from the time of the decision",
        "decided",
        ESCROW_BALANCES,
        unattested(at(27), 100),
        nothing(100, 1),
      ),
      missing(
        "submitted-after-late-decision",
        "late-decision-then-nothing",
        "The seller may try again, but submitBy has passed before the settler got round to the first decision.",
        "give a new time after a late decision",
        unattested(at(27), 100),
        submit({ attempt: 2 }, { hours: 100 }),
      ),
    ]),
    after("In review, a check and an approval pending; reviewBy is hour 27.", APPROVAL, [
      inTime(
        "approve-last-moment",
        "TIME-3",
        "A millisecond before reviewBy is in time.",
        "decide a millisecond early",
        "review",
        ESCROW_BALANCES,
        approve({}, moment(27, -1)),
      ),
      missing(
        "approve-at-review-by",
        "approve-last-moment",
        "At reviewBy the buyer was silent.",
        "compare at <= reviewBy",
        approve({}, { hours: 27 }),
      ),
    ]),
    after("Submitted under a review of no time, at hour 3.", AT_ONCE, [
      inTime(
        "review-of-no-time",
        "TIME-6",
        "reviewBy is the time of the submission: what is pending is unanswered at once.",
        "wait at least a millisecond",
        "funded",
        ESCROW_BALANCES,
        unattested(at(3), 3),
      ),
      missing(
        "attested-in-no-time",
        "review-of-no-time",
        "An attestation of the same millisecond is too late.",
        "allow events of the time of the submission",
        attest({}, { hours: 3 }),
      ),
    ]),
    after("One deadline for acceptance, funding and submission, hour 24; accepted at hour 1.", ONE_DEADLINE, [
      inTime(
        "funded-before-one-deadline",
        "TIME-3",
        "A millisecond before it.",
        "demand different deadlines",
        "funded",
        ESCROW_BALANCES,
        fund({}, moment(24, -1)),
      ),
      missing(
        "funded-at-one-deadline",
        "funded-before-one-deadline",
        "At the deadline there is no time to submit, and none to fund.",
        "look at acceptBy only",
        fund({}, { hours: 24 }),
      ),
      inTime(
        "unfunded-at-one-deadline",
        "TIME-4",
        "The agreement is unfunded; that the offer would have expired at the same instant does not matter.",
        "take the reason from the first timer of that instant",
        "closed",
        NO_BALANCES,
        expire({ reason: "unfunded" }),
      ),
    ]),
    after("A window and a ruling of one millisecond; settled at hour 4.", SHORT_WINDOW, [
      inTime(
        "disputed-in-first-millisecond",
        "TIME-3",
        "The window is open at the time of the settlement and closed a millisecond later.",
        "open the window a millisecond late",
        "disputed",
        WINDOW_BALANCES,
        dispute({}, { hours: 4 }),
      ),
      missing(
        "disputed-a-millisecond-later",
        "disputed-in-first-millisecond",
        "One millisecond later the window is over.",
        "compare at <= windowEnd",
        dispute({}, moment(4, 1)),
      ),
      inTime(
        "ruled-in-first-millisecond",
        "TIME-3",
        "The arbiter rules at the time of the dispute.",
        "demand a later time for the ruling",
        "ruled",
        WINDOW_BALANCES,
        dispute({}, { hours: 4 }),
        rule({}, { hours: 4 }),
      ),
      missing(
        "ruled-a-millisecond-later",
        "ruled-in-first-millisecond",
        "One millisecond later the arbiter was silent.",
        "compare at <= rulingBy",
        dispute({}, { hours: 4 }),
        rule({}, moment(4, 1)),
      ),
    ]),
    after("An offer of hour 30 that states acceptBy 24.", LATE_OFFER, [
      inTime(
        "expired-before-offered",
        "TIME-4",
        "The offer has expired when it is made; due is acceptBy, at is not earlier than the offer.",
        "demand due not before the event before",
        "closed",
        NO_BALANCES,
        expire({}, { hours: 30 }),
      ),
      missing(
        "accepted-after-expiry",
        "expired-before-offered",
        "Nobody can accept it, not even at once.",
        "start timers at the offer",
        accept({ hours: 30 }),
      ),
    ]),
    after("In dispute since hour 10; rulingBy is hour 58.", DISPUTED, [
      inTime(
        "no-ruling-late",
        "TIME-4",
        "The release comes two hours late and states when it was due.",
        "demand at = due",
        "closing",
        FULL_BALANCES,
        release({ due: at(58) }, { hours: 60 }),
      ),
      {
        id: "time-no-ruling-early",
        clause: "STATE-17",
        code: "STATE_NOT_DUE",
        fault: "released-before-ruling-by",
        twin: "time-no-ruling-late",
        pointer: "/type",
        why: "A millisecond before rulingBy the arbiter still has time.",
        kills: "release when the settler likes",
        steps: [release({ due: at(58) }, moment(58, -1))],
      },
    ]),
    after("A window of ten years from the last month of the year 9999.", FAR_WINDOW, [
      inTime(
        "window-saturates",
        "TIME-6",
        "The window ends at the last instant that can be written.",
        "let the year grow to 10009",
        "closing",
        FULL_BALANCES,
        release({ due: LAST }, { change: { at: LAST } }),
      ),
      inTime(
        "ruling-saturates",
        "TIME-6",
        "So does the arbiter's time, from the dispute on.",
        "saturate reviews only",
        "closing",
        FULL_BALANCES,
        dispute({}, { change: { at: "9999-12-31T00:00:00.000Z" } }),
        release((log) => ({ due: LAST, cause: head(log) }), { change: { at: LAST } }),
      ),
      missing(
        "disputed-at-end-of-time",
        "window-saturates",
        "At the last instant the window is over: saturated timers win at equality as well.",
        "treat a saturated timer as none",
        dispute({}, { change: { at: LAST } }),
      ),
    ]),
  ],
};
