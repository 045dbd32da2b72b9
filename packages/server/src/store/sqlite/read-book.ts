import type { Digest } from "@settld/protocol";
import { parseAccountName } from "../account-name.ts";
import { unknownCursor } from "../cursor.ts";
import type {
  AccountEntry,
  AccountLogName,
  AccountLogRow,
  Balance,
  BookAccount,
  BookPosting,
  BookTransaction,
  Page,
  TransferRow,
} from "../store.ts";
import type { Connection } from "./connection.ts";

type AccountSql = {
  readonly owner: string;
  readonly kind: BookAccount["kind"];
  readonly asset_code: string;
  readonly asset_scale: number;
};

/** The balance of an account; one that was never used has zero. */
export function balance({ sql }: Connection, { owner, kind, assetCode, assetScale }: BookAccount): bigint {
  const row = sql(
    "SELECT balance FROM accounts WHERE owner = ? AND kind = ? AND asset_code = ? AND asset_scale = ?",
  ).get(owner, kind, assetCode, assetScale);
  return BigInt((row?.["balance"] as string | undefined) ?? "0");
}

/** Balances by owner, kind, asset and scale. */
export function balances({ sql }: Connection, owner: string | undefined, page: Page): readonly Balance[] {
  const after = page.after === undefined ? undefined : parseAccountName(page.after);
  if (owner !== undefined && after !== undefined && after.owner !== owner) {
    throw unknownCursor(`an account of ${owner}`, page.after ?? "");
  }
  const filter = owner === undefined ? "" : "AND owner = ?";
  return sql(
    `SELECT owner, kind, asset_code, asset_scale, balance FROM accounts
     WHERE (owner, kind, asset_code, asset_scale) > (?, ?, ?, ?) ${filter}
     ORDER BY owner, kind, asset_code, asset_scale LIMIT ?`,
  )
    .all(
      // An empty text comes before every other.
      after?.owner ?? owner ?? "",
      after?.kind ?? "",
      after?.assetCode ?? "",
      after?.assetScale ?? -1,
      ...(owner === undefined ? [] : [owner]),
      page.limit,
    )
    .map((row) => {
      const { balance, ...account } = row as AccountSql & { readonly balance: string };
      return { account: bookAccount(account), value: BigInt(balance) };
    });
}

/** Those of some owners that have an account. */
export function accountOwners({ sql }: Connection, owners: readonly string[]): readonly string[] {
  const rows = sql(
    `SELECT json_each.value AS owner FROM json_each(?)
     WHERE EXISTS (SELECT 1 FROM accounts a WHERE a.owner = json_each.value)`,
  ).all(JSON.stringify(owners));
  const found = new Set(rows.map(({ owner }) => owner));
  return owners.filter((owner) => found.has(owner));
}

/** Transactions in which an account takes part, or all, oldest first. */
export function transactions(
  { sql }: Connection,
  account: BookAccount | undefined,
  page: Page,
): readonly BookTransaction[] {
  const after = page.after === undefined ? 0 : sql("SELECT n FROM transactions WHERE id = ?").get(page.after)?.["n"];
  if (after === undefined) throw unknownCursor("a transaction", page.after ?? "");
  const found =
    account === undefined
      ? sql("SELECT n, id, type, at FROM transactions WHERE n > ? ORDER BY n LIMIT ?").all(after, page.limit)
      : sql(
          `SELECT t.n, t.id, t.type, t.at FROM accounts a JOIN postings p ON p.account = a.n
             JOIN transactions t ON t.n = p.entry
           WHERE a.owner = ? AND a.kind = ? AND a.asset_code = ? AND a.asset_scale = ? AND p.entry > ?
           GROUP BY p.entry ORDER BY p.entry LIMIT ?`,
        ).all(account.owner, account.kind, account.assetCode, account.assetScale, after, page.limit);
  return found.map((row) => {
    const { n, id, type, at } = row as Pick<BookTransaction, "id" | "type" | "at"> & { readonly n: number };
    const postings = sql(
      `SELECT a.owner, a.kind, a.asset_code, a.asset_scale, p.value FROM postings p JOIN accounts a ON a.n = p.account
       WHERE p.entry = ? ORDER BY p.line`,
    ).all(n);
    return { id, type, at, postings: postings.map((posting) => bookPosting(posting as PostingSql)) };
  });
}

type PostingSql = AccountSql & { readonly value: string };

function bookPosting({ value, ...account }: PostingSql): BookPosting {
  return { account: bookAccount(account), value: BigInt(value) };
}

function bookAccount({ owner, kind, asset_code, asset_scale }: AccountSql): BookAccount {
  return { kind, owner, assetCode: asset_code, assetScale: asset_scale };
}

