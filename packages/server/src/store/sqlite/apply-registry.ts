import { publicKeyFromJwk, thumbprint } from "@settld/protocol";
import type { ApiKeyRow, RegistryChange } from "../store.ts";
import type { Connection } from "./connection.ts";

/** Adds an API key within the transaction that is open; `false` when its hash or id is there already. */
export function addApiKey({ sql }: Connection, row: ApiKeyRow): boolean {
  const { hash, id, tenant, scopes, name, createdAt, revokedAt = null } = row;
  const { changes } = sql(
    `INSERT INTO api_keys (hash, id, tenant, scopes, name, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ).run(hash, id, tenant, JSON.stringify(scopes), name, createdAt, revokedAt);
  return changes === 1;
}

/**
 * Brings the registry to a newer state within the transaction that is open; `false`, and perhaps half done, when the
 * state is not newer or a key would belong to two parties.
 */
export function applyRegistry({ sql }: Connection, { trust, parties, replace }: RegistryChange): boolean {
  const { version, issuedAt, envelope = null } = trust;
  const { changes } = sql(
    `INSERT INTO registry (one, version, issued_at, envelope) VALUES (1, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, issued_at = excluded.issued_at, envelope = excluded.envelope
     WHERE excluded.version > version`,
  ).run(version, issuedAt, envelope);
  if (changes !== 1) return false;
  if (replace) sql("DELETE FROM parties").run();
  // All old keys go before the first new one comes, because a key may move from one party to another.
  for (const { id } of parties) sql("DELETE FROM party_keys WHERE party = ?").run(id);
  for (const { id, tenant, roles, keys } of parties) {
    sql(
      `INSERT INTO parties (id, tenant, roles, keys) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET tenant = excluded.tenant, roles = excluded.roles, keys = excluded.keys`,
    ).run(id, tenant, JSON.stringify(roles), JSON.stringify(keys));
    for (const { jwk } of keys) {
      const added = sql("INSERT INTO party_keys (thumbprint, party) VALUES (?, ?) ON CONFLICT DO NOTHING").run(
        thumbprint(publicKeyFromJwk(jwk)),
        id,
      );
      if (added.changes !== 1) return false;
    }
  }
  return true;
}
