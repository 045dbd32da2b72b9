import { randomUUID } from "node:crypto";
import { concatBytes, type Digest, SettldError } from "@settld/protocol";
import type { KeyEncryption } from "../../sealing/key-encryption.ts";
import { openSeal, rewrapKey, seal, withoutKeys } from "../../sealing/seal.ts";
import { isSealingRequired, SEALING_SETTING } from "../../sealing/setting.ts";
import { checkedBytes, collect, counted } from "../digest-stream.ts";
import { readBeginning, streamOf } from "../small-evidence.ts";
import type { Rewrapped, Store } from "../store.ts";
import type { Database, Sql } from "./database.ts";
import { HOLD, type HoldSql, holdRow, type StoredObject, storedObject } from "./read-evidence.ts";
import { setting } from "./read-rest.ts";
import type { Writer } from "./writer.ts";

/** Evidence in the database. */
export type EvidenceTables = Pick<
  Store,
  | "putEvidence"
  | "readEvidence"
  | "rewrapEvidence"
  | "purgeEvidence"
  | "finishPurges"
  | "readmitEvidence"
  | "placeHold"
  | "releaseHold"
> & {
  /** Forgets uploads of which nothing was heard for so long that their process must be gone. */
  readonly sweep: () => Promise<void>;
};

// A row of this size; less would cost more round trips, and more would cost memory for each upload and reader.
const CHUNK_BYTES = 262_144;
// Up to here bytes go along with the batch of the writer.
const SMALL_BYTES_MAX = 65_536;
// How often an upload says that it goes on, and how long after the last time it is given up.
const TOUCH_MS = 60_000;
const GIVEN_UP_AFTER = "15 minutes";

/**
 * Keeps evidence in chunks, each a row. Chunks arrive under the name of their upload, which becomes evidence in one
 * transaction when all bytes are there and have the digest. An upload that a crash breaks off leaves chunks that nobody
 * sees, and that {@link EvidenceTables.sweep} removes.
 */
export function evidenceTables({ sql }: Database, writer: Writer, keys: KeyEncryption | undefined): EvidenceTables {
  // Every time, because another process may have brought keys since this one was started without.
  const expectKeys = async (): Promise<void> => {
    if (keys === undefined && isSealingRequired(await setting(sql, SEALING_SETTING))) throw withoutKeys("none");
  };
  const raw = ({ upload }: StoredObject): AsyncIterable<Uint8Array> => chunks(sql, upload);

  // Chunks are read one by one, so that a slow reader holds no connection. When they were replaced by others meanwhile, the
  // rest is read from those: the bytes of a digest are the same.
  async function* plain(digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
    let passed = 0;
    for (let before: StoredObject | undefined; ; ) {
      const object = await storedObject(sql, digest);
      if (object === undefined || (before !== undefined && object.upload === before.upload)) throw missing(digest);
      before = object;
      const { key, tenant } = object;
      const bytes = key === undefined ? raw(object) : openSeal(keys, { digest, tenant }, key, raw(object));
      try {
        let at = 0;
        for await (const part of bytes) {
          const fresh = part.subarray(Math.max(0, Math.min(part.length, passed - at)));
          at += part.length;
          if (fresh.length > 0) yield fresh;
          passed = Math.max(passed, at);
        }
        if (passed >= object.size || (await isSame(object, digest))) return;
      } catch (error) {
        if (await isSame(object, digest)) throw error;
      }
    }
  }
  const isSame = async ({ upload }: StoredObject, digest: Digest): Promise<boolean> =>
    (await storedObject(sql, digest))?.upload === upload;

  const rewrap = async (digest: Digest, ring: KeyEncryption): Promise<Rewrapped> => {
    const before = await storedObject(sql, digest);
    if (before === undefined) return "gone";
    const name = { digest, tenant: before.tenant };
    if (before.key?.key === ring.current) return "current";
    if (before.key !== undefined) {
      const key = await rewrapKey(ring, name, before.key, raw(before)).catch(async (error: unknown) => {
        if (await isSame(before, digest)) throw error;
      });
      if (key === undefined) return rewrap(digest, ring);
      const isDone = await writer.submit({ type: "reseal-evidence", digest, before, key });
      return isDone ? "rewrapped" : rewrap(digest, ring);
    }
    const { key, sealed } = await seal(ring, name, checkedBytes(digest, raw(before), Number.POSITIVE_INFINITY));
    const upload = randomUUID();
    try {
      await stage(sql, upload, sealed);
    } catch (error) {
      await discard(sql, upload).catch(() => {});
      if (await isSame(before, digest)) throw error;
      return rewrap(digest, ring);
    }
    const isDone = await writer.submit({ type: "reseal-evidence", digest, before, key, upload });
    return isDone ? "sealed" : rewrap(digest, ring);
  };

  return {
    async putEvidence(digest, bytes, { bytesMax, now, tenant }) {
      await expectKeys();
      const upload = randomUUID();
      const name = { digest, tenant };
      const begun = await readBeginning(bytes, Math.min(bytesMax, SMALL_BYTES_MAX));
      if ("all" in begun) {
        const all = await collect(checkedBytes(digest, streamOf(begun.all), bytesMax));
        const sealing = keys === undefined ? undefined : await seal(keys, name, streamOf([all]));
        const isNew = await writer.submit({
          type: "put-evidence",
          digest,
          size: all.length,
          at: now,
          tenant,
          upload,
          bytes: sealing === undefined ? all : await collect(sealing.sealed),
          key: sealing?.key,
        });
        return { size: all.length, isNew };
      }
      try {
        let size = 0;
        const checked = counted(checkedBytes(digest, begun.more, bytesMax), (length) => {
          size += length;
        });
        const sealing = keys === undefined ? undefined : await seal(keys, name, checked);
        await stage(sql, upload, sealing?.sealed ?? checked).finally(begun.more.end);
        const key = sealing?.key;
        const isNew = await writer.submit({ type: "put-evidence", digest, size, at: now, tenant, upload, key });
        return { size, isNew };
      } catch (error) {
        // What cannot be removed now is removed by the sweep.
        await discard(sql, upload).catch(() => {});
        throw error;
      }
    },
    readEvidence: (digest) => checkedBytes(digest, plain(digest), Number.POSITIVE_INFINITY),
    async rewrapEvidence(digest) {
      if (keys === undefined) throw withoutKeys("none");
      return rewrap(digest, keys);
    },
    purgeEvidence: (purge) => writer.submit({ type: "purge-evidence", purge }),
    // Bytes go in the transaction of their purge.
    finishPurges: async () => 0,
    async readmitEvidence(digest, note) {
      const rows = await sql<{ n: number }>(
        "UPDATE tombstones SET readmitted = coalesce(readmitted, $2) WHERE digest = $1 RETURNING n",
        [digest, JSON.stringify(note)],
      );
      return rows.length;
    },
    async placeHold({ id, kind, target, reason, by, at }) {
      await sql(
        `INSERT INTO holds (id, kind, target, reason, placed_by, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO NOTHING`,
        [id, kind, target, reason, by, at],
      );
    },
    async releaseHold(id, note) {
      const [row] = await sql<HoldSql>(
        `UPDATE holds SET released = coalesce(released, $2) WHERE id = $1 RETURNING ${HOLD}`,
        [id, JSON.stringify(note)],
      );
      return row === undefined ? undefined : holdRow(row);
    },
    async sweep() {
      await sql(
        `WITH gone AS (DELETE FROM staged_uploads WHERE touched_at < now() - $1::interval RETURNING upload)
         DELETE FROM evidence_chunks WHERE upload IN (SELECT upload FROM gone)`,
        [GIVEN_UP_AFTER],
      );
    },
  };
}

