import { type AgreementState, applyEvent } from "@settld/kernel";
import { type Digest, LIMITS, PAYLOAD_TYPES, parseEnvelope, parseEvent, parseJson } from "@settld/protocol";
import type { AgreementRow, Store, StoredEvent } from "../store/store.ts";

// How many bytes of log the kept states may come from. In memory a state has up to about ten times as many.
const KEPT_BYTES_MAX = 33_554_432;

// A state, and how long the log is from which it comes.
type Kept = { readonly state: AgreementState; readonly bytes: number };

/**
 * The states of agreements, derived from their logs and kept for the next event. What is kept is only a shortcut:
 * the store's row says how many events there are, and missing ones are read and applied.
 */
export class AgreementLog {
  readonly #store: Pick<Store, "agreement" | "events">;
  readonly #kept = new Map<Digest, Kept>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(store: Pick<Store, "agreement" | "events">, bytesMax: number = KEPT_BYTES_MAX) {
    this.#store = store;
    this.#bytesMax = bytesMax;
  }

  /**
   * The present state of an agreement, or `undefined` when there is none.
   *
   * @param of - its id, or its row as it was just read, which saves reading it again.
   * @param keeps - whether it is kept for the next time; a list that only looks at it says no.
   */
  async state(of: Digest | AgreementRow, keeps = true): Promise<AgreementState | undefined> {
    const row = typeof of === "string" ? await this.#store.agreement(of) : of;
    if (row === undefined) return undefined;
    const { id } = row;
    const kept = this.#kept.get(id);
    // Somebody has appended since the row was read.
    if (kept !== undefined && kept.state.seq > row.events && of === row) return this.state(id, keeps);
    if (kept !== undefined && kept.state.seq === row.events && kept.state.head === row.head) {
      if (keeps) this.#put(kept);
      return kept.state;
    }
    // Another process may have appended; a kept state that is no prefix would fail below, so only its length counts.
    const from = kept !== undefined && kept.state.seq < row.events ? kept : undefined;
    // As many as the row says: others may have come since it was read, and a log only grows.
    const first = from?.state.seq ?? 0;
    const events = await this.#store.events(id, first, row.events - first);
    let state = from?.state;
    for (const stored of events) state = apply(state, stored);
    if (state === undefined || state.seq !== row.events || state.head !== row.head) {
      throw new Error(`agreement ${id}: the log does not lead to its row`);
    }
    if (keeps) this.#put({ state, bytes: (from?.bytes ?? 0) + bytesOf(events) });
    return state;
  }

  /** Keeps a state that the store has, after what was appended to the one before. */
  keep(state: AgreementState, appended: readonly StoredEvent[]): void {
    const before = this.#kept.get(state.agreement);
    const first = appended[0]?.seq ?? 0;
    // Without what came before, its length is not known; it is read when it is asked for.
    if (first > 0 && before?.state.seq !== first) this.forget(state.agreement);
    else this.#put({ state, bytes: (first > 0 ? (before?.bytes ?? 0) : 0) + bytesOf(appended) });
  }

  /** Forgets an agreement whose kept state may be ahead of the store. */
  forget(id: Digest): void {
    this.#bytes -= this.#kept.get(id)?.bytes ?? 0;
    this.#kept.delete(id);
  }

  // The newest stand last; those that were not used for longest go when there is too much. The newest one stays.
  #put(kept: Kept): void {
    this.forget(kept.state.agreement);
    this.#kept.set(kept.state.agreement, kept);
    this.#bytes += kept.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax || this.#kept.size === 1) break;
      this.forget(oldest);
    }
  }
}

function bytesOf(events: readonly StoredEvent[]): number {
  return events.reduce((sum, { envelope }) => sum + envelope.length, 0);
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
