import { SettldError } from "@settld/protocol";
import { loadPg } from "./database.ts";
import { openError } from "./errors.ts";
import { migrateDown } from "./migrate.ts";
import type { PostgresStoreOptions } from "./postgres-store.ts";

/**
 * Takes the store in a database down to an older version, for an older program; nobody may serve it. It makes no copy:
 * `pg_dump` does.
 *
 * @returns the versions whose steps were taken back, the newest first.
 * @throws SettldError `STORE_LOCKED`, `STORE_VERSION`, `HTTP_UNAVAILABLE`.
 */
export async function rollBackPostgresStore(
  { url, pool = {} }: Pick<PostgresStoreOptions, "url" | "pool">,
  to: number,
): Promise<readonly number[]> {
  // The first step's way back leaves nothing at all.
  if (!Number.isInteger(to) || to < 1) throw new SettldError("STORE_VERSION", `expected a version from 1, found ${to}`);
  const pg = await loadPg();
  const config = { connectionTimeoutMillis: 5_000, ...pool, ...(url === undefined ? {} : { connectionString: url }) };
  try {
    return await migrateDown(pg, config, to);
  } catch (error) {
    throw openError(error);
  }
}
