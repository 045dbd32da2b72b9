import { SettldError } from "@settld/protocol";
import type { Waiting } from "../settler/timers.ts";
import type { FeedMessage } from "../store/message-store.ts";
import type { Store } from "../store/store.ts";
import { lineOf } from "./message.ts";

/** What a {@link Feed} is made of. */
export type FeedOptions = {
  readonly store: Store;
  readonly waiting: Waiting;
  /** Aborted when streams have to end. */
  readonly ending: AbortSignal;
  /** How often messages of other processes are looked for, in milliseconds. */
  readonly pollMs: number;
};

/** What a stream is asked for. */
export type StreamQuery = {
  readonly feed: string;
  /** The place behind which it starts. */
  readonly after: number;
  /** Messages from before this time are left out. */
  readonly since?: number;
  readonly types?: ReadonlySet<string>;
  /** Whether the reader may still read; asked before each thing that it gets. */
  readonly mayRead: () => Promise<boolean>;
  /** Aborted when the reader is gone. */
  readonly signal: AbortSignal;
};

const PAGE = 100;
const KEEP_ALIVE_MS = 15_000;
// Clocks of processes are this far apart at most, so that messages of one time may stand in another order.
const JITTER_MS = 10_000;
const CURSOR = /^cur_(0|[1-9]\d{0,14})$/;

/** The cursor of a place in a feed. */
export function cursorOf(place: number): string {
  return `cur_${place}`;
}

/**
 * The place that a cursor names.
 *
 * @throws SettldError `HTTP_PARAMETER` for another text.
 */
export function placeOf(cursor: string, pointer: string): number {
  const place = CURSOR.exec(cursor)?.[1];
  if (place === undefined) {
    throw new SettldError(
      "HTTP_PARAMETER",
      `${pointer.slice(1)}: expected a cursor such as cur_17, found another text`,
      {
        pointer,
      },
    );
  }
  return Number(place);
}

/** The feeds of messages as streams (HOOK-8). What was sent stands in the store alone. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #waiting = new Set<() => void>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Says that there may be something new; cheap. */
  wake(): void {
    for (const call of [...this.#waiting]) call();
  }

  /**
   * A place such that every message from a time on stands behind it, and few others do.
   */
  async placeBefore(feed: string, since: number): Promise<number> {
    const { store } = this.#options;
    const range = await store.feedRange(feed);
    let [low, high] = [range.first, range.last];
    // Places have no gaps and times hardly ever go back, so halving finds it.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [message] = await store.messages(feed, { after: middle, limit: 1 });
      if (message === undefined || message.at >= since - JITTER_MS) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * Expects a place to be one behind which nothing is missing.
   *
   * @throws SettldError `HOOK_CURSOR`.
   */
  async expectPlace(feed: string, place: number): Promise<void> {
    const { first, last } = await this.#options.store.feedRange(feed);
    if (place >= first && place <= last) return;
    const expected = `a place from ${cursorOf(first)} to ${cursorOf(last)}`;
    throw new SettldError("HOOK_CURSOR", `cursor: expected ${expected}, found ${cursorOf(place)}`, {
      pointer: "/cursor",
    });
  }

  /** Text of server-sent events, until the reader may read no more, goes away, or the server ends. */
  async *stream({ feed, after, since, types, mayRead, signal }: StreamQuery): AsyncGenerator<string, void, undefined> {
    const { store, waiting, ending } = this.#options;
    const gone = AbortSignal.any([signal, ending]);
    const isAsked = ({ type, at }: FeedMessage): boolean =>
      (types === undefined || types.has(type)) && (since === undefined || at >= since);
    let place = after;
    let told = waiting.now();
    // The place at once, so that a reader to whom nothing happens can go on from it.
    yield `id: ${cursorOf(place)}\n\n`;
    while (!gone.aborted) {
      // Before it is read, so that what comes meanwhile is not missed.
      const woken = this.#next(gone);
      try {
        const messages = await store.messages(feed, { after: place, limit: PAGE });
        if (!(await mayRead())) return;
        const last = messages.at(-1);
        if (last === undefined) await woken.promise;
        else if (messages.some(({ place: found }, index) => found !== place + 1 + index)) {
          // Messages were forgotten before this reader had them.
          return;
        } else place = last.place;
        const asked = messages.filter(isAsked);
        if (asked.length > 0 || last !== undefined || waiting.now() - told >= KEEP_ALIVE_MS) {
          told = waiting.now();
          const skipped = last !== undefined && asked.at(-1) === last ? "" : `id: ${cursorOf(place)}\n\n`;
          yield `${asked.map(eventOf).join("")}${skipped}`;
        }
      } finally {
        woken.cancel();
      }
    }
  }

  // Fulfils when there may be something new, or something to be said.
  #next(gone: AbortSignal): { readonly promise: Promise<void>; readonly cancel: () => void } {
    const { waiting, pollMs } = this.#options;
    let cancel = (): void => {};
    const promise = new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        resolve();
      };
      const timer = waiting.at(waiting.now() + Math.min(pollMs, KEEP_ALIVE_MS), end);
      cancel = () => {
        timer();
        gone.removeEventListener("abort", end);
        this.#waiting.delete(end);
      };
      gone.addEventListener("abort", end);
      this.#waiting.add(end);
      if (gone.aborted) end();
    });
    return { promise, cancel: () => cancel() };
  }
}

function eventOf(message: FeedMessage): string {
  return `id: ${cursorOf(message.place)}\nevent: ${message.type}\ndata: ${lineOf(message)}\n\n`;
}
