import { createHash } from "node:crypto";
import type { Connection, Database } from "./database.ts";
import { closed, unavailable } from "./errors.ts";
import { pauseBefore } from "./retry.ts";

/** Locks by name between all processes of a database. */
export type Locks = {
  /** Runs `work` while nobody else has the name. Within a process who came first is next. */
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Number of names that are held or waited for. */
  readonly size: () => number;
  readonly close: () => void;
};

// How long a name that another process has is left alone, in milliseconds, at first and at most.
const POLL: { readonly pauseMs: number; readonly pauseMsMax: number; readonly attemptsMax: number } = {
  pauseMs: 3,
  pauseMsMax: 50,
  attemptsMax: Number.POSITIVE_INFINITY,
};
// A name goes from hand to hand within a process for so many turns; then other processes have a chance.
const TURNS_MAX = 64;
// Connecting is tried so often before those who wait hear that it does not work.
const CONNECTS_MAX = 8;

type Turn = { readonly start: () => void; readonly fail: (error: unknown) => void };

type Name = {
  readonly key: string;
  /** Those who wait, and at the front the one whose turn it is. */
  readonly queue: Turn[];
  /** The connection that has the lock. One that is over has it no longer. */
  held: Connection | undefined;
  turns: number;
  polls: number;
};

/**
 * Makes {@link Locks} out of the advisory locks of one connection that is used for nothing else, so that a lock costs no
 * connection while somebody signs. Names that are asked for at the same time go in one round trip, together with those
 * that are given back. The database lets go of all of them when the connection or the process ends: who was at work then
 * goes on, and what it writes is refused when somebody else was faster, because every write says what it expects.
 */
export function makeLocks(database: Pick<Database, "connect">): Locks {
  const names = new Map<string, Name>();
  let connection: Connection | undefined;
  let asking = new Set<Name>();
  let freeing: string[] = [];
  let isRunning = false;
  let isClosed = false;

  const connected = async (): Promise<Connection> => {
    if (connection !== undefined) return connection;
    const made = await database.connect();
    // A machine that is gone without a word keeps its locks only until the server has noticed.
    await made.sql(
      `SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
         set_config('tcp_keepalives_count', '3', false)`,
    );
    connection = made;
    void made.over.then(() => {
      if (connection === made) connection = undefined;
    });
    return made;
  };

  const start = (): void => {
    if (isRunning) return;
    isRunning = true;
    void work();
  };

  const ask = (name: Name): void => {
    asking.add(name);
    start();
  };

  const work = async (): Promise<void> => {
    // Those of the same turn go along.
    await new Promise((resolve) => setImmediate(resolve));
    for (let failures = 0; asking.size > 0 || freeing.length > 0; ) {
      const wanted = [...asking];
      const freed = freeing;
      asking = new Set();
      freeing = [];
      try {
        const on = await connected();
        const [row] = await on.sql<{ taken: boolean[] }>(
          `SELECT ARRAY (SELECT pg_advisory_unlock(k) FROM unnest($1::bigint[]) k) AS freed,
             ARRAY (SELECT pg_try_advisory_lock(k) FROM unnest($2::bigint[]) k) AS taken`,
          [freed, wanted.map(({ key }) => key)],
        );
        failures = 0;
        for (const [index, name] of wanted.entries()) {
          if (row?.taken[index] === true) enter(name, on);
          else void later(name);
        }
      } catch (error) {
        // What was to be given back went with the connection.
        connection?.end();
        connection = undefined;
        for (const name of wanted) asking.add(name);
        failures += 1;
        if (failures >= CONNECTS_MAX || isClosed) {
          failAll(isClosed ? closed() : unavailable(error));
          failures = 0;
        } else await pauseBefore(failures);
      }
    }
    isRunning = false;
  };

  const later = async (name: Name): Promise<void> => {
    await pauseBefore(Math.min(name.polls, 10), POLL);
    name.polls += 1;
    if (isClosed) fail(name, closed());
    else ask(name);
  };

  const enter = (name: Name, on: Connection): void => {
    name.held = on;
    name.turns = 0;
    name.polls = 0;
    name.queue[0]?.start();
  };

  const fail = (name: Name, error: unknown): void => {
    names.delete(name.key);
    for (const { fail } of name.queue.splice(0)) fail(error);
  };

  const failAll = (error: unknown): void => {
    const waiting = [...asking];
    asking = new Set();
    for (const name of waiting) fail(name, error);
  };

  // The next one of this process, or nobody, or whoever waits elsewhere.
  const leave = (name: Name): void => {
    name.queue.shift();
    const isHeld = name.held !== undefined && name.held === connection;
    name.turns += 1;
    if (name.queue.length > 0 && isHeld && name.turns < TURNS_MAX) {
      name.queue[0]?.start();
      return;
    }
    if (isHeld) freeing.push(name.key);
    name.held = undefined;
    if (name.queue.length === 0) {
      names.delete(name.key);
      start();
    } else if (isHeld) {
      start();
      void later(name);
    } else ask(name);
  };

  return {
    async run(name, inside) {
      if (isClosed) throw closed();
      const key = keyOf(name);
      let found = names.get(key);
      await new Promise<void>((start, fail) => {
        if (found === undefined) {
          found = { key, queue: [{ start, fail }], held: undefined, turns: 0, polls: 0 };
          names.set(key, found);
          ask(found);
        } else found.queue.push({ start, fail });
      });
      try {
        if (isClosed) throw closed();
        return await inside();
      } finally {
        if (found !== undefined) leave(found);
      }
    },
    size: () => names.size,
    close() {
      isClosed = true;
      connection?.end();
      connection = undefined;
    },
  };
}

// 64 bits of a hash. Two names of one key would wait for each other without need, and no more.
function keyOf(name: string): string {
  return createHash("sha256").update(`settld ${name}`).digest().readBigInt64BE().toString();
}
