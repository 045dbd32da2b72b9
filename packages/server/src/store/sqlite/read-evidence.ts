import type { Digest } from "@settld/protocol";
import type { WrappedKey } from "../../sealing/key-encryption.ts";
import { unknownCursor } from "../cursor.ts";
import type { EvidenceKeyUse, EvidenceRow, HoldRow, Note, Page, TombstoneRow, UploadRow } from "../store.ts";
import type { Connection } from "./connection.ts";

type EvidenceSql = {
  readonly digest: Digest;
  readonly size: number;
  readonly created_at: number;
  readonly key_id: string | null;
};

/** Evidence that is kept. */
export function evidence({ sql }: Connection, digest: Digest): EvidenceRow | undefined {
  const row = sql("SELECT digest, size, created_at, key_id FROM evidence WHERE digest = ?").get(digest);
  return row === undefined ? undefined : evidenceRow(row as EvidenceSql);
}

/** Every evidence that is kept. */
export function listEvidence({ sql }: Connection, { after = "", limit }: Page): readonly EvidenceRow[] {
  return sql("SELECT digest, size, created_at, key_id FROM evidence WHERE digest > ? ORDER BY digest LIMIT ?")
    .all(after, limit)
    .map((row) => evidenceRow(row as EvidenceSql));
}

function evidenceRow({ digest, size, created_at, key_id }: EvidenceSql): EvidenceRow {
  return { digest, size, createdAt: created_at, ...(key_id === null ? {} : { key: key_id }) };
}

/** Where evidence is and how it is sealed; without a file, its bytes are in the database. */
export type StoredObject = {
  readonly size: number;
  readonly tenant: string;
  readonly file: string | undefined;
  readonly key: WrappedKey | undefined;
  readonly bytes: Uint8Array | undefined;
};

/** What is needed to read the bytes of evidence, and small ones themselves. */
export function storedObject({ sql }: Connection, digest: Digest): StoredObject | undefined {
  const row = sql(
    `SELECT e.size, e.tenant, e.file, e.key_id, e.wrapped_key, b.bytes
     FROM evidence e LEFT JOIN evidence_bytes b ON b.digest = e.digest WHERE e.digest = ?`,
  ).get(digest);
  if (row === undefined) return undefined;
  const { size, tenant, file, key_id, wrapped_key, bytes } = row as {
    readonly size: number;
    readonly tenant: string;
    readonly file: string | null;
    readonly key_id: string | null;
    readonly wrapped_key: Uint8Array | null;
    readonly bytes: Uint8Array | null;
  };
  const key = key_id === null || wrapped_key === null ? undefined : { key: key_id, wrapped: wrapped_key };
  return { size, tenant, file: file ?? undefined, key, bytes: bytes ?? undefined };
}

/** Files on their way in or out, for one of these reasons: nothing counts on them. */
export function looseFiles({ sql }: Connection, reasons: readonly string[]): readonly string[] {
  return sql("SELECT name FROM evidence_files WHERE why IN (SELECT value FROM json_each(?)) ORDER BY name")
    .all(JSON.stringify(reasons))
    .map((row) => String(row["name"]));
}

/** Whether a tenant has uploaded evidence itself. */
export function uploadedBy({ sql }: Connection, digest: Digest, tenant: string): boolean {
  return sql("SELECT 1 FROM uploads WHERE digest = ? AND tenant = ?").get(digest, tenant) !== undefined;
}

/** Who uploaded evidence that is kept. */
export function uploads({ sql }: Connection, digest: Digest): readonly UploadRow[] {
  return sql("SELECT tenant, at FROM uploads WHERE digest = ? ORDER BY tenant")
    .all(digest)
    .map((row) => ({ ...(row as UploadRow) }));
}

/** Whether an agreement in which one of these parties has a part names the evidence, and it was not purged since. */
export function referencedBy({ sql }: Connection, digest: Digest, parties: readonly string[]): boolean {
  const found = sql(
    `SELECT 1 FROM evidence_references e JOIN roles r ON r.agreement = e.agreement
     WHERE e.digest = ? AND e.purged = 0 AND r.party IN (SELECT value FROM json_each(?)) LIMIT 1`,
  ).get(digest, JSON.stringify(parties));
  return found !== undefined;
}

