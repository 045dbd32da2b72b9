import type { World } from "./world.ts";

/** One event of a stream of server-sent events. */
export type StreamEvent = { readonly type: string; readonly id: string; readonly data: unknown };

/** A stream that is being read. */
export type EventStream = {
  readonly status: number;
  readonly mediaType: string;
  readonly events: readonly StreamEvent[];
  /** Characters that came, also those of comments. */
  readonly length: () => number;
  /** Waits until an event fits; `undefined` when none does in time. */
  readonly find: (fits: (event: StreamEvent) => boolean, ms?: number) => Promise<StreamEvent | undefined>;
  readonly close: () => void;
};

const TEXT_MAX = 8_388_608;
const FIND_MS = 15_000;

/** Opens the stream of messages with an API key. */
export const openStream = async (
  { api }: Pick<World, "api">,
  apiKey: string,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> => {
  const end = new AbortController();
  const events: StreamEvent[] = [];
  let rest = "";
  let length = 0;
  const onText = (text: string): void => {
    length += text.length;
    if (length > TEXT_MAX) end.abort();
    // A CR at the end may be half of a CRLF.
    rest = (rest + text).replaceAll("\r\n", "\n");
    for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
      const event = eventOf(rest.slice(0, at));
      rest = rest.slice(at + 2);
      if (event !== undefined) events.push(event);
    }
  };
  const { status, headers: found } = await api.stream(
    apiKey,
    "messages.stream",
    { query, headers },
    onText,
    end.signal,
  );
  return {
    status,
    mediaType: (found.get("content-type") ?? "").split(";")[0] ?? "",
    events,
    length: () => length,
    async find(fits, ms = FIND_MS) {
      for (const until = Date.now() + ms; ; ) {
        const event = events.find(fits);
        if (event !== undefined || Date.now() > until) return event;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: () => end.abort(),
  };
};

const eventOf = (block: string): StreamEvent | undefined => {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, name, value] = /^([a-z]+):? ?(.*)$/u.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    fields.set(name, name === "data" && fields.has("data") ? `${fields.get("data")}\n${value}` : value);
  }
  const data = fields.get("data");
  if (data === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    value = undefined;
  }
  return { type: fields.get("event") ?? "message", id: fields.get("id") ?? "", data: value };
};
