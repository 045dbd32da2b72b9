import { join } from "node:path";
import { isSettldError, SettldError } from "@settld/protocol";
import type { KeyEncryption } from "../../sealing/key-encryption.ts";
import { checkEvidenceKeys, SEALING_REQUIRED, SEALING_SETTING } from "../../sealing/setting.ts";
import { checkChange } from "../check-change.ts";
import { keyedMutex } from "../keyed-mutex.ts";
import type { Change, Store, StoreReads } from "../store.ts";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { closed, storeError } from "./errors.ts";
import { evidenceFiles } from "./evidence-files.ts";
import { evidenceMemory } from "./evidence-memory.ts";
import type { EvidencePlace } from "./evidence-place.ts";
import { evidenceStore } from "./evidence-store.ts";
import { readFigures } from "./figures.ts";
import { flushFolder, makeFolder, withFiles } from "./folder.ts";
import { lockStore, type StoreLock } from "./lock.ts";
import { isOlder, migrate } from "./migrate.ts";
import { looseFiles } from "./read-evidence.ts";
import { feedRange, messages } from "./read-messages.ts";
import { readsOf } from "./reads.ts";
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
  /** With which evidence is sealed and opened. A store that was served with keys is served with them ever after. */
  readonly evidenceKeys?: KeyEncryption | undefined;
};

/**
 * Opens the store in a folder: `store.db`, the lock, and the evidence beside it. An older store is migrated.
 *
 * @throws SettldError `STORE_LOCKED`, `STORE_VERSION`, `STORE_KEY_MISSING`, `HTTP_UNAVAILABLE`.
 */
export async function openSqliteStore({ folder, mode, evidenceKeys: keys }: SqliteStoreOptions): Promise<Store> {
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
    if (mode === "serve") {
      await startSealing(connection, keys);
      await sweep(connection, evidence);
    }
    return storeOver({
      connection,
      evidence,
      keys,
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
export async function openMemoryStore(evidenceKeys?: KeyEncryption): Promise<Store> {
  const connection = await connect(":memory:");
  await migrate(connection, undefined);
  await startSealing(connection, evidenceKeys);
  return storeOver({ connection, evidence: evidenceMemory(), keys: evidenceKeys, onClose: () => {} });
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

// What uploads, purges and changes of keys that were cut off by a crash have left. Nobody uploads now, because the lock is
// ours; whoever seals something just now sees that its file is gone, and does it again.
async function sweep(connection: Connection, evidence: EvidencePlace): Promise<void> {
  await evidence.sweep();
  for (const name of looseFiles(connection, ["upload", "rewrap", "purge"])) {
    await evidence.remove(name);
    connection.sql("DELETE FROM evidence_files WHERE name = ?").run(name);
  }
}

// From its first start with keys on a store takes nothing that is plain (STORE-5).
async function startSealing(connection: Connection, keys: KeyEncryption | undefined): Promise<void> {
  await checkEvidenceKeys(readsOf(connection), keys);
  if (keys === undefined) return;
  connection
    .sql("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(SEALING_SETTING, SEALING_REQUIRED);
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
  readonly keys: KeyEncryption | undefined;
  /** Takes care that nobody else does what only one process may; without it, that is so already. */
  readonly alone?: () => Promise<void>;
  /** The database, for another connection to read with; without it, writing waits for snapshots. */
  readonly snapshotPath?: string;
  readonly onClose: () => void;
};

function storeOver({ connection, evidence, keys, alone, snapshotPath, onClose }: StoreParts): Store {
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
    figures(now) {
      expectOpen();
      return snapshotPath === undefined
        ? writer.pause(() => readFigures(connection, now, undefined))
        : withReader(snapshotPath, (reader) => readFigures(reader, now, snapshotPath));
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
    ...evidenceStore({ connection, writer, place: evidence, keys, alone: expectAlone }),
    messages: async (feed, query) => reading(() => messages(connection, feed, query)),
    feedRange: async (feed) => reading(() => feedRange(connection, feed)),
    async forgetMessages(before) {
      let forgotten = 0;
      while (true) {
        const count = await writer.submit({ type: "forget-messages", before, limit: FORGET_MAX });
        forgotten += count;
        if (count < FORGET_MAX) return forgotten;
      }
    },
    claimDeliveries: (endpoint, options) => writer.submit({ type: "claim-deliveries", endpoint, ...options }),
    endDelivery: (claimed, outcome) => writer.submit({ type: "end-delivery", claimed, outcome }),
    deleteEndpoint: (id) => writer.submit({ type: "delete-endpoint", id }),
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

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw storeError(error);
  }
}

// API keys and the registry may be written by any process that has the store open: a server reads them each time.
function isShared({ apiKeys: _, registry: __, ...rest }: Change): boolean {
  return Object.values(rest).every((part) => part === undefined);
}

// Some milliseconds of deleting.
const FORGET_MAX = 500;

function readSnapshot<T>(path: string, work: (reads: StoreReads) => Promise<T>): Promise<T> {
  return withReader(path, (connection) => work(readsOf(connection)));
}

// Another connection, which sees one state of the database, whatever is written meanwhile.
async function withReader<T>(path: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  let connection: Connection | undefined;
  try {
    connection = await connect(path, { readOnly: true });
    connection.exec("BEGIN");
    // SQLite takes its snapshot with the first read.
    connection.sql("SELECT 1 FROM sqlite_schema").get();
    return await work(connection);
  } catch (error) {
    throw storeError(error);
  } finally {
    connection?.close();
  }
}
