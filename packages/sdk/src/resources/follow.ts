import type { Connection } from "../connection.ts";
import type { isApiError } from "../errors.ts";
import type { StreamedMessage, StreamOptions } from "./stream-types.ts";

// Something comes every 15 seconds; a connection that is silent for longer than twice that is gone.
const SILENCE_MS = 40_000;

/**
 * Follows the stream of messages. In a file of its own that imports nothing, so that a page that follows none does not
 * load it, and nothing else is cut in pieces for it.
 */
export async function* follow(
  api: Connection,
  isRefusal: typeof isApiError,
  { signal, types, ...from }: StreamOptions,
): AsyncGenerator<StreamedMessage, void, undefined> {
  const { sleep, random } = api.platform;
  let { cursor } = from;
  for (;;) {
    let end = (): unknown => undefined;
    try {
      const query = { ...from, cursor, types: types?.join() } as object;
      const { body } = await api.send("messages.stream", { query }, signal === undefined ? {} : { signal });
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      const decoder = new TextDecoder();
      end = () => reader.cancel().catch(() => {});
      signal?.addEventListener("abort", end);
      for (let rest = ""; ; ) {
        const silence = setTimeout(end, SILENCE_MS);
        const { done, value } = await reader.read().finally(() => clearTimeout(silence));
        if (done) break;
        const events = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
        rest = events.pop() ?? "";
        for (const event of events) {
          cursor = /^id: ?(.*)/m.exec(event)?.[1] ?? cursor;
          const data = /^data: ?(.*)/m.exec(event)?.[1];
          if (data !== undefined) yield { ...JSON.parse(data), cursor };
        }
      }
    } catch (error) {
      if (isRefusal(error) && !error.retryable) throw error;
    } finally {
      signal?.removeEventListener("abort", end);
      end();
    }
    signal?.throwIfAborted();
    // Everybody's connection breaks when a server ends.
    await sleep(1_000 * random(), signal);
  }
}
