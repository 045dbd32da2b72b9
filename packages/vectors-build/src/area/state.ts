import type { VectorFile } from "../format.ts";
import { EMPTY, extend, FOREIGN, type Log, type Step } from "../log-builder.ts";
import { after, type LogCase } from "../log-case.ts";
import {
  ACCEPTED,
  accept,
  approve,
  attest,
  CANCELLING,
  CLOSING,
  cancel,
  close,
  DECIDED,
  DISPUTED,
  decide,
  dispute,
  ESCROW_BALANCES,
  EXPIRED,
  expire,
  FULL_BALANCES,
  FULL_TOTALS,
  FUNDED,
  fund,
  NO_BALANCES,
  OFFERED,
  offer,
  REVIEW,
  RULED,
  release,
  rule,
  settle,
  submit,
  terms,
  WINDOW,
  WINDOW_BALANCES,
} from "../story.ts";
import { at } from "../time.ts";

// The events, each complete for its schema; what they refer to need not exist, because the table comes first.
const some = (log: Log): string => log.digests[0] ?? `sha256:${"0".repeat(64)}`;
const EVENTS: Readonly<Record<string, (log: Log, hours: number) => Step>> = {
  "agreement.offered": (_, hours) => offer(terms(), { hours }),
  "agreement.accepted": (_, hours) => accept({ hours }),
  "agreement.cancelled": (_, hours) => cancel({ hours }),
  "escrow.funded": (_, hours) => fund({}, { hours }),
  "work.submitted": (_, hours) => submit({}, { hours }),
  "evidence.attested": (log, hours) =>
    attest({}, { hours, body: { submission: some(log), subject: some(log), requirement: "valid", result: {} } }),
  "approval.given": (log, hours) =>
    approve({}, { hours, body: { submission: some(log), requirement: "approved", approved: true } }),
  "decision.made": (log, hours) =>
    decide(
      {},
      {
        hours,
        body: {
          due: at(hours),
          submission: some(log),
          attempt: 1,
          requirements: [{ id: "valid", code: "POLICY_MET" }],
          gross: "48000",
          outcome: "full",
          final: true,
        },
      },
    ),
  "settlement.executed": (log, hours) =>
    settle(
      {},
      { hours, body: { due: at(hours), cause: some(log), toSeller: "42120", fee: "1080", toBuyer: "0", held: "4800" } },
    ),
  "dispute.opened": (log, hours) => dispute({}, { hours, body: { decision: some(log), reasonCode: "wrong-data" } }),
  "dispute.resolved": (log, hours) => rule({}, { hours, body: { dispute: some(log), toSeller: "1000" } }),
  "holdback.released": (log, hours) =>
    release({}, { hours, body: { due: at(hours), cause: some(log), toSeller: "4680", fee: "120", toBuyer: "0" } }),
  "agreement.closed": (_, hours) =>
    close({}, { hours, body: { due: at(hours), reason: "settled", totals: FULL_TOTALS } }),
};

const TYPES = Object.keys(EVENTS);

type Cells = Readonly<Record<string, readonly [code: string, clause: string]>>;

const STATE: Readonly<Record<string, readonly [string, string]>> = {
  none: ["STATE_NO_AGREEMENT", "STATE-2"],
  offered: ["STATE_ALREADY_OFFERED", "STATE-3"],
  notAccepted: ["STATE_NOT_ACCEPTED", "STATE-4"],
  accepted: ["STATE_ALREADY_ACCEPTED", "STATE-5"],
  notFunded: ["STATE_NOT_FUNDED", "STATE-6"],
  funded: ["STATE_ALREADY_FUNDED", "STATE-7"],
  noSubmission: ["STATE_NO_SUBMISSION", "STATE-8"],
  inReview: ["STATE_IN_REVIEW", "STATE-9"],
  notDecided: ["STATE_NOT_DECIDED", "STATE-10"],
  decided: ["STATE_ALREADY_DECIDED", "STATE-11"],
  notSettled: ["STATE_NOT_SETTLED", "STATE-12"],
  settled: ["STATE_ALREADY_SETTLED", "STATE-13"],
  notDisputed: ["STATE_NOT_DISPUTED", "STATE-14"],
  disputed: ["STATE_ALREADY_DISPUTED", "STATE-15"],
  holdback: ["STATE_HOLDBACK_OPEN", "STATE-16"],
  notDue: ["STATE_NOT_DUE", "STATE-17"],
  closed: ["STATE_CLOSED", "STATE-18"],
  reaction: ["LOG_REACTION_MISSING", "LOG-4"],
};

