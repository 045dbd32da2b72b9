import { base64Encode, canonicalize, type JsonValue, utf8 } from "@settld/protocol";
import { type Case, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, head, type Log, type Step } from "../log-builder.ts";
import {
  ACCEPTED,
  ATTESTED,
  accept,
  approved,
  attest,
  CANCELLING,
  CLOSED,
  cancel,
  close,
  DISPUTED,
  decide,
  delivered,
  expire,
  FUNDED,
  fund,
  NO_WINDOW,
  OFFERED,
  offer,
  outcomes,
  REVIEW,
  RULED,
  release,
  settle,
  submit,
  terms,
  WINDOW,
} from "../story.ts";
import { at, HOUR } from "../time.ts";
import { seeds } from "./issue-envelope/signed-document.ts";

const LAST = "9999-12-31T23:59:59.999Z";

const input = (log: Log, now: string) => ({
  what: "reactions",
  log: log.payloads.map((payload) => field(payload)),
  now,
  seeds: seeds("settler"),
});

type Row = {
  readonly id: string;
  readonly clause?: string;
  readonly why: string;
  readonly kills: string;
  readonly log: Log;
  readonly now: string;
  /** The reactions that are due, written down in full. */
  readonly steps: readonly Step[];
};

const due = async ({ id, clause = "CONF-10", why, kills, log, now, steps }: Row): Promise<Case> => ({
  id: `issue-reactions-${id}`,
  clause,
  why,
  kills,
  input: input(log, now),
  facts: {
    envelopes: (await envelopes(extend(log, ...steps)))
      .slice(log.payloads.length)
      .map((envelope) => base64Encode(utf8(canonicalize(envelope as unknown as JsonValue)))),
  },
});

// A decision from funded: nothing was submitted, or what was submitted has been decided on.
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
const unattested = (change: object = {}, hours = 27) =>
  decide(
    {
      due: at(27),
      requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
      gross: "0",
      outcome: "none",
      final: false,
      ...change,
    },
    { hours },
  );
const heldAll = (hours: number) =>
  settle({ due: at(hours), toSeller: "0", fee: "0", toBuyer: "0", held: "48000" }, { hours });
const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const last = { change: { at: LAST } };

// The review, and the window behind it, would end in the year 10000.
const FAR: Log = extend(
  EMPTY,
  offer(terms({ submitBy: "9999-12-31T23:00:00.000Z", reviewMs: 2 * HOUR })),
  accept(),
  fund(),
  submit({}, { change: { at: "9999-12-31T22:59:59.999Z" } }),
);
const submitted = (change: Readonly<Record<string, unknown>>): Log =>
  extend(EMPTY, offer(terms(change)), accept(), fund(), submit());
const ODD = { value: "33333", assetCode: "USD", assetScale: 2 };

