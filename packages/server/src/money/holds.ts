import { accountName } from "../store/account-name.ts";
import type { BookAccount, Store } from "../store/store.ts";

type Queue = { held: bigint; readonly waiting: (() => void)[] };

/**
 * Money that is about to leave an account. What is held counts as gone for everybody else, so that nothing is signed
 * that the account cannot pay, and no lock is held while somebody signs.
 */
export class Holds {
  readonly #store: Pick<Store, "balance">;
  readonly #queues = new Map<string, Queue>();

  constructor(store: Pick<Store, "balance">) {
    this.#store = store;
  }

  /**
   * Runs `work`, which takes a value out of an account, while the value is held.
   *
   * @param refuse - is called instead, with what there is, when there is not enough. Whether there is may depend on
   * others who are about to take money: then it is known, and waited for, when they are done.
   */
  async with<T>(
    account: BookAccount,
    value: bigint,
    refuse: (balance: bigint) => Promise<T>,
    work: () => Promise<T>,
  ): Promise<T> {
    const name = accountName(account);
    for (;;) {
      const balance = await this.#store.balance(account);
      // Read after the balance and without waiting in between, so that nobody's hold falls between the two.
      const queue = this.#queues.get(name) ?? { held: 0n, waiting: [] };
      if (balance < value) return refuse(balance);
      if (balance - queue.held < value) {
        await new Promise<void>((resolve) => queue.waiting.push(resolve));
        continue;
      }
      queue.held += value;
      this.#queues.set(name, queue);
      try {
        return await work();
      } finally {
        queue.held -= value;
        if (queue.held === 0n) this.#queues.delete(name);
        for (const resolve of queue.waiting.splice(0)) resolve();
      }
    }
  }

  /** Number of accounts of which something is held. */
  get size(): number {
    return this.#queues.size;
  }
}
