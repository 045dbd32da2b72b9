import { SettldError, utf8 } from "@settld/protocol";
import { placeOf } from "../../hooks/feed.ts";
import { isMessageType } from "../../hooks/message-types.ts";
import { OPERATORS } from "../../store/message-store.ts";
import { type Context, callerOf, type Handlers, instantOf, text } from "../context.ts";

// Streams of one tenant in a process: each holds a socket.
const STREAMS_MAX = 32;

const open = new WeakMap<object, Map<string, number>>();

/** The stream of messages (HOOK-8). */
export const messages: Handlers = {
  "messages.stream": async (context) => {
    const { feed: feeds, store } = context.services;
    const { key, isOperator } = callerOf(context);
    const feed = isOperator ? OPERATORS : key.tenant;
    const types = typesOf(text(context, "types"));
    const since = text(context, "since");
    const from = since === undefined ? undefined : instantOf(since, "HTTP_PARAMETER", "since");
    const after = await startOf(context, feed, from);
    const release = admit(context, key.tenant);
    const gone = new AbortController();
    const events = feeds.stream({
      feed,
      after,
      ...(from === undefined ? {} : { since: from }),
      ...(types === undefined ? {} : { types }),
      signal: gone.signal,
      mayRead: async () => (await store.apiKey(key.hash))?.revokedAt === undefined,
    });
    gone.signal.addEventListener("abort", release);
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await events.next();
            if (done !== true) return controller.enqueue(utf8(value));
            controller.close();
          } catch {
            // The store does not answer. The reader comes again with its cursor, and is told then.
            controller.close();
          }
          gone.abort();
        },
        async cancel() {
          gone.abort();
          await events.return();
        },
      },
      // One piece is made when the one before was taken, so that a slow reader costs no memory.
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } });
  },
};

async function startOf(context: Context, feed: string, since: number | undefined): Promise<number> {
  const { feed: feeds, store } = context.services;
  const last = context.headers.get("last-event-id");
  const cursor = last === null || last === "" ? text(context, "cursor") : last;
  if (cursor !== undefined) {
    const place = placeOf(cursor, cursor === last ? "/Last-Event-ID" : "/cursor");
    await feeds.expectPlace(feed, place);
    return place;
  }
  return since === undefined ? (await store.feedRange(feed)).last : feeds.placeBefore(feed, since);
}

function typesOf(list: string | undefined): ReadonlySet<string> | undefined {
  if (list === undefined) return undefined;
  const types = list.split(",");
  for (const type of types) {
    if (!isMessageType(type)) {
      throw new SettldError("HTTP_PARAMETER", `types: expected types of messages, found ${type.slice(0, 64)}`, {
        pointer: "/types",
      });
    }
  }
  return new Set(types);
}

function admit({ services }: Context, tenant: string): () => void {
  const counts = open.get(services) ?? new Map<string, number>();
  open.set(services, counts);
  const count = counts.get(tenant) ?? 0;
  if (count >= STREAMS_MAX) {
    throw new SettldError("HTTP_RATE_LIMITED", `expected at most ${STREAMS_MAX} streams of a tenant, found one more`);
  }
  counts.set(tenant, count + 1);
  services.metrics.streams.inc();
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    services.metrics.streams.dec();
    counts.set(tenant, (counts.get(tenant) ?? 1) - 1);
  };
}
