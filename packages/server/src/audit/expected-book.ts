import type { Digest } from "@settld/protocol";
import { accountName } from "../store/account-name.ts";
import type { Balance, BookTransaction } from "../store/store.ts";
import type { Findings } from "./findings.ts";

/** The book as the logs give it, to be compared with the book as it is kept. */
export class ExpectedBook {
  readonly #transactions = new Map<Digest, string>();
  readonly #balances = new Map<string, bigint>();
  #total = 0n;

  /** Books a transaction that an event or entry causes. */
  post(transaction: BookTransaction): void {
    this.#transactions.set(transaction.id, textOf(transaction));
    for (const { account, value } of transaction.postings) {
      const name = accountName(account);
      this.#balances.set(name, (this.#balances.get(name) ?? 0n) + value);
    }
  }

  /** Compares one transaction of the kept book. */
  compareTransaction(transaction: BookTransaction, findings: Findings): void {
    const expected = this.#transactions.get(transaction.id);
    const found = textOf(transaction);
    if (expected !== found) findings.add("transaction", transaction.id, expected ?? "no such transaction", found);
    this.#transactions.delete(transaction.id);
  }

  /** Compares one balance of the kept book. */
  compareBalance({ account, value }: Balance, findings: Findings): void {
    const name = accountName(account);
    const expected = this.#balances.get(name) ?? 0n;
    if (expected !== value) findings.add("balance", name, `${expected}`, `${value}`);
    if (value < 0n && account.kind !== "rail") findings.add("balance", name, "at least 0", `${value}`);
    this.#balances.delete(name);
    this.#total += value;
  }

  /** Names what the kept book does not have. To be called once, at the end. */
  finish(findings: Findings): void {
    for (const [id, text] of this.#transactions) findings.add("transaction", id, text, "no such transaction");
    for (const [name, value] of this.#balances) {
      if (value !== 0n) findings.add("balance", name, `${value}`, "no such account");
    }
    if (this.#total !== 0n) findings.add("sum", "all balances", "0", `${this.#total}`);
  }
}

// One text for one meaning: the order of postings says nothing.
function textOf({ type, at, postings }: BookTransaction): string {
  const lines = postings.map(({ account, value }) => `${accountName(account)} ${value}`).sort();
  return `${type} at ${at}: ${lines.join(", ")}`;
}
