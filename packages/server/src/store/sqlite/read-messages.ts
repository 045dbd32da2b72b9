import { unknownCursor } from "../cursor.ts";
import type { DeliveryRow, EndpointRow, FeedMessage, FeedQuery, FeedRange } from "../message-store.ts";
import type { Page } from "../store.ts";
import type { Connection } from "./connection.ts";

type EndpointSql = Pick<EndpointRow, "id" | "tenant" | "feed" | "url" | "scheme" | "secret" | "version"> & {
  readonly types: string | null;
  readonly description: string | null;
  readonly keyid: string | null;
  readonly old_secret: string | null;
  readonly old_until: number | null;
  readonly disabled: EndpointRow["disabled"] | null;
  readonly failing_since: number | null;
  readonly created_at: number;
};

/** A webhook endpoint by its id. */
export function endpoint({ sql }: Connection, id: string): EndpointRow | undefined {
  const row = sql("SELECT * FROM webhook_endpoints WHERE id = ?").get(id);
  return row === undefined ? undefined : endpointRow(row as EndpointSql);
}

/** Webhook endpoints of a feed, or all, oldest first. */
export function listEndpoints(
  { sql }: Connection,
  feed: string | undefined,
  { limit, after }: Page,
): readonly EndpointRow[] {
  const from = after === undefined ? 0 : sql("SELECT n FROM webhook_endpoints WHERE id = ?").get(after)?.["n"];
  if (from === undefined) throw unknownCursor("a webhook endpoint", after ?? "");
  return sql(
    `SELECT * FROM webhook_endpoints WHERE n > ? ${feed === undefined ? "" : "AND feed = ?"} ORDER BY n LIMIT ?`,
  )
    .all(Number(from), ...(feed === undefined ? [] : [feed]), limit)
    .map((row) => endpointRow(row as EndpointSql));
}

/** The endpoint that has or had a key. */
export function endpointOfKey({ sql }: Connection, thumbprint: string): string | undefined {
  return sql("SELECT endpoint FROM webhook_keys WHERE thumbprint = ?").get(thumbprint)?.["endpoint"] as
    | string
    | undefined;
}

/** Enabled endpoints with a delivery that is due, oldest first. */
export function dueEndpoints({ sql }: Connection, now: number, limit: number): readonly EndpointRow[] {
  return sql(
    `SELECT * FROM webhook_endpoints e WHERE e.disabled IS NULL
       AND EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint = e.n AND d.state = 'pending' AND d.due <= ?)
     ORDER BY e.n LIMIT ?`,
  )
    .all(now, limit)
    .map((row) => endpointRow(row as EndpointSql));
}

/** When the next delivery is due. */
export function nextDelivery({ sql }: Connection): number | undefined {
  const row = sql(
    `SELECT min((SELECT min(d.due) FROM deliveries d WHERE d.endpoint = e.n AND d.state = 'pending')) AS due
     FROM webhook_endpoints e WHERE e.disabled IS NULL`,
  ).get();
  return (row?.["due"] as number | null) ?? undefined;
}

function endpointRow(row: EndpointSql): EndpointRow {
  const { id, tenant, feed, url, scheme, secret, version, types, description, keyid, disabled } = row;
  return {
    id,
    tenant,
    feed,
    url,
    scheme,
    secret,
    version,
    createdAt: row.created_at,
    ...(types === null ? {} : { types: JSON.parse(types) as string[] }),
    ...(description === null ? {} : { description }),
    ...(keyid === null ? {} : { keyid }),
    ...(row.old_secret === null || row.old_until === null
      ? {}
      : { oldSecret: { secret: row.old_secret, until: row.old_until } }),
    ...(disabled === null || disabled === undefined ? {} : { disabled }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
  };
}

type DeliverySql = Pick<DeliveryRow, "id" | "endpoint" | "message" | "type" | "state" | "attempts" | "due"> & {
  readonly last_at: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: number;
};

const DELIVERIES = `SELECT d.id, e.id AS endpoint, m.id AS message, m.type, d.state, d.attempts, d.due, d.last_at,
    d.last_status, d.last_error, d.created_at
  FROM deliveries d JOIN webhook_endpoints e ON e.n = d.endpoint JOIN messages m ON m.n = d.message`;

/** A delivery by its id. */
export function delivery({ sql }: Connection, id: string): DeliveryRow | undefined {
  const row = sql(`${DELIVERIES} WHERE d.id = ?`).get(id);
  return row === undefined ? undefined : deliveryRow(row as DeliverySql);
}

/** Deliveries of an endpoint, the newest first. */
export function listDeliveries(
  { sql }: Connection,
  endpointId: string,
  state: DeliveryRow["state"] | undefined,
  { limit, after }: Page,
): readonly DeliveryRow[] {
  const owner = sql("SELECT n FROM webhook_endpoints WHERE id = ?").get(endpointId)?.["n"];
  const from =
    after === undefined
      ? Number.MAX_SAFE_INTEGER
      : sql("SELECT n FROM deliveries WHERE id = ? AND endpoint = ?").get(after, Number(owner ?? 0))?.["n"];
  if (from === undefined) throw unknownCursor("a delivery", after ?? "");
  return sql(
    `${DELIVERIES} WHERE d.endpoint = ? ${state === undefined ? "" : "AND d.state = ?"} AND d.n < ?
     ORDER BY d.n DESC LIMIT ?`,
  )
    .all(Number(owner ?? 0), ...(state === undefined ? [] : [state]), Number(from), limit)
    .map((row) => deliveryRow(row as DeliverySql));
}

function deliveryRow({ last_at, last_status, last_error, created_at, ...row }: DeliverySql): DeliveryRow {
  return {
    ...row,
    ...(last_at === null ? {} : { lastAt: last_at }),
    ...(last_status === null ? {} : { lastStatus: last_status }),
    ...(last_error === null ? {} : { lastError: last_error }),
    createdAt: created_at,
  };
}

/** Messages of a feed, in order. */
export function messages({ sql }: Connection, feed: string, { after, limit }: FeedQuery): readonly FeedMessage[] {
  return sql(
    `SELECT p.place, m.id, m.type, m.at, m.data
     FROM feeds f JOIN feed_places p ON p.feed = f.n JOIN messages m ON m.n = p.message
     WHERE f.name = ? AND p.place > ? ORDER BY p.place LIMIT ?`,
  )
    .all(feed, after, limit)
    .map((row) => ({ ...(row as FeedMessage) }));
}

/** What a feed holds. */
export function feedRange({ sql }: Connection, feed: string): FeedRange {
  const row = sql("SELECT first, last FROM feeds WHERE name = ?").get(feed);
  return { first: Number(row?.["first"] ?? 0), last: Number(row?.["last"] ?? 0) };
}
