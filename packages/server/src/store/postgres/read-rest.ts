import type { Digest } from "@settld/protocol";
import { unknownCursor } from "../cursor.ts";
import type { ApiKeyRow, Counted, KeptAnswer, KeptCommand, OutboxCommand, Page, PartyRow, TrustRow } from "../store.ts";
import type { Sql } from "./database.ts";

/** The answer that is kept under an idempotency key. */
export async function keptAnswer(sql: Sql, tenant: string, key: string): Promise<KeptAnswer | undefined> {
  const [row] = await sql<Pick<KeptAnswer, "request" | "status" | "body"> & { readonly created_at: number }>(
    "SELECT request, status, body, created_at FROM answers WHERE tenant = $1 AND key = $2",
    [tenant, key],
  );
  if (row === undefined) return undefined;
  const { created_at, ...rest } = row;
  return { tenant, key, ...rest, createdAt: created_at };
}

/** Commands that are due, earliest first. */
export function dueCommands(sql: Sql, now: number, limit: number): Promise<readonly OutboxCommand[]> {
  return sql<OutboxCommand>(
    "SELECT id, kind, payload, due, attempts FROM outbox WHERE NOT done AND due <= $1 ORDER BY due, n LIMIT $2",
    [now, limit],
  );
}

/** A command by its id, also when it is done. */
export async function command(sql: Sql, id: string): Promise<KeptCommand | undefined> {
  const [row] = await sql<KeptCommand>("SELECT id, kind, payload, due, attempts, done FROM outbox WHERE id = $1", [id]);
  return row;
}

/** A row of API keys. */
export type ApiKeySql = Pick<ApiKeyRow, "hash" | "id" | "tenant" | "name"> & {
  readonly scopes: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
};

const KEY_COLUMNS = "hash, id, tenant, scopes, name, created_at, revoked_at";

/** An API key by its hash. */
export async function apiKey(sql: Sql, hash: Digest): Promise<ApiKeyRow | undefined> {
  const [row] = await sql<ApiKeySql>(`SELECT ${KEY_COLUMNS} FROM api_keys WHERE hash = $1`, [hash]);
  return row === undefined ? undefined : apiKeyRow(row);
}

/** API keys of a tenant, or all, oldest first. */
export async function listApiKeys(sql: Sql, tenant: string | undefined, page: Page): Promise<readonly ApiKeyRow[]> {
  const { created_at, n } = page.after === undefined ? { created_at: -1, n: 0 } : await placeOf(sql, page.after);
  const rows = await sql<ApiKeySql>(
    `SELECT ${KEY_COLUMNS} FROM api_keys WHERE (created_at, n) > ($1, $2)
       ${tenant === undefined ? "" : "AND tenant = $4"} ORDER BY created_at, n LIMIT $3`,
    [created_at, n, page.limit, ...(tenant === undefined ? [] : [tenant])],
  );
  return rows.map(apiKeyRow);
}

async function placeOf(sql: Sql, id: string): Promise<{ readonly created_at: number; readonly n: number }> {
  const [row] = await sql<{ created_at: number; n: number }>("SELECT created_at, n FROM api_keys WHERE id = $1", [id]);
  if (row === undefined) throw unknownCursor("an API key", id);
  return row;
}

/** An API key as it is in its row. */
export function apiKeyRow({ hash, id, tenant, scopes, name, created_at, revoked_at }: ApiKeySql): ApiKeyRow {
  return {
    hash,
    id,
    tenant,
    scopes: JSON.parse(scopes) as string[],
    name,
    createdAt: created_at,
    ...(revoked_at === null ? {} : { revokedAt: revoked_at }),
  };
}

type PartySql = Pick<PartyRow, "id" | "tenant"> & { readonly roles: string; readonly keys: string };

/** A party by its id. */
export async function party(sql: Sql, id: string): Promise<PartyRow | undefined> {
  const [row] = await sql<PartySql>("SELECT id, tenant, roles, keys FROM parties WHERE id = $1", [id]);
  return row === undefined ? undefined : partyRow(row);
}

/** The party to which a key belongs. */
export async function partyOfKey(sql: Sql, thumbprint: string): Promise<PartyRow | undefined> {
  const [row] = await sql<PartySql>(
    `SELECT p.id, p.tenant, p.roles, p.keys FROM party_keys k JOIN parties p ON p.id = k.party
     WHERE k.thumbprint = $1`,
    [thumbprint],
  );
  return row === undefined ? undefined : partyRow(row);
}

/** Parties of a tenant, or all, by id. */
export async function parties(sql: Sql, tenant: string | undefined, page: Page): Promise<readonly PartyRow[]> {
  const rows = await sql<PartySql>(
    `SELECT id, tenant, roles, keys FROM parties WHERE id > $1 ${tenant === undefined ? "" : "AND tenant = $3"}
     ORDER BY id LIMIT $2`,
    [page.after ?? "", page.limit, ...(tenant === undefined ? [] : [tenant])],
  );
  return rows.map(partyRow);
}

function partyRow({ id, tenant, roles, keys }: PartySql): PartyRow {
  return {
    id,
    tenant,
    roles: JSON.parse(roles) as PartyRow["roles"],
    keys: JSON.parse(keys) as PartyRow["keys"],
  };
}

/** The state of the registry. */
export async function trust(sql: Sql): Promise<TrustRow | undefined> {
  const [row] = await sql<{ version: number; issued_at: number; envelope: Uint8Array | null }>(
    "SELECT version, issued_at, envelope FROM registry",
  );
  if (row === undefined) return undefined;
  const { version, issued_at, envelope } = row;
  return { version, issuedAt: issued_at, ...(envelope === null ? {} : { envelope }) };
}

/** The newest version of the registry. */
export async function registryVersion(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ version: number }>("SELECT version FROM registry");
  return row?.version;
}

/** A text that the server keeps about itself. */
export async function setting(sql: Sql, name: string): Promise<string | undefined> {
  const [row] = await sql<{ value: string }>("SELECT value FROM settings WHERE name = $1", [name]);
  return row?.value;
}

const TABLES: Readonly<Record<Counted, string>> = {
  agreements: "agreements",
  events: "events",
  receipts: "receipts",
  roles: "roles",
  references: "evidence_references",
  accounts: "accounts",
  transactions: "transactions",
  postings: "postings",
  accountLogs: "account_logs",
  entries: "account_entries",
  transfers: "transfers",
  commands: "outbox",
};

/** The number of rows of a kind. */
export async function count(sql: Sql, of: Counted): Promise<number> {
  const [row] = await sql<{ count: number }>(`SELECT count(*) AS count FROM ${TABLES[of]}`);
  return row?.count ?? 0;
}
