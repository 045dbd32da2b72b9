import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { CODES, isSettldError, SettldError } from "@settld/protocol";
import type { AdapterHello } from "../gen/types.ts";
import { execAdapter } from "./exec-session.ts";
import { httpAdapter } from "./http-session.ts";
import { type Pool, runLane } from "./lane.ts";
import { nodeAdapter } from "./node-session.ts";
import type { Outcome, Question } from "./outcome.ts";
import { cmdAdapter } from "./process-session.ts";
import { type Adapter, expectSameHello, type Session } from "./session.ts";
import { type AdapterSpec, parseSpec } from "./spec.ts";
import { STDERR_BYTES_MAX, type Tail } from "./tail.ts";

export type { Outcome, Question } from "./outcome.ts";

/** How {@link askAll} asks. */
export type AskOptions = {
  /** Revision of the protocol that the questions belong to. */
  readonly revision: string;
  /** Processes or threads at most; an adapter that is reached by HTTP is one. Default: the number of cores, at most 4. */
  readonly parallel?: number | undefined;
  /** Longest silence of an adapter that has a case, in milliseconds. Default 60000. */
  readonly timeoutMs?: number | undefined;
  /** Longest wait for hello, in milliseconds. Default 60000: starting a program can take longer than any answer. */
  readonly startTimeoutMs?: number | undefined;
  /** Ends everything; questions without an outcome stay without. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, before the first question is taken from `cases`, so that a generator can leave out undeclared ops. */
  readonly onHello?: ((hello: AdapterHello) => void) | undefined;
  /** Called once for each finished question, in any order. */
  readonly onOutcome: (id: string, outcome: Outcome) => void;
  /** Called before the outcome with the line that it came from, for people who want to see it. */
  readonly onLine?: ((id: string, line: Uint8Array) => void) | undefined;
};

/** What is left to say after the outcomes. */
export type Asked = {
  /** What the adapter said of itself; `null` when it never did. */
  readonly hello: AdapterHello | null;
  /** The end of the standard error of whatever failed, in the order of ids, at most 16 KiB. */
  readonly stderr: string;
  /** Why not all questions were asked: the adapter broke the protocol, or cannot be reached (exit code 3). */
  readonly stopped: SettldError | undefined;
};

const TIMEOUT_MS = 60_000;

// CONF-8.
const FAILURES_MAX = 8;

/**
 * Asks an adapter all questions, several at a time, and starts it anew when it crashes or falls silent (CONF-8).
 *
 * @param spec - how to reach the adapter, such as `cmd:./adapter` (CONF-9).
 * @throws SettldError `CLI_USAGE` when `spec` is none. Whatever the adapter does wrong is `stopped`.
 */
export const askAll = async (
  spec: string,
  cases: Iterable<Question> | AsyncIterable<Question>,
  options: AskOptions,
): Promise<Asked> => {
  const adapter = adapterOf(parseSpec(spec));
  const { revision, onOutcome, timeoutMs = TIMEOUT_MS, startTimeoutMs = TIMEOUT_MS } = options;
  const end = new AbortController();
  const signal = options.signal === undefined ? end.signal : AbortSignal.any([options.signal, end.signal]);
  // One listener a session, and there may be many.
  setMaxListeners(0, signal);
  let hello: AdapterHello | null = null;
  let failures = 0;
  let sent = 0;
  const complaints = new Map<string, string>();

  const failed = (what: string): void => {
    failures += 1;
    if (failures < FAILURES_MAX) return;
    throw new SettldError(
      "CONF_ADAPTER_LOST",
      `expected an answer, found that the adapter failed ${FAILURES_MAX} times in a row, at last: ${what}`,
    );
  };
  const open = async (stderr: Tail): Promise<Session> => {
    for (;;) {
      try {
        const session = await adapter.open({ revision, timeoutMs: startTimeoutMs, stderr, signal });
        if (hello === null) {
          hello = session.hello;
          options.onHello?.(hello);
        } else expectSameHello(session.hello, hello);
        return session;
      } catch (error) {
        // What could be started before may be on its way back, such as a server behind a supervisor.
        if (hello === null || signal.aborted || !isSettldError(error) || !CODES[error.code].retryable) throw error;
        failed(error.message);
        await wait(Math.min(1000, 25 * 2 ** failures), undefined, { signal });
      }
    }
  };
  const take = takerOf(cases);
  const pool: Pool = {
    timeoutMs,
    signal,
    open,
    failed,
    seen: (id, line) => options.onLine?.(id, line),
    next: () => (signal.aborted ? undefined : take()),
    nextId: () => {
      sent += 1;
      return `${sent}`;
    },
    settle: (id, outcome) => {
      if (outcome.kind !== "crash" && outcome.kind !== "timeout") failures = 0;
      onOutcome(id, outcome);
    },
    complain: (id, text) => {
      if (text !== "") complaints.set(id, text);
    },
  };

  let stopped: SettldError | undefined;
  const guarded = async (lane: Promise<void>): Promise<void> => {
    try {
      await lane;
    } catch (error) {
      if (signal.aborted) return;
      end.abort();
      if (!isSettldError(error)) throw error;
      stopped = error;
    }
  };
  const count = Math.min(options.parallel ?? Math.min(4, availableParallelism()), adapter.sessionsMax);
  // The first lane says hello before anything is taken from the questions.
  let greeted = (): void => {};
  const first = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  await Promise.all([
    guarded(runLane(pool, greeted)).finally(greeted),
    first.then(() => Promise.all(Array.from({ length: hello === null ? 0 : count - 1 }, () => guarded(runLane(pool))))),
  ]);
  return { hello, stderr: stderrOf(complaints), stopped };
};

const adapterOf = (spec: AdapterSpec): Adapter => {
  switch (spec.kind) {
    case "cmd":
      return cmdAdapter(spec.command);
    case "exec":
      return execAdapter(spec.command);
    case "node":
      return nodeAdapter(spec.module);
    case "http":
      return httpAdapter(spec.url);
  }
};

const takerOf = (
  cases: Iterable<Question> | AsyncIterable<Question>,
): (() => Question | undefined | Promise<Question | undefined>) => {
  if (Symbol.iterator in cases) {
    const iterator = cases[Symbol.iterator]();
    return () => questionOf(iterator.next());
  }
  const iterator = cases[Symbol.asyncIterator]();
  return async () => questionOf(await iterator.next());
};

const questionOf = (result: IteratorResult<Question, unknown>): Question | undefined =>
  result.done === true ? undefined : result.value;

// In the order of ids, because the order in which things fail depends on who is faster.
const stderrOf = (complaints: ReadonlyMap<string, string>): string => {
  const parts = [...complaints].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, text]) => `[${id}]\n${text}`);
  const bytes = Buffer.from(parts.map((text) => (text.endsWith("\n") ? text : `${text}\n`)).join(""));
  return bytes.subarray(Math.max(0, bytes.length - STDERR_BYTES_MAX)).toString("utf8");
};
