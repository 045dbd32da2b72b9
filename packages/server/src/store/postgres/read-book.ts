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
} from "../store.ts";
import type { Sql } from "./database.ts";

type AccountSql = {
  readonly owner: string;
  readonly kind: BookAccount["kind"];
  readonly asset_code: string;
  readonly asset_scale: number;
};

/** The balance of an account; one that was never used has zero. */
export async function balance(sql: Sql, { owner, kind, assetCode, assetScale }: BookAccount): Promise<bigint> {
  const [row] = await sql<{ balance: string }>(
    "SELECT balance FROM accounts WHERE owner = $1 AND kind = $2 AND asset_code = $3 AND asset_scale = $4",
    [owner, kind, assetCode, assetScale],
  );
  return BigInt(row?.balance ?? "0");
}

/** Balances by owner, kind, asset and scale. */
export async function balances(sql: Sql, owner: string | undefined, page: Page): Promise<readonly Balance[]> {
  const after = page.after === undefined ? undefined : parseAccountName(page.after);
  if (owner !== undefined && after !== undefined && after.owner !== owner) {
    throw unknownCursor(`an account of ${owner}`, page.after ?? "");
  }
  const rows = await sql<AccountSql & { readonly balance: string }>(
    `SELECT owner, kind, asset_code, asset_scale, balance FROM accounts
     WHERE (owner, kind, asset_code, asset_scale) > ($1, $2, $3, $4) ${owner === undefined ? "" : "AND owner = $6"}
     ORDER BY owner, kind, asset_code, asset_scale LIMIT $5`,
    [
      // An empty text comes before every other.
      after?.owner ?? owner ?? "",
      after?.kind ?? "",
      after?.assetCode ?? "",
      after?.assetScale ?? -1,
      page.limit,
      ...(owner === undefined ? [] : [owner]),
    ],
  );
  return rows.map(({ balance, ...account }) => ({ account: bookAccount(account), value: BigInt(balance) }));
}

/** Those of some owners that have an account. */
export async function accountOwners(sql: Sql, owners: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ owner: string }>(
    "SELECT o AS owner FROM unnest($1::text[]) o WHERE EXISTS (SELECT 1 FROM accounts a WHERE a.owner = o)",
    [owners],
  );
  const found = new Set(rows.map(({ owner }) => owner));
  return owners.filter((owner) => found.has(owner));
}

type TransactionSql = Pick<BookTransaction, "id" | "type" | "at"> & { readonly n: number };

/** Transactions in which an account takes part, or all, oldest first. */
export async function transactions(
  sql: Sql,
  account: BookAccount | undefined,
  page: Page,
): Promise<readonly BookTransaction[]> {
  const after = page.after === undefined ? 0 : await placeOf(sql, page.after);
  const found =
    account === undefined
      ? await sql<TransactionSql>("SELECT n, id, type, at FROM transactions WHERE n > $1 ORDER BY n LIMIT $2", [
          after,
          page.limit,
        ])
      : await sql<TransactionSql>(
          `SELECT t.n, t.id, t.type, t.at FROM transactions t WHERE t.n IN (
             SELECT p.entry FROM accounts a JOIN postings p ON p.account = a.n
             WHERE a.owner = $3 AND a.kind = $4 AND a.asset_code = $5 AND a.asset_scale = $6 AND p.entry > $1
             GROUP BY p.entry ORDER BY p.entry LIMIT $2)
           ORDER BY t.n`,
          [after, page.limit, account.owner, account.kind, account.assetCode, account.assetScale],
        );
  if (found.length === 0) return [];
  const rows = await sql<PostingSql>(
    `SELECT p.entry, a.owner, a.kind, a.asset_code, a.asset_scale, p.value
     FROM postings p JOIN accounts a ON a.n = p.account
     WHERE p.entry = ANY ($1::bigint[]) ORDER BY p.entry, p.line`,
    [found.map(({ n }) => String(n))],
  );
  const postings = new Map<number, BookPosting[]>(found.map(({ n }) => [n, []]));
  for (const row of rows) postings.get(row.entry)?.push(bookPosting(row));
  return found.map(({ n, id, type, at }) => ({ id, type, at, postings: postings.get(n) ?? [] }));
}

async function placeOf(sql: Sql, id: string): Promise<number> {
  const [row] = await sql<{ n: number }>("SELECT n FROM transactions WHERE id = $1", [id]);
  if (row === undefined) throw unknownCursor("a transaction", id);
  return row.n;
}

type PostingSql = AccountSql & { readonly entry: number; readonly value: string };

function bookPosting({ value, entry: _, ...account }: PostingSql): BookPosting {
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
  WHERE l.owner = $1 AND l.asset_code = $2 AND l.asset_scale = $3`;

/** Entries of an account log from a place on. */
export async function entries(
  sql: Sql,
  { owner, assetCode, assetScale }: AccountLogName,
  from: number,
  limit: number,
): Promise<readonly AccountEntry[]> {
  const rows = await sql<EntrySql>(
    `SELECT e.seq, e.digest, e.at, e.envelope ${OF_LOG} AND e.seq >= $4::bigint ORDER BY e.seq LIMIT $5`,
    [owner, assetCode, assetScale, from, limit],
  );
  return rows.map((row) => ({ owner, assetCode, assetScale, ...row }));
}

/** The last entry of an account log. */
export async function lastEntry(
  sql: Sql,
  { owner, assetCode, assetScale }: AccountLogName,
): Promise<AccountEntry | undefined> {
  const [row] = await sql<EntrySql>(`SELECT e.seq, e.digest, e.at, e.envelope ${OF_LOG} ORDER BY e.seq DESC LIMIT 1`, [
    owner,
    assetCode,
    assetScale,
  ]);
  return row === undefined ? undefined : { owner, assetCode, assetScale, ...row };
}

/** Account logs by owner, asset and scale. */
export async function accountLogs(sql: Sql, page: Page): Promise<readonly AccountLogRow[]> {
  const after = page.after === undefined ? undefined : parseAccountName(page.after);
  if (after !== undefined && after.kind !== "available") throw unknownCursor("an account log", page.after ?? "");
  const rows = await sql<Omit<AccountSql, "kind"> & Pick<AccountLogRow, "entries">>(
    `SELECT owner, asset_code, asset_scale, entries FROM account_logs
     WHERE (owner, asset_code, asset_scale) > ($1, $2, $3) ORDER BY owner, asset_code, asset_scale LIMIT $4`,
    [after?.owner ?? "", after?.assetCode ?? "", after?.assetScale ?? -1, page.limit],
  );
  return rows.map(({ owner, asset_code, asset_scale, entries }) => ({
    owner,
    assetCode: asset_code,
    assetScale: asset_scale,
    entries,
  }));
}
