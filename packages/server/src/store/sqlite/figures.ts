import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Pending, StoreFigures } from "../store.ts";
import type { Connection } from "./connection.ts";

// Accounts that are looked at without a pause; some milliseconds. Requests are answered between.
const ACCOUNTS_AT_ONCE = 10_000;

/**
 * Figures of a store over a connection that sees one state of it.
 *
 * @param path - the file of the database; in memory there is none, and nothing to tell of a disk.
 */
export async function readFigures(
  connection: Connection,
  now: number,
  path: string | undefined,
): Promise<StoreFigures> {
  const ledger = await readLedger(connection);
  return {
    agreements: agreements(connection),
    timers: timers(connection, now),
    outbox: { payout: payouts(connection), delivery: deliveries(connection) },
    ...ledger,
    bytes: await bytes(connection, path),
  };
}

// Those that are not closed have an index, and few there are of them; counting the others reads the smallest index.
function agreements({ sql }: Connection): Map<string, number> {
  const found = new Map<string, number>();
  let open = 0;
  for (const row of sql(
    "SELECT status, count(*) AS n FROM agreements WHERE status <> 'closed' GROUP BY status",
  ).all()) {
    found.set(String(row["status"]), Number(row["n"]));
    open += Number(row["n"]);
  }
  return found.set("closed", Number(sql("SELECT count(*) AS n FROM agreements").get()?.["n"]) - open);
}

function timers({ sql }: Connection, now: number): StoreFigures["timers"] {
  const row = sql("SELECT count(*) AS n, min(due) AS oldest FROM agreements WHERE due IS NOT NULL AND due <= ?").get(
    now,
  );
  return { count: Number(row?.["n"]), oldest: (row?.["oldest"] as number | null) ?? undefined };
}

// A payout is done when its withdrawal is; what is written with both is when the withdrawal was made.
function payouts({ sql }: Connection): Pending {
  const count = Number(sql("SELECT count(*) AS n FROM outbox WHERE done = 0").get()?.["n"]);
  const oldest = sql("SELECT min(created_at) AS oldest FROM transfers WHERE status = 'pending'").get()?.["oldest"];
  return { count, oldest: (oldest as number | null) ?? undefined, dead: 0 };
}

// Those of endpoints that are disabled wait for their owner, and are nothing that anybody is late with.
function deliveries({ sql }: Connection): Pending {
  const pending = sql(
    `SELECT count(*) AS n, min(d.n) AS first FROM webhook_endpoints e
       JOIN deliveries d ON d.endpoint = e.n AND d.state = 'pending' WHERE e.disabled IS NULL`,
  ).get();
  const first = pending?.["first"] ?? null;
  const oldest =
    first === null ? undefined : sql("SELECT created_at FROM deliveries WHERE n = ?").get(first)?.["created_at"];
  const dead = sql(
    `SELECT count(*) AS n FROM webhook_endpoints e JOIN deliveries d ON d.endpoint = e.n AND d.state = 'dead'`,
  ).get()?.["n"];
  return { count: Number(pending?.["n"]), oldest: oldest as number | undefined, dead: Number(dead) };
}

type AccountSql = {
  readonly kind: string;
  readonly asset: string;
  readonly balance: string;
  readonly closed: number;
};

async function readLedger({ sql }: Connection): Promise<Pick<StoreFigures, "imbalances" | "negative" | "escrowLeft">> {
  const sums = new Map<string, bigint>();
  let negative = 0;
  let escrowLeft = 0;
  const last = Number(sql("SELECT max(n) AS n FROM accounts").get()?.["n"] ?? 0);
  for (let from = 0; from < last; from += ACCOUNTS_AT_ONCE) {
    if (from > 0) await setImmediate();
    // Most accounts are of agreements that are over, at zero, and left out where they are stored.
    const rows = sql(
      `SELECT kind, asset_code || '/' || asset_scale AS asset, balance,
         kind IN ('escrow', 'holdback')
           AND EXISTS (SELECT 1 FROM agreements a WHERE a.id = owner AND a.status = 'closed') AS closed
       FROM accounts WHERE n > ? AND n <= ? AND balance <> '0'`,
    ).all(from, from + ACCOUNTS_AT_ONCE) as unknown as AccountSql[];
    for (const { kind, asset, balance, closed } of rows) {
      const value = BigInt(balance);
      sums.set(asset, (sums.get(asset) ?? 0n) + value);
      if (value < 0n && kind !== "rail") negative += 1;
      escrowLeft += closed;
    }
  }
  return { imbalances: [...sums.values()].filter((sum) => sum !== 0n), negative, escrowLeft };
}

async function bytes({ sql }: Connection, path: string | undefined): Promise<StoreFigures["bytes"]> {
  const data =
    Number(sql("PRAGMA page_count").get()?.["page_count"]) * Number(sql("PRAGMA page_size").get()?.["page_size"]);
  if (path === undefined) return { data, log: undefined, free: undefined };
  const [log, disk] = await Promise.all([
    stat(`${path}-wal`).catch(() => undefined),
    statfs(dirname(path)).catch(() => undefined),
  ]);
  return { data, log: log?.size ?? 0, free: disk === undefined ? undefined : disk.bavail * disk.bsize };
}
