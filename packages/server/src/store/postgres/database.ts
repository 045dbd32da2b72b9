import { createHash } from "node:crypto";
import { SettldError } from "@settld/protocol";
import type { Client, ClientConfig, Pool, PoolClient, PoolConfig } from "pg";
import { closed, storeError } from "./errors.ts";
import { retrying } from "./retry.ts";
import { keptText, textOf } from "./text.ts";

/** A value in a statement. Texts go as the database keeps them; see `text.ts`. */
export type Value = string | number | bigint | boolean | null | Uint8Array | readonly string[];

/** Runs a statement, prepared once for each connection, and gives its rows. */
export type Sql = <R extends object>(text: string, values?: readonly Value[]) => Promise<R[]>;

/** The connections of a store. */
export type Database = {
  /**
   * On any connection, outside of transactions; sent again when the connection breaks, so it must not matter twice. A
   * database that stays away is `HTTP_UNAVAILABLE`.
   */
  readonly sql: Sql;
  /** Any text, several statements at once if it has no values, unprepared; sent once. */
  readonly raw: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;
  /**
   * Runs `work` within a transaction of its own connection; any failure rolls it back. It is not repeated. What `work`
   * throws is passed on, and a failure of the transaction itself is `HTTP_UNAVAILABLE`.
   */
  readonly transaction: <T>(begin: string, work: (sql: Sql) => Promise<T>) => Promise<T>;
  /** A connection that is nobody else's, for what stays with one: locks, or the outcome of a batch. */
  readonly connect: () => Promise<Connection>;
  readonly close: () => Promise<void>;
};

/** A connection of one's own. */
export type Connection = {
  readonly sql: Sql;
  /** Fulfils when the connection is over, for whatever reason. */
  readonly over: Promise<void>;
  /** Ends the connection at once, also when it hangs. */
  readonly end: () => void;
};

/** The part of `pg` that is used. */
export type Pg = Pick<typeof import("pg"), "Pool" | "Client" | "types">;

/**
 * Loads `pg`, which only those install who use PostgreSQL.
 *
 * @throws SettldError `HTTP_UNAVAILABLE` when it is not there.
 */
export async function loadPg(): Promise<Pg> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    throw new SettldError("HTTP_UNAVAILABLE", "expected the package pg, found none: npm install pg pg-boss", { cause });
  }
}

/** How the connections of a server are named in `pg_stat_activity`. */
export const APPLICATION = "settld";

// A statement that takes longer is given up: the store is not there for whoever waits for it.
const STATEMENT_MS = 30_000;

/** Opens a pool of connections; none is made before it is needed. */
export function openDatabase({ Pool, Client, types }: Pg, config: PoolConfig): Database {
  const common: ClientConfig = {
    application_name: APPLICATION,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    query_timeout: STATEMENT_MS,
    ...config,
    types: { getTypeParser: (oid: number, format?: unknown) => parserOf(types, oid, format) } as never,
  };
  const pool: Pool = new Pool({ max: 10, idleTimeoutMillis: 60_000, ...common });
  // A connection that breaks while nobody uses it is replaced by the next one.
  pool.on("error", () => {});
  const own = new Set<Client>();
  let closing: Promise<void> | undefined;
  const expectOpen = (): void => {
    if (closing !== undefined) throw closed();
  };
  const isOpen = (): boolean => closing === undefined;
  return {
    sql: (text, values) =>
      asStore(
        retrying(async () => {
          expectOpen();
          return run(pool, text, values);
        }, isOpen),
      ),
    async raw(text, values) {
      expectOpen();
      const result = await pool.query(text, values);
      // Of several statements there are several results.
      return Array.isArray(result) ? (result.at(-1) ?? { rows: [] }) : result;
    },
    async transaction(begin, work) {
      expectOpen();
      const client = await asStore(pool.connect());
      // Told as the failure of a statement as well, which is where it matters.
      const ignore = (): void => {};
      client.on("error", ignore);
      let broken: unknown;
      try {
        await asStore(client.query(begin));
        const result = await work((text, values) => run(client, text, values));
        await asStore(client.query("COMMIT"));
        return result;
      } catch (error) {
        broken = await rollBack(client);
        throw error;
      } finally {
        client.off("error", ignore);
        client.release(broken instanceof Error ? broken : undefined);
      }
    },
    async connect() {
      expectOpen();
      const client = new Client(common);
      own.add(client);
      const over = new Promise<void>((resolve) => {
        client.once("end", resolve);
        client.on("error", () => resolve());
      }).then(() => void own.delete(client));
      try {
        await client.connect();
      } catch (error) {
        own.delete(client);
        throw error;
      }
      return { sql: (text, values) => run(client, text, values), over, end: () => endAtOnce(client) };
    },
    close() {
      closing ??= (async () => {
        for (const client of own) endAtOnce(client);
        await pool.end();
      })();
      return closing;
    },
  };
}

// `end` waits for what a connection is at; of one that hangs nothing will come.
function endAtOnce(client: Client): void {
  client.end().catch(() => {});
  const { connection } = client as unknown as { readonly connection?: { readonly stream?: { destroy: () => void } } };
  connection?.stream?.destroy();
}

async function rollBack(client: PoolClient): Promise<unknown> {
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch (broken) {
    return broken;
  }
}

async function asStore<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw storeError(error);
  }
}

const names = new Map<string, string>();

// A name for a text, the same in every process and version, because a pooler may share connections between them.
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `settld_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}

type Queryable = {
  readonly query: (config: {
    readonly name: string;
    readonly text: string;
    readonly values: unknown[];
  }) => Promise<{ readonly rows: unknown[] }>;
};

async function run<R extends object>(on: Queryable, text: string, values: readonly Value[] = []): Promise<R[]> {
  const { rows } = await on.query({ name: nameOf(text), text, values: values.map(sent) });
  return rows as R[];
}

function sent(value: Value): unknown {
  if (typeof value === "string") return keptText(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Array.isArray(value) ? value.map(keptText) : value;
}

// Numbers of types in the catalogue of PostgreSQL.
const INT8 = 20;
const BYTEA = 17;
const TEXT = 25;

// Counts and times are below 2^53; money is numeric, which stays the text that it comes as.
function parserOf(types: Pg["types"], oid: number, format: unknown): (text: never) => unknown {
  if (oid === INT8) return Number as (text: never) => unknown;
  if (oid === TEXT) return textOf as (text: never) => unknown;
  if (oid === BYTEA) return bytesOf as (text: never) => unknown;
  return types.getTypeParser(oid, format as never) as (text: never) => unknown;
}

function bytesOf(text: string): Uint8Array {
  // Not a Buffer, which would show in comparisons, and is kept together with others in one piece of memory.
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}
