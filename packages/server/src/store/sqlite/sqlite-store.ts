import { join } from "node:path";
import { concatBytes, type Digest, isSettldError, SettldError } from "@settld/protocol";
import { checkChange } from "../check-change.ts";
import { keyedMutex } from "../keyed-mutex.ts";
import type { Change, Store, StoreReads } from "../store.ts";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { checkedBytes } from "./digest-stream.ts";
import { closed, storeError } from "./errors.ts";
import { evidenceFiles } from "./evidence-files.ts";
import { evidenceMemory } from "./evidence-memory.ts";
import type { EvidencePlace } from "./evidence-place.ts";
import { flushFolder, makeFolder, withFiles } from "./folder.ts";
import { lockStore, type StoreLock } from "./lock.ts";
import { isOlder, migrate } from "./migrate.ts";
import { evidenceBytes, intendedEvidence } from "./read-rest.ts";
import { readsOf } from "./reads.ts";
import { readBeginning, streamOf } from "./small-evidence.ts";
import { makeWriter } from "./writer.ts";

/** How a store in a folder is opened. */
export type SqliteStoreOptions = {
  /** The folder; it is made when it is missing. */
  readonly folder: string;
  /**
   * `serve` holds the store alone until it is closed. `admin` opens it beside a process that serves it, to read and to
   * write API keys, the registry and settings; what only one process may do takes the lock when it is first asked for, and so
   * is STORE_LOCKED while another serves.
   */
  readonly mode: "serve" | "admin";
};

/**
 * Opens the store in a folder: `store.db`, the lock, and the evidence beside it. An older store is migrated.
 *
 * @throws SettldError `STORE_LOCKED`, `STORE_VERSION`, `HTTP_UNAVAILABLE`.
 */
export async function openSqliteStore({ folder, mode }: SqliteStoreOptions): Promise<Store> {
  const lock = lazyLock(folder);
  let connection: Connection | undefined;
  try {
    await withFiles(() => makeFolder(folder));
    if (mode === "serve") await lock.take();
    const path = join(folder, "store.db");
    connection = await connect(path);
    if (isOlder(connection)) {
      await lock.take();
      makeDurable(connection);
      await migrate(connection, path);
    }
    makeDurable(connection);
    await withFiles(() => flushFolder(folder));
    if (mode === "admin") lock.release();
    const evidence = await evidenceFiles(join(folder, "evidence"));
    if (mode === "serve") await sweep(connection, evidence);
    return storeOver({
      connection,
      evidence,
      ...(mode === "serve" ? {} : { alone: lock.take }),
      snapshotPath: path,
      onClose: lock.release,
    });
  } catch (error) {
    connection?.close();
    lock.release();
    throw openError(folder, error);
  }
}

/** Opens a new store in memory, for tests: the same code, and nothing is left of it when it is closed. */
export async function openMemoryStore(): Promise<Store> {
  const connection = await connect(":memory:");
  await migrate(connection, undefined);
  return storeOver({ connection, evidence: evidenceMemory(), onClose: () => {} });
}

// The lock of a store that is taken when it is first asked for, once for all who ask at the same time.
function lazyLock(folder: string): { readonly take: () => Promise<void>; readonly release: () => void } {
  let held: StoreLock | undefined;
  let taking: Promise<void> | undefined;
  return {
    take() {
      if (held !== undefined) return Promise.resolve();
      taking ??= lockStore(folder)
        .then((lock) => {
          held = lock;
        })
        .finally(() => {
          taking = undefined;
        });
      return taking;
    },
    release() {
      held?.release();
      held = undefined;
    },
  };
}

// What an upload that was cut off by a crash has left. Nobody uploads now, because the lock is ours.
async function sweep(connection: Connection, evidence: EvidencePlace): Promise<void> {
  await evidence.sweep(intendedEvidence(connection));
  connection.sql("DELETE FROM evidence WHERE stored = 0").run();
}

// Whoever opens a store is its operator, and needs to know why it does not open.
function openError(folder: string, error: unknown): unknown {
  const found = storeError(error);
  if (!isSettldError(found) || !(found.cause instanceof Error) || found.code !== "HTTP_UNAVAILABLE") return found;
  const message = `expected a store in ${folder} that can be opened, found: ${found.cause.message}`;
  return new SettldError("HTTP_UNAVAILABLE", message, { cause: found.cause });
}

type StoreParts = {
  readonly connection: Connection;
  readonly evidence: EvidencePlace;
  /** Takes care that nobody else does what only one process may; without it, that is so already. */
  readonly alone?: () => Promise<void>;
  /** The database, for another connection to read with; without it, writing waits for snapshots. */
  readonly snapshotPath?: string;
  readonly onClose: () => void;
};

