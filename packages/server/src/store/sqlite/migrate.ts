import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SettldError } from "@settld/protocol";
import type { SchemaVersion } from "../store.ts";
import type { Connection } from "./connection.ts";
import { flushFile, flushFolder } from "./folder.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";

// "Stld": other programs and other databases are told apart by this number in the header of the file.
const APPLICATION_ID = 0x53_74_6c_64;

/**
 * The version of the store, 0 for an empty database.
 *
 * @throws SettldError `STORE_VERSION` when it is newer than this program or no store at all.
 */
export function storeVersion({ sql }: Connection, newest: number = newestOf(MIGRATIONS)): number {
  const version = Number(sql("PRAGMA user_version").get()?.["user_version"]);
  const application = Number(sql("PRAGMA application_id").get()?.["application_id"]);
  const tables = Number(sql("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
  if (application !== APPLICATION_ID && (application !== 0 || version !== 0 || tables > 0)) {
    throw new SettldError("STORE_VERSION", "expected a store of Settld, found another database");
  }
  if (version > newest) {
    throw new SettldError("STORE_VERSION", `expected a store of version ${newest} or older, found version ${version}`);
  }
  return version;
}

/** The version of a store that is open, which another process may have changed since. */
export function schemaVersion({ sql }: Connection): SchemaVersion {
  return { found: Number(sql("PRAGMA user_version").get()?.["user_version"]), expected: newestOf(MIGRATIONS) };
}

/** Whether the store is older than this program and has to be migrated. */
export function isOlder(connection: Connection): boolean {
  return storeVersion(connection) < newestOf(MIGRATIONS);
}

/**
 * Migrates an older store (STORE-2). A store that has something in it is copied beside itself first, to
 * `store-v<version>.db`.
 *
 * @param path - the file of the store; without one nothing is copied.
 */
export async function migrate(
  connection: Connection,
  path: string | undefined,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const version = storeVersion(connection, newestOf(migrations));
  const steps = migrations.filter((migration) => migration.version > version);
  if (steps.length === 0) return;
  if (version > 0 && path !== undefined) await backUp(connection, path, version);
  for (const step of steps) runStep(connection, step.up, step.version);
}

/** Runs one step in a transaction of its own: it is done with its version, or nothing of it is. */
export function runStep({ sql, exec }: Connection, script: string, version: number): void {
  // A step may have to copy a table that others refer to, which only works while nobody looks. This setting means
  // nothing within a transaction, so it is changed around it, and everything is looked at before the end.
  exec("PRAGMA foreign_keys = OFF");
  try {
    exec("BEGIN IMMEDIATE");
    try {
      exec(script);
      const violation = sql("PRAGMA foreign_key_check").get();
      if (violation !== undefined) {
        throw new Error(`the step to version ${version} breaks a reference of ${String(violation["table"])}`);
      }
      exec(`PRAGMA application_id = ${version === 0 ? 0 : APPLICATION_ID}; PRAGMA user_version = ${version}`);
      exec("COMMIT");
    } catch (error) {
      exec("ROLLBACK");
      throw error;
    }
  } finally {
    exec("PRAGMA foreign_keys = ON");
  }
}

/** Takes a store down to an older version: each step's written rollback path, in a transaction of its own. */
export function migrateDown(
  connection: Connection,
  to: number,
  migrations: readonly Migration[] = MIGRATIONS,
): readonly number[] {
  const version = storeVersion(connection, newestOf(migrations));
  const steps = migrations.filter((one) => one.version > to && one.version <= version).reverse();
  for (const step of steps) runStep(connection, step.down, step.version - 1);
  return steps.map((step) => step.version);
}

async function backUp(connection: Connection, path: string, version: number): Promise<void> {
  await copyDatabase(connection, join(dirname(path), `store-v${version}.db`));
}

/** Writes the database as it is to a file, which appears when all of it is there and on the disk. */
export async function copyDatabase({ sql }: Connection, backup: string): Promise<void> {
  const folder = dirname(backup);
  const staged = `${backup}.tmp`;
  // What is left of an attempt that broke off would stop this one.
  await rm(staged, { force: true });
  sql("VACUUM INTO ?").run(staged);
  await flushFile(staged);
  await rename(staged, backup);
  await flushFolder(folder);
}

function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}
