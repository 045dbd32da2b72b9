import type { Digest } from "@settld/protocol";
import { unknownCursor } from "../cursor.ts";
import type { AgreementQuery, AgreementRow, DueAgreement, Page, PartyRole, StoredEvent } from "../store.ts";
import type { Connection } from "./connection.ts";

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
  const rows =
    parties === undefined
      ? agreementsOf(connection, query, from, page.limit)
      : agreementsOfEach(connection, { ...query, parties }, from, page.limit);
  return rows.map(agreementRow);
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

// Agreements that have somebody in a role.
function agreementsOf(
  { sql }: Connection,
  { role, status }: AgreementQuery,
  from: Place,
  limit: number,
): AgreementSql[] {
  return sql(
    `SELECT ${COLUMNS} FROM roles r JOIN agreements a ON a.n = r.agreement
     WHERE (r.created_at, r.agreement) < (?, ?) AND r.role = ? ${status === undefined ? "" : "AND a.status = ?"}
     GROUP BY r.created_at, r.agreement ORDER BY r.created_at DESC, r.agreement DESC LIMIT ?`,
  ).all(from.created_at, from.n, role ?? "", ...(status === undefined ? [] : [status]), limit) as AgreementSql[];
}

// Each party's newest ones stand in an index; the newest of all are among these.
function agreementsOfEach(
  { sql }: Connection,
  { parties, role, status }: AgreementQuery,
  from: Place,
  limit: number,
): AgreementSql[] {
  const join = status === undefined ? "" : "JOIN agreements b ON b.n = r.agreement AND b.status = ?";
  const rows = sql(
    `SELECT ${COLUMNS} FROM json_each(?) JOIN agreements a ON a.n IN (
       SELECT r.agreement FROM roles r ${join}
       WHERE r.party = json_each.value AND (r.created_at, r.agreement) < (?, ?)
       ${role === undefined ? "" : "AND r.role = ?"}
       GROUP BY r.created_at, r.agreement ORDER BY r.created_at DESC, r.agreement DESC LIMIT ?)`,
  ).all(
    JSON.stringify(parties),
    ...(status === undefined ? [] : [status]),
    from.created_at,
    from.n,
    ...(role === undefined ? [] : [role]),
    limit,
  ) as AgreementSql[];
  return [...new Map(rows.map((row) => [row.n, row])).values()]
    .sort((a, b) => b.created_at - a.created_at || b.n - a.n)
    .slice(0, limit);
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
  { due, id }: { readonly due: number; readonly id: string } = { due: -1, id: "" },
): readonly DueAgreement[] {
  return sql("SELECT id, due FROM agreements WHERE due <= ? AND (due, id) > (?, ?) ORDER BY due, id LIMIT ?")
    .all(now, due, id, limit)
    .map((row) => ({ ...(row as DueAgreement) }));
}

/** The earliest timer of all. */
export function nextDue({ sql }: Connection): number | undefined {
  const row = sql("SELECT min(due) AS due FROM agreements WHERE due IS NOT NULL").get();
  return (row?.["due"] as number | null) ?? undefined;
}

function agreementRow({ id, events, head, status, due, created_at, updated_at }: AgreementSql): AgreementRow {
  return { id, events, head, status, due: due ?? undefined, createdAt: created_at, updatedAt: updated_at };
}
