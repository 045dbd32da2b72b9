import { type AgreementState, applyEvent, receiptOf } from "@settld/kernel";
import {
  type Digest,
  type Envelope,
  type EventPayload,
  type EventType,
  LIMITS,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  parseEnvelope,
  parseEvent,
  parseInstant,
  parseJson,
  parseReceipt,
  SettldError,
} from "@settld/protocol";
import { type Report, type SignerRule, signersOf, verifyBundle } from "@settld/verifier";
import type { Admission, Agreement, AgreementEvent } from "../gen/api.ts";
import type { Platform } from "../platform.ts";
import { assertSame } from "../same.ts";
import { agreementView } from "./agreement-view.ts";
import type { TrustKeeper } from "./trust-keeper.ts";

// The states after each event, oldest first, which share what they have in common; and when each event was seen.
type Log = {
  readonly states: AgreementState[];
  readonly chain: Digest[];
  readonly types: EventType[];
  readonly marks: number[];
  turn: Promise<unknown>;
};
type Opened = { readonly payload: EventPayload; readonly digest: Digest; readonly envelope: ParsedEnvelope };

const KEPT_MAX = 1_000;

/**
 * Keeps what was seen of each agreement's log and reduces it: every event is checked like the verifier does, chains onto
 * what was seen before, and every statement about the agreement has to be the one that the log gives.
 */
export class AgreementKeeper {
  readonly #root: Uint8Array;
  readonly #platform: Platform;
  readonly #trust: TrustKeeper;
  readonly #read: (agreement: string, from: number) => Promise<readonly AgreementEvent[]>;
  readonly #logs = new Map<string, Log>();
  #mark = 0;

  constructor(
    root: Uint8Array,
    platform: Platform,
    trust: TrustKeeper,
    read: (agreement: string, from: number) => Promise<readonly AgreementEvent[]>,
  ) {
    this.#root = root;
    this.#platform = platform;
    this.#trust = trust;
    this.#read = read;
  }

  /** Goes up with every event that is seen. */
  get mark(): number {
    return this.#mark;
  }

  /** Checks what an event led to; `event` is the digest of what was sent. */
  async admission(
    { object, event, appended, agreement }: Admission,
    asked: { readonly agreement: string; readonly event: Digest | undefined },
  ): Promise<void> {
    assertSame({ object, id: agreement.id }, { object: "admission", id: asked.agreement });
    if (asked.event !== undefined) assertSame(event, { digest: asked.event }, undefined, "/event");
    const log = await this.#reach(asked.agreement, agreement.events, appended);
    this.#assertView(log, agreement, 0);
    assertSame(event, { digest: log.chain[event.seq], type: log.types[event.seq] }, undefined, "/event");
    if (asked.event === undefined && !appended.some(({ digest }) => digest === event.digest)) {
      // Nothing that was sent names it, so what says that it is new is that it was appended.
      throw new SettldError("STORE_RECONCILIATION", "/event: expected one of the events that were appended");
    }
  }

  /** Checks where an agreement is said to stand. */
  async agreement(answer: Agreement, { id, mark }: { readonly id: string; readonly mark: number }): Promise<void> {
    assertSame(answer, { object: "agreement", id });
    this.#assertView(await this.#reach(id, answer.events, []), answer, mark);
  }

