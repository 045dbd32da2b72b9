import type { Digest } from "@settld/protocol";
import type { WrappedKey } from "../../sealing/key-encryption.ts";
import { unknownCursor } from "../cursor.ts";
import type { EvidenceKeyUse, EvidenceRow, HoldRow, Note, Page, TombstoneRow, UploadRow } from "../store.ts";
import type { Sql } from "./database.ts";

type EvidenceSql = Omit<EvidenceRow, "key"> & { readonly key: string | null };

const EVIDENCE = `digest, size, created_at AS "createdAt", key_id AS key`;

/** Evidence that is kept. */
export async function evidence(sql: Sql, digest: Digest): Promise<EvidenceRow | undefined> {
  const [row] = await sql<EvidenceSql>(`SELECT ${EVIDENCE} FROM evidence WHERE digest = $1`, [digest]);
  return row === undefined ? undefined : evidenceRow(row);
}

/** Every evidence that is kept. */
export async function listEvidence(sql: Sql, { after = "", limit }: Page): Promise<readonly EvidenceRow[]> {
  const text = `SELECT ${EVIDENCE} FROM evidence WHERE digest > $1 ORDER BY digest LIMIT $2`;
  return (await sql<EvidenceSql>(text, [after, limit])).map(evidenceRow);
}

function evidenceRow({ key, ...row }: EvidenceSql): EvidenceRow {
  return { ...row, ...(key === null ? {} : { key }) };
}

/** Under which name the bytes of evidence are, and how they are sealed. */
export type StoredObject = {
  readonly size: number;
  readonly tenant: string;
  readonly upload: string;
  readonly key: WrappedKey | undefined;
};

/** What is needed to read the bytes of evidence. */
export async function storedObject(sql: Sql, digest: Digest): Promise<StoredObject | undefined> {
  const [row] = await sql<{
    size: number;
    tenant: string;
    upload: string;
    key_id: string | null;
    wrapped_key: Uint8Array | null;
  }>("SELECT size, tenant, upload::text AS upload, key_id, wrapped_key FROM evidence WHERE digest = $1", [digest]);
  if (row === undefined) return undefined;
  const { size, tenant, upload, key_id, wrapped_key } = row;
  const key = key_id === null || wrapped_key === null ? undefined : { key: key_id, wrapped: wrapped_key };
  return { size, tenant, upload, key };
}

/** Whether a tenant has uploaded evidence itself. */
export async function uploadedBy(sql: Sql, digest: Digest, tenant: string): Promise<boolean> {
  const rows = await sql("SELECT 1 AS found FROM uploads WHERE digest = $1 AND tenant = $2", [digest, tenant]);
  return rows.length > 0;
}

/** Who uploaded evidence that is kept. */
export async function uploads(sql: Sql, digest: Digest): Promise<readonly UploadRow[]> {
  return sql<UploadRow>("SELECT tenant, at FROM uploads WHERE digest = $1 ORDER BY tenant", [digest]);
}

/** Whether an agreement in which one of these parties has a part names the evidence, and it was not purged since. */
export async function referencedBy(sql: Sql, digest: Digest, parties: readonly string[]): Promise<boolean> {
  const rows = await sql(
    `SELECT 1 AS found FROM evidence_references e JOIN roles r ON r.agreement = e.agreement
     WHERE e.digest = $1 AND NOT e.purged AND r.party = ANY ($2::text[]) LIMIT 1`,
    [digest, parties],
  );
  return rows.length > 0;
}

/** Whether an agreement names evidence, and whether it was purged since then. */
export async function references(sql: Sql, agreement: Digest, digest: Digest): Promise<"kept" | "purged" | undefined> {
  const [row] = await sql<{ purged: boolean }>(
    `SELECT e.purged FROM agreements a JOIN evidence_references e ON e.agreement = a.n
     WHERE a.id = $1 AND e.digest = $2`,
    [agreement, digest],
  );
  if (row === undefined) return undefined;
  return row.purged ? "purged" : "kept";
}

