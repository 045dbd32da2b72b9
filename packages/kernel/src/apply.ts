import {
  type AgreementOffered,
  addDuration,
  canonicalize,
  type Digest,
  type EventPayload,
  type Item,
  type JsonValue,
  parseInstant,
} from "@settld/protocol";
import { type Account, type AccountKind, type Posting, post, type Transaction, ZERO_BALANCES } from "./ledger.ts";
import { checkOffer } from "./offer.ts";
import { subjectOf } from "./policy.ts";
import { type Reaction, type ReactionBody, reactionBody, reactionOf } from "./reaction.ts";
import { mismatch, type Rejection } from "./rejection.ts";
import type { AgreementState, LoggedEvent, Submission } from "./state.ts";
import { TABLE } from "./table.ts";

/** What an event does to a log: the next state and the transaction that it causes, or why it does not fit. */
export type Applied =
  | { readonly ok: true; readonly state: AgreementState; readonly transaction: Transaction | undefined }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Applies one event to a log. Pure and total: the same state and event give the same result, on every runtime.
 *
 * The order of the checks is part of the contract (LOG-8): place in the log, time, due reactions, due timers,
 * state table, actor, body.
 *
 * @param state - the state before, or nothing for the first event.
 * @param event - a payload that passed `parseEvent`, with its digest. Signatures are the caller's business.
 */
export function applyEvent(state: AgreementState | undefined, event: LoggedEvent): Applied {
  const { payload } = event;
  if (state === undefined) {
    return payload.type === "agreement.offered"
      ? applyOffer(payload, event.digest)
      : reject(mismatch("STATE_NO_AGREEMENT", "/type", "agreement.offered", payload.type));
  }
  const at = parseInstant(payload.at);
  const misplaced = checkPlace(state, payload, at);
  if (misplaced !== undefined) return reject(misplaced);
  const due = reactionOf(state);
  const late = due && checkDue(due, payload, at, state);
  if (late !== undefined) return reject(late);

  const cell = TABLE[state.status][payload.type];
  if (cell === "reaction") {
    if (due?.type !== payload.type || at < due.due) {
      return reject(mismatch("STATE_NOT_DUE", "/type", due === undefined ? "nothing" : describe(due), payload.type));
    }
    return applyReaction(state, event, at, due);
  }
  if (cell !== "event")
    return reject({ code: cell, pointer: "/type", message: `/type: ${payload.type} in state ${state.status}` });
  const stranger = checkActor(state, payload);
  if (stranger !== undefined) return reject(stranger);
  return applyBody(state, event, at);
}

function reject(rejection: Rejection): Applied {
  return { ok: false, rejection };
}

function describe({ type, due, immediate }: Reaction): string {
  return immediate ? `${type} at once` : `${type} from ${new Date(due).toISOString()}`;
}

function checkPlace(state: AgreementState, payload: EventPayload, at: number): Rejection | undefined {
  // A second offer has no place in a log; it falls through to the state table, which knows why it is wrong.
  if (payload.type !== "agreement.offered") {
    if (payload.seq !== state.seq) return mismatch("LOG_SEQ_MISMATCH", "/seq", state.seq, payload.seq);
    if (payload.agreement !== state.agreement) {
      return mismatch("LOG_AGREEMENT_MISMATCH", "/agreement", state.agreement, payload.agreement);
    }
    if (payload.prev !== state.head) return mismatch("LOG_PREV_MISMATCH", "/prev", state.head, payload.prev);
  }
  if (at < state.at)
    return mismatch("TIME_BACKWARDS", "/at", `${new Date(state.at).toISOString()} or later`, payload.at);
  return undefined;
}

function checkDue(due: Reaction, payload: EventPayload, at: number, state: AgreementState): Rejection | undefined {
  if (due.immediate) {
    return payload.type === due.type ? undefined : mismatch("LOG_REACTION_MISSING", "/type", due.type, payload.type);
  }
  // At equality the timer wins: in time means earlier than the deadline (TIME-3).
  if (at < due.due || payload.type === due.type) return undefined;
  return {
    code: "TIME_TIMER_MISSING",
    pointer: "/at",
    message: `/at: expected ${describe(due)} before ${payload.type} at ${payload.at} in state ${state.status}`,
  };
}

function checkActor(state: AgreementState, payload: EventPayload): Rejection | undefined {
  const allowed = actorsOf(state, payload);
  return allowed.includes(payload.by) ? undefined : mismatch("EVENT_ACTOR", "/by", allowed, payload.by);
}

