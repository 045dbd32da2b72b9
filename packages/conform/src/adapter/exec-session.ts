import { isSettldError } from "@settld/protocol";
import type { AdapterHello } from "../gen/types.ts";
import type { Child } from "./child.ts";
import { type Inbox, inbox } from "./inbox.ts";
import { eventOf, type Happening, startReading, takeEnd, takeHello } from "./process-session.ts";
import {
  type Adapter,
  BYE_LINE,
  caseLine,
  expectSameHello,
  helloLine,
  type OpenOptions,
  type Session,
  type SessionEvent,
} from "./session.ts";

/** An adapter that is started for each case (`exec:`). */
export const execAdapter = (command: readonly [string, ...string[]]): Adapter => {
  let known: AdapterHello | undefined;
  return {
    sessionsMax: Number.POSITIVE_INFINITY,
    open: async (options) => {
      known ??= await askHello(command, options);
      return execSession(command, known, options);
    },
  };
};

// Some programs read all of their input before they answer, so the process that is only asked for hello gets an end of
// input as well. What else it says without a case does not matter.
const askHello = async (command: readonly [string, ...string[]], options: OpenOptions): Promise<AdapterHello> => {
  const { child, events } = await startReading(command, options);
  try {
    child.write(helloLine(options.revision) + BYE_LINE);
    child.endInput();
    return await takeHello(events, options);
  } finally {
    await child.kill();
  }
};

const execSession = (command: readonly [string, ...string[]], hello: AdapterHello, options: OpenOptions): Session => {
  const events: Inbox<SessionEvent> = inbox();
  const end = new AbortController();
  // Whoever waits for the event counts the time and ends the process.
  const patient = { ...options, timeoutMs: TIMEOUT_MS_MAX, signal: AbortSignal.any([options.signal, end.signal]) };
  let current: Child | undefined;
  const converse = async (line: string): Promise<SessionEvent> => {
    const { child, events: happenings } = await startReading(command, patient);
    current = child;
    child.write(helloLine(options.revision) + line + BYE_LINE);
    child.endInput();
    expectSameHello(await takeHello(happenings, patient), hello);
    const event = await takeAnswer(happenings);
    if (event.type === "reply") await takeEnd(happenings, patient.timeoutMs);
    return event;
  };
  return {
    hello,
    window: 1,
    ask: (id, op, input) => {
      const line = caseLine(id, op, input);
      converse(line).then(events.push, (error: unknown) => {
        // A process that ends before it says hello is a crash of its case; others said it before.
        if (isSettldError(error) && error.code === "CONF_ADAPTER_START") {
          events.push({ type: "ended", detail: error.message });
        } else events.fail(error);
      });
      return line.length;
    },
    next: events.take,
    over: () => false,
    bye: async () => {},
    stop: async () => {
      end.abort();
      await current?.kill();
    },
  };
};

// Longest time that a timer can count.
const TIMEOUT_MS_MAX = 2_147_483_647;

const takeAnswer = async (events: Inbox<Happening>): Promise<SessionEvent> => {
  const happening = await events.take(TIMEOUT_MS_MAX);
  return happening === undefined ? { type: "ended", detail: "no answer" } : eventOf(happening);
};
