import type { Digest } from "@settld/protocol";
import { unknownCursor } from "../cursor.ts";
import type { AgreementQuery, AgreementRow, DueAgreement, Page, PartyRole, StoredEvent } from "../store.ts";
import type { Sql, Value } from "./database.ts";

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
export async function agreement(sql: Sql, id: Digest): Promise<AgreementRow | undefined> {
  const [row] = await sql<AgreementSql>(`SELECT ${COLUMNS} FROM agreements a WHERE id = $1`, [id]);
  return row === undefined ? undefined : agreementRow(row);
}

/** Events of an agreement from a place in its log on. */
export function events(sql: Sql, id: Digest, from: number, limit: number): Promise<readonly StoredEvent[]> {
  return sql<StoredEvent>(
    `SELECT e.seq, e.digest, e.type, e.at, e.envelope FROM agreements a JOIN events e ON e.agreement = a.n
     WHERE a.id = $1 AND e.seq >= $2::bigint ORDER BY e.seq LIMIT $3`,
    [id, from, limit],
  );
}

/** Who has which part in an agreement, in the order in which it was written. */
export function roles(sql: Sql, id: Digest): Promise<readonly PartyRole[]> {
  return sql<PartyRole>(
    "SELECT r.party, r.role FROM agreements a JOIN roles r ON r.agreement = a.n WHERE a.id = $1 ORDER BY r.position",
    [id],
  );
}

/** The receipt of an agreement that is closed. */
export async function receipt(sql: Sql, id: Digest): Promise<Uint8Array | undefined> {
  const [row] = await sql<{ envelope: Uint8Array }>(
    "SELECT r.envelope FROM agreements a JOIN receipts r ON r.agreement = a.n WHERE a.id = $1",
    [id],
  );
  return row?.envelope;
}

type Place = Pick<AgreementSql, "created_at" | "n">;

const FIRST: Place = { created_at: Number.MAX_SAFE_INTEGER, n: Number.MAX_SAFE_INTEGER };

/** Agreements, newest first. */
export async function listAgreements(sql: Sql, query: AgreementQuery, page: Page): Promise<readonly AgreementRow[]> {
  const from = page.after === undefined ? FIRST : await placeOf(sql, page.after);
  const { parties, role } = query;
  if (parties === undefined && role === undefined) return allAgreements(sql, query.status, from, page.limit);
  if (parties === undefined) return agreementsOf(sql, query, from, page.limit);
  return agreementsOfEach(sql, { ...query, parties }, from, page.limit);
}

async function allAgreements(
  sql: Sql,
  status: string | undefined,
  from: Place,
  limit: number,
): Promise<readonly AgreementRow[]> {
  // Spelt out, so that the planner sees that the index of open agreements has them.
  const filter =
    status === undefined ? "" : `AND a.status = $4 ${status === "closed" ? "" : "AND a.status <> 'closed'"}`;
  const rows = await sql<AgreementSql>(
    `SELECT ${COLUMNS} FROM agreements a WHERE (a.created_at, a.n) < ($1, $2) ${filter}
     ORDER BY a.created_at DESC, a.n DESC LIMIT $3`,
    [from.created_at, from.n, limit, ...(status === undefined ? [] : [status])],
  );
  return rows.map(agreementRow);
}

// Agreements that have somebody in a role.
async function agreementsOf(
  sql: Sql,
  { role, status }: AgreementQuery,
  from: Place,
  limit: number,
): Promise<readonly AgreementRow[]> {
  const values: Value[] = [from.created_at, from.n, limit, role ?? "", ...(status === undefined ? [] : [status])];
  const rows = await sql<AgreementSql>(
    `SELECT ${COLUMNS} FROM agreements a WHERE (a.created_at, a.n) < ($1, $2) ${status === undefined ? "" : "AND a.status = $5"}
       AND EXISTS (SELECT 1 FROM roles r WHERE r.agreement = a.n AND r.role = $4)
     ORDER BY a.created_at DESC, a.n DESC LIMIT $3`,
    values,
  );
  return rows.map(agreementRow);
}

// Each party's newest ones stand in an index; the newest of all are among these.
async function agreementsOfEach(
  sql: Sql,
  { parties, role, status }: AgreementQuery & { readonly parties: readonly string[] },
  from: Place,
  limit: number,
): Promise<readonly AgreementRow[]> {
  const values: Value[] = [parties, from.created_at, from.n, limit];
  const parameter = (value: Value): string => `$${values.push(value)}`;
  const ofStatus =
    status === undefined ? "" : `JOIN agreements b ON b.n = r.agreement AND b.status = ${parameter(status)}`;
  const ofRole = role === undefined ? "" : `AND r.role = ${parameter(role)}`;
  const rows = await sql<AgreementSql>(
    `SELECT ${COLUMNS} FROM agreements a WHERE a.n IN (
       SELECT found.agreement FROM (SELECT DISTINCT p FROM unnest($1::text[]) p) asked CROSS JOIN LATERAL (
         SELECT r.agreement FROM roles r ${ofStatus}
         WHERE r.party = asked.p AND (r.created_at, r.agreement) < ($2, $3) ${ofRole}
         GROUP BY r.created_at, r.agreement ORDER BY r.created_at DESC, r.agreement DESC LIMIT $4) found)
     ORDER BY a.created_at DESC, a.n DESC LIMIT $4`,
    values,
  );
  return rows.map(agreementRow);
}

async function placeOf(sql: Sql, id: string): Promise<Place> {
  const [row] = await sql<Place>("SELECT created_at, n FROM agreements WHERE id = $1", [id]);
  if (row === undefined) throw unknownCursor("an agreement", id);
  return row;
}

/** Agreements whose timer is due, earliest first. */
export function dueAgreements(
  sql: Sql,
  now: number,
  limit: number,
  { due, id }: { readonly due: number; readonly id: string } = { due: -1, id: "" },
): Promise<readonly DueAgreement[]> {
  return sql<DueAgreement>(
    "SELECT id, due FROM agreements WHERE due <= $1 AND (due, id) > ($2, $3) ORDER BY due, id LIMIT $4",
    [now, due, id, limit],
  );
}

/** The earliest timer of all. */
export async function nextDue(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ due: number | null }>("SELECT min(due) AS due FROM agreements WHERE due IS NOT NULL");
  return row?.due ?? undefined;
}

function agreementRow({ id, events, head, status, due, created_at, updated_at }: AgreementSql): AgreementRow {
  return { id, events, head, status, due: due ?? undefined, createdAt: created_at, updatedAt: updated_at };
}
