import { type AgreementState, applyEvent } from "@settld/kernel";
import { digestOf, isSettldError, parseEvent, parseJson } from "@settld/protocol";
import { type Answer, bytesOf, refuse } from "./answer.ts";

/**
 * Applies the events of one log, given as payload bytes in base64 without signatures.
 *
 * @returns the state after the last event, or the answer that names the first that does not fit.
 */
export const reduceLog = (events: readonly string[]): AgreementState | Answer => {
  let state: AgreementState | undefined;
  for (const [index, event] of events.entries()) {
    const bytes = bytesOf(event);
    try {
      const payload = parseEvent(parseJson(bytes, { canonical: true }), bytes.length);
      const applied = applyEvent(state, { payload, digest: digestOf(bytes) });
      if (!applied.ok) return refuse(applied.rejection.code, applied.rejection.pointer, index);
      state = applied.state;
    } catch (error) {
      if (!isSettldError(error)) throw error;
      const mixed = error.code === "EVENT_REVISION_UNKNOWN" && state !== undefined;
      return refuse(mixed ? "EVENT_REVISION_MIXED" : error.code, error.pointer, index);
    }
  }
  if (state === undefined) throw new TypeError("expected at least one event");
  return state;
};
