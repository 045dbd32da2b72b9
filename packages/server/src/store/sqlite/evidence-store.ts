import { type Digest, isSettldError, SettldError } from "@settld/protocol";
import type { KeyEncryption } from "../../sealing/key-encryption.ts";
import { openSeal, rewrapKey, seal, withoutKeys } from "../../sealing/seal.ts";
import { isSealingRequired, SEALING_SETTING } from "../../sealing/setting.ts";
import { checkedBytes, collect, counted } from "../digest-stream.ts";
import { readBeginning, streamOf } from "../small-evidence.ts";
import type { Rewrapped, Store } from "../store.ts";
import type { Connection } from "./connection.ts";
import { storeError, unavailable } from "./errors.ts";
import type { EvidencePlace } from "./evidence-place.ts";
import { looseFiles, type StoredObject, storedObject } from "./read-evidence.ts";
import { setting } from "./read-rest.ts";
import type { Writer } from "./writer.ts";

/** What the evidence of a store needs. */
export type EvidenceParts = {
  readonly connection: Connection;
  readonly writer: Writer;
  readonly place: EvidencePlace;
  /** With which evidence is sealed and opened. */
  readonly keys: KeyEncryption | undefined;
  /** Takes care that nobody else takes uploads. */
  readonly alone: () => Promise<void>;
};

type EvidenceMethods = Pick<
  Store,
  | "putEvidence"
  | "readEvidence"
  | "rewrapEvidence"
  | "purgeEvidence"
  | "finishPurges"
  | "readmitEvidence"
  | "placeHold"
  | "releaseHold"
>;

type PutLimits = Parameters<Store["putEvidence"]>[2];

// Up to here a row is written faster than a file of its own, which costs two more flushes.
const SMALL_BYTES_MAX = 65_536;