/** Agreements that name evidence and for which it was not purged. */
export async function namedBy(sql: Sql, digest: Digest, { after = "", limit }: Page): Promise<readonly Digest[]> {
  const rows = await sql<{ id: Digest }>(
    `SELECT a.id FROM evidence_references e JOIN agreements a ON a.n = e.agreement
     WHERE e.digest = $1 AND NOT e.purged AND a.id > $2 ORDER BY a.id LIMIT $3`,
    [digest, after, limit],
  );
  return rows.map(({ id }) => id);
}

/** Under which keys evidence is sealed. */
export async function evidenceKeys(sql: Sql): Promise<readonly EvidenceKeyUse[]> {
  const rows = await sql<{ key: string | null; objects: number; bytes: number }>(
    `SELECT key_id AS key, count(*) AS objects, sum(size)::bigint AS bytes FROM evidence
     GROUP BY key_id ORDER BY key_id NULLS FIRST`,
  );
  return rows.map(({ key, ...use }) => ({ key: key ?? undefined, ...use }));
}

type TombstoneSql = Pick<TombstoneRow, "id" | "digest" | "at" | "kind" | "envelope"> & {
  readonly agreements: string;
  readonly uploaders: string;
  readonly readmitted: string | null;
};

const TOMBSTONE = "id, digest, at, kind, envelope, agreements, uploaders, readmitted";

/** Tombstones of evidence, the newest first. */
export async function tombstones(sql: Sql, digest: Digest): Promise<readonly TombstoneRow[]> {
  const text = `SELECT ${TOMBSTONE} FROM tombstones WHERE digest = $1 ORDER BY n DESC`;
  return (await sql<TombstoneSql>(text, [digest])).map(tombstoneRow);
}

/** Every tombstone, oldest first. */
export async function listTombstones(sql: Sql, { after, limit }: Page): Promise<readonly TombstoneRow[]> {
  const n = after === undefined ? 0 : await placeOf(sql, "SELECT n FROM tombstones WHERE id = $1", after);
  if (n === undefined) throw unknownCursor("a tombstone", after ?? "");
  const text = `SELECT ${TOMBSTONE} FROM tombstones WHERE n > $1 ORDER BY n LIMIT $2`;
  return (await sql<TombstoneSql>(text, [n, limit])).map(tombstoneRow);
}

function tombstoneRow({ agreements, uploaders, readmitted, ...row }: TombstoneSql): TombstoneRow {
  return {
    ...row,
    agreements: JSON.parse(agreements) as Digest[],
    uploaders: JSON.parse(uploaders) as string[],
    ...(readmitted === null ? {} : { readmitted: JSON.parse(readmitted) as Note }),
  };
}

/** A row of holds. */
export type HoldSql = Omit<HoldRow, "released"> & { readonly released: string | null };

/** The columns of a hold. */
export const HOLD = "id, kind, target, reason, placed_by AS by, at, released";

/** Every hold, oldest first. */
export async function listHolds(sql: Sql, { after, limit }: Page): Promise<readonly HoldRow[]> {
  const n = after === undefined ? 0 : await placeOf(sql, "SELECT n FROM holds WHERE id = $1", after);
  if (n === undefined) throw unknownCursor("a hold", after ?? "");
  return (await sql<HoldSql>(`SELECT ${HOLD} FROM holds WHERE n > $1 ORDER BY n LIMIT $2`, [n, limit])).map(holdRow);
}

/** A hold as it is in its row. */
export function holdRow({ released, ...row }: HoldSql): HoldRow {
  return { ...row, ...(released === null ? {} : { released: JSON.parse(released) as Note }) };
}

async function placeOf(sql: Sql, text: string, id: string): Promise<number | undefined> {
  return (await sql<{ n: number }>(text, [id]))[0]?.n;
}
