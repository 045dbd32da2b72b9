import type { Waiting } from "../settler/timers.ts";
import type { Accounts } from "./accounts.ts";

// How often the outbox is looked at when nobody says that something is in it.
const INTERVAL_MS = 30_000;

/** Carries out payouts in the background: when it is woken, and now and then (LEDGER-12). */
export class Payouts {
  readonly #accounts: Accounts;
  readonly #waiting: Waiting;
  readonly #onError: (error: unknown) => void;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(accounts: Accounts, waiting: Waiting, onError: (error: unknown) => void) {
    this.#accounts = accounts;
    this.#waiting = waiting;
    this.#onError = onError;
  }

  /** Says that there may be something to pay; cheap. */
  wake(): void {
    void this.run();
  }

  /** Pays what is due now. Runs that overlap are one, and a run that was asked for meanwhile follows. */
  run(): Promise<void> {
    if (this.#closed) return this.#running ?? Promise.resolve();
    this.#again = true;
    this.#running ??= this.#pay().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends; a run that goes on is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#running;
  }

  async #pay(): Promise<void> {
    this.#cancel?.();
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        while ((await this.#accounts.payDue()) > 0 && !this.#closed);
      }
    } catch (error) {
      this.#onError(error);
    }
    if (!this.#closed) this.#cancel = this.#waiting.at(this.#waiting.now() + INTERVAL_MS, () => this.wake());
  }
}
