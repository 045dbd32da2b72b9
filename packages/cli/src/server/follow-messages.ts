import { setTimeout as sleep } from "node:timers/promises";
import { type Code, isSettldError, SettldError } from "@settld/protocol";

/** A message of the stream: the body of its webhook, and what goes with it. */
export type Streamed = {
  readonly id: string;
  readonly type: string;
  /** What a webhook of it has as its body. */
  readonly body: string;
};

/** What is followed. */
export type FollowOptions = {
  /** The server, without a slash at the end. */
  readonly server: string;
  readonly apiKey: string;
  readonly types: string | undefined;
  readonly since: string | undefined;
  readonly signal: AbortSignal;
  /** Told when the connection is made, and when it broke and is made again. */
  readonly onConnected: () => void;
  readonly onBroken: (reason: string) => void;
};

const PAUSE_MS = 250;
const PAUSE_MS_MAX = 5_000;
// Something comes every 15 seconds; a connection that is silent for longer than twice that is gone.
const SILENCE_MS = 40_000;

/**
 * Follows the messages of a tenant (HOOK-8) until the signal is aborted, and goes on behind the last one when the
 * connection breaks, for as long as it takes.
 *
 * @throws SettldError with the code of a refusal that waiting does not mend.
 */
export async function* followMessages(options: FollowOptions): AsyncGenerator<Streamed, void, undefined> {
  const { signal, onBroken } = options;
  let cursor: string | undefined;
  let pause = PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const { id, data } of eventsOf(await connect(options, cursor), signal)) {
        cursor = id;
        pause = PAUSE_MS;
        if (data === "") continue;
        const { id: message, ...body } = JSON.parse(data) as { readonly id: string; readonly type: string };
        yield { id: message, type: body.type, body: JSON.stringify(body) };
      }
      if (!signal.aborted) onBroken("the server has ended the stream");
    } catch (error) {
      if (signal.aborted) return;
      if (isSettldError(error)) throw error;
      const { code, message } = Object(Object(error).cause ?? error) as { code?: string; message?: string };
      onBroken(code ?? message ?? "the connection broke");
    }
    await sleep(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 2, PAUSE_MS_MAX);
  }
}

async function connect(
  { server, apiKey, types, since, signal, onConnected }: FollowOptions,
  cursor: string | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const query = new URLSearchParams({
    ...(types === undefined ? {} : { types }),
    ...(since === undefined ? {} : { since }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  const response = await fetch(`${server}/v1/messages/stream${query.size === 0 ? "" : `?${query}`}`, {
    headers: { authorization: `Bearer ${apiKey}`, accept: "text/event-stream" },
    // The key is for this server alone.
    redirect: "error",
    signal,
  });
  if (response.ok && response.body !== null) {
    onConnected();
    return response.body;
  }
  const text = await response.text();
  const { code, detail, retryable } = problemOf(text);
  // A proxy in front of a server that restarts says so in words of its own.
  if (code === undefined || retryable === true) throw new Error(`status ${response.status}`);
  throw new SettldError(code, detail ?? `status ${response.status}`);
}

function problemOf(text: string): { readonly code?: Code; readonly detail?: string; readonly retryable?: boolean } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<{ readonly id: string; readonly data: string }, void, undefined> {
  const reader = body.getReader();
  const end = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", end);
  const decoder = new TextDecoder();
  try {
    for (let [rest, id] = ["", ""]; ; ) {
      const silence = setTimeout(end, SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      const events = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = events.pop() ?? "";
      for (const event of events) {
        id = /^id: ?(.*)/m.exec(event)?.[1] ?? id;
        yield { id, data: /^data: ?(.*)/m.exec(event)?.[1] ?? "" };
      }
    }
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}
