import type { Digest } from "@settld/protocol";
import { accountName } from "../store/account-name.ts";
import type { BookTransaction } from "../store/store.ts";
import type { Findings } from "./findings.ts";

/**
 * Compares the transactions that a log gives with those that the book has. What met is forgotten, so that nothing
 * gathers while both come in the same order.
 */
export class TransactionMatch {
  readonly #expected = new Map<Digest, string>();
  readonly #found = new Map<Digest, string>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Takes a transaction that an event or entry causes. */
  expect(transaction: BookTransaction): void {
    const text = textOf(transaction);
    const found = this.#found.get(transaction.id);
    if (found === undefined) this.#expected.set(transaction.id, text);
    else this.#compare(transaction.id, text, found);
  }

  /** Takes a transaction of the book. */
  find(transaction: BookTransaction): void {
    const text = textOf(transaction);
    const expected = this.#expected.get(transaction.id);
    if (expected === undefined) this.#found.set(transaction.id, text);
    else this.#compare(transaction.id, expected, text);
  }

  /** Names what only one of them has. To be called once, at the end. */
  finish(): void {
    for (const [id, text] of this.#expected) this.#findings.add("transaction", id, text, "no such transaction");
    for (const [id, text] of this.#found) this.#findings.add("transaction", id, "no such transaction", text);
  }

  #compare(id: Digest, expected: string, found: string): void {
    this.#expected.delete(id);
    this.#found.delete(id);
    this.#findings.compare("transaction", id, expected, found);
  }
}

// One text for one meaning: the order of postings says nothing.
function textOf({ type, at, postings }: BookTransaction): string {
  const lines = postings.map(({ account, value }) => `${accountName(account)} ${value}`).sort();
  return `${type} at ${at}: ${lines.join(", ")}`;
}