/** The part of a store that deals with evidence: bytes in rows or files, plain or sealed, and their end. */
export function evidenceStore({ connection, writer, place, keys, alone }: EvidenceParts): EvidenceMethods {
  const find = (digest: Digest): StoredObject | undefined => {
    try {
      return storedObject(connection, digest);
    } catch (error) {
      throw storeError(error);
    }
  };

  // Every time, because another process may have brought keys since this one was started without.
  const expectKeys = (): void => {
    if (keys === undefined && isSealingRequired(setting(connection, SEALING_SETTING))) throw withoutKeys("none");
  };

  // One change of the database: its flush is shared with others, and there is no file to make durable beside it.
  const putSmall = async (digest: Digest, chunks: readonly Uint8Array[], limits: PutLimits): Promise<Put> => {
    const { tenant, now: at, bytesMax } = limits;
    const plain = await collect(checkedBytes(digest, streamOf(chunks), bytesMax));
    const size = plain.length;
    const sealing = keys === undefined ? undefined : await seal(keys, { digest, tenant }, streamOf([plain]));
    const bytes = sealing === undefined ? plain : await collect(sealing.sealed);
    const content = { bytes };
    const isNew = await writer.submit({ type: "put-evidence", digest, size, at, tenant, key: sealing?.key, content });
    return { size, isNew: isNew === true };
  };

  const putLarge = async (digest: Digest, bytes: AsyncIterable<Uint8Array>, limits: PutLimits): Promise<Put> => {
    const { tenant, now: at, bytesMax } = limits;
    let size = 0;
    const plain = counted(checkedBytes(digest, bytes, bytesMax), (length) => {
      size += length;
    });
    const sealing = keys === undefined ? undefined : await seal(keys, { digest, tenant }, plain);
    const staged = await place.stage(digest, sealing?.sealed ?? plain);
    const isKept = find(digest) !== undefined;
    try {
      // The name stands in the database first, so that a crash leaves no file of which nobody knows.
      if (!isKept) await writer.submit({ type: "intend-file", name: staged.name, why: "upload" });
      await (isKept ? staged.discard() : staged.keep());
    } catch (error) {
      await staged.discard();
      throw error;
    }
    const content = { file: staged.name };
    const isNew = await writer.submit({ type: "put-evidence", digest, size, at, tenant, key: sealing?.key, content });
    if (isNew === "lost") throw unavailable(new Error(`the bytes of ${digest} were removed while they arrived`));
    // Somebody was faster with the same bytes.
    if (!isNew && !isKept) await drop(staged.name);
    return { size, isNew };
  };

  const drop = async (name: string): Promise<void> => {
    await place.remove(name);
    await writer.submit({ type: "forget-file", name });
  };

  const raw = ({ file, bytes }: StoredObject): AsyncIterable<Uint8Array> =>
    file === undefined ? streamOf(bytes === undefined ? [] : [bytes]) : place.read(file);

  // A file that is gone may have been sealed or purged since its row was read; one that is open stays readable.
  const begin = async (digest: Digest): Promise<{ object: StoredObject; bytes: AsyncIterable<Uint8Array> }> => {
    for (let before: StoredObject | undefined; ; ) {
      const object = find(digest);
      if (object === undefined || (before !== undefined && object.file === before.file)) throw missing(digest);
      try {
        return { object, bytes: await begun(raw(object)) };
      } catch (error) {
        if (!isSettldError(error) || error.code !== "STORE_EVIDENCE_MISSING") throw error;
        before = object;
      }
    }
  };

  const rewrap = async (digest: Digest, ring: KeyEncryption): Promise<Rewrapped> => {
    const before = find(digest);
    if (before === undefined) return "gone";
    const name = { digest, tenant: before.tenant };
    if (before.key?.key === ring.current) return "current";
    if (before.key !== undefined) {
      const key = await rewrapKey(ring, name, before.key, raw(before));
      const isDone = await writer.submit({ type: "reseal-evidence", digest, before, key });
      return isDone ? "rewrapped" : rewrap(digest, ring);
    }
    const { key, sealed } = await seal(ring, name, checkedBytes(digest, raw(before), Number.POSITIVE_INFINITY));
    if (before.file === undefined) {
      const content = { bytes: await collect(sealed) };
      const isDone = await writer.submit({ type: "reseal-evidence", digest, before, key, content });
      return isDone ? "sealed" : rewrap(digest, ring);
    }
    const file = place.newName(digest);
    await writer.submit({ type: "intend-file", name: file, why: "rewrap" });
    try {
      await place.write(file, sealed);
    } catch (error) {
      await drop(file);
      throw error;
    }
    const isDone = await writer.submit({ type: "reseal-evidence", digest, before, key, content: { file } });
    await drop(isDone ? before.file : file);
    return isDone ? "sealed" : rewrap(digest, ring);
  };

  return {
    async putEvidence(digest, bytes, limits) {
      await alone();
      expectKeys();
      const begun = await readBeginning(bytes, Math.min(limits.bytesMax, SMALL_BYTES_MAX));
      if ("all" in begun) return putSmall(digest, begun.all, limits);
      return putLarge(digest, begun.more, limits).finally(begun.more.end);
    },
    async *readEvidence(digest) {
      const { object, bytes } = await begin(digest);
      const { key, tenant } = object;
      const plain = key === undefined ? bytes : openSeal(keys, { digest, tenant }, key, bytes);
      yield* checkedBytes(digest, plain, Number.POSITIVE_INFINITY);
    },
    async rewrapEvidence(digest) {
      if (keys === undefined) throw withoutKeys("none");
      const file = find(digest)?.file;
      try {
        return await rewrap(digest, keys);
      } catch (error) {
        // Its file went with a purge or with another's change of keys: then there is something else to be said of it.
        if (!isSettldError(error) || error.code !== "STORE_EVIDENCE_MISSING") throw error;
        const now = find(digest);
        if (now === undefined) return "gone";
        if (now.file === file) throw missing(digest, error);
        return rewrap(digest, keys);
      }
    },
    async purgeEvidence(purge) {
      const answer = await writer.submit({ type: "purge-evidence", purge });
      if (typeof answer === "string") return answer;
      if (answer.file !== undefined) await drop(answer.file);
      return "purged";
    },
    async finishPurges() {
      const names = looseFiles(connection, ["purge", "rewrap"]);
      for (const name of names) await drop(name);
      await truncateLog(connection);
      return names.length;
    },
    readmitEvidence: (digest, note) => writer.submit({ type: "readmit-evidence", digest, note }),
    placeHold: (hold) => writer.submit({ type: "place-hold", hold }),
    releaseHold: (id, note) => writer.submit({ type: "release-hold", id, note }),
  };
}

// What was overwritten in the database still stands in the log before it. As good as it goes: a reader is in the way of it,
// and the next one does it then.
async function truncateLog({ sql }: Connection): Promise<void> {
  // After the reads of this turn, which share a transaction.
  await new Promise((resolve) => setImmediate(resolve));
  try {
    sql("PRAGMA wal_checkpoint(TRUNCATE)").get();
  } catch {
    // Somebody writes just now.
  }
}

type Put = { readonly size: number; readonly isNew: boolean };

function missing(digest: Digest, cause?: unknown): SettldError {
  return new SettldError("STORE_EVIDENCE_MISSING", `expected the bytes of ${digest}, found none`, { cause });
}

// The bytes, of which the first were read, so that what stands in the way is known now.
async function begun(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
}