/** Whether an agreement names evidence, and whether it was purged since then. */
export function references({ sql }: Connection, agreement: Digest, digest: Digest): "kept" | "purged" | undefined {
  const found = sql(
    "SELECT e.purged FROM agreements a JOIN evidence_references e ON e.agreement = a.n WHERE a.id = ? AND e.digest = ?",
  ).get(agreement, digest);
  if (found === undefined) return undefined;
  return found["purged"] === 0 ? "kept" : "purged";
}

/** Agreements that name evidence and for which it was not purged. */
export function namedBy({ sql }: Connection, digest: Digest, { after = "", limit }: Page): readonly Digest[] {
  // Sorted here, because the few agreements of one evidence have no index of their own.
  const ids = sql(
    "SELECT a.id FROM evidence_references e JOIN agreements a ON a.n = e.agreement WHERE e.digest = ? AND e.purged = 0",
  )
    .all(digest)
    .map((row) => row["id"] as Digest);
  return ids
    .filter((id) => id > after)
    .sort()
    .slice(0, limit);
}

/** Under which keys evidence is sealed. */
export function evidenceKeys({ sql }: Connection): readonly EvidenceKeyUse[] {
  return sql("SELECT key_id, count(*) AS objects, sum(size) AS bytes FROM evidence GROUP BY key_id ORDER BY key_id")
    .all()
    .map((row) => ({
      key: row["key_id"] === null ? undefined : String(row["key_id"]),
      objects: Number(row["objects"]),
      bytes: Number(row["bytes"]),
    }));
}

type TombstoneSql = Pick<TombstoneRow, "id" | "digest" | "at" | "kind" | "envelope"> & {
  readonly agreements: string;
  readonly uploaders: string;
  readonly readmitted: string | null;
};

/** Tombstones of evidence, the newest first. */
export function tombstones({ sql }: Connection, digest: Digest): readonly TombstoneRow[] {
  return sql("SELECT * FROM tombstones WHERE digest = ? ORDER BY n DESC")
    .all(digest)
    .map((row) => tombstoneRow(row as TombstoneSql));
}

/** Every tombstone, oldest first. */
export function listTombstones({ sql }: Connection, { after, limit }: Page): readonly TombstoneRow[] {
  const from = after === undefined ? { n: 0 } : sql("SELECT n FROM tombstones WHERE id = ?").get(after);
  if (from === undefined) throw unknownCursor("a tombstone", after ?? "");
  return sql("SELECT * FROM tombstones WHERE n > ? ORDER BY n LIMIT ?")
    .all(Number(from["n"]), limit)
    .map((row) => tombstoneRow(row as TombstoneSql));
}

function tombstoneRow(row: TombstoneSql): TombstoneRow {
  const { id, digest, at, kind, envelope, agreements, uploaders, readmitted } = row;
  return {
    id,
    digest,
    at,
    kind,
    envelope,
    agreements: JSON.parse(agreements) as Digest[],
    uploaders: JSON.parse(uploaders) as string[],
    ...(readmitted === null ? {} : { readmitted: JSON.parse(readmitted) as Note }),
  };
}

/** A row of holds. */
export type HoldSql = Pick<HoldRow, "id" | "kind" | "target" | "reason" | "at"> & {
  readonly placed_by: string;
  readonly released: string | null;
};

/** Every hold, oldest first. */
export function listHolds({ sql }: Connection, { after, limit }: Page): readonly HoldRow[] {
  const from = after === undefined ? { n: 0 } : sql("SELECT n FROM holds WHERE id = ?").get(after);
  if (from === undefined) throw unknownCursor("a hold", after ?? "");
  return sql("SELECT * FROM holds WHERE n > ? ORDER BY n LIMIT ?")
    .all(Number(from["n"]), limit)
    .map((row) => holdRow(row as HoldSql));
}

/** A hold as it is in its row. */
export function holdRow({ id, kind, target, reason, placed_by, at, released }: HoldSql): HoldRow {
  const ended = released === null ? {} : { released: JSON.parse(released) as Note };
  return { id, kind, target, reason, by: placed_by, at, ...ended };
}
