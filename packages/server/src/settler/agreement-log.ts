import { type AgreementState, applyEvent } from "@settld/kernel";
import { type Digest, LIMITS, PAYLOAD_TYPES, parseEnvelope, parseEvent, parseJson } from "@settld/protocol";
import type { Store, StoredEvent } from "../store/store.ts";

// Events of the longest log fit in one read.
const EVENTS_MAX: number = LIMITS.events;

/**
 * The states of agreements, derived from their logs and kept for the next event. What is kept is only a shortcut:
 * the store's row says how many events there are, and missing ones are read and applied.
 */
export class AgreementLog {
  readonly #store: Store;
  readonly #kept = new Map<Digest, AgreementState>();
  readonly #keptMax: number;

  constructor(store: Store, keptMax = 10_000) {
    this.#store = store;
    this.#keptMax = keptMax;
  }

  /** The present state of an agreement, or `undefined` when there is none. */
  async state(id: Digest): Promise<AgreementState | undefined> {
    const row = await this.#store.agreement(id);
    if (row === undefined) return undefined;
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.seq === row.events && kept.head === row.head) return kept;
    // Another process may have appended; a kept state that is no prefix would fail below, so only its length counts.
    const from = kept !== undefined && kept.seq < row.events ? kept : undefined;
    let state = from;
    for (const stored of await this.#store.events(id, from?.seq ?? 0, EVENTS_MAX)) state = apply(state, stored);
    if (state === undefined || state.seq !== row.events || state.head !== row.head) {
      throw new Error(`agreement ${id}: the log does not lead to its row`);
    }
    this.keep(state);
    return state;
  }

  /** Keeps a state that the store has, and forgets the ones that were not used for longest. */
  keep(state: AgreementState): void {
    this.#kept.delete(state.agreement);
    this.#kept.set(state.agreement, state);
    if (this.#kept.size > this.#keptMax) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
  }

  /** Forgets an agreement whose kept state may be ahead of the store. */
  forget(id: Digest): void {
    this.#kept.delete(id);
  }
}

function apply(state: AgreementState | undefined, { digest, envelope, seq }: StoredEvent): AgreementState {
  const { payload } = parseEnvelope(parseJson(envelope, { canonical: true, maxBytes: LIMITS.lineBytes }), {
    payloadType: PAYLOAD_TYPES.event,
    maxPayloadBytes: LIMITS.payloadBytes,
    maxSignatures: 2,
  });
  const applied = applyEvent(state, {
    payload: parseEvent(parseJson(payload, { canonical: true }), payload.length),
    digest,
  });
  if (!applied.ok) throw new Error(`stored event ${seq} is refused: ${applied.rejection.code}`);
  return applied.state;
}
