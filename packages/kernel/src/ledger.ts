import type { Code, Digest, EventType } from "@settld/protocol";

/** The kinds of account in an agreement's ledger (LEDGER-1). */
export type AccountKind = "buyer" | "seller" | "escrow" | "holdback" | "fee";

/**
 * An account of the agreement ledger. Accounts of parties are external legs and may be negative;
 * escrow and holdback never are.
 */
export type Account = {
  readonly kind: AccountKind;
  /** Party that owns the balance; absent for escrow and holdback, which belong to the agreement. */
  readonly owner?: string;
  /** Agreement that the balance is bound to; absent for accounts of parties. */
  readonly agreement?: Digest;
  readonly assetCode: string;
  readonly assetScale: number;
};

/** One signed change of one account, in minor units; positive adds to the balance. */
export type Posting = { readonly account: Account; readonly value: bigint };

/** The postings that one event causes. They add up to zero. */
export type Transaction = {
  /** Digest of the causing event (LEDGER-2). */
  readonly id: Digest;
  readonly type: EventType;
  /** The event's `at` in milliseconds since 1970. */
  readonly at: number;
  readonly postings: readonly Posting[];
};

/** Balances by kind of account, in minor units. */
export type Balances = Readonly<Record<AccountKind, bigint>>;

/** The balances before the first transaction. */
export const ZERO_BALANCES: Balances = { buyer: 0n, seller: 0n, escrow: 0n, holdback: 0n, fee: 0n };

/** Adds a transaction to balances. Pure: returns new balances. */
export function post(balances: Balances, transaction: Transaction): Balances {
  const next = { ...balances };
  for (const { account, value } of transaction.postings) next[account.kind] += value;
  return next;
}

/** What {@link checkLedger} found. */
export type LedgerReport =
  | { readonly ok: true; readonly balances: Balances }
  | { readonly ok: false; readonly code: Code; readonly index: number; readonly message: string };

/**
 * Replays transactions and checks the invariants of an agreement ledger: one transaction an id, one asset,
 * each transaction adds up to zero, escrow and holdback never fall below zero, and both end at zero when closed.
 *
 * The verifier runs it over what the kernel derived, as a second opinion on the kernel itself.
 *
 * @returns the balances, or the first violation with the index of its transaction: `LEDGER_DUPLICATE`,
 * `LEDGER_ASSET_MIXED`, `LEDGER_UNBALANCED`, `LEDGER_OVERDRAWN` or `LEDGER_NOT_ZERO` (LEDGER-1 to LEDGER-3).
 */
export function checkLedger(transactions: readonly Transaction[], options: { readonly closed: boolean }): LedgerReport {
  const ids = new Set<Digest>();
  // The asset of the agreement, which the first posting there is has to name (LEDGER-1).
  const asset = transactions.flatMap(({ postings }) => postings).at(0)?.account;
  let balances = ZERO_BALANCES;
  for (const [index, transaction] of transactions.entries()) {
    const fail = (code: Code, message: string): LedgerReport => ({ ok: false, code, index, message });
    if (ids.has(transaction.id)) return fail("LEDGER_DUPLICATE", `transaction ${transaction.id} stands twice`);
    ids.add(transaction.id);
    let sum = 0n;
    for (const { account, value } of transaction.postings) {
      if (account.assetCode !== asset?.assetCode || account.assetScale !== asset.assetScale) {
        return fail("LEDGER_ASSET_MIXED", `expected ${asset?.assetCode} at scale ${asset?.assetScale}`);
      }
      sum += value;
    }
    if (sum !== 0n) return fail("LEDGER_UNBALANCED", `expected a sum of 0, found ${sum}`);
    balances = post(balances, transaction);
    for (const kind of ["escrow", "holdback"] as const) {
      if (balances[kind] < 0n) return fail("LEDGER_OVERDRAWN", `${kind} fell to ${balances[kind]}`);
    }
  }
  if (options.closed && (balances.escrow !== 0n || balances.holdback !== 0n)) {
    return {
      ok: false,
      code: "LEDGER_NOT_ZERO",
      index: transactions.length - 1,
      message: `expected escrow and holdback at 0, found ${balances.escrow} and ${balances.holdback}`,
    };
  }
  return { ok: true, balances };
}