const entry = (name: string): readonly [string, string] => {
  const found = STATE[name];
  if (found === undefined) throw new TypeError(`no reason ${name}`);
  return found;
};

/** Codes by event type: `rows` names the reason for each event that is refused, in the words of the clauses. */
const cells = (rows: Readonly<Record<string, string>>): Cells =>
  Object.fromEntries(Object.entries(rows).map(([type, reason]) => [type, entry(reason)]));

const every = (reason: string, except: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(TYPES.filter((type) => !except.includes(type)).map((type) => [type, reason]));

const refused = (state: string, prefix: Log, hours: number, twin: string, table: Cells): readonly LogCase[] =>
  Object.entries(table).map(([type, [code, clause]]) => ({
    id: `state-${state}-${type.replace(".", "-")}`,
    clause,
    code,
    fault: `${type.replace(".", "-")}-in-${state}`,
    twin,
    pointer: "/type",
    why: `In state ${state} the event ${type} has no place, and this code says which step is missing, not due or over.`,
    kills: `allow ${type} in ${state}`,
    steps: [(EVENTS[type] ?? offer)(prefix, hours)],
  }));

const fine = (id: string, why: string, status: string, balances: object, ...steps: readonly Step[]): LogCase => ({
  id,
  clause: "STATE-1",
  why,
  status,
  balances,
  steps,
});

const WORK = {
  "work.submitted": "notFunded",
  "evidence.attested": "notFunded",
  "approval.given": "notFunded",
  "decision.made": "notFunded",
  "settlement.executed": "notFunded",
};
const LATE = { "dispute.opened": "notSettled", "dispute.resolved": "notSettled", "holdback.released": "notSettled" };
const OVER = {
  "agreement.offered": "offered",
  "agreement.accepted": "accepted",
  "agreement.cancelled": "decided",
  "escrow.funded": "funded",
  "work.submitted": "decided",
  "evidence.attested": "decided",
  "approval.given": "decided",
  "decision.made": "decided",
  "settlement.executed": "settled",
  "holdback.released": "notDue",
  "agreement.closed": "holdback",
};

// In state none there is no agreement to belong to; the events are those of another log.
const strangers = (): readonly LogCase[] =>
  TYPES.filter((type) => type !== "agreement.offered").map((type) => {
    const [code, clause] = entry("none");
    const step = (EVENTS[type] ?? offer)(OFFERED, 0);
    return {
      id: `state-none-${type.replace(".", "-")}`,
      clause,
      code,
      fault: `${type.replace(".", "-")}-in-none`,
      twin: "state-offered",
      pointer: "/type",
      why: `A log starts with an offer, so ${type} cannot be its first event, whatever place it states.`,
      kills: "start a log with any event",
      steps: [{ ...step, change: { seq: 1, agreement: FOREIGN, prev: FOREIGN } }],
    };
  });

/** The state table, cell by cell. */
export const state: readonly VectorFile[] = [
  {
    path: "state/table.json",
    op: "log.reduce",
    description:
      "One event more than a good log, for every event and every state. The group's prefix brings the log into the state.",
    groups: [
      after("State none.", EMPTY, [
        fine("state-offered", "The offer opens a log.", "offered", NO_BALANCES, offer()),
        ...strangers(),
      ]),
      after("State offered, before acceptBy.", OFFERED, [
        fine("state-accepted", "The other party accepts.", "accepted", NO_BALANCES, accept()),
        fine("state-offered-cancelled", "Either party may cancel before funding.", "cancelling", NO_BALANCES, cancel()),
        ...refused(
          "offered",
          OFFERED,
          2,
          "state-accepted",
          cells({
            "agreement.offered": "offered",
            "escrow.funded": "notAccepted",
            ...WORK,
            ...LATE,
            "agreement.closed": "notDue",
          }),
        ),
      ]),
      after("State accepted, before fundBy.", ACCEPTED, [
        fine("state-funded", "The settler attests the funding.", "funded", ESCROW_BALANCES, fund()),
        fine(
          "state-accepted-cancelled",
          "Either party may cancel before funding.",
          "cancelling",
          NO_BALANCES,
          cancel({ by: "buyer" }),
        ),
        ...refused(
          "accepted",
          ACCEPTED,
          3,
          "state-funded",
          cells({
            "agreement.offered": "offered",
            "agreement.accepted": "accepted",
            ...WORK,
            ...LATE,
            "agreement.closed": "notDue",
          }),
        ),
      ]),
      after("State funded, before submitBy.", FUNDED, [
        fine("state-review", "The seller submits.", "review", ESCROW_BALANCES, submit()),
        fine("state-funded-cancelled", "The seller may give the money back.", "cancelling", ESCROW_BALANCES, cancel()),
        ...refused(
          "funded",
          FUNDED,
          3,
          "state-review",
          cells({
            "agreement.offered": "offered",
            "agreement.accepted": "accepted",
            "escrow.funded": "funded",
            "evidence.attested": "noSubmission",
            "approval.given": "noSubmission",
            "decision.made": "notDue",
            "settlement.executed": "notDecided",
            ...LATE,
            "agreement.closed": "notSettled",
          }),
        ),
      ]),
      after("State review, a check pending, before reviewBy.", REVIEW, [
        fine(
          "state-review-attested",
          "The checker attests, and the decision is due at once.",
          "review",
          ESCROW_BALANCES,
          attest(),
        ),
        fine(
          "state-review-cancelled",
          "The seller may give the money back also now.",
          "cancelling",
          ESCROW_BALANCES,
          cancel({ hours: 4 }),
        ),
        ...refused(
          "review",
          REVIEW,
          4,
          "state-review-attested",
          cells({
            "agreement.offered": "offered",
            "agreement.accepted": "accepted",
            "escrow.funded": "funded",
            "work.submitted": "inReview",
            "decision.made": "notDue",
            "settlement.executed": "notDecided",
            ...LATE,
            "agreement.closed": "notSettled",
          }),
        ),
      ]),
      after("State decided: the settlement is due at once.", DECIDED, [
        fine(
          "state-window",
          "The settlement holds money back, so the window opens.",
          "window",
          WINDOW_BALANCES,
          settle(),
        ),
        ...refused("decided", DECIDED, 4, "state-window", cells(every("reaction", ["settlement.executed"]))),
      ]),
      after("State window, before its end.", WINDOW, [
        fine("state-disputed", "A party opens a dispute.", "disputed", WINDOW_BALANCES, dispute()),
        ...refused("window", WINDOW, 10, "state-disputed", cells({ ...OVER, "dispute.resolved": "notDisputed" })),
      ]),
      after("State disputed, before rulingBy.", DISPUTED, [
        fine("state-ruled", "The arbiter rules.", "ruled", WINDOW_BALANCES, rule()),
        ...refused("disputed", DISPUTED, 20, "state-ruled", cells({ ...OVER, "dispute.opened": "disputed" })),
      ]),
      after("State ruled: the release is due at once.", RULED, [
        fine(
          "state-ruled-released",
          "1000 of 4800 go to the seller: the fee of 44200 is 1105, and 1080 is taken already.",
          "closing",
          { buyer: "-44200", seller: "43095", escrow: "0", holdback: "0", fee: "1105" },
          release({ due: at(20), toSeller: "975", fee: "25", toBuyer: "3800" }, { hours: 20 }),
        ),
        ...refused("ruled", RULED, 20, "state-ruled-released", cells(every("reaction", ["holdback.released"]))),
      ]),
      after("State closing: the closing is due at once.", CLOSING, [
        fine("state-closed", "The agreement is closed.", "closed", FULL_BALANCES, close()),
        ...refused("closing", CLOSING, 76, "state-closed", cells(every("reaction", ["agreement.closed"]))),
      ]),
      after("State cancelling with money in escrow: the settlement is due at once.", CANCELLING, [
        fine(
          "state-cancelling-settled",
          "Everything goes back to the buyer.",
          "closing",
          NO_BALANCES,
          settle({ due: at(3), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 3 }),
        ),
        ...refused(
          "cancelling",
          CANCELLING,
          3,
          "state-cancelling-settled",
          cells(every("reaction", ["settlement.executed"])),
        ),
      ]),
      after("State cancelling without money: the closing is due at once.", extend(OFFERED, cancel()), [
        fine(
          "state-cancelled-closed",
          "Nothing was funded, so nothing is settled.",
          "closed",
          NO_BALANCES,
          expire({ due: at(3), reason: "cancelled" }, { hours: 3 }),
        ),
        ...refused(
          "cancelling-unfunded",
          extend(OFFERED, cancel()),
          3,
          "state-cancelled-closed",
          cells(every("reaction", ["agreement.closed"])),
        ),
      ]),
      after("State closed.", EXPIRED, refused("closed", EXPIRED, 25, "state-offered", cells(every("closed")))),
    ],
  },
];
