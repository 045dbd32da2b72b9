import { join } from "node:path";
import { SettldError } from "@settld/protocol";
import { type Connection, connect } from "./connection.ts";
import { isBusy } from "./errors.ts";

/** What one process alone holds, until it lets go or ends. */
export type StoreLock = { readonly release: () => void };

/**
 * Takes the lock of a store folder. It is an exclusive transaction on a database of its own, `store.lock`, that never
 * ends: so the operating system lets go of it when the process dies in whichever way, a second store of this process is
 * refused too, and readers of `store.db` are not in the way.
 *
 * @throws SettldError `STORE_LOCKED` when somebody holds it.
 */
export async function lockStore(folder: string): Promise<StoreLock> {
  const connection = await connect(join(folder, "store.lock"), { busyMs: 0 });
  try {
    begin(connection, folder);
  } catch (error) {
    connection.close();
    throw error;
  }
  return { release: connection.close };
}

function begin({ exec }: Connection, folder: string): void {
  try {
    exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    throw new SettldError("STORE_LOCKED", `expected a store that nobody serves, found one that is served: ${folder}`, {
      cause,
    });
  }
}
