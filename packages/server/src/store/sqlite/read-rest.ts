import type { Digest } from "@settld/protocol";
import { unknownCursor } from "../cursor.ts";
import type { ApiKeyRow, Counted, KeptAnswer, KeptCommand, OutboxCommand, Page, PartyRow, TrustRow } from "../store.ts";
import type { Connection } from "./connection.ts";

/** The answer that is kept under an idempotency key. */
export function keptAnswer({ sql }: Connection, tenant: string, key: string): KeptAnswer | undefined {
  const row = sql("SELECT request, status, body, created_at FROM answers WHERE tenant = ? AND key = ?").get(
    tenant,
    key,
  );
  if (row === undefined) return undefined;
  const { request, status, body, created_at } = row as Pick<KeptAnswer, "request" | "status" | "body"> & {
    readonly created_at: number;
  };
  return { tenant, key, request, status, body, createdAt: created_at };
}

/** Commands that are due, earliest first. */
export function dueCommands({ sql }: Connection, now: number, limit: number): readonly OutboxCommand[] {
  return sql("SELECT id, kind, payload, due, attempts FROM outbox WHERE done = 0 AND due <= ? ORDER BY due, n LIMIT ?")
    .all(now, limit)
    .map((row) => ({ ...(row as OutboxCommand) }));
}

/** A command by its id, also when it is done. */
export function command({ sql }: Connection, id: string): KeptCommand | undefined {
  const row = sql("SELECT id, kind, payload, due, attempts, done FROM outbox WHERE id = ?").get(id);
  return row === undefined ? undefined : { ...(row as OutboxCommand), done: row["done"] === 1 };
}

/** A row of API keys. */
export type ApiKeySql = Pick<ApiKeyRow, "hash" | "id" | "tenant" | "name"> & {
  readonly scopes: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
};

/** An API key by its hash. */
export function apiKey({ sql }: Connection, hash: Digest): ApiKeyRow | undefined {
  const row = sql("SELECT * FROM api_keys WHERE hash = ?").get(hash);
  return row === undefined ? undefined : apiKeyRow(row as ApiKeySql);
}

/** API keys of a tenant, or all, oldest first. */
export function listApiKeys({ sql }: Connection, tenant: string | undefined, page: Page): readonly ApiKeyRow[] {
  const from =
    page.after === undefined
      ? { created_at: -1, n: 0 }
      : sql("SELECT created_at, n FROM api_keys WHERE id = ?").get(page.after);
  if (from === undefined) throw unknownCursor("an API key", page.after ?? "");
  const { created_at, n } = from as { readonly created_at: number; readonly n: number };
  return sql(
    `SELECT * FROM api_keys WHERE (created_at, n) > (?, ?) ${tenant === undefined ? "" : "AND tenant = ?"}
     ORDER BY created_at, n LIMIT ?`,
  )
    .all(created_at, n, ...(tenant === undefined ? [] : [tenant]), page.limit)
    .map((row) => apiKeyRow(row as ApiKeySql));
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
export function party({ sql }: Connection, id: string): PartyRow | undefined {
  const row = sql("SELECT * FROM parties WHERE id = ?").get(id);
  return row === undefined ? undefined : partyRow(row as PartySql);
}

/** The party to which a key belongs. */
export function partyOfKey({ sql }: Connection, thumbprint: string): PartyRow | undefined {
  const row = sql("SELECT p.* FROM party_keys k JOIN parties p ON p.id = k.party WHERE k.thumbprint = ?").get(
    thumbprint,
  );
  return row === undefined ? undefined : partyRow(row as PartySql);
}

/** Parties of a tenant, or all, by id. */
export function parties({ sql }: Connection, tenant: string | undefined, page: Page): readonly PartyRow[] {
  const filter = tenant === undefined ? "" : "AND tenant = ?";
  return sql(`SELECT * FROM parties WHERE id > ? ${filter} ORDER BY id LIMIT ?`)
    .all(page.after ?? "", ...(tenant === undefined ? [] : [tenant]), page.limit)
    .map((row) => partyRow(row as PartySql));
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
export function trust({ sql }: Connection): TrustRow | undefined {
  const row = sql("SELECT version, issued_at, envelope FROM registry").get();
  if (row === undefined) return undefined;
  const { version, issued_at, envelope } = row as {
    readonly version: number;
    readonly issued_at: number;
    readonly envelope: Uint8Array | null;
  };
  return { version, issuedAt: issued_at, ...(envelope === null ? {} : { envelope }) };
}

/** The newest version of the registry. */
export function registryVersion({ sql }: Connection): number | undefined {
  return sql("SELECT version FROM registry").get()?.["version"] as number | undefined;
}

/** A text that the server keeps about itself. */
export function setting({ sql }: Connection, name: string): string | undefined {
  return sql("SELECT value FROM settings WHERE name = ?").get(name)?.["value"] as string | undefined;
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
export function count({ sql }: Connection, of: Counted): number {
  return Number(sql(`SELECT count(*) AS count FROM ${TABLES[of]}`).get()?.["count"]);
}
