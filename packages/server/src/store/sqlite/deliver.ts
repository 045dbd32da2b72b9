import type { ClaimedDelivery, DeliveryOutcome } from "../message-store.ts";
import { addMessage } from "./apply-messages.ts";
import type { Connection } from "./connection.ts";

/** What is done with messages and webhooks besides changes. */
export type MessageCommand =
  | ({ readonly type: "claim-deliveries" } & Claim)
  | { readonly type: "end-delivery"; readonly claimed: ClaimedDelivery; readonly outcome: DeliveryOutcome }
  | { readonly type: "delete-endpoint"; readonly id: string }
  | { readonly type: "forget-messages"; readonly before: number; readonly limit: number };

/** What these commands answer. */
export type MessageAnswers = {
  readonly "claim-deliveries": readonly ClaimedDelivery[];
  readonly "end-delivery": undefined;
  /** Whether it was there. */
  readonly "delete-endpoint": boolean;
  /** How many were forgotten. */
  readonly "forget-messages": number;
};

/** Carries out one of these commands within the transaction that is open. */
export function applyMessageCommand(
  connection: Connection,
  command: MessageCommand,
): MessageAnswers[keyof MessageAnswers] {
  switch (command.type) {
    case "claim-deliveries":
      return claimDeliveries(connection, command);
    case "end-delivery":
      return endDelivery(connection, command.claimed, command.outcome);
    case "delete-endpoint":
      return deleteEndpoint(connection, command.id);
    case "forget-messages":
      return forgetMessages(connection, command.before, command.limit);
  }
}

type Claim = {
  readonly endpoint: string;
  readonly now: number;
  readonly until: number;
  readonly limit: number;
};

type ClaimSql = {
  readonly n: number;
  readonly id: string;
  readonly attempts: number;
  readonly message: string;
  readonly type: string;
  readonly at: number;
  readonly data: string;
};

// Takes deliveries that are due and puts them off, within the transaction that is open.
function claimDeliveries({ sql }: Connection, { endpoint, now, until, limit }: Claim): readonly ClaimedDelivery[] {
  const rows = sql(
    `SELECT d.n, d.id, d.attempts, m.id AS message, m.type, m.at, m.data
     FROM webhook_endpoints e JOIN deliveries d ON d.endpoint = e.n JOIN messages m ON m.n = d.message
     WHERE e.id = ? AND e.disabled IS NULL AND d.state = 'pending' AND d.due <= ? ORDER BY d.due LIMIT ?`,
  ).all(endpoint, now, limit) as unknown as readonly ClaimSql[];
  for (const { n } of rows) sql("UPDATE deliveries SET due = ? WHERE n = ?").run(until, n);
  return rows.map(({ id, attempts, message, type, at, data }) => ({
    id,
    attempts,
    message: { id: message, type, at, data },
  }));
}

// The number of tries tells whether it was replayed or tried by somebody else meanwhile.
function endDelivery(connection: Connection, claimed: ClaimedDelivery, outcome: DeliveryOutcome): undefined {
  const { sql } = connection;
  const { at, status = null, error, again, disable } = outcome;
  const state = error === undefined ? "delivered" : again === undefined ? "dead" : "pending";
  const row = sql(
    `UPDATE deliveries SET state = ?, attempts = attempts + 1, due = ?, last_at = ?, last_status = ?, last_error = ?
     WHERE id = ? AND state = 'pending' AND attempts = ? RETURNING endpoint`,
  ).get(state, again ?? at, at, status, error ?? null, claimed.id, claimed.attempts);
  if (row === undefined) return undefined;
  const endpoint = Number(row["endpoint"]);
  if (error === undefined) {
    sql("UPDATE webhook_endpoints SET failing_since = NULL WHERE n = ? AND failing_since IS NOT NULL").run(endpoint);
  } else {
    sql("UPDATE webhook_endpoints SET failing_since = ? WHERE n = ? AND failing_since IS NULL").run(at, endpoint);
  }
  if (disable === undefined) return undefined;
  const disabled = sql(
    "UPDATE webhook_endpoints SET disabled = ?, version = version + 1 WHERE n = ? AND disabled IS NULL",
  ).run(disable.reason, endpoint);
  if (disabled.changes === 1) addMessage(connection, disable.message);
  return undefined;
}

// Its key stays known.
function deleteEndpoint({ sql }: Connection, id: string): boolean {
  const row = sql("SELECT n FROM webhook_endpoints WHERE id = ?").get(id);
  if (row === undefined) return false;
  sql("DELETE FROM deliveries WHERE endpoint = ?").run(Number(row["n"]));
  sql("DELETE FROM webhook_endpoints WHERE n = ?").run(Number(row["n"]));
  return true;
}

// The oldest ones, and returns how many.
function forgetMessages({ sql }: Connection, before: number, limit: number): number {
  // Messages stand in the order in which they came, so that nothing has to be looked for.
  const oldest = sql("SELECT n, at FROM messages ORDER BY n LIMIT ?").all(limit) as unknown as readonly {
    readonly n: number;
    readonly at: number;
  }[];
  const kept = oldest.findIndex(({ at }) => at >= before);
  const gone = kept < 0 ? oldest : oldest.slice(0, kept);
  for (const { n } of gone) {
    sql("DELETE FROM deliveries WHERE message = ?").run(n);
    for (const { feed, place } of sql("DELETE FROM feed_places WHERE message = ? RETURNING feed, place").all(n)) {
      sql("UPDATE feeds SET first = ? WHERE n = ? AND first < ?").run(Number(place), Number(feed), Number(place));
    }
    sql("DELETE FROM messages WHERE n = ?").run(n);
  }
  return gone.length;
}
