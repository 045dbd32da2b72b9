import { unknownCursor } from "../cursor.ts";
import type {
  ClaimedDelivery,
  DeliveryRow,
  EndpointRow,
  FeedMessage,
  FeedRange,
  MessageStore,
} from "../message-store.ts";
import type { Page } from "../store.ts";
import type { Sql } from "./database.ts";
import { storeError } from "./errors.ts";

type EndpointSql = Pick<EndpointRow, "id" | "tenant" | "feed" | "url" | "scheme" | "secret" | "version"> & {
  readonly types: readonly string[] | null;
  readonly description: string | null;
  readonly keyid: string | null;
  readonly old_secret: string | null;
  readonly old_until: number | null;
  readonly disabled: EndpointRow["disabled"] | null;
  readonly failing_since: number | null;
  readonly created_at: number;
};

/** A webhook endpoint by its id. */
export async function endpoint(sql: Sql, id: string): Promise<EndpointRow | undefined> {
  const [row] = await sql<EndpointSql>("SELECT * FROM webhook_endpoints WHERE id = $1", [id]);
  return row === undefined ? undefined : endpointRow(row);
}

/** Webhook endpoints of a feed, or all, oldest first. */
export async function listEndpoints(
  sql: Sql,
  feed: string | undefined,
  { limit, after }: Page,
): Promise<readonly EndpointRow[]> {
  const from = after === undefined ? 0 : await placeOf(sql, "webhook_endpoints", "a webhook endpoint", after);
  const rows = await sql<EndpointSql>(
    `SELECT * FROM webhook_endpoints WHERE n > $1 ${feed === undefined ? "" : "AND feed = $3"} ORDER BY n LIMIT $2`,
    [from, limit, ...(feed === undefined ? [] : [feed])],
  );
  return rows.map(endpointRow);
}

async function placeOf(sql: Sql, table: string, expected: string, id: string): Promise<number> {
  const [row] = await sql<{ n: number }>(`SELECT n FROM ${table} WHERE id = $1`, [id]);
  if (row === undefined) throw unknownCursor(expected, id);
  return row.n;
}

/** The endpoint that has or had a key. */
export async function endpointOfKey(sql: Sql, thumbprint: string): Promise<string | undefined> {
  const [row] = await sql<{ endpoint: string }>("SELECT endpoint FROM webhook_keys WHERE thumbprint = $1", [
    thumbprint,
  ]);
  return row?.endpoint;
}

/** Enabled endpoints with a delivery that is due, oldest first. */
export async function dueEndpoints(sql: Sql, now: number, limit: number): Promise<readonly EndpointRow[]> {
  const rows = await sql<EndpointSql>(
    `SELECT * FROM webhook_endpoints e WHERE e.disabled IS NULL
       AND EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint = e.n AND d.state = 'pending' AND d.due <= $1)
     ORDER BY e.n LIMIT $2`,
    [now, limit],
  );
  return rows.map(endpointRow);
}

/** When the next delivery is due. */
export async function nextDelivery(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ due: number | null }>(
    `SELECT min((SELECT min(d.due) FROM deliveries d WHERE d.endpoint = e.n AND d.state = 'pending')) AS due
     FROM webhook_endpoints e WHERE e.disabled IS NULL`,
    [],
  );
  return row?.due ?? undefined;
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
    ...(types === null ? {} : { types }),
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
export async function delivery(sql: Sql, id: string): Promise<DeliveryRow | undefined> {
  const [row] = await sql<DeliverySql>(`${DELIVERIES} WHERE d.id = $1`, [id]);
  return row === undefined ? undefined : deliveryRow(row);
}

/** Deliveries of an endpoint, the newest first. */
export async function listDeliveries(
  sql: Sql,
  endpointId: string,
  state: DeliveryRow["state"] | undefined,
  { limit, after }: Page,
): Promise<readonly DeliveryRow[]> {
  const [from] =
    after === undefined
      ? [{ n: Number.MAX_SAFE_INTEGER }]
      : await sql<{ n: number }>(
          "SELECT d.n FROM deliveries d JOIN webhook_endpoints e ON e.n = d.endpoint WHERE d.id = $1 AND e.id = $2",
          [after, endpointId],
        );
  if (from === undefined) throw unknownCursor("a delivery", after ?? "");
  const rows = await sql<DeliverySql>(
    `${DELIVERIES} WHERE d.endpoint = (SELECT n FROM webhook_endpoints WHERE id = $1) AND d.n < $2
       ${state === undefined ? "" : "AND d.state = $4"} ORDER BY d.n DESC LIMIT $3`,
    [endpointId, from.n, limit, ...(state === undefined ? [] : [state])],
  );
  return rows.map(deliveryRow);
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

type ClaimSql = Pick<ClaimedDelivery, "id" | "attempts"> & {
  readonly message: string;
  readonly type: string;
  readonly at: number;
  readonly data: string;
};

const FORGET_MAX = 500;

/** What a store does with messages and webhooks besides changes. Each of these may be done twice. */
export function messageTables(sql: Sql): MessageStore {
  const over =
    <A extends readonly unknown[], R>(work: (...parameters: A) => Promise<R>) =>
    async (...parameters: A): Promise<R> => {
      try {
        return await work(...parameters);
      } catch (error) {
        throw storeError(error);
      }
    };
  return {
    messages: over((feed, { after, limit }) =>
      sql<FeedMessage>("SELECT place, id, type, at, data FROM settld_messages($1, $2, $3)", [feed, after, limit]),
    ),
    feedRange: over(async (feed) => {
      const [row] = await sql<FeedRange>("SELECT first, last FROM settld_feed_range($1)", [feed]);
      return row ?? { first: 0, last: 0 };
    }),
    forgetMessages: over(async (before) => {
      let forgotten = 0;
      while (true) {
        const [row] = await sql<{ count: number }>("SELECT settld_forget_messages($1, $2) AS count", [
          before,
          FORGET_MAX,
        ]);
        forgotten += row?.count ?? 0;
        if ((row?.count ?? 0) < FORGET_MAX) return forgotten;
      }
    }),
    claimDeliveries: over(async (endpointId, { now, until, limit }) => {
      const rows = await sql<ClaimSql>(
        `WITH mine AS (
           UPDATE deliveries d SET due = $3 WHERE d.n IN (
             SELECT c.n FROM deliveries c WHERE c.endpoint = (
                 SELECT n FROM webhook_endpoints WHERE id = $1 AND disabled IS NULL)
               AND c.state = 'pending' AND c.due <= $2 ORDER BY c.due, c.n LIMIT $4 FOR UPDATE SKIP LOCKED)
           RETURNING d.n, d.id, d.attempts, d.message)
         SELECT mine.id, mine.attempts, m.id AS message, m.type, m.at, m.data
         FROM mine JOIN messages m ON m.n = mine.message ORDER BY mine.n`,
        [endpointId, now, until, limit],
      );
      return rows.map(({ id, attempts, message, type, at, data }) => ({
        id,
        attempts,
        message: { id: message, type, at, data },
      }));
    }),
    endDelivery: over(async ({ id, attempts }, outcome) => {
      await sql("SELECT settld_end_delivery($1, $2, $3::jsonb)", [id, attempts, JSON.stringify(outcome)]);
    }),
    deleteEndpoint: over(async (id) => {
      const rows = await sql<{ n: number }>(
        `WITH gone AS (DELETE FROM webhook_endpoints WHERE id = $1 RETURNING n),
           letters AS (DELETE FROM deliveries WHERE endpoint IN (SELECT n FROM gone))
         SELECT n FROM gone`,
        [id],
      );
      return rows.length > 0;
    }),
  };
}
