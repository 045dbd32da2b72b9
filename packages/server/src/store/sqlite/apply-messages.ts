import type { EndpointRow, MessageChange, NewMessage } from "../message-store.ts";
import type { Connection } from "./connection.ts";

/** Writes messages, endpoints and deliveries within the transaction that is open; `false`, and perhaps half done, when stale. */
export function applyMessages(
  connection: Connection,
  { endpoints = [], messages = [], redeliver }: MessageChange,
): boolean {
  if (!endpoints.every((row) => putEndpoint(connection, row))) return false;
  if (!messages.every((message) => addMessage(connection, message))) return false;
  if (redeliver === undefined) return true;
  const { sql } = connection;
  const endpoint = sql("SELECT n FROM webhook_endpoints WHERE id = ?").get(redeliver.endpoint)?.["n"];
  if (endpoint === undefined) return false;
  for (const id of redeliver.messages) addDelivery(connection, Number(endpoint), id, redeliver.at);
  return true;
}

/** Adds a message to the feeds and for the endpoints that it is for; `false` when its id is there already. */
export function addMessage(connection: Connection, { id, type, at, data, to }: NewMessage): boolean {
  const { sql } = connection;
  const added = sql("INSERT INTO messages (id, type, at, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING").run(
    id,
    type,
    at,
    data,
  );
  if (added.changes !== 1) return false;
  const n = Number(added.lastInsertRowid);
  if ("endpoint" in to) {
    const row = sql("SELECT n FROM webhook_endpoints WHERE id = ?").get(to.endpoint);
    if (row === undefined) return false;
    addDelivery(connection, Number(row["n"]), id, at);
    return true;
  }
  for (const feed of new Set(to.feeds)) {
    const { n: feedN, last } = sql(
      `INSERT INTO feeds (name, first, last) VALUES (?, 0, 1)
       ON CONFLICT DO UPDATE SET last = last + 1 RETURNING n, last`,
    ).get(feed) as { readonly n: number; readonly last: number };
    sql("INSERT INTO feed_places (feed, place, message) VALUES (?, ?, ?)").run(feedN, last, n);
    sql(
      `INSERT INTO deliveries (id, endpoint, message, state, attempts, due, created_at)
       SELECT 'dlv_' || substr(e.id, 4) || '_' || substr(?, 5), e.n, ?, 'pending', 0, ?, ? FROM webhook_endpoints e
       WHERE e.feed = ? AND e.disabled IS NULL
         AND (e.types IS NULL OR EXISTS (SELECT 1 FROM json_each(e.types) WHERE value = ?))`,
    ).run(id, n, at, at, feed, type);
  }
  return true;
}

// One that is there starts anew. What is no longer kept cannot be delivered.
function addDelivery({ sql }: Connection, endpoint: number, message: string, at: number): void {
  sql(
    `INSERT INTO deliveries (id, endpoint, message, state, attempts, due, created_at)
     SELECT 'dlv_' || substr(e.id, 4) || '_' || substr(m.id, 5), e.n, m.n, 'pending', 0, ?, ?
     FROM webhook_endpoints e, messages m WHERE e.n = ? AND m.id = ?
     ON CONFLICT (id) DO UPDATE SET state = 'pending', attempts = 0, due = excluded.due`,
  ).run(at, at, endpoint, message);
}

function putEndpoint({ sql }: Connection, row: EndpointRow): boolean {
  const { id, tenant, feed, url, types, description, scheme, secret, keyid, oldSecret, disabled, createdAt, version } =
    row;
  if (keyid !== undefined) {
    sql("INSERT INTO webhook_keys (thumbprint, endpoint) VALUES (?, ?) ON CONFLICT DO NOTHING").run(keyid, id);
    if (sql("SELECT endpoint FROM webhook_keys WHERE thumbprint = ?").get(keyid)?.["endpoint"] !== id) return false;
  }
  const mutable = [
    url,
    types === undefined ? null : JSON.stringify(types),
    description ?? null,
    secret,
    keyid ?? null,
    oldSecret?.secret ?? null,
    oldSecret?.until ?? null,
    disabled ?? null,
    version,
  ];
  if (version === 1) {
    const made = sql(
      `INSERT INTO webhook_endpoints (url, types, description, secret, keyid, old_secret, old_until, disabled, version,
         id, tenant, feed, scheme, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ).run(...mutable, id, tenant, feed, scheme, createdAt);
    return made.changes === 1;
  }
  const changed = sql(
    `UPDATE webhook_endpoints SET
       failing_since = CASE WHEN disabled IS NOT NULL AND ? THEN NULL ELSE failing_since END,
       url = ?, types = ?, description = ?, secret = ?, keyid = ?, old_secret = ?, old_until = ?, disabled = ?,
       version = ?
     WHERE id = ? AND version = ?`,
  ).run(disabled === undefined ? 1 : 0, ...mutable, id, version - 1);
  return changed.changes === 1;
}