type PutSmall = (
  digest: Digest,
  chunks: readonly Uint8Array[],
  limits: Parameters<Store["putEvidence"]>[2],
) => ReturnType<Store["putEvidence"]>;

// Up to here a row is written faster than a file of its own, which costs two more flushes.
const SMALL_BYTES_MAX = 65_536;

function storeOver({ connection, evidence, alone, snapshotPath, onClose }: StoreParts): Store {
  const reads = readsOf(connection, { shareTurn: true });
  const writer = makeWriter(connection);
  const locks = keyedMutex();
  let closing: Promise<void> | undefined;
  const expectOpen = (): void => {
    if (closing !== undefined) throw closed();
  };
  const expectAlone = async (): Promise<void> => {
    expectOpen();
    try {
      await alone?.();
    } catch (error) {
      throw storeError(error);
    }
  };
  // One change of the database: its flush is shared with others, and there is no file to make durable beside it.
  const putSmall: PutSmall = async (digest, chunks, { bytesMax, now, tenant }) => {
    const parts: Uint8Array[] = [];
    for await (const part of checkedBytes(digest, streamOf(chunks), bytesMax)) parts.push(part);
    const bytes = concatBytes(...parts);
    return { size: bytes.length, isNew: await writer.submit({ type: "put-evidence", digest, bytes, at: now, tenant }) };
  };
  const readSmall = async (digest: Digest): Promise<Uint8Array | undefined> => {
    try {
      return evidenceBytes(connection, digest);
    } catch (error) {
      throw storeError(error);
    }
  };
  return {
    ...reads,
    async exclusively(name, work) {
      if (alone !== undefined) await expectAlone();
      return locks.run(name, async () => {
        expectOpen();
        return work();
      });
    },
    async write(change) {
      checkChange(change);
      // Without waiting when there is nothing to wait for: closing right after this call does not come before it.
      if (alone !== undefined && !isShared(change)) await expectAlone();
      return writer.submit({ type: "write", change });
    },
    async snapshot(work) {
      expectOpen();
      return snapshotPath === undefined ? writer.pause(() => work(reads)) : readSnapshot(snapshotPath, work);
    },
    async forgetAnswers(before) {
      let forgotten = 0;
      // In parts, so that others may write in between.
      while (true) {
        const count = await writer.submit({ type: "forget-answers", before, limit: FORGET_MAX });
        forgotten += count;
        if (count < FORGET_MAX) return forgotten;
      }
    },
    retryCommand: (id, due) => writer.submit({ type: "retry-command", id, due }),
    async putEvidence(digest, bytes, { bytesMax, now, tenant }) {
      await expectAlone();
      const begun = await readBeginning(bytes, Math.min(bytesMax, SMALL_BYTES_MAX));
      if ("all" in begun) return putSmall(digest, begun.all, { bytesMax, now, tenant });
      const staged = await evidence.stage(digest, begun.more, bytesMax).finally(begun.more.end);
      const { size } = staged;
      try {
        // What is intended stands in the database first, so that a crash leaves no file that nobody knows of.
        const isKept = await writer.submit({ type: "intend-evidence", digest, size, at: now });
        await (isKept ? staged.discard() : staged.keep());
      } catch (error) {
        await staged.discard();
        throw error;
      }
      return { size, isNew: await writer.submit({ type: "keep-evidence", digest, tenant }) };
    },
    async *readEvidence(digest) {
      if ((await reads.evidence(digest)) === undefined) {
        throw new SettldError("STORE_EVIDENCE_MISSING", `expected the bytes of ${digest}, found none`);
      }
      const small = await readSmall(digest);
      yield* small === undefined ? evidence.read(digest) : checkedBytes(digest, streamOf([small]), small.length);
    },
    revokeApiKey: (id, at) => writer.submit({ type: "revoke-api-key", id, at }),
    putSetting: (name, value) => writer.submit({ type: "put-setting", name, value }),
    close() {
      closing ??= (async () => {
        await writer.close();
        connection.close();
        onClose();
      })();
      return closing;
    },
  };
}

// API keys and the registry may be written by any process that has the store open: a server reads them each time.
function isShared({ apiKeys: _, registry: __, ...rest }: Change): boolean {
  return Object.values(rest).every((part) => part === undefined);
}

// Some milliseconds of deleting.
const FORGET_MAX = 500;

async function readSnapshot<T>(path: string, work: (reads: StoreReads) => Promise<T>): Promise<T> {
  let connection: Connection | undefined;
  try {
    connection = await connect(path, { readOnly: true });
    connection.exec("BEGIN");
    // SQLite takes its snapshot with the first read.
    connection.sql("SELECT 1 FROM sqlite_schema").get();
    return await work(readsOf(connection));
  } catch (error) {
    throw storeError(error);
  } finally {
    connection?.close();
  }
}