  /** Checks a page of events. */
  async events(
    answer: readonly AgreementEvent[],
    { agreement, mark, isLast }: { readonly agreement: string; readonly mark: number; readonly isLast: boolean },
  ): Promise<void> {
    const last = answer.at(-1);
    if (last === undefined) return;
    for (const [index, { seq }] of answer.entries()) {
      if (seq === (answer[0]?.seq ?? 0) + index) continue;
      throw new SettldError("LOG_SEQ_MISMATCH", "/seq: expected one event after another, found a gap");
    }
    const seen = seenAt(await this.#reach(agreement, last.seq + 1, answer), mark);
    if (isLast && last.seq + 1 < seen) {
      throw new SettldError("LOG_SEQ_MISMATCH", `expected at least ${seen} events, found ${last.seq + 1}`);
    }
  }

  /** Checks a bundle like anyone would, and that it is of the log that was seen. */
  async bundle(
    bytes: Uint8Array,
    { agreement, mark }: { readonly agreement: string; readonly mark: number },
  ): Promise<Report> {
    const report = await verifyBundle(bytes, { root: this.#root, crypto: this.#platform.crypto });
    const finding = report.findings.find(({ code }) => code !== "BUNDLE_OPEN");
    if (finding !== undefined) {
      const { code, message, pointer } = finding;
      throw new SettldError(code, message, pointer === undefined ? {} : { pointer });
    }
    if (report.chain[0] !== agreement) {
      throw new SettldError("LOG_AGREEMENT_MISMATCH", `expected a bundle of ${agreement}, found ${report.chain[0]}`);
    }
    const log = this.#logs.get(agreement);
    this.#assertHistory(log?.chain ?? [], report.chain, log === undefined ? 0 : seenAt(log, mark));
    return report;
  }

  /** Checks a receipt against the log, which is read to its end. */
  async receipt(answer: Envelope, agreement: string): Promise<void> {
    const envelope = parseEnvelope(answer, {
      payloadType: PAYLOAD_TYPES.receipt,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const statement = parseReceipt(parseJson(envelope.payload, { canonical: true }));
    const { events, at } = statement.predicate;
    const log = await this.#reach(agreement, events, []);
    const state = log.states.at(-1);
    if (state?.status !== "closed")
      throw new SettldError("RECEIPT_NOT_CLOSED", "expected a closed log behind a receipt");
    const issued = parseInstant(at, "/predicate/at");
    if (issued < state.at)
      throw new SettldError("RECEIPT_BEFORE_CLOSE", `expected a receipt after the closing, found ${at}`);
    assertSame(statement, receiptOf(state, issued), "RECEIPT_MISMATCH");
    await this.#trust.checkSignatures(agreement, envelope, settlerOnly(state), issued);
  }

  // A server that shows fewer events than were seen when it was asked has taken something back.
  #assertView(log: Log, answer: Agreement, mark: number): void {
    const seen = seenAt(log, mark);
    const state = log.states[answer.events - 1];
    if (state === undefined || answer.events < seen) {
      throw new SettldError("LOG_SEQ_MISMATCH", `/events: expected at least ${seen}, found ${answer.events}`, {
        pointer: "/events",
      });
    }
    assertSame(answer, agreementView(state));
    // Nothing signs when the server wrote last, but an instant it is.
    parseInstant(answer.updatedAt, "/updatedAt");
  }

  #assertHistory(known: readonly string[], found: readonly string[], seen: number): void {
    const fork = known.findIndex((digest, seq) => seq < found.length && found[seq] !== digest);
    if (fork >= 0) {
      throw new SettldError("LOG_EQUIVOCATION", `event ${fork} was ${known[fork]} before and now ${found[fork]}`);
    }
    if (found.length < seen) {
      throw new SettldError("LOG_SEQ_MISMATCH", `expected at least ${seen} events, found ${found.length}`);
    }
  }

  // Brings the log to a number of events, with those at hand and, where some are missing, with those that are read.
  async #reach(agreement: string, count: number, at: readonly AgreementEvent[]): Promise<Log> {
    if (!Number.isSafeInteger(count) || count < 1 || count > LIMITS.events) {
      throw new SettldError("LOG_SEQ_MISMATCH", `expected 1 to ${LIMITS.events} events, found ${count}`);
    }
    const log = this.#log(agreement);
    const mine = log.turn.then(async () => {
      const fresh = new Set<AgreementEvent>();
      const byPlace = new Map(at.map((event) => [event.seq, event]));
      while (log.states.length < count) {
        const missing = byPlace.get(log.states.length);
        const found = missing === undefined ? await this.#read(agreement, log.states.length) : [missing];
        if (found.length === 0) {
          throw new SettldError("LOG_SEQ_MISMATCH", `expected ${count} events, found ${log.states.length}`);
        }
        for (const event of found) await this.#append(agreement, log, event);
        if (missing !== undefined) fresh.add(missing);
      }
      for (const event of at) if (!fresh.has(event)) await this.#compare(agreement, log, event);
    });
    // A turn that failed must not stop the next one.
    log.turn = mine.catch(() => undefined);
    await mine;
    return log;
  }

  #log(agreement: string): Log {
    const found = this.#logs.get(agreement) ?? { states: [], chain: [], types: [], marks: [], turn: Promise.resolve() };
    this.#logs.delete(agreement);
    this.#logs.set(agreement, found);
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > KEPT_MAX && oldest !== undefined) this.#logs.delete(oldest);
    return found;
  }

  // An event that is in the log already must be the same, and its signatures must hold again: they may be others.
  async #compare(agreement: string, log: Log, event: AgreementEvent): Promise<void> {
    const before = log.chain[event.seq];
    const state = log.states[event.seq];
    if (before === undefined || state === undefined) {
      throw new SettldError("LOG_SEQ_MISMATCH", `/seq: expected one of ${log.states.length}, found ${event.seq}`);
    }
    const opened = this.#open(event);
    this.#assertHistory([before], [opened.digest], 0);
    await this.#checkSignatures(agreement, state, opened);
  }

  async #append(agreement: string, log: Log, event: AgreementEvent): Promise<void> {
    const opened = this.#open(event);
    const applied = applyEvent(log.states.at(-1), opened);
    if (!applied.ok) {
      const { code, message, pointer } = applied.rejection;
      throw new SettldError(code, message, pointer === undefined ? {} : { pointer });
    }
    if (applied.state.agreement !== agreement) {
      throw new SettldError("LOG_AGREEMENT_MISMATCH", `expected ${agreement}, found ${applied.state.agreement}`);
    }
    await this.#checkSignatures(agreement, applied.state, opened);
    log.states.push(applied.state);
    log.chain.push(opened.digest);
    log.types.push(opened.payload.type);
    this.#mark += 1;
    log.marks.push(this.#mark);
  }

  #open(event: AgreementEvent): Opened {
    const envelope = parseEnvelope(event.envelope, {
      payloadType: PAYLOAD_TYPES.event,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 2,
    });
    const value = parseJson(envelope.payload, { canonical: true });
    const payload = parseEvent(value, envelope.payload.length);
    const digest: Digest = `sha256:${this.#platform.crypto.sha256Hex(envelope.payload)}`;
    assertSame(event, { object: "event", seq: payload.seq, type: payload.type, digest });
    return { payload, digest, envelope };
  }

  async #checkSignatures(agreement: string, state: AgreementState, { payload, envelope }: Opened): Promise<void> {
    const rules = signersOf(state, payload);
    await this.#trust.checkSignatures(agreement, envelope, rules, parseInstant(payload.at));
  }
}

// How many events had been seen at a mark.
function seenAt({ marks }: Log, mark: number): number {
  return marks.filter((one) => one <= mark).length;
}

function settlerOnly(state: AgreementState): readonly SignerRule[] {
  const { settler } = state.offer.body.parties;
  return [{ party: settler.id, role: "settler", pinned: settler.keys }];
}
