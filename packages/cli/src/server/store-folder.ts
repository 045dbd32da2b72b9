import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, reasonOf } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import type { KeyEncryption, Store } from "@settld/server";
import { inputError } from "../exit.ts";
import { checkStoreFolder } from "./folder-access.ts";
import { loadPostgres, type ServerPackage } from "./load-server.ts";
import type { StorePlace } from "./store-place.ts";

/**
 * Opens a store that is there, beside processes that may serve it, and closes it when `work` is over. It never makes
 * one: a typing error in a path must not look like an empty store.
 *
 * @throws SettldError for exit code 2: `CLI_INPUT` without a store, or the code with which it does not open.
 */
export async function withStore<T>(
  { openSqliteStore }: ServerPackage,
  place: StorePlace,
  work: (store: Store) => Promise<T>,
  evidenceKeys?: KeyEncryption,
): Promise<T> {
  if (place.in === "folder") await assertStore(place.dir);
  let store: Store | undefined;
  try {
    store =
      place.in === "folder"
        ? await openSqliteStore({ folder: place.dir, mode: "admin", evidenceKeys })
        : await (await loadPostgres()).openPostgresStore({
            url: place.url,
            mode: "admin",
            pool: { max: 2 },
            evidenceKeys,
          });
    return await work(store);
  } catch (error) {
    throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
  } finally {
    await store?.close();
  }
}

async function assertStore(dir: string): Promise<void> {
  const path = (await checkStoreFolder(dir)) ? join(dir, "store.db") : dir;
  try {
    await stat(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const hint = "settld serve makes one, --dir names another";
    throw inputError("CLI_INPUT", `expected the store of a server, found ${reasonOf(error)}: ${path} (${hint})`, error);
  }
}
