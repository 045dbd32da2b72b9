import { accountName } from "../account-name.ts";
import type { BookAccount, BookTransaction, Conflict } from "../store.ts";
import type { Connection } from "./connection.ts";

type Open = { readonly n: number; readonly account: BookAccount; balance: bigint };

/**
 * Books transactions within the transaction that is open, one after another. After each, every account but a rail is
 * at or above zero.
 */
export function applyTransactions(
  connection: Connection,
  transactions: readonly BookTransaction[],
): Conflict | undefined {
  const { sql } = connection;
  const entries: number[] = [];
  for (const { id, type, at } of transactions) {
    const added = sql("INSERT INTO transactions (id, type, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING").run(
      id,
      type,
      at,
    );
    if (added.changes !== 1) return { kind: "stale" };
    entries.push(Number(added.lastInsertRowid));
  }
  const touched = new Map<string, Open>();
  for (const [index, { postings }] of transactions.entries()) {
    const entry = entries[index] ?? 0;
    const accounts = postings.map(({ account }) => openAccount(connection, touched, account));
    for (const [line, { value }] of postings.entries()) {
      const open = accounts[line];
      if (open === undefined) throw new Error("a posting without its account");
      open.balance += value;
      sql("INSERT INTO postings (entry, line, account, value) VALUES (?, ?, ?, ?)").run(
        entry,
        line,
        open.n,
        value.toString(),
      );
    }
    const overdrawn = accounts.find(({ account, balance }) => balance < 0n && account.kind !== "rail");
    if (overdrawn !== undefined) return { kind: "insufficient", account: overdrawn.account };
  }
  for (const { n, balance } of touched.values()) {
    sql("UPDATE accounts SET balance = ? WHERE n = ?").run(balance.toString(), n);
  }
  return undefined;
}

function openAccount({ sql }: Connection, touched: Map<string, Open>, account: BookAccount): Open {
  const name = accountName(account);
  const known = touched.get(name);
  if (known !== undefined) return known;
  const { owner, kind, assetCode, assetScale } = account;
  const row = sql(
    "SELECT n, balance FROM accounts WHERE owner = ? AND kind = ? AND asset_code = ? AND asset_scale = ?",
  ).get(owner, kind, assetCode, assetScale);
  const n =
    row === undefined
      ? sql("INSERT INTO accounts (owner, kind, asset_code, asset_scale, balance) VALUES (?, ?, ?, ?, '0')").run(
          owner,
          kind,
          assetCode,
          assetScale,
        ).lastInsertRowid
      : row["n"];
  const open = { n: Number(n), account, balance: BigInt(String(row?.["balance"] ?? "0")) };
  touched.set(name, open);
  return open;
}
