import { SettldError } from "@settld/protocol";
import type { Client, ClientConfig } from "pg";
import type { SchemaVersion } from "../store.ts";
import { APPLICATION, type Pg, type Sql } from "./database.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";

// "settld" in ASCII: who migrates holds this advisory lock, so that processes which start together do it once.
const LOCK = "126879297332324";

/** Runs SQL text, several statements at once, without parameters. */
export type Script = (text: string) => Promise<readonly Record<string, unknown>[]>;

/**
 * The version of the store, 0 for an empty database.
 *
 * @throws SettldError `STORE_VERSION` when it is newer than this program or no store at all.
 */
export async function storeVersion(script: Script, newest: number = newestOf(MIGRATIONS)): Promise<number> {
  const [marked] = await script("SELECT to_regclass('settld_store') IS NOT NULL AS marked");
  if (marked?.["marked"] !== true) {
    const [found] = await script("SELECT count(*)::integer AS n FROM pg_tables WHERE schemaname = current_schema()");
    if (found?.["n"] !== 0) {
      throw new SettldError("STORE_VERSION", "expected a store of Settld or an empty database, found another database");
    }
    return 0;
  }
  const [row] = await script("SELECT version FROM settld_store");
  const version = Number(row?.["version"] ?? 0);
  if (version > newest) {
    throw new SettldError("STORE_VERSION", `expected a store of version ${newest} or older, found version ${version}`);
  }
  return version;
}

/**
 * Migrates an older store, or makes a new one (STORE-2): each step in a transaction of its own, while no other process
 * does.
 *
 * @throws SettldError `STORE_VERSION`; `HTTP_UNAVAILABLE` when the database does not keep texts as UTF-8.
 */
export async function migrate(
  pg: Pg,
  config: ClientConfig,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await withScript(pg, config, async (script) => {
    // Ends with the connection, also when this process is killed.
    await script(`SELECT pg_advisory_lock(${LOCK})`);
    const version = await storeVersion(script, newestOf(migrations));
    for (const step of migrations.filter((one) => one.version > version)) await runStep(script, step.up, step.version);
  });
}

/**
 * Takes back every step after a version, the newest first, each in a transaction of its own; nobody may serve the store.
 *
 * @returns the versions whose steps were taken back.
 * @throws SettldError `STORE_VERSION`; `STORE_LOCKED` while a server is connected.
 */
export async function migrateDown(
  pg: Pg,
  config: ClientConfig,
  to: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly number[]> {
  const taken: number[] = [];
  await withScript(pg, config, async (script) => {
    await script(`SELECT pg_advisory_lock(${LOCK})`);
    const version = await storeVersion(script, newestOf(migrations));
    if (version < to) throw new SettldError("STORE_VERSION", `expected version ${to} or newer, found ${version}`);
    await expectNoServer(script);
    for (const step of migrations.filter((one) => one.version > to && one.version <= version).reverse()) {
      await runStep(script, step.down, step.version - 1);
      taken.push(step.version);
    }
  });
  return taken;
}

/**
 * Checks that there is a store of this version, and changes nothing.
 *
 * @throws SettldError `STORE_VERSION`; `HTTP_UNAVAILABLE` when the database does not keep texts as UTF-8.
 */
export async function assertMigrated(pg: Pg, config: ClientConfig): Promise<void> {
  await withScript(pg, config, async (script) => {
    const newest = newestOf(MIGRATIONS);
    const version = await storeVersion(script, newest);
    if (version === newest) return;
    const found = version === 0 ? "an empty database" : `version ${version}, which a server migrates when it starts`;
    throw new SettldError("STORE_VERSION", `expected a store of version ${newest}, found ${found}`);
  });
}

// A connection that was closed just now is there for a moment longer.
async function expectNoServer(script: Script): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const [served] = await script(`SELECT count(*)::integer AS n FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = '${APPLICATION}' AND pid <> pg_backend_pid()`);
    if (served?.["n"] === 0) return;
    await script("SELECT pg_sleep(0.1)");
  }
  throw new SettldError("STORE_LOCKED", "expected a database that nobody serves, found servers that are connected");
}

const LOOKS_MAX = 20;

async function withScript(
  { Client }: Pg,
  config: ClientConfig,
  work: (script: Script) => Promise<void>,
): Promise<void> {
  const client: Client = new Client(config);
  client.on("error", () => {});
  await client.connect();
  try {
    const script: Script = async (text) => (await client.query(text)).rows as Record<string, unknown>[];
    const [encoding] = await script("SHOW server_encoding");
    if (encoding?.["server_encoding"] !== "UTF8") {
      const found = String(encoding?.["server_encoding"]);
      throw new SettldError("HTTP_UNAVAILABLE", `expected a database with the encoding UTF8, found ${found}`);
    }
    await work(script);
  } finally {
    await client.end();
  }
}

/** Runs one step in a transaction of its own: it is done with its version, or nothing of it is. */
export async function runStep(script: Script, text: string, version: number): Promise<void> {
  await script("BEGIN");
  try {
    await script("CREATE TABLE IF NOT EXISTS settld_store (one integer PRIMARY KEY CHECK (one = 1), version integer)");
    await script(text);
    if (version === 0) await script("DROP TABLE settld_store");
    else {
      await script(`INSERT INTO settld_store (one, version) VALUES (1, ${version})
        ON CONFLICT (one) DO UPDATE SET version = excluded.version`);
    }
    await script("COMMIT");
  } catch (error) {
    await script("ROLLBACK");
    throw error;
  }
}

/** The version of a store that is open, which another process may have changed since. */
export async function schemaVersion(sql: Sql): Promise<SchemaVersion> {
  const [row] = await sql<{ version: number }>("SELECT version FROM settld_store");
  return { found: row?.version ?? 0, expected: newestOf(MIGRATIONS) };
}

function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}
