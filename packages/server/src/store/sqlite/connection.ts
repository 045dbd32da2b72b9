import type { DatabaseSync, StatementSync } from "node:sqlite";
import { SettldError } from "@settld/protocol";
import { closed, unavailable } from "./errors.ts";

/** A connection to a database, with statements that are prepared once. */
export type Connection = {
  readonly sql: (text: string) => StatementSync;
  /** Runs statements that are run once. */
  readonly exec: (text: string) => void;
  readonly close: () => void;
};

/** How a connection is opened. */
export type ConnectionOptions = {
  readonly readOnly?: boolean;
  /** How long a statement waits for another connection, blocking this thread. Default 1000. */
  readonly busyMs?: number;
};

// Long enough for the small writes of an administrator's tool, short enough to answer others in time.
const BUSY_MS = 1_000;

/**
 * Opens a database file, or `:memory:`. Sets what concerns the connection alone; {@link makeDurable} sets the rest.
 *
 * @throws SettldError `HTTP_UNAVAILABLE` when this Node has no SQLite.
 */
export async function connect(path: string, options: ConnectionOptions = {}): Promise<Connection> {
  const { readOnly = false, busyMs = BUSY_MS } = options;
  // Loaded when it is needed: importing this package neither fails on a Node without SQLite, nor prints the warning
  // with which some versions say that their SQLite is experimental. Who opens a store sees that warning.
  const { DatabaseSync } = await importSqlite();
  const database: DatabaseSync = new DatabaseSync(path, { readOnly });
  const statements = new Map<string, StatementSync>();
  let isClosed = false;
  const connection: Connection = {
    sql(text) {
      if (isClosed) throw closed();
      let statement = statements.get(text);
      if (statement === undefined) {
        statement = database.prepare(text);
        statements.set(text, statement);
      }
      return statement;
    },
    exec: (text) => database.exec(text),
    close() {
      isClosed = true;
      statements.clear();
      database.close();
    },
  };
  // Savepoints keep copies of pages in temporary storage, which is slower on disk and of no use after a crash.
  // What is deleted is overwritten: keys and bytes of purged evidence must not stay in free pages.
  connection.exec(`
    PRAGMA busy_timeout = ${busyMs};
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
  `);
  return connection;
}

/**
 * Makes every commit of a connection durable: a write-ahead log that is flushed with each commit. `fullfsync` makes
 * the difference on macOS, where a plain flush leaves data in the cache of the drive; elsewhere it means nothing.
 */
export function makeDurable({ sql, exec }: Connection): void {
  const mode = sql("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  // SQLite keeps another mode without an error where a file system has no shared memory.
  if (mode !== "wal") throw unavailable(new Error(`no write-ahead log but ${String(mode)} on this file system`));
  exec(`
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA journal_size_limit = ${JOURNAL_BYTES_KEPT};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  `);
}

// 16 MB of pages. Four times the default: most pages are written several times before they are moved to the database
// once, which measured 1.4 to 1.7 times as many changes a second. Reading so much after a crash takes milliseconds.
const CHECKPOINT_PAGES = 4_000;

// A write-ahead log that grew during an audit is cut back to this.
const JOURNAL_BYTES_KEPT = 67_108_864;

async function importSqlite(): Promise<typeof import("node:sqlite")> {
  try {
    return await import("node:sqlite");
  } catch (cause) {
    throw new SettldError("HTTP_UNAVAILABLE", `expected Node 22.13 or later with SQLite, found ${process.version}`, {
      cause,
    });
  }
}
