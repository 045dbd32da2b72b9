import type { Pending, StoreFigures } from "../store.ts";
import type { Sql } from "./database.ts";

type PendingSql = { readonly n: number; readonly oldest: number | null; readonly dead: number };

/** Figures of a store. Each statement sees a state of its own, none of them holds a lock. */
export async function readFigures(sql: Sql, now: number): Promise<StoreFigures> {
  const statuses = await sql<{ status: string; n: number }>("SELECT status, count(*) AS n FROM agreements GROUP BY 1");
  const [timers] = await sql<{ n: number; oldest: number | null }>(
    "SELECT count(*) AS n, min(due) AS oldest FROM agreements WHERE due IS NOT NULL AND due <= $1",
    [now],
  );
  // One statement, so that no posting is seen by half.
  const sums = await sql<{ sum: string; negative: number; closed: number }>(
    `SELECT coalesce(sum(a.balance), 0) AS sum, count(*) FILTER (WHERE a.balance < 0 AND a.kind <> 'rail') AS negative,
       count(*) FILTER (WHERE a.kind IN ('escrow', 'holdback') AND EXISTS (
         SELECT 1 FROM agreements g WHERE g.id = a.owner AND g.status = 'closed')) AS closed
     FROM accounts a WHERE a.balance <> 0 GROUP BY a.asset_code, a.asset_scale`,
  );
  const [payouts] = await sql<PendingSql>(
    `SELECT (SELECT count(*) FROM outbox WHERE NOT done) AS n, 0::bigint AS dead,
       (SELECT min(created_at) FROM transfers WHERE status = 'pending') AS oldest`,
  );
  // Those of endpoints that are disabled wait for their owner, and are nothing that anybody is late with.
  const [deliveries] = await sql<PendingSql>(
    `SELECT count(*) FILTER (WHERE d.state = 'pending' AND e.disabled IS NULL) AS n,
       min(d.created_at) FILTER (WHERE d.state = 'pending' AND e.disabled IS NULL) AS oldest,
       count(*) FILTER (WHERE d.state = 'dead') AS dead
     FROM deliveries d JOIN webhook_endpoints e ON e.n = d.endpoint WHERE d.state IN ('pending', 'dead')`,
  );
  const [size] = await sql<{ data: number }>("SELECT pg_database_size(current_database()) AS data");
  return {
    agreements: new Map(statuses.map(({ status, n }) => [status, n])),
    timers: { count: timers?.n ?? 0, oldest: timers?.oldest ?? undefined },
    outbox: { payout: pendingOf(payouts), delivery: pendingOf(deliveries) },
    imbalances: sums.map(({ sum }) => BigInt(sum)).filter((sum) => sum !== 0n),
    negative: sums.reduce((total, { negative }) => total + negative, 0),
    escrowLeft: sums.reduce((total, { closed }) => total + closed, 0),
    bytes: { data: size?.data, log: undefined, free: undefined },
  };
}

function pendingOf(row: PendingSql | undefined): Pending {
  return { count: row?.n ?? 0, oldest: row?.oldest ?? undefined, dead: row?.dead ?? 0 };
}
