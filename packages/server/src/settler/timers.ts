import type { Digest } from "@settld/protocol";
import { inBackground } from "../observe/tracing.ts";
import { JOBS_AHEAD_MS, JOBS_PUT_MS, SWEEP_MS } from "../store/jobs.ts";
import type { DueAgreement, Store } from "../store/store.ts";
import type { Settler } from "./settler.ts";

/** How a server waits: the real clock, or one that a test moves. */
export type Waiting = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls once when the clock reaches a time or somewhat later; returns what takes the call back. */
  readonly at: (time: number, call: () => void) => () => void;
};

type Failed = Map<Digest, { readonly again: number; readonly ms: number }>;

const AGREEMENTS_MAX = 100;
// Node counts a wait in 31 bits; a longer one is made of several.
const WAIT_MS_MAX = 2 ** 31 - 1;
// A failing store is not asked again at once.
const PAUSE_MS = 1_000;
// An agreement that fails is tried again after that pause at first, then after twice as long each time, up to this.
const PAUSE_MS_MAX = 60_000;

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
  // What failed, and when it is tried again. It is only a shortcut, and what is lost of it is tried again sooner.
  #failed: Failed = new Map();
  // When jobs are put next for timers that come near.
  #nextPut = 0;
  #closed = false;

  constructor(store: Store, settler: Settler, waiting: Waiting, onError: (error: unknown) => void) {
    this.#store = store;
    this.#settler = settler;
    this.#waiting = waiting;
    this.#onError = onError;
  }

  /** Fires what became due while nobody looked, and waits for the rest. */
  async start(): Promise<void> {
    await this.#store.jobs?.work("timer", (id) => this.#look(id as Digest));
    await this.run();
  }

  /** Tells that an agreement has a timer at a time; cheap, to be called after every change. */
  expect(time: number | undefined): void {
    // Where there are jobs, the change has put one.
    if (this.#store.jobs === undefined) this.#arm(time);
  }

  #arm(time: number | undefined): void {
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
      // Again, because more may have become due behind the place where the last round was.
      while (await this.#round());
      await this.#putJobs();
      this.#arm(await this.#next());
    } catch (error) {
      this.#onError(error);
      this.#arm(this.#waiting.now() + PAUSE_MS);
    }
  }

  async #next(): Promise<number | undefined> {
    // What failed is still due, and hides what is due next.
    if (this.#failed.size > 0) return this.#waiting.now() + PAUSE_MS;
    return this.#store.jobs === undefined ? this.#store.nextDue() : this.#waiting.now() + SWEEP_MS;
  }

  // Of timers that are due before jobs are put the next time, for whoever has time then. Many have one already.
  async #putJobs(): Promise<void> {
    const { jobs } = this.#store;
    const now = this.#waiting.now();
    if (jobs === undefined || now < this.#nextPut) return;
    this.#nextPut = now + JOBS_PUT_MS;
    let after: DueAgreement | undefined = { due: now, id: "" as Digest };
    while (after !== undefined && !this.#closed) {
      const due = await this.#store.dueAgreements(now + JOBS_AHEAD_MS, AGREEMENTS_MAX, after);
      await jobs.put(due.map(({ id, due }) => ({ kind: "timer", id, at: due })));
      after = due.length < AGREEMENTS_MAX ? undefined : due.at(-1);
    }
  }

  // A job says only that it is worth a look.
  async #look(id: Digest): Promise<void> {
    try {
      const { due } = (await this.#store.agreement(id)) ?? {};
      if (due === undefined || this.#closed) return;
      if (due <= this.#waiting.now()) await this.#settler.react(id);
      // The clock here is a little behind that of the queue.
      else if (due <= this.#waiting.now() + PAUSE_MS) this.#waiting.at(due, () => void this.#look(id));
    } catch (error) {
      this.#onError(error);
      // Whoever looks next for what is due without a job finds it, and so does this process, sooner.
      this.#arm(this.#waiting.now() + PAUSE_MS);
    }
  }

  // Everything that is due has its turn, whatever fails before it. Returns whether anything was appended.
  async #round(): Promise<boolean> {
    const failed: Failed = new Map();
    let appended = 0;
    let after: DueAgreement | undefined;
    while (!this.#closed) {
      const due = await this.#store.dueAgreements(this.#waiting.now(), AGREEMENTS_MAX, after);
      if (due.length === 0) {
        this.#failed = failed;
        return appended > 0;
      }
      for (const events of await Promise.all(due.map((one) => this.#react(one, failed)))) appended += events;
      after = due.at(-1);
    }
    return false;
  }

  async #react({ id }: DueAgreement, failed: Failed): Promise<number> {
    const now = this.#waiting.now();
    const before = this.#failed.get(id);
    if (before !== undefined && before.again > now) {
      failed.set(id, before);
      return 0;
    }
    try {
      return await inBackground("timer", id, () => this.#settler.react(id));
    } catch (error) {
      this.#onError(error);
      const ms = before === undefined ? PAUSE_MS : Math.min(before.ms * 2, PAUSE_MS_MAX);
      failed.set(id, { again: now + ms, ms });
      return 0;
    }
  }
}
