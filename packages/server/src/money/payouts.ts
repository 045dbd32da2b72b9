import { inBackground } from "../observe/tracing.ts";
import type { Waiting } from "../settler/timers.ts";
import { SWEEP_MS } from "../store/jobs.ts";
import type { OutboxCommand } from "../store/store.ts";
import type { Accounts } from "./accounts.ts";

// How often the outbox is looked at when nobody says that something is in it.
const INTERVAL_MS = 30_000;
// How long an end waits for answers of the rail, which would else be asked for again by the next start.
const CLOSE_MS = 5_000;
// Payouts that the rail is asked for side by side, so that one that hangs holds up no other.
const RUNNING_MAX = 20;

/** Carries out payouts in the background: when it is woken, and now and then (LEDGER-12). */
export class Payouts {
  readonly #accounts: Accounts;
  readonly #waiting: Waiting;
  readonly #onError: (error: unknown) => void;
  readonly #running = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();
  #cancel: (() => void) | undefined;
  #starting: Promise<void> | undefined;
  #again = false;
  #closed = false;
  readonly #isHeld: boolean;

  /** @param isHeld - whether nothing is paid: what is asked for waits in the store until a start without it. */
  constructor(accounts: Accounts, waiting: Waiting, onError: (error: unknown) => void, isHeld = false) {
    this.#isHeld = isHeld;
    this.#accounts = accounts;
    this.#waiting = waiting;
    this.#onError = onError;
  }

  /** Pays what became due while nobody looked, and goes on with what comes. */
  async start(): Promise<void> {
    if (this.#isHeld) return;
    await this.#accounts.jobs?.work("payout", (id) => this.#look(id));
    this.#wakeUp();
  }

  /** Says that there may be something to pay; cheap. */
  wake(): void {
    // Where there are jobs, the withdrawal has put one.
    if (this.#accounts.jobs === undefined) this.#wakeUp();
    else this.#accounts.jobs.wake("payout");
  }

  // A job says only that it is worth a look.
  async #look(id: string): Promise<void> {
    try {
      const command = await this.#accounts.duePayout(id);
      if (command === undefined || this.#closed || this.#running.has(id)) return;
      const paying = this.#pay(command);
      this.#running.set(id, paying);
      await paying;
    } catch (error) {
      // It is due still, and found by the next look at all that is.
      this.#onError(error);
    }
  }

  #wakeUp(): void {
    if (this.#closed || this.#isHeld) return;
    this.#again = true;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
      // Who asked when the last look was over is not forgotten.
      if (this.#again) this.#wakeUp();
    });
  }

  /** Pays what is due now, and waits until nothing is under way. */
  async run(): Promise<void> {
    this.#wakeUp();
    while (this.#starting !== undefined || this.#running.size > 0) {
      await this.#starting;
      await Promise.all(this.#running.values());
    }
  }

  /** Ends; what is under way is waited for, and for a while the rail's answers to what it was asked. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    const cancel = this.#waiting.at(this.#waiting.now() + CLOSE_MS, () => this.#ending.abort());
    await this.run();
    cancel();
  }

  async #start(): Promise<void> {
    this.#cancel?.();
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        // What ends while the outbox is read may still be among what was read.
        const before = new Set(this.#running.keys());
        const due = await this.#accounts.duePayouts(RUNNING_MAX + before.size);
        if (this.#closed) break;
        const free = due.filter(({ id }) => !before.has(id)).slice(0, RUNNING_MAX - this.#running.size);
        for (const command of free) this.#running.set(command.id, this.#pay(command));
      }
    } catch (error) {
      this.#onError(error);
    }
    const interval = this.#accounts.jobs === undefined ? INTERVAL_MS : SWEEP_MS;
    if (!this.#closed) this.#cancel = this.#waiting.at(this.#waiting.now() + interval, () => this.#wakeUp());
  }

  async #pay(command: OutboxCommand): Promise<void> {
    try {
      await inBackground("payout", command.id, () => this.#accounts.payOut(command, this.#ending.signal));
      this.#running.delete(command.id);
      // There may be more than were under way at once.
      if (this.#accounts.jobs === undefined) this.#wakeUp();
    } catch (error) {
      // It could not be put off, so it is due still; the store gets a pause.
      this.#running.delete(command.id);
      this.#onError(error);
    }
  }
}
