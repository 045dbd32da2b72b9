import { copyFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { SettldError } from "@settld/protocol";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { storeError, unavailable } from "./errors.ts";
import { shelfOf } from "./evidence-files.ts";
import { flushFile, flushFolder, makeFolder, withFiles } from "./folder.ts";
import { lockStore } from "./lock.ts";
import { copyDatabase, migrateDown, storeVersion } from "./migrate.ts";

// Evidence that is sealed or purged meanwhile takes files away; so often the database is copied again.
const ATTEMPTS_MAX = 10;

/** What was copied. */
export type StoreCopy = { readonly version: number; readonly bytes: number };

/**
 * Copies the store in a folder to a new one, also while it is served: the database as it is at one instant, and the
 * evidence that it names then, which is never changed in its place. The copy is a store like any other.
 *
 * @throws SettldError `STORE_VERSION`, `HTTP_UNAVAILABLE`; also when there is something at `out`.
 */
export async function backUpSqliteStore(folder: string, out: string): Promise<StoreCopy> {
  const isThere = await stat(out).then(
    () => true,
    () => false,
  );
  if (isThere) throw new SettldError("HTTP_UNAVAILABLE", `expected a folder that is not there yet, found one: ${out}`);
  let connection: Connection | undefined;
  try {
    connection = await connect(join(folder, "store.db"), { readOnly: true });
    const version = storeVersion(connection);
    await withFiles(() => makeFolder(out));
    const copy = join(out, "store.db");
    const [from, to] = [join(folder, "evidence"), join(out, "evidence")];
    const copied = new Set<string>();
    let lacks = true;
    for (let attempt = 0; lacks; attempt++) {
      if (attempt === ATTEMPTS_MAX) throw unavailable(new Error("evidence went away each time while it was copied"));
      await copyDatabase(connection, copy);
      lacks = false;
      const named = await namedFiles(copy);
      for (const name of named) if (!(await copyEvidence(from, to, name, copied))) lacks = true;
      if (!lacks) await dropOthers(to, copied, named);
    }
    await withFiles(() => flushFolder(out));
    return { version, bytes: (await stat(copy)).size };
  } catch (error) {
    await rm(out, { recursive: true, force: true });
    throw storeError(error);
  } finally {
    connection?.close();
  }
}

// The files that the database in a path counts on.
async function namedFiles(path: string): Promise<ReadonlySet<string>> {
  const connection = await connect(path, { readOnly: true });
  try {
    const rows = connection.sql("SELECT file FROM evidence WHERE file IS NOT NULL").all();
    return new Set(rows.map(({ file }) => String(file)));
  } finally {
    connection.close();
  }
}

// A name stands for the same bytes for ever, so what was copied once is. False when the file is gone.
async function copyEvidence(from: string, to: string, name: string, copied: Set<string>): Promise<boolean> {
  if (copied.has(name)) return true;
  return withFiles(async () => {
    const shelf = shelfOf(to, name);
    await makeFolder(shelf);
    const path = join(shelf, name);
    try {
      await copyFile(join(shelfOf(from, name), name), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
    await flushFile(path);
    await flushFolder(shelf);
    copied.add(name);
    return true;
  });
}

// What an earlier copy of the database named and the last one does not was sealed or purged: it must not stay.
async function dropOthers(to: string, copied: ReadonlySet<string>, named: ReadonlySet<string>): Promise<void> {
  await withFiles(async () => {
    for (const name of copied) if (!named.has(name)) await rm(join(shelfOf(to, name), name));
  });
}

/**
 * Takes the store in a folder down to an older version, for an older program; nobody may serve it. What the store is
 * before is kept beside it as `store-v<version>-before.db`.
 *
 * @returns the versions whose steps were taken back, the newest first.
 * @throws SettldError `STORE_LOCKED`, `STORE_VERSION`, `HTTP_UNAVAILABLE`.
 */
export async function rollBackSqliteStore(folder: string, to: number): Promise<readonly number[]> {
  // The first step's way back leaves nothing at all.
  if (!Number.isInteger(to) || to < 1) throw new SettldError("STORE_VERSION", `expected a version from 1, found ${to}`);
  const lock = await lockStore(folder);
  let connection: Connection | undefined;
  try {
    connection = await connect(join(folder, "store.db"));
    makeDurable(connection);
    const version = storeVersion(connection);
    if (version < to) throw new SettldError("STORE_VERSION", `expected version ${to} or newer, found ${version}`);
    if (version > to) await copyDatabase(connection, join(folder, `store-v${version}-before.db`));
    return migrateDown(connection, to);
  } catch (error) {
    throw storeError(error);
  } finally {
    connection?.close();
    lock.release();
  }
}
