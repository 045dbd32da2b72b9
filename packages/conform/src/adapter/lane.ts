import type { SettldError } from "@settld/protocol";
import { outcomeOf, type Reply } from "./message.ts";
import type { Outcome, Question } from "./outcome.ts";
import type { Session } from "./session.ts";
import { type Tail, tail } from "./tail.ts";

/** What lanes share. */
export type Pool = {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The next question, or `undefined` after the last. */
  readonly next: () => Question | undefined | Promise<Question | undefined>;
  /** A new id for the adapter: a number in a row, which says nothing about the case (CONF-3). */
  readonly nextId: () => string;
  readonly open: (stderr: Tail) => Promise<Session>;
  /** Counts an end or a silence; throws `CONF_ADAPTER_LOST` when it was the last that is tolerated. */
  readonly failed: (what: string) => void;
  /** Shows the line of an answer to whoever wants to see it. */
  readonly seen: (id: string, line: Uint8Array) => void;
  readonly settle: (id: string, outcome: Outcome) => void;
  /** Keeps what an adapter said on standard error before something failed. */
  readonly complain: (id: string, stderr: string) => void;
};

/** A question that waits for its answer. */
type Sent = { readonly question: Question; readonly size: number };

/** How a session came to an end that nobody wanted. */
type Failure = { readonly kind: "crash" | "timeout"; readonly detail: string };

/** What came of waiting. */
type Arrival =
  | { readonly sent: Sent; readonly outcome: Outcome; readonly failure?: undefined }
  | { readonly failure: Failure };

// Cases are sent ahead up to this many bytes, so that large ones do not pile up in memory.
const WAITING_BYTES_MAX = 16_777_216;

// Most of the standard error that one failure adds to the report.
const COMPLAINT_BYTES_MAX = 4096;

/**
 * Asks questions of the pool, one session after another, until none is left.
 *
 * @param greeted - called after hello; without it, the session starts with the first question.
 * @throws SettldError when the adapter breaks the protocol or is lost.
 */
export const runLane = async (pool: Pool, greeted?: () => void): Promise<void> => {
  const lane = laneOf(pool);
  try {
    if (greeted !== undefined) {
      await lane.session();
      greeted();
    }
    while (await lane.fill()) {
      const arrival = await lane.arrive();
      if (pool.signal.aborted) return;
      if (arrival.failure !== undefined) await lane.recover(arrival.failure);
      else {
        pool.settle(arrival.sent.question.id, arrival.outcome);
        if (arrival.outcome.kind === "crash") pool.failed(arrival.outcome.detail);
      }
    }
    await lane.bye();
  } catch (error) {
    lane.complain("stopped");
    throw error;
  } finally {
    await lane.stop();
  }
};

type Lane = {
  /** The open session, or a new one. */
  readonly session: () => Promise<Session>;
  /** Sends as much as may wait; returns `false` when nothing waits any more. */
  readonly fill: () => Promise<boolean>;
  readonly arrive: () => Promise<Arrival>;
  /** Deals with what waited when the session failed (CONF-8). */
  readonly recover: (failure: Failure) => Promise<void>;
  readonly complain: (id: string) => void;
  readonly bye: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const laneOf = (pool: Pool): Lane => {
  let open: Session | undefined;
  let stderr: Tail = tail(COMPLAINT_BYTES_MAX);
  const waiting = new Map<string, Sent>();
  const answered = new Set<string>();
  let waitingBytes = 0;

  const stop = async (): Promise<void> => {
    const session = open;
    open = undefined;
    waiting.clear();
    answered.clear();
    waitingBytes = 0;
    await session?.stop();
  };
  const session = async (): Promise<Session> => {
    // Nothing waited when it ended, so nothing is to blame but the adapter.
    if (open?.over() === true && waiting.size === 0) await stop();
    if (open === undefined) {
      stderr = tail(COMPLAINT_BYTES_MAX);
      open = await pool.open(stderr);
    }
    return open;
  };
  const send = async (question: Question): Promise<void> => {
    const to = await session();
    // What was said about earlier cases explains nothing here.
    if (waiting.size === 0) stderr.clear();
    const id = pool.nextId();
    const size = to.ask(id, question.op, question.input);
    waiting.set(id, { question, size });
    waitingBytes += size;
  };
  const done = (id: string): Sent | undefined => {
    const sent = waiting.get(id);
    waiting.delete(id);
    answered.add(id);
    waitingBytes -= sent?.size ?? 0;
    return sent;
  };
  const take = (reply: Reply, unexpected: (expected: string) => SettldError): Sent => {
    const again = answered.has(reply.id);
    const sent = done(reply.id);
    if (sent === undefined) throw unexpected(again ? "one answer a case" : "the id of a case that waits");
    return sent;
  };
  const arrive = async (): Promise<Arrival> => {
    const event = await open?.next(pool.timeoutMs);
    switch (event?.type) {
      case undefined:
        return { failure: { kind: "timeout", detail: `no answer in ${pool.timeoutMs} ms` } };
      case "reply": {
        const sent = take(event.reply, event.unexpected);
        pool.seen(sent.question.id, event.line);
        return { sent, outcome: outcomeOf(event.reply) };
      }
      case "ended":
        return { failure: { kind: "crash", detail: event.detail } };
      case "failed": {
        const sent = done(event.id);
        if (sent === undefined) throw new Error(`the session failed a case that does not wait: ${event.id}`);
        return { sent, outcome: { kind: "crash", detail: event.detail } };
      }
    }
  };
  const charge = ({ id }: Question, { kind, detail }: Failure): void => {
    pool.complain(id, stderr.text());
    pool.settle(id, { kind, detail });
  };
  const recover = async (failure: Failure): Promise<void> => {
    const questions = [...waiting.values()].map(({ question }) => question);
    const [first, ...others] = questions;
    if (first === undefined) return;
    await stop();
    try {
      pool.failed(failure.detail);
    } catch (error) {
      charge(first, failure);
      throw error;
    }
    if (others.length === 0) charge(first, failure);
    else await replay(first, others, failure);
  };
  // One at a time shows which case it was. The first one is the suspect until then.
  const replay = async (first: Question, others: readonly Question[], failure: Failure): Promise<void> => {
    const count = others.length + 1;
    const suspicion = {
      ...failure,
      detail: `${failure.detail} while ${count} cases waited, none of which fails alone`,
    };
    let answer: Outcome | undefined;
    let again = false;
    try {
      for (const question of [first, ...others]) {
        await send(question);
        const arrival = await arrive();
        if (pool.signal.aborted) return;
        const found = arrival.failure ?? (arrival.outcome.kind === "crash" ? arrival.outcome : undefined);
        if (found !== undefined) {
          again = true;
          await stop();
          charge(question, found);
          pool.failed(found.detail);
        } else if (arrival.failure === undefined) {
          if (question === first) answer = arrival.outcome;
          else pool.settle(question.id, arrival.outcome);
        }
      }
    } finally {
      if (answer !== undefined && again) pool.settle(first.id, answer);
      else if (answer !== undefined) charge(first, suspicion);
    }
  };
  return {
    session,
    fill: async () => {
      const limit = (): number => open?.window ?? 1;
      while (waiting.size < limit() && waitingBytes < WAITING_BYTES_MAX) {
        const question = await pool.next();
        if (question === undefined) break;
        await send(question);
      }
      return waiting.size > 0;
    },
    arrive,
    recover,
    complain: (id) => pool.complain(id, stderr.text()),
    bye: async () => {
      await open?.bye(pool.timeoutMs);
    },
    stop,
  };
};
