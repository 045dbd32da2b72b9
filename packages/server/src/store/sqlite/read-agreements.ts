import type { Digest } from "@settld/protocol";
import type { AgreementQuery, AgreementRow, Page, PartyRole, StoredEvent } from "../store.ts";
import type { Connection } from "./connection.ts";
import { unknownCursor } from "./cursor.ts";

type AgreementSql = {
  readonly n: number;
  readonly id: Digest;
  readonly events: number;
  readonly head: Digest;
  readonly status: string;
  readonly due: number | null;
  readonly created_at: number;
  readonly updated_at: number;
};

const COLUMNS = "a.n, a.id, a.events, a.head, a.status, a.due, a.created_at, a.updated_at";

/** The row of an agreement. */
export function agreement({ sql }: Connection, id: Digest): AgreementRow | undefined {
  const row = sql(`SELECT ${COLUMNS} FROM agreements a WHERE id = ?`).get(id);
  return row === undefined ? undefined : agreementRow(row as AgreementSql);
}

/** Events of an agreement from a place in its log on. */
export function events({ sql }: Connection, id: Digest, from: number, limit: number): readonly StoredEvent[] {
  return sql(
    `SELECT e.seq, e.digest, e.type, e.at, e.envelope FROM agreements a JOIN events e ON e.agreement = a.n
     WHERE a.id = ? AND e.seq >= ? ORDER BY e.seq LIMIT ?`,
  )
    .all(id, from, limit)
    .map((row) => ({ ...(row as StoredEvent) }));
}

/** Who has which part in an agreement, in the order in which it was written. */
export function roles({ sql }: Connection, id: Digest): readonly PartyRole[] {
  return sql(
    `SELECT r.party, r.role FROM agreements a JOIN roles r ON r.agreement = a.n WHERE a.id = ? ORDER BY r.position`,
  )
    .all(id)
    .map((row) => ({ ...(row as PartyRole) }));
}

/** The receipt of an agreement that is closed. */
export function receipt({ sql }: Connection, id: Digest): Uint8Array | undefined {
  const row = sql("SELECT r.envelope FROM agreements a JOIN receipts r ON r.agreement = a.n WHERE a.id = ?").get(id);
  return row?.["envelope"] as Uint8Array | undefined;
}

type Place = Pick<AgreementSql, "created_at" | "n">;

const FIRST: Place = { created_at: Number.MAX_SAFE_INTEGER, n: Number.MAX_SAFE_INTEGER };

/** Agreements, newest first. */
export function listAgreements(connection: Connection, query: AgreementQuery, page: Page): readonly AgreementRow[] {
  const from = page.after === undefined ? FIRST : placeOf(connection, page.after);
  const { parties, role } = query;
  if (parties === undefined && role === undefined) {
    return allAgreements(connection, query.status, from, page.limit).map(agreementRow);
  }
  // Each party's newest ones stand in an index; the newest of all are among these.
  const found = new Map<number, AgreementSql>();
  for (const party of parties === undefined ? [undefined] : new Set(parties)) {
    for (const row of agreementsOf(connection, { ...query, party }, from, page.limit)) found.set(row.n, row);
  }
  return [...found.values()]
    .sort((a, b) => b.created_at - a.created_at || b.n - a.n)
    .slice(0, page.limit)
    .map(agreementRow);
}

function allAgreements({ sql }: Connection, status: string | undefined, from: Place, limit: number): AgreementSql[] {
  // Spelt out, so that SQLite sees that the index of open agreements has them.
  const filter =
    status === undefined ? "" : status === "closed" ? "AND a.status = ?" : "AND a.status = ? AND a.status <> 'closed'";
  return sql(
    `SELECT ${COLUMNS} FROM agreements a WHERE (a.created_at, a.n) < (?, ?) ${filter}
     ORDER BY a.created_at DESC, a.n DESC LIMIT ?`,
  ).all(from.created_at, from.n, ...(status === undefined ? [] : [status]), limit) as AgreementSql[];
}

function agreementsOf(
  { sql }: Connection,
  { party, role, status }: Omit<AgreementQuery, "parties"> & { readonly party: string | undefined },
  from: Place,
  limit: number,
): AgreementSql[] {
  const filters = [
    ...(party === undefined ? [] : [["r.party = ?", party]]),
    ...(role === undefined ? [] : [["r.role = ?", role]]),
    ...(status === undefined ? [] : [["a.status = ?", status]]),
  ];
  return sql(
    `SELECT ${COLUMNS} FROM roles r JOIN agreements a ON a.n = r.agreement
     WHERE (r.created_at, r.agreement) < (?, ?) ${filters.map(([text]) => `AND ${text}`).join(" ")}
     GROUP BY r.created_at, r.agreement ORDER BY r.created_at DESC, r.agreement DESC LIMIT ?`,
  ).all(from.created_at, from.n, ...filters.map(([, value]) => value ?? ""), limit) as AgreementSql[];
}

function placeOf({ sql }: Connection, id: string): Place {
  const row = sql("SELECT created_at, n FROM agreements WHERE id = ?").get(id);
  if (row === undefined) throw unknownCursor("an agreement", id);
  return row as Place;
}

/** Agreements whose timer is due, earliest first. */
export function dueAgreements(
  { sql }: Connection,
  now: number,
  limit: number,
): readonly { readonly id: Digest; readonly due: number }[] {
  return sql("SELECT id, due FROM agreements WHERE due <= ? ORDER BY due, id LIMIT ?")
    .all(now, limit)
    .map((row) => ({ ...(row as { readonly id: Digest; readonly due: number }) }));
}

/** The earliest timer of all. */
export function nextDue({ sql }: Connection): number | undefined {
  const row = sql("SELECT min(due) AS due FROM agreements WHERE due IS NOT NULL").get();
  return (row?.["due"] as number | null) ?? undefined;
}

function agreementRow({ id, events, head, status, due, created_at, updated_at }: AgreementSql): AgreementRow {
  return { id, events, head, status, due: due ?? undefined, createdAt: created_at, updatedAt: updated_at };
}
