import type { Store } from "../store/store.ts";
import type { Settler } from "./settler.ts";

/** How a server waits: the real clock, or one that a test moves. */
export type Waiting = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls once when the clock reaches a time or somewhat later; returns what takes the call back. */
  readonly at: (time: number, call: () => void) => () => void;
};

const AGREEMENTS_MAX = 100;
// Node counts a wait in 31 bits; a longer one is made of several.
const WAIT_MS_MAX = 2 ** 31 - 1;
// A failing store is not asked again at once.
const PAUSE_MS = 1_000;

/** The real clock. */
export const realTime: Waiting = {
  now: () => Date.now(),
  at(time, call) {
    const timer = setTimeout(call, Math.min(Math.max(time - Date.now(), 0), WAIT_MS_MAX));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Lets the timers of all agreements fire (HTTP-13). What is due stands in the store alone, so that nothing is lost or
 * repeated when the process ends: firing appends the reaction, and the appended reaction takes the timer away.
 */
export class Timers {
  readonly #store: Store;
  readonly #settler: Settler;
  readonly #waiting: Waiting;
  readonly #onError: (error: unknown) => void;
  #armed: { readonly time: number; readonly cancel: () => void } | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(store: Store, settler: Settler, waiting: Waiting, onError: (error: unknown) => void) {
    this.#store = store;
    this.#settler = settler;
    this.#waiting = waiting;
    this.#onError = onError;
  }

  /** Fires what became due while nobody looked, and waits for the rest. */
  async start(): Promise<void> {
    await this.run();
  }

  /** Tells that an agreement has a timer at a time; cheap, to be called after every change. */
  expect(time: number | undefined): void {
    if (time === undefined || this.#closed || (this.#armed !== undefined && this.#armed.time <= time)) return;
    this.#armed?.cancel();
    this.#armed = {
      time,
      cancel: this.#waiting.at(time, () => {
        this.#armed = undefined;
        void this.run();
      }),
    };
  }

  /** Fires everything that is due now. Runs that overlap are one. */
  run(): Promise<void> {
    this.#running ??= this.#fire().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends waiting; a run that goes on is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#armed?.cancel();
    this.#armed = undefined;
    await this.#running;
  }

  async #fire(): Promise<void> {
    try {
      while (!this.#closed) {
        const due = await this.#store.dueAgreements(this.#waiting.now(), AGREEMENTS_MAX);
        if (due.length === 0) break;
        const results = await Promise.allSettled(due.map(({ id }) => this.#settler.react(id)));
        const failed = results.filter((result) => result.status === "rejected");
        for (const { reason } of failed) this.#onError(reason);
        if (failed.length === due.length) {
          this.expect(this.#waiting.now() + PAUSE_MS);
          return;
        }
      }
      this.expect(await this.#store.nextDue());
    } catch (error) {
      this.#onError(error);
      this.expect(this.#waiting.now() + PAUSE_MS);
    }
  }
}
