import {
  canonicalBytes,
  type Digest,
  digestOf,
  type EventPayload,
  formatInstant,
  parseEvent,
  parseInstant,
  REVISION,
} from "@settld/protocol";
import { applyEvent } from "./apply.ts";
import type { Transaction } from "./ledger.ts";
import { type Reaction, reactionBody, reactionOf } from "./reaction.ts";
import type { Rejection } from "./rejection.ts";
import type { AgreementState } from "./state.ts";

/** An event that was appended to a log: what to sign, its identity, and the money that it moved. */
export type Appended = {
  readonly payload: EventPayload;
  /** Canonical form of the payload: the bytes to sign. */
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly transaction: Transaction | undefined;
};

/** A log after an admission step, with everything that the step appended, in order. */
export type Advanced = { readonly state: AgreementState; readonly appended: readonly Appended[] };

/** The result of {@link admitEvent}. Reactions that were due are appended also when the event itself is refused. */
export type Admission =
  | { readonly ok: true; readonly state: AgreementState; readonly appended: readonly Appended[] }
  | {
      readonly ok: false;
      readonly state: AgreementState | undefined;
      readonly appended: readonly Appended[];
      readonly rejection: Rejection;
    };

/**
 * Appends every reaction that is due at a time: immediate ones, and timers whose instant is reached
 * (LOG-4, TIME-3). Pure; the caller signs what was appended.
 *
 * @param now - the settler's clock in milliseconds since 1970; becomes the `at` of the reactions.
 */
export function advance(state: AgreementState, now: number): Advanced {
  const appended: Appended[] = [];
  let current = state;
  for (;;) {
    const reaction = reactionOf(current);
    if (reaction === undefined || (!reaction.immediate && reaction.due > now)) return { state: current, appended };
    const step = append(current, reactionPayload(current, reaction, Math.max(now, current.at)));
    if (!step.ok) throw new Error(`own reaction refused: ${step.rejection.code} ${step.rejection.message}`);
    current = step.state;
    appended.push(step.appended);
  }
}

/**
 * The settler's admission loop for one event at the time that the event states (LOG-10): due reactions first,
 * then the event, then the reactions that it causes. Pure; run it inside one store transaction.
 *
 * @param state - the state before, or nothing for an offer.
 * @param payload - a payload that passed `parseEvent`.
 */
export function admitEvent(state: AgreementState | undefined, payload: EventPayload): Admission {
  const at = parseInstant(payload.at);
  // An event from before the head cannot make timers fire; it is refused below for its time.
  const before = state === undefined ? undefined : advance(state, Math.max(at, state.at));
  const current = before?.state;
  const earlier = before?.appended ?? [];
  const step = append(current, payload);
  if (!step.ok) return { ok: false, state: current, appended: earlier, rejection: step.rejection };
  const after = advance(step.state, at);
  return { ok: true, state: after.state, appended: [...earlier, step.appended, ...after.appended] };
}

/** Where an event stands: the revision, the agreement, and the end of the log so far. */
export type Place = {
  readonly v: typeof REVISION;
  readonly agreement: Digest;
  readonly seq: number;
  readonly prev: Digest;
};

/** The members that place an event in a log: what its author fills in around the body. */
export function placeOf(state: AgreementState): Place {
  return { v: REVISION, agreement: state.agreement, seq: state.seq, prev: state.head };
}

function reactionPayload(state: AgreementState, reaction: Reaction, at: number): EventPayload {
  const { type, body } = reactionBody(state, reaction);
  const payload = { ...placeOf(state), type, at: formatInstant(at), by: state.offer.body.parties.settler.id, body };
  return parseEvent(payload);
}

function append(
  state: AgreementState | undefined,
  payload: EventPayload,
):
  | { readonly ok: true; readonly state: AgreementState; readonly appended: Appended }
  | { readonly ok: false; readonly rejection: Rejection } {
  const bytes = canonicalBytes(payload);
  const digest = digestOf(bytes);
  const applied = applyEvent(state, { payload, digest });
  if (!applied.ok) return applied;
  return { ok: true, state: applied.state, appended: { payload, bytes, digest, transaction: applied.transaction } };
}
