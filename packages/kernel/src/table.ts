import type { Code, EventType } from "@settld/protocol";

/** Where an agreement stands (STATE-1). `none` is the state before the offer. */
export type Status =
  | "none"
  | "offered"
  | "accepted"
  | "funded"
  | "review"
  | "decided"
  | "window"
  | "disputed"
  | "ruled"
  | "closing"
  | "cancelling"
  | "closed";

/** All states, in the order of the state table. */
export const STATUSES: readonly Status[] = [
  "none",
  "offered",
  "accepted",
  "funded",
  "review",
  "decided",
  "window",
  "disputed",
  "ruled",
  "closing",
  "cancelling",
  "closed",
];

/**
 * A cell of the state table: `event` is allowed on its own conditions, `reaction` is allowed exactly when the
 * settler's reaction of this type is due, and a code says why anything else is refused.
 */
export type Cell = "event" | "reaction" | Code;

type Row = Readonly<Record<EventType, Cell>>;

function row(fallback: Cell, cells: Partial<Row> = {}): Row {
  return {
    "agreement.offered": fallback,
    "agreement.accepted": fallback,
    "agreement.cancelled": fallback,
    "escrow.funded": fallback,
    "work.submitted": fallback,
    "evidence.attested": fallback,
    "approval.given": fallback,
    "decision.made": fallback,
    "settlement.executed": fallback,
    "dispute.opened": fallback,
    "dispute.resolved": fallback,
    "holdback.released": fallback,
    "agreement.closed": fallback,
    ...cells,
  };
}

const OFFERED = { "agreement.offered": "STATE_ALREADY_OFFERED" } as const;
const ACCEPTED = { ...OFFERED, "agreement.accepted": "STATE_ALREADY_ACCEPTED" } as const;
const FUNDED = { ...ACCEPTED, "escrow.funded": "STATE_ALREADY_FUNDED" } as const;
const UNSETTLED = {
  "dispute.opened": "STATE_NOT_SETTLED",
  "dispute.resolved": "STATE_NOT_SETTLED",
  "holdback.released": "STATE_NOT_SETTLED",
} as const;
const HELD = {
  ...FUNDED,
  "settlement.executed": "STATE_ALREADY_SETTLED",
  "holdback.released": "reaction",
  "agreement.closed": "STATE_HOLDBACK_OPEN",
} as const;

/** The event x state table of the specification (STATE-2 to STATE-18), as data. */
export const TABLE: Readonly<Record<Status, Row>> = {
  none: row("STATE_NO_AGREEMENT", { "agreement.offered": "event" }),
  offered: row("STATE_NOT_FUNDED", {
    ...OFFERED,
    ...UNSETTLED,
    "agreement.accepted": "event",
    "agreement.cancelled": "event",
    "escrow.funded": "STATE_NOT_ACCEPTED",
    "agreement.closed": "reaction",
  }),
  accepted: row("STATE_NOT_FUNDED", {
    ...ACCEPTED,
    ...UNSETTLED,
    "agreement.cancelled": "event",
    "escrow.funded": "event",
    "agreement.closed": "reaction",
  }),
  funded: row("STATE_NO_SUBMISSION", {
    ...FUNDED,
    ...UNSETTLED,
    "agreement.cancelled": "event",
    "work.submitted": "event",
    "decision.made": "reaction",
    "settlement.executed": "STATE_NOT_DECIDED",
    "agreement.closed": "STATE_NOT_SETTLED",
  }),
  review: row("event", {
    ...FUNDED,
    ...UNSETTLED,
    "work.submitted": "STATE_IN_REVIEW",
    "decision.made": "reaction",
    "settlement.executed": "STATE_NOT_DECIDED",
    "agreement.closed": "STATE_NOT_SETTLED",
  }),
  decided: row("LOG_REACTION_MISSING", { "settlement.executed": "reaction" }),
  window: row("STATE_ALREADY_DECIDED", {
    ...HELD,
    "dispute.opened": "event",
    "dispute.resolved": "STATE_NOT_DISPUTED",
  }),
  disputed: row("STATE_ALREADY_DECIDED", {
    ...HELD,
    "dispute.opened": "STATE_ALREADY_DISPUTED",
    "dispute.resolved": "event",
  }),
  ruled: row("LOG_REACTION_MISSING", { "holdback.released": "reaction" }),
  closing: row("LOG_REACTION_MISSING", { "agreement.closed": "reaction" }),
  cancelling: row("LOG_REACTION_MISSING", { "settlement.executed": "reaction", "agreement.closed": "reaction" }),
  closed: row("STATE_CLOSED"),
};
