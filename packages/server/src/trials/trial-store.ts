import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { type Connection, connect } from "../store/sqlite/connection.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { openTestPostgresStore } from "../testing-postgres/store.ts";

/** A store that a trial can look into. */
export type TrialStore = {
  readonly store: Store;
  /** A folder of the trial: that of the store, where it is in one. */
  readonly folder: string;
  /** Opens the same store as an administrator's tool does. */
  readonly admin: () => Promise<Store>;
  /** Everything that the store holds, as text; the same text is the same content. */
  readonly content: () => Promise<string>;
  /** Changes whenever anything was written; cheap. */
  readonly version: () => Promise<number | string>;
  /** After the store was closed. */
  readonly remove: () => Promise<void>;
};

/** Names of the stores that trials run over. */
export type TrialStoreName = "SQLite" | "PostgreSQL";

let chosen: TrialStoreName = "SQLite";

/** Has the trials of this process run over a store. */
export function trialsOver(name: TrialStoreName): void {
  chosen = name;
}

/** Over which store the trials of this process run. */
export function trialStoreName(): TrialStoreName {
  return chosen;
}

/** Opens a new store of the chosen kind. */
export function openTrialStore(): Promise<TrialStore> {
  return chosen === "SQLite" ? inFolder() : inDatabase();
}

async function inFolder(): Promise<TrialStore> {
  const folder = await mkdtemp(join(tmpdir(), "settld-world-"));
  const store = await openSqliteStore({ folder, mode: "serve" });
  const watch: Connection = await connect(join(folder, "store.db"), { readOnly: true });
  return {
    store,
    folder,
    admin: () => openSqliteStore({ folder, mode: "admin" }),
    content: async () => `${dump(watch)}\n${await filesOf(join(folder, "evidence"))}`,
    version: async () => Number(watch.sql("PRAGMA data_version").get()?.["data_version"]),
    async remove() {
      watch.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// What changes without anything new being kept: how often somebody tried to write, and the places in feeds, which
// messages get from whoever reads them first.
const ASIDE = ["writers", "feeds", "feed_places"];

async function inDatabase(): Promise<TrialStore> {
  const folder = await mkdtemp(join(tmpdir(), "settld-world-"));
  const { database, ...store } = await openTestPostgresStore();
  const found = await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const tables = found.map(({ tablename }) => String(tablename)).filter((name) => !ASIDE.includes(name));
  const each = (sql: (table: string) => string): string => tables.map(sql).join(" UNION ALL ");
  // One connection: what is asked before and after each request must not take longer than the request.
  const watch = new pg.Client(database.url);
  watch.on("error", () => {});
  await watch.connect();
  const all = async (text: string): Promise<string> => JSON.stringify((await watch.query(text)).rows);
  return {
    store,
    folder,
    admin: () => openPostgresStore({ url: database.url, mode: "admin" }),
    content: () =>
      all(each((t) => `SELECT '${t}' AS name, string_agg(r::text, ' ' ORDER BY r::text) AS rows FROM ${t} r`)),
    version: () => all(each((t) => `SELECT '${t}' AS name, count(*) AS n, max(xmin::text::bigint) AS x FROM ${t}`)),
    async remove() {
      await watch.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every row of every table, as text. */
export function dump({ sql }: Connection): string {
  const tables = sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const lines: string[] = [];
  for (const { name } of tables) {
    for (const row of sql(`SELECT * FROM "${String(name)}"`).all()) {
      const cells = Object.values(row).map((cell) =>
        cell instanceof Uint8Array ? Buffer.from(cell).toString("latin1") : cell,
      );
      lines.push(`${String(name)} ${JSON.stringify(cells)}`);
    }
  }
  return lines.join("\n");
}

async function filesOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map(({ name }) => name)
    .sort()
    .join("\n");
}