async function stage(sql: Sql, upload: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  await sql("INSERT INTO staged_uploads (upload) VALUES ($1) ON CONFLICT DO NOTHING", [upload]);
  const touching = setInterval(() => {
    sql("UPDATE staged_uploads SET touched_at = now() WHERE upload = $1", [upload]).catch(() => {});
  }, TOUCH_MS);
  touching.unref();
  try {
    let [position, waiting, pending] = [0, 0, [] as Uint8Array[]];
    const flush = async (): Promise<void> => {
      const chunk = concatBytes(...pending);
      [waiting, pending] = [0, []];
      // Of an upload that was given up nothing more is taken; the end finds out.
      await sql(
        `INSERT INTO evidence_chunks (upload, position, bytes)
           SELECT upload, $2::integer, $3::bytea FROM staged_uploads WHERE upload = $1 ON CONFLICT DO NOTHING`,
        [upload, position, chunk],
      );
      position += 1;
    };
    for await (const part of bytes) {
      for (let at = 0; at < part.length; ) {
        const piece = part.subarray(at, at + CHUNK_BYTES - waiting);
        pending.push(piece);
        [at, waiting] = [at + piece.length, waiting + piece.length];
        // Waiting for each chunk holds the sender back, so that memory stays bounded.
        if (waiting === CHUNK_BYTES) await flush();
      }
    }
    if (waiting > 0) await flush();
  } finally {
    clearInterval(touching);
  }
}

async function discard(sql: Sql, upload: string): Promise<void> {
  await sql(
    `WITH gone AS (DELETE FROM staged_uploads WHERE upload = $1 RETURNING upload)
     DELETE FROM evidence_chunks WHERE upload IN (SELECT upload FROM gone)`,
    [upload],
  );
}

async function* chunks(sql: Sql, upload: string): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; ; position++) {
    const [row] = await sql<{ bytes: Uint8Array }>(
      "SELECT bytes FROM evidence_chunks WHERE upload = $1::uuid AND position = $2",
      [upload, position],
    );
    if (row === undefined) return;
    if (row.bytes.length > 0) yield row.bytes;
  }
}

function missing(digest: Digest): SettldError {
  return new SettldError("STORE_EVIDENCE_MISSING", `expected the bytes of ${digest}, found none`);
}
