import { SettldError } from "@settld/protocol";
import type { AdapterHello } from "../gen/types.ts";
import { type Child, type ChildEnd, startChild } from "./child.ts";
import { type Inbox, inbox } from "./inbox.ts";
import { brokenMessage } from "./message.ts";
import {
  type Adapter,
  BYE_LINE,
  caseLine,
  helloLine,
  type OpenOptions,
  parseHello,
  replyEvent,
  type Session,
  type SessionEvent,
} from "./session.ts";

/** What a process did: a line that was not read yet, or its end. */
export type Happening =
  | { readonly line: Uint8Array; readonly place: string; readonly end?: undefined }
  | { readonly end: ChildEnd };

/** An adapter that stays: one process for many cases (`cmd:`). */
export const cmdAdapter = (command: readonly [string, ...string[]]): Adapter => ({
  sessionsMax: Number.POSITIVE_INFINITY,
  open: (options) => openProcess(command, options),
});

const openProcess = async (command: readonly [string, ...string[]], options: OpenOptions): Promise<Session> => {
  const { child, events } = await startReading(command, options);
  try {
    child.write(helloLine(options.revision));
    const hello = await takeHello(events, options);
    return {
      hello,
      window: hello.limits?.inFlight ?? 1,
      ask: (id, op, input) => {
        const line = caseLine(id, op, input);
        child.write(line);
        return line.length;
      },
      next: async (ms) => {
        const happening = await events.take(ms);
        return happening && eventOf(happening);
      },
      over: () => events.peek()?.end !== undefined,
      bye: async (ms) => {
        child.write(BYE_LINE);
        child.endInput();
        await takeEnd(events, ms);
      },
      stop: child.kill,
    };
  } catch (error) {
    await child.kill();
    throw error;
  }
};

/** Starts a process and puts what it does into an inbox. */
export const startReading = async (
  command: readonly [string, ...string[]],
  options: OpenOptions,
): Promise<{ readonly child: Child; readonly events: Inbox<Happening> }> => {
  const events: Inbox<Happening> = inbox();
  const child = await startChild(command, options, {
    onLine: (line, place) => events.push({ line, place }),
    onTooLong: (error) => events.fail(error),
    onEnd: (end) => events.push({ end }),
  });
  return { child, events };
};

/** Waits for the answer to hello (CONF-2). */
export const takeHello = async (
  events: Inbox<Happening>,
  { revision, timeoutMs }: Pick<OpenOptions, "revision" | "timeoutMs">,
): Promise<AdapterHello> => {
  const first = await events.take(timeoutMs);
  if (first === undefined) {
    throw new SettldError("CONF_ADAPTER_HELLO", `expected an answer to hello, found none in ${timeoutMs} ms`);
  }
  if (first.end === undefined) return parseHello(first.line, first.place, revision);
  const { how, rest, place } = first.end;
  if (rest.length > 0) throw brokenMessage(place, "hello and a line feed", rest);
  throw new SettldError("CONF_ADAPTER_START", `expected an answer to hello, found that the adapter ended with ${how}`);
};

/**
 * What the runner makes of a line or an end while cases may wait.
 *
 * @throws SettldError `CONF_ADAPTER_MESSAGE` for what is no answer.
 */
export const eventOf = (happening: Happening): SessionEvent => {
  if (happening.end === undefined) return replyEvent(happening.line, happening.place);
  const { clean, how, rest, place } = happening.end;
  // Of a process that crashed or was killed, half a line is no wonder; one that ended in peace wrote it so.
  if (clean && rest.length > 0) throw brokenMessage(place, "a line feed at the end of the line", rest);
  return { type: "ended", detail: `ended with ${how}` };
};

/**
 * Waits for the end after `bye` (CONF-5).
 *
 * @throws SettldError `CONF_ADAPTER_MESSAGE` for anything but an end with exit code 0.
 */
export const takeEnd = async (events: Inbox<Happening>, timeoutMs: number): Promise<void> => {
  const happening = await events.take(timeoutMs);
  if (happening === undefined) {
    throw new SettldError("CONF_ADAPTER_MESSAGE", `expected an end after bye, found none in ${timeoutMs} ms`);
  }
  if (happening.end === undefined) throw brokenMessage(happening.place, "nothing after bye", happening.line);
  const { clean, how, rest, place } = happening.end;
  if (rest.length > 0) throw brokenMessage(place, "nothing after bye", rest);
  if (!clean) throw new SettldError("CONF_ADAPTER_MESSAGE", `expected exit code 0 after bye, found ${how}`);
};
