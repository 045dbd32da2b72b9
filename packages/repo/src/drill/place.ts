import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeDatabase } from "@settld/testkit/postgres";
import { settld } from "./program.ts";

/** The stores over which drills go. */
export const STORES = ["sqlite", "postgres"] as const;

/** One of {@link STORES}. */
export type StoreName = (typeof STORES)[number];

/** Where a drill has its store, and what operators do with it that is not the same for every store. */
export type Place = {
  readonly store: StoreName;
  /** Options of every command. */
  readonly at: readonly string[];
  /** The environment of every command. */
  readonly env: () => NodeJS.ProcessEnv;
  /** Whether a copy is taken while the store is served. */
  readonly isCopiedWhileServed: boolean;
  /** Takes the copy that is taken from time to time; true when it is there. */
  readonly backUp: () => Promise<boolean>;
  /** Has that copy take the place of what is there. */
  readonly putBack: () => Promise<void>;
  /** Takes a copy before a new version starts, unless that version does. */
  readonly keepOld: () => Promise<void>;
  /** Has the copy from before the migration take the place of what is there. */
  readonly putOldBack: () => Promise<void>;
  /** Whether there is a copy from before the migration. */
  readonly hasOld: () => boolean;
  /** Changes something by hand. */
  readonly alter: (sql: string) => Promise<void>;
  /** Loses the store. */
  readonly lose: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Makes a place; `version` is that of the schema that the drill begins with. */
export function makePlace(store: StoreName, scratch: string, version: number): Promise<Place> {
  return store === "sqlite" ? Promise.resolve(inFolder(scratch, version)) : inDatabase();
}

const FILES = ["store.db", "store.db-wal", "store.db-shm"];

function inFolder(scratch: string, version: number): Place {
  const [dir, copy, old] = [join(scratch, "store"), join(scratch, "copy"), `store-v${version}.db`];
  const moveAway = (): void => {
    const aside = join(scratch, "aside");
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside);
    for (const name of FILES) if (existsSync(join(dir, name))) renameSync(join(dir, name), join(aside, name));
  };
  return {
    store: "sqlite",
    at: ["--dir", dir],
    env: () => ({}),
    isCopiedWhileServed: true,
    async backUp() {
      return (await settld(["admin", "backup", "--dir", dir, "--out", copy])).code === 0;
    },
    async putBack() {
      moveAway();
      copyFileSync(join(copy, "store.db"), join(dir, "store.db"));
      // Small evidence is in the database, so there need not be any files.
      if (existsSync(join(copy, "evidence")))
        cpSync(join(copy, "evidence"), join(dir, "evidence"), { recursive: true });
    },
    keepOld: async () => {},
    async putOldBack() {
      moveAway();
      copyFileSync(join(dir, old), join(dir, "store.db"));
    },
    hasOld: () => existsSync(join(dir, old)),
    async alter(sql) {
      const database = new DatabaseSync(join(dir, "store.db"));
      database.exec(sql);
      database.close();
    },
    lose: async () => moveAway(),
    close: async () => {},
  };
}

type Database = Awaited<ReturnType<typeof makeDatabase>>;

// A copy is a database that begins with another one, as one into which a dump was restored does. Nobody may be connected
// to that meanwhile.
const copyOf = ({ url }: Database): Promise<Database> => makeDatabase(new URL(url).pathname.slice(1));

async function inDatabase(): Promise<Place> {
  let present = await makeDatabase();
  const all = [present];
  let [copy, old]: (Database | undefined)[] = [];
  const add = async (from: Database | undefined): Promise<Database> => {
    if (from === undefined) throw new Error("expected a copy");
    const made = await copyOf(from);
    all.push(made);
    return made;
  };
  return {
    store: "postgres",
    at: ["--database"],
    env: () => ({ SETTLD_DATABASE_URL: present.url }),
    isCopiedWhileServed: false,
    async backUp() {
      copy = await add(present);
      return true;
    },
    async putBack() {
      present = await add(copy);
    },
    async keepOld() {
      old = await add(present);
    },
    async putOldBack() {
      present = await add(old);
    },
    hasOld: () => old !== undefined,
    async alter(sql) {
      await present.query(sql);
    },
    lose: () => present.drop(),
    async close() {
      for (const database of all) await database.drop();
    },
  };
}
