import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, reasonOf } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import type { Store } from "@settld/server";
import { inputError } from "../exit.ts";
import { checkStoreFolder } from "./folder-access.ts";
import type { ServerPackage } from "./load-server.ts";

/** The folder of the store when nothing else is said. */
export const DEFAULT_DIR = ".settld";

/**
 * Opens a store that is there, beside a process that may serve it, and closes it when `work` is over. It never makes
 * one: a typing error in a path must not look like an empty store.
 *
 * @throws SettldError for exit code 2: `CLI_INPUT` without a store, or the code with which it does not open.
 */
export async function withStore<T>(
  { openSqliteStore }: ServerPackage,
  dir: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  await assertStore(dir);
  let store: Store | undefined;
  try {
    store = await openSqliteStore({ folder: dir, mode: "admin" });
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