type EntrySql = {
  readonly seq: number;
  readonly digest: Digest;
  readonly at: number;
  readonly envelope: Uint8Array;
};

const OF_LOG = `FROM account_logs l JOIN account_entries e ON e.log = l.n
  WHERE l.owner = ? AND l.asset_code = ? AND l.asset_scale = ?`;

/** Entries of an account log from a place on. */
export function entries(
  { sql }: Connection,
  { owner, assetCode, assetScale }: AccountLogName,
  from: number,
  limit: number,
): readonly AccountEntry[] {
  return sql(`SELECT e.seq, e.digest, e.at, e.envelope ${OF_LOG} AND e.seq >= ? ORDER BY e.seq LIMIT ?`)
    .all(owner, assetCode, assetScale, from, limit)
    .map((row) => ({ owner, assetCode, assetScale, ...(row as EntrySql) }));
}

/** The last entry of an account log. */
export function lastEntry(
  { sql }: Connection,
  { owner, assetCode, assetScale }: AccountLogName,
): AccountEntry | undefined {
  const row = sql(`SELECT e.seq, e.digest, e.at, e.envelope ${OF_LOG} ORDER BY e.seq DESC LIMIT 1`).get(
    owner,
    assetCode,
    assetScale,
  );
  return row === undefined ? undefined : { owner, assetCode, assetScale, ...(row as EntrySql) };
}

/** Account logs by owner, asset and scale. */
export function accountLogs({ sql }: Connection, page: Page): readonly AccountLogRow[] {
  const after = page.after === undefined ? undefined : parseAccountName(page.after);
  if (after !== undefined && after.kind !== "available") throw unknownCursor("an account log", page.after ?? "");
  return sql(
    `SELECT owner, asset_code, asset_scale, entries FROM account_logs WHERE (owner, asset_code, asset_scale) > (?, ?, ?)
     ORDER BY owner, asset_code, asset_scale LIMIT ?`,
  )
    .all(after?.owner ?? "", after?.assetCode ?? "", after?.assetScale ?? -1, page.limit)
    .map((row) => {
      const { owner, asset_code, asset_scale, entries } = row as Omit<AccountSql, "kind"> &
        Pick<AccountLogRow, "entries">;
      return { owner, assetCode: asset_code, assetScale: asset_scale, entries };
    });
}

type TransferSql = Pick<TransferRow, "id" | "kind" | "tenant" | "party" | "rail" | "reference" | "status" | "entry"> & {
  readonly value: string;
  readonly asset_code: string;
  readonly asset_scale: number;
  readonly created_at: number;
};

/** A deposit or withdrawal by its id. */
export function transfer({ sql }: Connection, id: string): TransferRow | undefined {
  const row = sql("SELECT * FROM transfers WHERE id = ?").get(id);
  return row === undefined ? undefined : transferRow(row as TransferSql);
}

/** The deposit that a rail names so. */
export function deposit({ sql }: Connection, rail: string, reference: string): TransferRow | undefined {
  const row = sql("SELECT * FROM transfers WHERE kind = 'deposit' AND rail = ? AND reference = ?").get(rail, reference);
  return row === undefined ? undefined : transferRow(row as TransferSql);
}

/** Deposits or withdrawals, newest first. */
export function listTransfers(
  { sql }: Connection,
  kind: TransferRow["kind"],
  tenant: string | undefined,
  page: Page,
): readonly TransferRow[] {
  const first = { created_at: Number.MAX_SAFE_INTEGER, n: Number.MAX_SAFE_INTEGER };
  const from =
    page.after === undefined
      ? first
      : sql("SELECT created_at, n FROM transfers WHERE id = ? AND kind = ?").get(page.after, kind);
  if (from === undefined) throw unknownCursor(`a ${kind}`, page.after ?? "");
  const { created_at, n } = from as typeof first;
  return sql(
    `SELECT * FROM transfers WHERE kind = ? ${tenant === undefined ? "" : "AND tenant = ?"}
       AND (created_at, n) < (?, ?) ORDER BY created_at DESC, n DESC LIMIT ?`,
  )
    .all(kind, ...(tenant === undefined ? [] : [tenant]), created_at, n, page.limit)
    .map((row) => transferRow(row as TransferSql));
}

function transferRow(row: TransferSql): TransferRow {
  const { id, kind, tenant, party, value, asset_code, asset_scale, rail, reference, status, entry, created_at } = row;
  return {
    id,
    kind,
    tenant,
    party,
    value: BigInt(value),
    assetCode: asset_code,
    assetScale: asset_scale,
    rail,
    reference,
    status,
    entry,
    createdAt: created_at,
  };
}