const rows: readonly Row[] = [
  {
    id: "none",
    why: "A millisecond before acceptBy nothing is due.",
    kills: "react a millisecond early",
    log: OFFERED,
    now: at(24, -1),
    steps: [],
  },
  {
    id: "closed",
    why: "A closed log reacts to nothing any more, however late it is.",
    kills: "close again",
    log: CLOSED,
    now: at(10_000),
    steps: [],
  },
  {
    id: "expired",
    why: "At acceptBy the offer expires.",
    kills: "wait for the millisecond after the timer",
    log: OFFERED,
    now: at(24),
    steps: [expire()],
  },
  {
    id: "expired-late",
    why: "Six hours late: due is the timer's instant, at is now.",
    kills: "date a reaction back to when it was due",
    log: OFFERED,
    now: at(30),
    steps: [expire({}, { hours: 30 })],
  },
  {
    id: "expired-before-offer",
    clause: "TIME-2",
    why: "The offer of hour 30 states acceptBy 24, and the settler's now is 26: a reaction is never earlier than the event before it.",
    kills: "take at from now alone",
    log: extend(EMPTY, offer(terms(), { hours: 30 })),
    now: at(26),
    steps: [expire({}, { hours: 30 })],
  },
  {
    id: "unfunded",
    why: "Nobody funded the escrow by fundBy.",
    kills: "call it offer-expired",
    log: ACCEPTED,
    now: at(48),
    steps: [expire({ due: at(48), reason: "unfunded" }, { hours: 48 })],
  },
  {
    id: "at-once",
    clause: "LOG-10",
    why: "Everything is attested: decision and settlement follow at once, and the window stays open.",
    kills: "stop after the first reaction",
    log: ATTESTED,
    now: at(4),
    steps: [decide(), settle()],
  },
  {
    id: "at-once-late",
    clause: "TIME-4",
    why: "Two hours late: the decision was due at hour 4, the settlement at hour 6, when the decision was made.",
    kills: "give a chain of reactions one due",
    log: ATTESTED,
    now: at(6),
    steps: [decide({}, { hours: 6 }), settle({ due: at(6) }, { hours: 6 })],
  },
  {
    id: "at-once-before-event",
    clause: "TIME-4",
    why: "An immediate reaction is due at the time of the event before it, which now has not reached.",
    kills: "make immediate reactions whatever now is",
    log: ATTESTED,
    now: at(4, -1),
    steps: [],
  },
  {
    id: "without-window",
    why: "Without a window the closing follows the settlement at once: three reactions at one time.",
    kills: "stop at the settlement",
    log: extend(submitted(NO_WINDOW), attest()),
    now: at(4),
    steps: [
      decide(),
      settle({ toSeller: "46800", fee: "1200", toBuyer: "0", held: "0" }),
      close({ due: at(4) }, { hours: 4 }),
    ],
  },
  {
    id: "deadline-only",
    clause: "POLICY-26",
    why: "A policy of a deadline alone waits for nobody, so the submission is decided at once.",
    kills: "wait for reviewBy",
    log: submitted({
      policy: {
        requirements: [{ id: "early", kind: "deadline", before: at(3, 1) }],
        payout: { kind: "all-or-nothing" },
      },
    }),
    now: at(3),
    steps: [
      decide({ due: at(3), requirements: [{ id: "early", code: "POLICY_MET" }] }, { hours: 3 }),
      settle({ due: at(3) }, { hours: 3 }),
    ],
  },
  {
    id: "silence-passes",
    clause: "POLICY-21",
    why: "Silence until reviewBy is a yes here: the decision pays.",
    kills: "count silence as no",
    log: submitted({
      policy: { requirements: [delivered, { ...approved, onTimeout: "pass" }], payout: { kind: "all-or-nothing" } },
    }),
    now: at(27),
    steps: [
      decide(
        {
          due: at(27),
          requirements: [
            { id: "delivered", code: "POLICY_MET" },
            { id: "approved", code: "POLICY_MET" },
          ],
        },
        { hours: 27 },
      ),
      settle({ due: at(27) }, { hours: 27 }),
    ],
  },
  {
    id: "review-over",
    why: "The checker was silent; there are attempts and time left, so the log goes back to funded.",
    kills: "settle a decision that is not final",
    log: REVIEW,
    now: at(27),
    steps: [unattested()],
  },
  {
    id: "review-and-submission-over",
    clause: "LOG-10",
    why: "Both timers have passed: first the decision on the submission, then, back in funded, the decision about nothing, then the settlement.",
    kills: "look at one timer only",
    log: REVIEW,
    now: at(100),
    steps: [unattested({}, 100), nothing(100, 1), heldAll(100)],
  },
  {
    id: "review-ends-with-submission",
    clause: "POLICY-12",
    why: "reviewBy and submitBy are one instant: the decision is final, because its due is not before submitBy.",
    kills: "compare due > submitBy",
    log: submitted({ acceptBy: at(24), fundBy: at(26), submitBy: at(27) }),
    now: at(27),
    steps: [unattested({ final: true }), heldAll(27)],
  },
  {
    id: "last-attempt",
    clause: "POLICY-12",
    why: "The only attempt failed, so the decision is final.",
    kills: "leave the last attempt open",
    log: submitted({ attemptsMax: 1 }),
    now: at(27),
    steps: [unattested({ final: true }), heldAll(27)],
  },
  {
    id: "nothing-submitted",
    clause: "POLICY-14",
    why: "Nothing came by submitBy: a final decision about nothing, and all of it waits for the end of the window.",
    kills: "refund at once although there is a window",
    log: FUNDED,
    now: at(96),
    steps: [nothing(96, 0), heldAll(96)],
  },
  {
    id: "window-open",
    why: "A millisecond before its end the window is open.",
    kills: "release a millisecond early",
    log: WINDOW,
    now: at(76, -1),
    steps: [],
  },
  {
    id: "window-over",
    why: "At the end of the window the holdback is released and the agreement closed.",
    kills: "leave the closing to the next call",
    log: WINDOW,
    now: at(76),
    steps: [release(), close()],
  },
  {
    id: "no-ruling",
    clause: "MONEY-9",
    why: "The arbiter was silent until rulingBy: the decision stands.",
    kills: "give the holdback to who opened the dispute",
    log: DISPUTED,
    now: at(58),
    steps: [release({ due: at(58) }, { hours: 58 }), close({ due: at(58) }, { hours: 58 })],
  },
  {
    id: "ruled",
    clause: "MONEY-9",
    why: "1000 of 4800 were awarded: the fee of 44200 is 1105, of which 1080 are taken.",
    kills: "release as decided",
    log: RULED,
    now: at(20),
    steps: [
      release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 }),
      close(
        { due: at(20), totals: { funded: "48000", toSeller: "43095", fee: "1105", toBuyer: "3800" } },
        { hours: 20 },
      ),
    ],
  },
  {
    id: "cancelled-funded",
    why: "Everything goes back, then the agreement is closed as cancelled.",
    kills: "call it settled",
    log: CANCELLING,
    now: at(3),
    steps: [
      settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
      close({ due: at(3), reason: "cancelled", totals: refunded }, { hours: 3 }),
    ],
  },
  {
    id: "cancelled-unfunded",
    why: "Nothing was funded, so nothing is settled.",
    kills: "settle an empty escrow",
    log: extend(OFFERED, cancel()),
    now: at(3),
    steps: [expire({ due: at(3), reason: "cancelled" }, { hours: 3 })],
  },
  {
    id: "odd-numbers",
    clause: "MONEY-6",
    why: "hb = floor(33333 x 1234 / 10000) = 4113, fee = floor(29220 x 333 / 10000) = 973, toSeller = 33333 - 4113 - 973.",
    kills: "round half up",
    log: extend(
      EMPTY,
      offer(terms({ amount: ODD, feeBps: 333, holdbackBps: 1234 })),
      accept(),
      fund({ amount: ODD }),
      submit(),
      attest(),
    ),
    now: at(4),
    steps: [decide({ gross: "33333" }), settle({ toSeller: "28247", fee: "973", toBuyer: "0", held: "4113" })],
  },
  {
    id: "end-of-time",
    clause: "TIME-6",
    why: "reviewBy and the end of the window saturate at the last instant, where four reactions are due one after another.",
    kills: "let instants grow beyond the year 9999",
    log: FAR,
    now: LAST,
    steps: [
      { ...unattested({ due: LAST, final: true }), ...last },
      {
        ...heldAll(0),
        ...last,
        body: (log) => ({ due: LAST, cause: head(log), toSeller: "0", fee: "0", toBuyer: "0", held: "48000" }),
      },
      { ...release({ due: LAST, toSeller: "0", fee: "0", toBuyer: "48000" }), ...last },
      { ...close({ due: LAST, totals: refunded }), ...last },
    ],
  },
  {
    id: "end-of-time-early",
    clause: "TIME-6",
    why: "A millisecond before the last instant the saturated review is open.",
    kills: "wrap around",
    log: FAR,
    now: "9999-12-31T23:59:59.998Z",
    steps: [],
  },
];

