import { accountName } from "../store/account-name.ts";
import type { Balance, BookAccount, BookTransaction } from "../store/store.ts";
import type { Findings } from "./findings.ts";

/** The balances that all logs give together. Those of one agreement alone are compared with it and not kept here. */
export class ExpectedBalances {
  readonly #values = new Map<string, bigint>();
  #total = 0n;

  /** Books what a transaction moves on accounts that several logs share. */
  post({ postings }: BookTransaction): void {
    for (const { account, value } of postings) {
      if (isOfAgreement(account)) continue;
      const name = accountName(account);
      this.#values.set(name, (this.#values.get(name) ?? 0n) + value);
    }
  }

  /** Number of accounts here. */
  get size(): number {
    return this.#values.size;
  }

  /** Compares one balance of the book. */
  compare({ account, value }: Balance, findings: Findings): void {
    this.#total += value;
    const name = accountName(account);
    if (value < 0n && account.kind !== "rail") findings.add("balance", name, "at least 0", `${value}`);
    if (isOfAgreement(account)) return;
    findings.compare("balance", name, this.#values.get(name) ?? 0n, value);
    this.#values.delete(name);
  }

  /** Names what the book does not have. To be called once, at the end. */
  finish(findings: Findings): void {
    for (const [name, value] of this.#values) findings.add("balance", name, `${value}`, "no such account");
    findings.compare("sum", "all balances", 0n, this.#total);
  }
}

/** Whether an account belongs to one agreement. */
export function isOfAgreement({ kind }: BookAccount): boolean {
  return kind === "escrow" || kind === "holdback";
}