/** The ids of the parties that may make an event in a state; more than one where either party may (EVENT-5). */
function actorsOf(state: AgreementState, payload: EventPayload): readonly string[] {
  const { by, body } = state.offer;
  const { buyer, seller, settler, arbiter, checkers } = body.parties;
  switch (payload.type) {
    case "agreement.accepted":
      return [by === buyer.id ? seller.id : buyer.id];
    case "agreement.cancelled":
      return state.status === "offered" || state.status === "accepted" ? [buyer.id, seller.id] : [seller.id];
    case "work.submitted":
      return [seller.id];
    case "approval.given":
      return [buyer.id];
    case "dispute.opened":
      return [buyer.id, seller.id];
    case "dispute.resolved":
      return arbiter === undefined ? [] : [arbiter.id];
    case "evidence.attested": {
      // Who may attest hangs on the requirement; an unknown one is reported as such with the body.
      const requirement = body.policy.requirements.find(({ id }) => id === payload.body.requirement);
      if (requirement?.kind !== "check") return Object.values(checkers).map(({ id }) => id);
      const checker = checkers[requirement.checker];
      return checker === undefined ? [] : [checker.id];
    }
    default:
      return [settler.id];
  }
}

function applyOffer(offer: AgreementOffered, digest: Digest): Applied {
  const rejection = checkOffer(offer);
  if (rejection !== undefined) return reject(rejection);
  const state: AgreementState = {
    status: "offered",
    agreement: digest,
    head: digest,
    seq: 1,
    at: parseInstant(offer.at),
    offer,
    amount: BigInt(offer.body.amount.value),
    attempts: 0,
    itemSizes: new Map(),
    cancelled: false,
    funded: 0n,
    balances: ZERO_BALANCES,
  };
  return { ok: true, state, transaction: undefined };
}

function applyBody(state: AgreementState, event: LoggedEvent, at: number): Applied {
  const { payload, digest } = event;
  const next = { ...state, head: digest, seq: state.seq + 1, at };
  switch (payload.type) {
    case "agreement.accepted":
      return move({ ...next, status: "accepted" });
    case "agreement.cancelled":
      return move({ ...next, status: "cancelling", cancelled: true });
    case "escrow.funded": {
      const rejection = checkFunding(state, payload.body.amount);
      if (rejection !== undefined) return reject(rejection);
      return settle({ ...next, status: "funded", funded: state.amount }, event, [
        ["buyer", -state.amount],
        ["escrow", state.amount],
      ]);
    }
    case "work.submitted": {
      const { attempt, items } = payload.body;
      if (attempt !== state.attempts + 1) {
        return reject(mismatch("EVENT_ATTEMPT_MISMATCH", "/body/attempt", state.attempts + 1, attempt));
      }
      const itemSizes = addItems(state.itemSizes, items);
      if ("code" in itemSizes) return reject(itemSizes);
      const submission: Submission = {
        digest,
        attempt,
        at,
        items,
        reviewBy: addDuration(at, state.offer.body.reviewMs),
        results: new Map(),
        approvals: new Map(),
      };
      return move({ ...next, status: "review", attempts: attempt, submission, itemSizes });
    }
    case "evidence.attested": {
      const submission = currentSubmission(state);
      const { requirement: id, subject, result } = payload.body;
      const requirement = state.offer.body.policy.requirements.find((entry) => entry.id === id);
      if (payload.body.submission !== submission.digest) return staleSubmission(submission, payload.body.submission);
      if (requirement?.kind !== "check") return unknownRequirement("check", id);
      const item = subjectOf(submission.items, requirement.item);
      if (subject !== item) return reject(mismatch("EVENT_SUBJECT_MISMATCH", "/body/subject", item, subject));
      if (submission.results.has(id)) return duplicate("EVENT_ATTESTATION_DUPLICATE", id);
      const results = new Map(submission.results).set(id, result as JsonValue);
      return move({ ...next, submission: { ...submission, results } });
    }
    case "approval.given": {
      const submission = currentSubmission(state);
      const { requirement: id, approved } = payload.body;
      const requirement = state.offer.body.policy.requirements.find((entry) => entry.id === id);
      if (payload.body.submission !== submission.digest) return staleSubmission(submission, payload.body.submission);
      if (requirement?.kind !== "approval") return unknownRequirement("approval", id);
      if (submission.approvals.has(id)) return duplicate("EVENT_APPROVAL_DUPLICATE", id);
      const approvals = new Map(submission.approvals).set(id, approved);
      return move({ ...next, submission: { ...submission, approvals } });
    }
    case "dispute.opened": {
      const decision = state.decision?.digest;
      if (payload.body.decision !== decision) {
        return reject(mismatch("EVENT_DECISION_MISMATCH", "/body/decision", decision, payload.body.decision));
      }
      const itemSizes = addItems(state.itemSizes, payload.body.items ?? []);
      if ("code" in itemSizes) return reject(itemSizes);
      const timer = addDuration(at, state.offer.body.rulingMs);
      return move({ ...next, status: "disputed", dispute: digest, timer, itemSizes });
    }
    case "dispute.resolved": {
      if (payload.body.dispute !== state.dispute) {
        return reject(mismatch("EVENT_DISPUTE_MISMATCH", "/body/dispute", state.dispute, payload.body.dispute));
      }
      const ruling = BigInt(payload.body.toSeller);
      const held = state.balances.holdback;
      if (ruling > held) {
        return reject(mismatch("MONEY_RULING_RANGE", "/body/toSeller", `at most ${held}`, payload.body.toSeller));
      }
      return move({ ...next, status: "ruled", ruling });
    }
    default:
      throw new Error(`${payload.type} has a body of a reaction`);
  }
}

