import type { Digest } from "@settld/protocol";
import type {
  AccountEntry,
  AgreementChange,
  Change,
  Conflict,
  KeptAnswer,
  OutboxCommand,
  TransferRow,
} from "../store.ts";
import { applyMessages } from "./apply-messages.ts";
import { addApiKey, applyRegistry } from "./apply-registry.ts";
import { applyTransactions } from "./apply-transactions.ts";
import type { Connection } from "./connection.ts";

/** What a change meets that can be said without more: the event, entry, id or state that it expects is not there. */
export const STALE: Conflict = { kind: "stale" };

/**
 * Carries out a change within the transaction that is open. With a conflict, part of it may have been done: the caller
 * rolls back. Everything that could be there already is inserted before money moves, so that conflicts come in the
 * order that the port states.
 */
export function applyChange(connection: Connection, change: Change): Conflict | undefined {
  const { answer, agreement, entries = [], transfers = [], outbox = [], outboxDone = [] } = change;
  const { apiKeys = [], registry, transactions = [] } = change;
  if (answer !== undefined && !keepAnswer(connection, answer)) return { kind: "answered" };
  if (agreement !== undefined && !applyAgreement(connection, agreement)) return STALE;
  const isFresh =
    entries.every((entry) => appendEntry(connection, entry)) &&
    transfers.every((transfer) => putTransfer(connection, transfer)) &&
    outbox.every((command) => addCommand(connection, command)) &&
    outboxDone.every((id) => endCommand(connection, id)) &&
    apiKeys.every((row) => addApiKey(connection, row)) &&
    (registry === undefined || applyRegistry(connection, registry)) &&
    applyMessages(connection, change);
  return isFresh ? applyTransactions(connection, transactions) : STALE;
}

function keepAnswer({ sql }: Connection, { tenant, key, request, status, body, createdAt }: KeptAnswer): boolean {
  const { changes } = sql(
    `INSERT INTO answers (tenant, key, request, status, body, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ).run(tenant, key, request, status, body, createdAt);
  return changes === 1;
}

function applyAgreement(connection: Connection, change: AgreementChange): boolean {
  const { sql } = connection;
  const { id, expectedEvents, append, receipt, evidence = [] } = change;
  const n = expectedEvents === 0 ? makeAgreement(connection, change) : moveAgreement(connection, change);
  if (n === undefined) return false;
  for (const { seq, digest, type, at, envelope } of append) {
    const { changes } = sql(
      `INSERT INTO events (agreement, seq, digest, type, at, envelope) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ).run(n, seq, digest, type, at, envelope);
    if (changes !== 1) return false;
  }
  for (const digest of evidence) {
    if (isPurged(connection, digest)) return false;
    sql("INSERT INTO evidence_references (digest, agreement) VALUES (?, ?) ON CONFLICT DO NOTHING").run(digest, n);
  }
  if (receipt === undefined) return true;
  const kept = sql("INSERT INTO receipts (agreement, envelope) VALUES (?, ?) ON CONFLICT DO NOTHING").run(n, receipt);
  if (kept.changes !== 1) throw new Error(`agreement ${id}: a second receipt`);
  return true;
}

// Between a look at the bytes and this change they may have been purged: then nobody may rely on them any more.
function isPurged({ sql }: Connection, digest: Digest): boolean {
  const found = sql(
    "SELECT 1 FROM tombstones t WHERE t.digest = ? AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.digest = t.digest)",
  ).get(digest);
  return found !== undefined;
}

function makeAgreement({ sql }: Connection, { id, row, roles = [] }: AgreementChange): number | undefined {
  const { events, head, status, due = null, createdAt, updatedAt } = row;
  const made = sql(
    `INSERT INTO agreements (id, events, head, status, due, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ).run(id, events, head, status, due, createdAt, updatedAt);
  if (made.changes !== 1) return undefined;
  const n = Number(made.lastInsertRowid);
  for (const [position, { party, role }] of roles.entries()) {
    sql("INSERT INTO roles (agreement, position, party, role, created_at) VALUES (?, ?, ?, ?, ?)").run(
      n,
      position,
      party,
      role,
      createdAt,
    );
  }
  return n;
}

function moveAgreement({ sql }: Connection, { id, expectedEvents, row }: AgreementChange): number | undefined {
  const { events, head, status, due = null, updatedAt } = row;
  const moved = sql(
    `UPDATE agreements SET events = ?, head = ?, status = ?, due = ?, updated_at = ? WHERE id = ? AND events = ?
     RETURNING n`,
  ).get(events, head, status, due, updatedAt, id, expectedEvents);
  return moved === undefined ? undefined : Number(moved["n"]);
}

function appendEntry({ sql }: Connection, entry: AccountEntry): boolean {
  const { owner, assetCode, assetScale, seq, digest, at, envelope } = entry;
  const log =
    seq === 0
      ? sql(
          `INSERT INTO account_logs (owner, asset_code, asset_scale, entries) VALUES (?, ?, ?, 1)
           ON CONFLICT DO NOTHING RETURNING n`,
        ).get(owner, assetCode, assetScale)
      : sql(
          `UPDATE account_logs SET entries = entries + 1
           WHERE owner = ? AND asset_code = ? AND asset_scale = ? AND entries = ? RETURNING n`,
        ).get(owner, assetCode, assetScale, seq);
  if (log === undefined) return false;
  const { changes } = sql(
    `INSERT INTO account_entries (log, seq, digest, at, envelope) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  ).run(Number(log["n"]), seq, digest, at, envelope);
  return changes === 1;
}

const DEPOSIT_BY_REFERENCE = "SELECT id FROM transfers WHERE kind = 'deposit' AND rail = ? AND reference = ?";

// A transfer that is there may only end, once, and keeps everything but its status.
function putTransfer({ sql }: Connection, row: TransferRow): boolean {
  const { id, kind, tenant, party, assetCode, assetScale, rail, reference, status, entry, createdAt } = row;
  const booked = kind === "deposit" ? sql(DEPOSIT_BY_REFERENCE).get(rail, reference) : undefined;
  if (booked !== undefined && booked["id"] !== id) return false;
  const { changes } = sql(
    `INSERT INTO transfers (id, kind, tenant, party, value, asset_code, asset_scale, rail, reference, status, entry,
       created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status
     WHERE status = 'pending' AND excluded.status <> 'pending' AND kind = excluded.kind AND tenant = excluded.tenant
       AND party = excluded.party AND value = excluded.value AND asset_code = excluded.asset_code
       AND asset_scale = excluded.asset_scale AND rail = excluded.rail AND reference = excluded.reference
       AND entry = excluded.entry AND created_at = excluded.created_at`,
  ).run(
    id,
    kind,
    tenant,
    party,
    row.value.toString(),
    assetCode,
    assetScale,
    rail,
    reference,
    status,
    entry,
    createdAt,
  );
  return changes === 1;
}

function addCommand({ sql }: Connection, { id, kind, payload, due, attempts }: OutboxCommand): boolean {
  const { changes } = sql(
    "INSERT INTO outbox (id, kind, payload, due, attempts, done) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
  ).run(id, kind, payload, due, attempts);
  return changes === 1;
}

// A command that is done stays, so that no other can ever have its id.
function endCommand({ sql }: Connection, id: string): boolean {
  return sql("UPDATE outbox SET done = 1 WHERE id = ? AND done = 0").run(id).changes === 1;
}
