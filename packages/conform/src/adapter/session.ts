import { canonicalize, type JsonValue, SettldError } from "@settld/protocol";
import type { AdapterHello } from "../gen/types.ts";
import { brokenMessage, parseMessage, type Reply } from "./message.ts";
import { OPS } from "./ops.ts";
import type { Tail } from "./tail.ts";

/** What happens in a session. */
export type SessionEvent =
  | {
      readonly type: "reply";
      readonly reply: Reply;
      /** The line that it was. */
      readonly line: Uint8Array;
      /** Makes the error for a reply to nothing that waits. */
      readonly unexpected: (expected: string) => SettldError;
    }
  /** The session is over; whatever waits gets no answer. */
  | { readonly type: "ended"; readonly detail: string }
  /** One case failed and took nothing with it. */
  | { readonly type: "failed"; readonly id: string; readonly detail: string };

/** A conversation with a running adapter. */
export type Session = {
  readonly hello: AdapterHello;
  /** Cases that may wait at one time. */
  readonly window: number;
  /** Sends a case and returns its length, in about as many bytes. */
  readonly ask: (id: string, op: string, input: Readonly<Record<string, unknown>>) => number;
  /**
   * The next event, or `undefined` after silence.
   *
   * @throws SettldError when the adapter breaks the protocol.
   */
  readonly next: (timeoutMs: number) => Promise<SessionEvent | undefined>;
  /** Whether the adapter is known to have ended, with nothing left to take but that. */
  readonly over: () => boolean;
  /**
   * Says goodbye and waits for the end.
   *
   * @throws SettldError `CONF_ADAPTER_MESSAGE` when the adapter does anything but end.
   */
  readonly bye: (timeoutMs: number) => Promise<void>;
  /** Ends it by force. */
  readonly stop: () => Promise<void>;
};

/** What is common to all ways of opening a session. */
export type OpenOptions = {
  readonly revision: string;
  /** Longest wait for hello, in milliseconds. */
  readonly timeoutMs: number;
  /** Where standard error goes. */
  readonly stderr: Tail;
  /** Ends the session, also one that is not open yet. */
  readonly signal: AbortSignal;
};

/** An adapter that can be started any number of times. */
export type Adapter = {
  /**
   * Opens a session, up to and including hello.
   *
   * @throws SettldError `CONF_ADAPTER_START`, `CONF_ADAPTER_HELLO` or `CONF_ADAPTER_MESSAGE`.
   */
  readonly open: (options: OpenOptions) => Promise<Session>;
  /** Most sessions at one time that make sense. */
  readonly sessionsMax: number;
};

/** The runner's hello, as a line. */
export const helloLine = (revision: string): string => `${JSON.stringify({ type: "hello", protocol: 1, revision })}\n`;

/** A case, as a line. */
export const caseLine = (id: string, op: string, input: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify({ type: "case", id, op, input })}\n`;

/** The runner's goodbye, as a line. */
export const BYE_LINE = '{"type":"bye"}\n';

/** Reads a line that has to be hello. */
export const parseHello = (line: Uint8Array, place: string, revision: string): AdapterHello => {
  const message = parseMessage(line, place);
  if (message.type !== "hello") {
    throw brokenMessage(place, "hello first", line);
  }
  if (!message.revisions.includes(revision)) {
    throw new SettldError(
      "CONF_ADAPTER_HELLO",
      `expected an implementation of revision ${revision}, found ${message.revisions.join(", ")}`,
    );
  }
  if (!message.features.some((feature) => OPS.includes(feature))) {
    const found = message.features.length === 0 ? "none" : message.features.join(", ");
    throw new SettldError("CONF_ADAPTER_HELLO", `expected at least one op among the features, found ${found}`);
  }
  return message;
};

/** Reads a line that has to answer a case. */
export const replyEvent = (line: Uint8Array, place: string): SessionEvent => {
  const message = parseMessage(line, place);
  const unexpected = (expected: string): SettldError => brokenMessage(place, expected, line);
  if (message.type === "hello") throw unexpected("one hello only");
  return { type: "reply", reply: message, line, unexpected };
};

/**
 * Holds a hello against the first one: a report names one implementation, so it has to be the same all the time.
 *
 * @throws SettldError `CONF_ADAPTER_HELLO` when it says something else.
 */
export const expectSameHello = (found: AdapterHello, first: AdapterHello): void => {
  if (canonicalize(found as unknown as JsonValue) !== canonicalize(first as unknown as JsonValue)) {
    throw new SettldError("CONF_ADAPTER_HELLO", "expected the same hello at each start, found another one");
  }
};
