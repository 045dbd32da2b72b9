import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import { openPostgresStore, type PostgresStoreOptions } from "../store/postgres/postgres-store.ts";
import type { Store } from "../store/store.ts";

/** A store in a database of its own, without jobs unless it is told so; closing it removes the database. */
export async function openTestPostgresStore(
  options: Omit<PostgresStoreOptions, "url"> = {},
): Promise<Store & { readonly database: TestDatabase }> {
  const database = await makeDatabase();
  try {
    const store = await openPostgresStore({ jobs: false, ...options, url: database.url });
    let closing: Promise<void> | undefined;
    return {
      ...store,
      database,
      close() {
        closing ??= store.close().finally(database.drop);
        return closing;
      },
    };
  } catch (error) {
    await database.drop();
    throw error;
  }
}