function move(state: AgreementState): Applied {
  return { ok: true, state, transaction: undefined };
}

function currentSubmission(state: AgreementState): Submission {
  if (state.submission === undefined) throw new Error("review without a submission");
  return state.submission;
}

function staleSubmission(submission: Submission, found: string): Applied {
  return reject(mismatch("EVENT_SUBMISSION_MISMATCH", "/body/submission", submission.digest, found));
}

function unknownRequirement(kind: "check" | "approval", found: string): Applied {
  return reject(mismatch("EVENT_REQUIREMENT_UNKNOWN", "/body/requirement", `a requirement of kind ${kind}`, found));
}

function duplicate(code: "EVENT_ATTESTATION_DUPLICATE" | "EVENT_APPROVAL_DUPLICATE", id: string): Applied {
  return reject({ code, pointer: "/body/requirement", message: `/body/requirement: ${id} has its answer already` });
}

function checkFunding(
  state: AgreementState,
  found: { readonly value: string; readonly assetCode: string; readonly assetScale: number },
): Rejection | undefined {
  const agreed = state.offer.body.amount;
  for (const name of ["assetCode", "assetScale"] as const) {
    if (found[name] !== agreed[name]) {
      return mismatch("MONEY_ASSET_MISMATCH", `/body/amount/${name}`, agreed[name], found[name]);
    }
  }
  if (found.value === agreed.value) return undefined;
  return mismatch("MONEY_AMOUNT_MISMATCH", "/body/amount/value", agreed.value, found.value);
}

function addItems(known: ReadonlyMap<Digest, number>, items: readonly Item[]): ReadonlyMap<Digest, number> | Rejection {
  const sizes = new Map(known);
  const names = new Set<string>();
  for (const [index, item] of items.entries()) {
    const pointer = `/body/items/${index}`;
    if (names.has(item.name))
      return mismatch("EVENT_NAME_DUPLICATE", `${pointer}/name`, "a name of its own", item.name);
    names.add(item.name);
    const digest = item.digest as Digest;
    const size = sizes.get(digest) ?? item.size;
    if (size !== item.size) return mismatch("EVENT_ITEM_CONFLICT", `${pointer}/size`, size, item.size);
    sizes.set(digest, size);
  }
  return sizes;
}

function applyReaction(state: AgreementState, event: LoggedEvent, at: number, due: Reaction): Applied {
  const { payload, digest } = event;
  const stranger = checkActor(state, payload);
  if (stranger !== undefined) return reject(stranger);
  const expected = reactionBody(state, due);
  const rejection = compareBodies(expected, payload.body);
  if (rejection !== undefined) return reject(rejection);

  const next = { ...state, head: digest, seq: state.seq + 1, at };
  switch (expected.type) {
    case "decision.made": {
      const { gross, outcome, final } = expected.body;
      const decision = { digest, gross: BigInt(gross), outcome, final };
      return move({ ...next, status: final ? "decided" : "funded", decision });
    }
    case "settlement.executed": {
      const { toSeller, fee, toBuyer } = amountsOf(expected.body);
      const held = BigInt(expected.body.held);
      const moved: AgreementState =
        held > 0n
          ? { ...next, status: "window", timer: addDuration(at, state.offer.body.disputeMs) }
          : { ...next, status: "closing" };
      return settle(moved, event, [
        ["escrow", -(toSeller + fee + toBuyer + held)],
        ["seller", toSeller],
        ["fee", fee],
        ["buyer", toBuyer],
        ["holdback", held],
      ]);
    }
    case "holdback.released": {
      const { toSeller, fee, toBuyer } = amountsOf(expected.body);
      return settle({ ...next, status: "closing" }, event, [
        ["holdback", -(toSeller + fee + toBuyer)],
        ["seller", toSeller],
        ["fee", fee],
        ["buyer", toBuyer],
      ]);
    }
    case "agreement.closed":
      return move({ ...next, status: "closed", reason: expected.body.reason });
  }
}

