import { readFileSync, writeFileSync } from "node:fs";
import {
  type Code,
  type Digest,
  EVENT_TYPES,
  type EventPayload,
  type EventType,
  formatInstant,
  parseEvent,
  REVISION,
} from "@settld/protocol";
import {
  bodyWithoutLog,
  cellOf,
  digestNamed,
  digestOfPayload,
  HOUR,
  IDS,
  itemOf,
  START,
  termsOf,
} from "@settld/testkit";
import { describe, expect, test } from "vitest";
import { applyEvent } from "./apply.ts";
import { type ReactionType, reactionBody, reactionOf } from "./reaction.ts";
import type { AgreementState } from "./state.ts";
import { STATUSES, type Status, TABLE } from "./table.ts";

const SPEC = new URL("../../../spec/events.md", import.meta.url);
const START_MARK = "<!-- table:start -->\n";
const END_MARK = "<!-- table:end -->";

function cellText(cell: string): string {
  return cell === "event" || cell === "reaction" ? `**${cell}**` : cell;
}

function markdown(): string {
  const lines = [`| event | ${STATUSES.join(" | ")} |`, `|---|${"---|".repeat(STATUSES.length)}`];
  for (const type of EVENT_TYPES) {
    lines.push(`| \`${type}\` | ${STATUSES.map((status) => cellText(TABLE[status][type])).join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

test("the state table of the specification is the kernel's", () => {
  const text = readFileSync(SPEC, "utf8");
  const from = text.indexOf(START_MARK) + START_MARK.length;
  const to = text.indexOf(END_MARK);
  expect(from >= START_MARK.length && to >= from).toBe(true);
  if (process.env["SETTLD_UPDATE"] === "1") writeFileSync(SPEC, text.slice(0, from) + markdown() + text.slice(to));
  else expect(text.slice(from, to), "run this test with SETTLD_UPDATE=1").toBe(markdown());
});

test("every cell is what the clauses STATE-2 to STATE-18 say", () => {
  for (const status of STATUSES) {
    for (const type of EVENT_TYPES)
      expect([status, type, TABLE[status][type]]).toEqual([status, type, cellOf(status, type)]);
  }
});

// One log is driven into every state by single events, without the admission loop, which would pass through the
// states that have an immediate reaction.

const TERMS = termsOf({
  policy: {
    requirements: [
      { id: "valid", kind: "check", checker: "quality", item: "result.csv", pointer: "/ok", op: "eq", value: true },
      { id: "liked", kind: "approval", onTimeout: "fail" },
    ],
    payout: { kind: "all-or-nothing" },
  },
});
const { item } = itemOf("result.csv", "a,b\n1,2\n");

type Driven = { state: AgreementState | undefined; at: number };

function payloadOf(
  type: EventType,
  by: string,
  at: number,
  body: unknown,
  state: AgreementState | undefined,
): EventPayload {
  const place =
    type === "agreement.offered"
      ? { seq: 0 }
      : {
          seq: state?.seq ?? 1,
          agreement: state?.agreement ?? digestNamed("a"),
          prev: state?.head ?? digestNamed("p"),
        };
  return parseEvent({ v: REVISION, type, ...place, at: formatInstant(at), by, body });
}

function attempt(state: AgreementState | undefined, payload: EventPayload): AgreementState | Code {
  const applied = applyEvent(state, { payload, digest: digestOfPayload(payload) });
  return applied.ok ? applied.state : applied.rejection.code;
}

const ACTORS: Partial<Record<EventType, string>> = {
  "agreement.offered": IDS.buyer,
  "agreement.accepted": IDS.seller,
  "agreement.cancelled": IDS.seller,
  "work.submitted": IDS.seller,
  "evidence.attested": IDS.checker,
  "approval.given": IDS.buyer,
  "dispute.opened": IDS.buyer,
  "dispute.resolved": IDS.arbiter,
};

/** An event of a type with the right author and the right body for the state, as far as the state knows one. */
function rightEvent(
  type: EventType,
  state: AgreementState | undefined,
  at: number,
  bend: Record<string, unknown> = {},
): EventPayload {
  return payloadOf(type, ACTORS[type] ?? IDS.settler, at, { ...(rightBody(type, state) as object), ...bend }, state);
}

function rightBody(type: EventType, state: AgreementState | undefined): unknown {
  const reaction = state && reactionOf(state);
  if (state !== undefined && reaction?.type === type) return reactionBody(state, reaction).body;
  switch (type) {
    case "agreement.offered":
      return TERMS;
    case "escrow.funded":
      return { amount: TERMS.amount };
    case "work.submitted":
      return { attempt: (state?.attempts ?? 0) + 1, items: [item] };
    case "evidence.attested":
      return {
        submission: state?.submission?.digest ?? digestNamed("none"),
        subject: item["digest"],
        requirement: "valid",
        result: { ok: true },
      };
    case "approval.given":
      return { submission: state?.submission?.digest ?? digestNamed("none"), requirement: "liked", approved: true };
    case "dispute.opened":
      return { decision: state?.decision?.digest ?? digestNamed("none"), reasonCode: "late" };
    case "dispute.resolved":
      return { dispute: state?.dispute ?? digestNamed("none"), toSeller: "5" };
    default:
      return bodyWithoutLog(type);
  }
}

const PATHS: Readonly<Record<Status, readonly EventType[]>> = {
  none: [],
  offered: ["agreement.offered"],
  accepted: ["agreement.offered", "agreement.accepted"],
  funded: ["agreement.offered", "agreement.accepted", "escrow.funded"],
  review: ["agreement.offered", "agreement.accepted", "escrow.funded", "work.submitted"],
  decided: [
    "agreement.offered",
    "agreement.accepted",
    "escrow.funded",
    "work.submitted",
    "evidence.attested",
    "approval.given",
    "decision.made",
  ],
  window: [
    "agreement.offered",
    "agreement.accepted",
    "escrow.funded",
    "work.submitted",
    "evidence.attested",
    "approval.given",
    "decision.made",
    "settlement.executed",
  ],
  disputed: [
    "agreement.offered",
    "agreement.accepted",
    "escrow.funded",
    "work.submitted",
    "evidence.attested",
    "approval.given",
    "decision.made",
    "settlement.executed",
    "dispute.opened",
  ],
  ruled: [
    "agreement.offered",
    "agreement.accepted",
    "escrow.funded",
    "work.submitted",
    "evidence.attested",
    "approval.given",
    "decision.made",
    "settlement.executed",
    "dispute.opened",
    "dispute.resolved",
  ],
  closing: [
    "agreement.offered",
    "agreement.accepted",
    "escrow.funded",
    "work.submitted",
    "evidence.attested",
    "approval.given",
    "decision.made",
    "settlement.executed",
    "dispute.opened",
    "dispute.resolved",
    "holdback.released",
  ],
  cancelling: ["agreement.offered", "agreement.accepted", "escrow.funded", "agreement.cancelled"],
  closed: ["agreement.offered", "agreement.accepted", "agreement.cancelled", "agreement.closed"],
};

function drive(path: readonly EventType[]): Driven {
  let state: AgreementState | undefined;
  let at = START;
  for (const type of path) {
    at += HOUR;
    const next = attempt(state, rightEvent(type, state, at));
    if (typeof next === "string") throw new Error(`${type} refused with ${next}`);
    state = next;
  }
  return { state, at };
}

const IMMEDIATE: readonly Status[] = ["decided", "ruled", "closing", "cancelling"];

describe.each([...STATUSES])("in state %s", (status) => {
  const { state, at } = drive(PATHS[status]);
  const due = state && reactionOf(state);

  test("the log is there", () => {
    expect(state?.status ?? "none").toBe(status);
    expect(due?.immediate === true).toBe(IMMEDIATE.includes(status));
    // Silence never locks money (STATE-1): everything between the offer and the end waits for something.
    if (status !== "none" && status !== "closed") expect(due).toBeDefined();
  });

  test.each([...EVENT_TYPES])("%s", (type) => {
    const cell = cellOf(status, type);
    const payload = rightEvent(type, state, at);
    const result = attempt(state, payload);
    if (cell === "event") {
      expect(typeof result).toBe("object");
      // The same event by somebody else is refused for its author and for nothing before (LOG-8).
      expect(attempt(state, { ...payload, by: IDS.stranger })).toBe("EVENT_ACTOR");
    } else if (cell !== "reaction") {
      expect(result).toBe(cell);
      expect(attempt(state, { ...payload, by: IDS.stranger })).toBe(cell);
    } else if (due?.immediate === true) {
      if (due.type === type) expect(typeof result).toBe("object");
      // cancelling has two reactions; the one that is not its turn is not the next event (LOG-4).
      else expect(result).toBe("LOG_REACTION_MISSING");
    } else {
      expect(due?.type).toBe(type);
      const instant = due?.due ?? 0;
      expect(result).toBe("STATE_NOT_DUE");
      expect(attempt(state, { ...payload, at: formatInstant(instant - 1) })).toBe("STATE_NOT_DUE");
      expect(attempt(state, { ...payload, at: formatInstant(instant - 1), by: IDS.stranger })).toBe("STATE_NOT_DUE");
      const onTime = { ...payload, at: formatInstant(instant) };
      expect(typeof attempt(state, onTime)).toBe("object");
      expect(attempt(state, { ...onTime, by: IDS.stranger })).toBe("EVENT_ACTOR");
    }
  });

  const timed = state === undefined || due === undefined || due.immediate ? [] : EVENT_TYPES;
  test.each([...timed])("%s at the timer's instant", (type) => {
    if (due === undefined) throw new Error("no timer");
    // At equality the timer wins over everything but itself, and over the state table (TIME-3 before the table).
    const late = rightEvent(type, state, due.due);
    const result = attempt(state, late);
    if (type === due.type) expect(typeof result).toBe("object");
    else expect(result).toBe("TIME_TIMER_MISSING");
  });

  test.each(state === undefined ? [] : [...EVENT_TYPES])("%s out of place", (type) => {
    if (state === undefined) throw new Error("no log");
    const payload = rightEvent(type, state, at);
    const early = { ...payload, at: formatInstant(START - HOUR) };
    expect(attempt(state, early)).toBe("TIME_BACKWARDS");
    // A second offer has no place (LOG-8).
    if (type === "agreement.offered") return;
    const wrong = {
      ...early,
      seq: state.seq + 1,
      agreement: digestNamed("x") as Digest,
      prev: digestNamed("x") as Digest,
    } as EventPayload;
    expect(attempt(state, wrong)).toBe("LOG_SEQ_MISMATCH");
    expect(attempt(state, { ...wrong, seq: state.seq - 1 } as EventPayload)).toBe("LOG_SEQ_MISMATCH");
    expect(attempt(state, { ...wrong, seq: state.seq } as EventPayload)).toBe("LOG_AGREEMENT_MISMATCH");
    expect(attempt(state, { ...wrong, seq: state.seq, agreement: state.agreement } as EventPayload)).toBe(
      "LOG_PREV_MISMATCH",
    );
  });
});

// Each field of each reaction, wrong alone and wrong together with everything behind it (LOG-9).
const FIELDS: Readonly<Record<ReactionType, readonly (readonly [string, unknown, Code])[]>> = {
  "decision.made": [
    ["due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["submission", digestNamed("x"), "EVENT_SUBMISSION_MISMATCH"],
    ["attempt", 2, "EVENT_ATTEMPT_MISMATCH"],
    ["requirements", [{ id: "valid", code: "POLICY_MET" }], "POLICY_REQUIREMENTS_MISMATCH"],
    ["gross", "47999", "POLICY_GROSS_MISMATCH"],
    ["outcome", "partial", "POLICY_OUTCOME_MISMATCH"],
    ["final", false, "POLICY_FINAL_MISMATCH"],
  ],
  "settlement.executed": [
    ["due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["cause", digestNamed("x"), "LOG_CAUSE_MISMATCH"],
    ["toSeller", "1", "LEDGER_TO_SELLER_MISMATCH"],
    ["fee", "1", "LEDGER_FEE_MISMATCH"],
    ["toBuyer", "1", "LEDGER_TO_BUYER_MISMATCH"],
    ["held", "1", "LEDGER_HELD_MISMATCH"],
  ],
  "holdback.released": [
    ["due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["cause", digestNamed("x"), "LOG_CAUSE_MISMATCH"],
    ["toSeller", "1", "LEDGER_TO_SELLER_MISMATCH"],
    ["fee", "1", "LEDGER_FEE_MISMATCH"],
    ["toBuyer", "1", "LEDGER_TO_BUYER_MISMATCH"],
  ],
  "agreement.closed": [
    ["due", formatInstant(START), "TIME_DUE_MISMATCH"],
    ["reason", "unfunded", "LOG_REASON_MISMATCH"],
    ["totals", { funded: "48000", toSeller: "48000", fee: "0", toBuyer: "1" }, "LEDGER_TOTALS_MISMATCH"],
  ],
};

const BEFORE: Readonly<Record<ReactionType, readonly EventType[]>> = {
  "decision.made": PATHS.decided.slice(0, -1),
  "settlement.executed": PATHS.decided,
  "holdback.released": PATHS.ruled,
  "agreement.closed": PATHS.closing,
};

test.each(Object.keys(FIELDS) as ReactionType[])("every field of %s has its code, in order", (type) => {
  const { state, at } = drive(BEFORE[type]);
  for (const [index, [name, value, code]] of FIELDS[type].entries()) {
    expect([name, attempt(state, rightEvent(type, state, at, { [name]: value }))]).toEqual([name, code]);
    const rest = Object.fromEntries(FIELDS[type].slice(index).map(([field, wrong]) => [field, wrong]));
    expect([name, attempt(state, rightEvent(type, state, at, rest))]).toEqual([name, code]);
  }
  expect(typeof attempt(state, rightEvent(type, state, at))).toBe("object");
});
