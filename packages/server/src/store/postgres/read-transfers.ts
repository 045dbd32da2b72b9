import { unknownCursor } from "../cursor.ts";
import type { Page, TransferRow } from "../store.ts";
import type { Sql } from "./database.ts";

type TransferSql = Pick<TransferRow, "id" | "kind" | "tenant" | "party" | "rail" | "reference" | "status" | "entry"> & {
  readonly value: string;
  readonly asset_code: string;
  readonly asset_scale: number;
  readonly created_at: number;
};

const COLUMNS = "id, kind, tenant, party, value, asset_code, asset_scale, rail, reference, status, entry, created_at";

/** A deposit or withdrawal by its id. */
export async function transfer(sql: Sql, id: string): Promise<TransferRow | undefined> {
  const [row] = await sql<TransferSql>(`SELECT ${COLUMNS} FROM transfers WHERE id = $1`, [id]);
  return row === undefined ? undefined : transferRow(row);
}

/** The deposit that a rail names so. */
export async function deposit(sql: Sql, rail: string, reference: string): Promise<TransferRow | undefined> {
  const [row] = await sql<TransferSql>(
    `SELECT ${COLUMNS} FROM transfers WHERE kind = 'deposit' AND rail = $1 AND reference = $2`,
    [rail, reference],
  );
  return row === undefined ? undefined : transferRow(row);
}

type Place = { readonly created_at: number; readonly n: number };

const FIRST: Place = { created_at: Number.MAX_SAFE_INTEGER, n: Number.MAX_SAFE_INTEGER };

/** Deposits or withdrawals, newest first. */
export async function listTransfers(
  sql: Sql,
  kind: TransferRow["kind"],
  tenant: string | undefined,
  page: Page,
): Promise<readonly TransferRow[]> {
  const { created_at, n } = page.after === undefined ? FIRST : await placeOf(sql, kind, page.after);
  const rows = await sql<TransferSql>(
    `SELECT ${COLUMNS} FROM transfers WHERE kind = $1 AND (created_at, n) < ($2, $3)
       ${tenant === undefined ? "" : "AND tenant = $5"} ORDER BY created_at DESC, n DESC LIMIT $4`,
    [kind, created_at, n, page.limit, ...(tenant === undefined ? [] : [tenant])],
  );
  return rows.map(transferRow);
}

async function placeOf(sql: Sql, kind: TransferRow["kind"], id: string): Promise<Place> {
  const [row] = await sql<Place>("SELECT created_at, n FROM transfers WHERE id = $1 AND kind = $2", [id, kind]);
  if (row === undefined) throw unknownCursor(`a ${kind}`, id);
  return row;
}

function transferRow({ value, asset_code, asset_scale, created_at, ...row }: TransferSql): TransferRow {
  return { ...row, value: BigInt(value), assetCode: asset_code, assetScale: asset_scale, createdAt: created_at };
}