function amountsOf(body: { toSeller: string; fee: string; toBuyer: string }): {
  readonly toSeller: bigint;
  readonly fee: bigint;
  readonly toBuyer: bigint;
} {
  return { toSeller: BigInt(body.toSeller), fee: BigInt(body.fee), toBuyer: BigInt(body.toBuyer) };
}

function settle(
  state: AgreementState,
  { payload, digest }: LoggedEvent,
  legs: readonly (readonly [AccountKind, bigint])[],
): Applied {
  const postings: Posting[] = [];
  for (const [kind, value] of legs) {
    // A leg of nothing says nothing; leaving it out keeps one form for one history (LEDGER-1).
    if (value !== 0n) postings.push({ account: accountOf(state, kind), value });
  }
  const transaction: Transaction = { id: digest, type: payload.type, at: state.at, postings };
  return { ok: true, state: { ...state, balances: post(state.balances, transaction) }, transaction };
}

function accountOf(state: AgreementState, kind: AccountKind): Account {
  const { parties, amount } = state.offer.body;
  const asset = { assetCode: amount.assetCode, assetScale: amount.assetScale };
  switch (kind) {
    case "buyer":
      return { kind, owner: parties.buyer.id, ...asset };
    case "seller":
      return { kind, owner: parties.seller.id, ...asset };
    case "fee":
      return { kind, owner: parties.settler.id, ...asset };
    default:
      return { kind, agreement: state.agreement, ...asset };
  }
}

// Field by field in this order, each with the code that names what is wrong (LOG-9).
const FIELD_CODES = {
  "decision.made": [
    ["due", "TIME_DUE_MISMATCH"],
    ["submission", "EVENT_SUBMISSION_MISMATCH"],
    ["attempt", "EVENT_ATTEMPT_MISMATCH"],
    ["requirements", "POLICY_REQUIREMENTS_MISMATCH"],
    ["gross", "POLICY_GROSS_MISMATCH"],
    ["outcome", "POLICY_OUTCOME_MISMATCH"],
    ["final", "POLICY_FINAL_MISMATCH"],
  ],
  "settlement.executed": [
    ["due", "TIME_DUE_MISMATCH"],
    ["cause", "LOG_CAUSE_MISMATCH"],
    ["toSeller", "LEDGER_TO_SELLER_MISMATCH"],
    ["fee", "LEDGER_FEE_MISMATCH"],
    ["toBuyer", "LEDGER_TO_BUYER_MISMATCH"],
    ["held", "LEDGER_HELD_MISMATCH"],
  ],
  "holdback.released": [
    ["due", "TIME_DUE_MISMATCH"],
    ["cause", "LOG_CAUSE_MISMATCH"],
    ["toSeller", "LEDGER_TO_SELLER_MISMATCH"],
    ["fee", "LEDGER_FEE_MISMATCH"],
    ["toBuyer", "LEDGER_TO_BUYER_MISMATCH"],
  ],
  "agreement.closed": [
    ["due", "TIME_DUE_MISMATCH"],
    ["reason", "LOG_REASON_MISMATCH"],
    ["totals", "LEDGER_TOTALS_MISMATCH"],
  ],
} as const;

function compareBodies(expected: ReactionBody, found: object): Rejection | undefined {
  const want = expected.body as unknown as Readonly<Record<string, JsonValue>>;
  const got = found as Readonly<Record<string, JsonValue>>;
  for (const [name, code] of FIELD_CODES[expected.type]) {
    if (!sameValue(want[name], got[name])) return mismatch(code, `/body/${name}`, want[name], got[name]);
  }
  return undefined;
}

function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return canonicalize(a) === canonicalize(b);
}
