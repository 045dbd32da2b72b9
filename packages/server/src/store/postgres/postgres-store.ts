import type { PoolConfig } from "pg";
import type { KeyEncryption } from "../../sealing/key-encryption.ts";
import { checkEvidenceKeys, SEALING_REQUIRED, SEALING_SETTING } from "../../sealing/setting.ts";
import { checkChange } from "../check-change.ts";
import type { Store } from "../store.ts";
import { type Database, loadPg, openDatabase } from "./database.ts";
import { closed, isCut, openError } from "./errors.ts";
import { evidenceTables } from "./evidence.ts";
import { readFigures } from "./figures.ts";
import { openJobs, type PostgresJobs } from "./jobs.ts";
import { makeLocks } from "./locks.ts";
import { messageTables } from "./message-tables.ts";
import { assertMigrated, migrate } from "./migrate.ts";
import { readsOf } from "./reads.ts";
import { PATIENCE, retrying } from "./retry.ts";
import { makeWriter } from "./writer.ts";

/** What `pg` takes for a pool, <https://node-postgres.com/apis/pool>; the usual members are named. */
export type PostgresPoolOptions = {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /** A function is asked for each connection, as short-lived passwords need it. */
  readonly password?: string | (() => string | Promise<string>);
  /** TLS: `true`, or options of `node:tls` such as `ca`. */
  readonly ssl?: boolean | object;
  /** Connections for reading; two more are for writing and for locks. Default 10. */
  readonly max?: number;
  readonly [other: string]: unknown;
};

/** How a store in a PostgreSQL database is opened. */
export type PostgresStoreOptions = {
  /** `postgres://user:password@host:port/database`; what it leaves out comes from `PGHOST` and its like. */
  readonly url?: string;
  readonly pool?: PostgresPoolOptions;
  /**
   * Whether changes put jobs, and this process may take some. Without, others find what is due when they look for it.
   * Default true, unless the mode is `admin`.
   */
  readonly jobs?: boolean;
  /** With which evidence is sealed and opened. A store that was served with keys is served with them ever after. */
  readonly evidenceKeys?: KeyEncryption | undefined;
  /**
   * `admin` is for tools beside the servers: it opens a sealed store also without its evidence keys, for whoever does not
   * read evidence, takes no jobs, and neither makes nor migrates a store. Default `serve`.
   */
  readonly mode?: "serve" | "admin";
};

/**
 * Opens the store in a database of its own, for any number of processes at once. An empty database becomes a store, an
 * older one is migrated. It needs the packages `pg` and `pg-boss`. When a connection breaks meanwhile, it begins anew, for
 * about four seconds; a database that cannot be reached at all is said at once.
 *
 * @throws SettldError `STORE_VERSION`, `STORE_KEY_MISSING`, `HTTP_UNAVAILABLE`.
 */
export async function openPostgresStore(options: PostgresStoreOptions = {}): Promise<Store> {
  const goesOn = (): boolean => true;
  return retrying(() => openOnce(options), goesOn, PATIENCE, isCut).catch((error: unknown) => {
    throw openError(error);
  });
}

async function openOnce(options: PostgresStoreOptions): Promise<Store> {
  const { url, pool = {}, mode = "serve", jobs = mode === "serve", evidenceKeys: keys } = options;
  const config: PoolConfig = { ...pool, ...(url === undefined ? {} : { connectionString: url }) };
  const pg = await loadPg();
  await (mode === "serve" ? migrate : assertMigrated)(pg, { connectionTimeoutMillis: 5_000, ...config });
  const database = openDatabase(pg, config);
  try {
    if (mode === "serve") await startSealing(database, keys);
    return storeOver(database, jobs ? await openJobs(database) : undefined, keys);
  } catch (error) {
    await database.close();
    throw error;
  }
}

// From its first start with keys on a store takes nothing that is plain (STORE-5).
async function startSealing({ sql }: Database, keys: KeyEncryption | undefined): Promise<void> {
  await checkEvidenceKeys(readsOf(sql), keys);
  if (keys === undefined) return;
  const values = [SEALING_SETTING, SEALING_REQUIRED];
  await sql("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", values);
}

function storeOver(database: Database, jobs: PostgresJobs | undefined, keys: KeyEncryption | undefined): Store {
  const reads = readsOf(database.sql);
  const writer = makeWriter(database, jobs?.statements);
  const locks = makeLocks(database);
  const evidence = evidenceTables(database, writer, keys);
  // What uploads of killed processes have left; whoever cannot do it now does it the next time.
  const sweep = (): void => void evidence.sweep().catch(() => {});
  const sweeping = setInterval(sweep, SWEEP_MS);
  sweeping.unref();
  sweep();
  let closing: Promise<void> | undefined;
  const expectOpen = (): void => {
    if (closing !== undefined) throw closed();
  };
  return {
    ...reads,
    ...(jobs === undefined ? {} : { jobs }),
    exclusively: locks.run,
    async write(change) {
      checkChange(change);
      return writer.submit({ type: "write", change });
    },
    async snapshot(work) {
      expectOpen();
      return database.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", async (sql) => {
        const reads = readsOf(sql);
        // PostgreSQL takes its snapshot with the first statement.
        await reads.registryVersion();
        return work(reads);
      });
    },
    figures: (now) => readFigures(database.sql, now),
    async forgetAnswers(before) {
      let forgotten = 0;
      // In parts, so that none of them takes long.
      while (true) {
        const rows = await database.sql<{ tenant: string }>(
          `DELETE FROM answers WHERE (tenant, key) IN (
             SELECT tenant, key FROM answers WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
           RETURNING tenant`,
          [before, FORGET_MAX],
        );
        forgotten += rows.length;
        if (rows.length < FORGET_MAX) return forgotten;
      }
    },
    retryCommand: (id, due) => writer.submit({ type: "retry-command", id, due }),
    async putEvidence(digest, bytes, limits) {
      expectOpen();
      return evidence.putEvidence(digest, bytes, limits);
    },
    readEvidence: evidence.readEvidence,
    rewrapEvidence: evidence.rewrapEvidence,
    purgeEvidence: evidence.purgeEvidence,
    finishPurges: evidence.finishPurges,
    readmitEvidence: evidence.readmitEvidence,
    placeHold: evidence.placeHold,
    releaseHold: evidence.releaseHold,
    ...messageTables(database.sql),
    revokeApiKey: (id, at) => writer.submit({ type: "revoke-api-key", id, at }),
    putSetting: (name, value) => writer.submit({ type: "put-setting", name, value }),
    close() {
      closing ??= (async () => {
        clearInterval(sweeping);
        await jobs?.stop();
        await writer.close();
        locks.close();
        await database.close();
      })();
      return closing;
    },
  };
}

const FORGET_MAX = 1_000;
// How often old uploads are looked for.
const SWEEP_MS = 600_000;
