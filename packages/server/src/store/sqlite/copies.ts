import { cp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { SettldError } from "@settld/protocol";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { storeError } from "./errors.ts";
import { flushFolder, makeFolder, withFiles } from "./folder.ts";
import { lockStore } from "./lock.ts";
import { copyDatabase, migrateDown, storeVersion } from "./migrate.ts";

/** What was copied. */
export type StoreCopy = { readonly version: number; readonly bytes: number };

/**
 * Copies the store in a folder to a new one, also while it is served: the database as it is at one instant, then the
 * evidence that it names, which is never changed in its place. The copy is a store like any other.
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
    await copyDatabase(connection, copy);
    await withFiles(() => cp(join(folder, "evidence"), join(out, "evidence"), { recursive: true }));
    await withFiles(() => rm(join(out, "evidence", "staging"), { recursive: true, force: true }));
    await withFiles(() => flushFolder(out));
    return { version, bytes: (await stat(copy)).size };
  } catch (error) {
    await rm(out, { recursive: true, force: true });
    throw storeError(error);
  } finally {
    connection?.close();
  }
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