const bad = (
  fault: string,
  clause: string,
  code: string,
  twin: string,
  why: string,
  kills: string,
  log: Log,
  now: string,
): Case => ({
  id: `issue-reactions-${fault}`,
  clause,
  code,
  fault: `reactions-to-${fault}`,
  twin: `issue-reactions-${twin}`,
  why,
  kills,
  input: input(log, now),
});

const rejected: readonly Case[] = [
  bad(
    "broken-chain",
    "LOG-3",
    "LOG_PREV_MISMATCH",
    "unfunded",
    "Reacting to a log that does not hang together would confirm it.",
    "read the last event only",
    extend(OFFERED, accept({ change: { prev: `sha256:${"1".repeat(64)}` } })),
    at(48),
  ),
  bad(
    "missed-timer",
    "TIME-3",
    "TIME_TIMER_MISSING",
    "unfunded",
    "The acceptance came at acceptBy, when the offer had expired.",
    "trust the log that is given",
    extend(OFFERED, accept({ hours: 24 })),
    at(48),
  ),
  bad(
    "wrong-decision",
    "POLICY-10",
    "POLICY_GROSS_MISMATCH",
    "at-once",
    "A decision that the policy does not give must not be settled.",
    "settle what was decided without recomputing it",
    extend(ATTESTED, decide({ gross: "47999", outcome: "partial" })),
    at(4),
  ),
  bad(
    "skipped-reaction",
    "LOG-4",
    "LOG_REACTION_MISSING",
    "cancelled-funded",
    "The seller cancelled when the decision was due already.",
    "apply the state table only",
    extend(ATTESTED, cancel({ hours: 4 })),
    at(4),
  ),
];

/** Reactions to make. */
export const issueReactions: VectorFile = {
  path: "issue/reactions.json",
  op: "issue",
  description: "Reactions of the settler that are due, in order, each signed.",
  groups: [{ cases: [...(await Promise.all(rows.map(due))), ...rejected] }],
};
