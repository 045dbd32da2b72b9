import { accountName } from "../account-name.ts";
import type { AccountEntry, BookAccount, Change, TransferRow } from "../store.ts";

/** What a store should hold, kept in the plainest way. */
export type Model = {
  /** Events of agreements, as digests. */
  readonly agreements: Map<string, string[]>;
  readonly entries: Map<string, string[]>;
  readonly transfers: Map<string, TransferRow>;
  readonly transactions: Set<string>;
  readonly balances: Map<string, bigint>;
  readonly answers: Set<string>;
  /** Commands, and whether they are done. */
  readonly outbox: Map<string, boolean>;
};

/** A model of an empty store. */
export function emptyModel(): Model {
  return {
    agreements: new Map(),
    entries: new Map(),
    transfers: new Map(),
    transactions: new Set(),
    balances: new Map(),
    answers: new Set(),
    outbox: new Map(),
  };
}

/** The name of an account log. */
export function logName({
  owner,
  assetCode,
  assetScale,
}: Pick<AccountEntry, "owner" | "assetCode" | "assetScale">): string {
  return accountName({ kind: "available", owner, assetCode, assetScale });
}

/** What a change should come to: the model after it, or the kind of the conflict. */
export function predict(before: Model, change: Change): Model | "answered" | "stale" | "insufficient" {
  const model = structuredClone(before);
  const { answer, agreement, entries = [], transfers = [], outbox = [], outboxDone = [], transactions = [] } = change;
  if (answer !== undefined) {
    const name = `${answer.tenant} ${answer.key}`;
    if (model.answers.has(name)) return "answered";
    model.answers.add(name);
  }
  if (agreement !== undefined) {
    const events = model.agreements.get(agreement.id) ?? [];
    if (events.length !== agreement.expectedEvents) return "stale";
    model.agreements.set(agreement.id, [...events, ...agreement.append.map(({ digest }) => digest)]);
  }
  for (const entry of entries) {
    const log = model.entries.get(logName(entry)) ?? [];
    if (log.length !== entry.seq) return "stale";
    model.entries.set(logName(entry), [...log, entry.digest]);
  }
  for (const transfer of transfers) {
    const known = model.transfers.get(transfer.id);
    const ends = known?.status === "pending" && transfer.status !== "pending" && known.entry === transfer.entry;
    if (known !== undefined && !ends) return "stale";
    model.transfers.set(transfer.id, transfer);
  }
  for (const { id } of outbox) {
    if (model.outbox.has(id)) return "stale";
    model.outbox.set(id, false);
  }
  for (const id of outboxDone) {
    if (model.outbox.get(id) !== false) return "stale";
    model.outbox.set(id, true);
  }
  for (const { id } of transactions) {
    if (model.transactions.has(id)) return "stale";
    model.transactions.add(id);
  }
  for (const { postings } of transactions) {
    for (const { account, value } of postings) {
      model.balances.set(accountName(account), balanceOf(model, account) + value);
    }
    if (postings.some(({ account }) => account.kind !== "rail" && balanceOf(model, account) < 0n))
      return "insufficient";
  }
  return model;
}

/** The balance of an account in a model. */
export function balanceOf({ balances }: Model, account: BookAccount): bigint {
  return balances.get(accountName(account)) ?? 0n;
}
