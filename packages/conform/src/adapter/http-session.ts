import { SettldError } from "@settld/protocol";
import type { AdapterHello } from "../gen/types.ts";
import { type Inbox, inbox } from "./inbox.ts";
import { LINE_BYTES_MAX, lineTooLong } from "./message.ts";
import {
  type Adapter,
  caseLine,
  helloLine,
  type OpenOptions,
  parseHello,
  replyEvent,
  type Session,
  type SessionEvent,
} from "./session.ts";

/** An adapter behind a URL: each message is a POST (`http:`, `https:`). There is one, however many cores there are. */
export const httpAdapter = (url: string): Adapter => ({ sessionsMax: 1, open: (options) => openHttp(url, options) });

const openHttp = async (url: string, options: OpenOptions): Promise<Session> => {
  const events: Inbox<SessionEvent> = inbox();
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, options.signal]);
  const hello = await askHello(url, options);
  let count = 0;
  const converse = async (id: string, body: string, place: string): Promise<SessionEvent> => {
    const response = await post(url, body, signal);
    if (response.status !== 200) {
      await response.body?.cancel();
      return { type: "failed", id, detail: `status ${response.status}` };
    }
    return replyEvent(await readBody(response, place), place);
  };
  return {
    hello,
    window: hello.limits?.inFlight ?? 1,
    ask: (id, op, input) => {
      const body = caseLine(id, op, input);
      count += 1;
      converse(id, body, `response ${count}`).then(events.push, (error: unknown) => {
        if (error instanceof SettldError) events.fail(error);
        else events.push({ type: "ended", detail: reasonOf(error) });
      });
      return body.length;
    },
    next: events.take,
    over: () => false,
    // There is no goodbye over HTTP (CONF-9).
    bye: async () => {},
    stop: async () => abort.abort(),
  };
};

const askHello = async (url: string, { revision, timeoutMs, signal: abort }: OpenOptions): Promise<AdapterHello> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, abort]);
  let line: Uint8Array;
  try {
    const response = await post(url, helloLine(revision), signal);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new SettldError("CONF_ADAPTER_HELLO", `expected status 200 for hello, found ${response.status}`);
    }
    line = await readBody(response, "response to hello");
  } catch (error) {
    if (error instanceof SettldError) throw error;
    if (timeout.aborted) {
      throw new SettldError("CONF_ADAPTER_HELLO", `expected an answer to hello, found none in ${timeoutMs} ms`);
    }
    throw new SettldError("CONF_ADAPTER_START", `expected an adapter at ${url}, found ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return parseHello(line, "response to hello", revision);
};

// Connections are kept open by the runtime. A redirect would send the case to somebody else than was named.
const post = (url: string, body: string, signal: AbortSignal): Promise<Response> =>
  fetch(url, { method: "POST", body, signal, redirect: "manual", headers: { "content-type": "application/json" } });

const readBody = async (response: Response, place: string): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) break;
    parts.push(part.value);
    size += part.value.length;
    if (size > LINE_BYTES_MAX + 1) {
      await reader?.cancel();
      throw lineTooLong(Buffer.concat(parts), place);
    }
  }
  const body = Buffer.concat(parts);
  // A line feed may end it, as in a stream.
  return body.at(-1) === 0x0a ? body.subarray(0, -1) : body;
};

// What `fetch` throws says nothing itself; the reason is its cause.
const reasonOf = (error: unknown): string => {
  const { cause, message = "" } = error as { readonly cause?: NodeJS.ErrnoException; readonly message?: string };
  return cause?.code ?? cause?.message ?? message;
};
