import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { account, agreementChange, answer, command, deposit } from "../contract/samples.ts";
import { migrate, migrateDown, runStep, type Script, storeVersion } from "./migrate.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { rollBackPostgresStore } from "./roll-back.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });

// What another version of this program might bring.
const next: Migration = {
  version: MIGRATIONS.length + 1,
  up: "ALTER TABLE accounts ADD COLUMN note text NOT NULL DEFAULT 'new'; CREATE INDEX accounts_by_note ON accounts (note);",
  down: "DROP INDEX accounts_by_note; ALTER TABLE accounts DROP COLUMN note;",
};
const NEWER = [...MIGRATIONS, next];

let database: TestDatabase;
let client: pg.Client;
let script: Script;
beforeEach(async () => {
  database = await makeDatabase();
  client = new pg.Client(database.url);
  await client.connect();
  script = async (text) => (await client.query(text)).rows;
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const columns = (): Promise<unknown> =>
  script(`SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY 1, 2`);
const others = (): Promise<unknown> =>
  script(`SELECT indexdef AS text FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace ORDER BY 1`);
const rows = async (): Promise<unknown> => {
  const tables = await script("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  return Promise.all(tables.map(({ tablename }) => script(`SELECT * FROM ${String(tablename)} ORDER BY 1, 2`)));
};
const fill = async (): Promise<void> => {
  const store = await openPostgresStore({ url: database.url, jobs: false });
  await store.write({
    agreement: agreementChange({ name: "a", count: 3, due: 5, roles: [{ party: "p", role: "buyer" }] }),
  });
  await store.write({ ...deposit("alice", 0, 10n ** 30n), answer: answer("k"), outbox: [command("c")] });
  await store.close();
};

describe("migrations", () => {
  test("versions count from 1 without a gap", () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  test("every text compares byte by byte", async () => {
    await migrate(pg, { connectionString: database.url });
    // What is only kept, and never looked for, may compare as it likes.
    const kept = ["payload", "scopes", "name", "keys", "roles", "value", "agreements", "uploaders"].concat([
      "readmitted",
      "reason",
      "placed_by",
      "released",
    ]);
    const found = await script(`SELECT table_name || '.' || column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`);
    expect(found.map(({ name }) => String(name).split(".")[1]).filter((name) => !kept.includes(name ?? ""))).toEqual(
      [],
    );
  });

  test("a store with data goes up and down every step, and comes back as it was", async () => {
    await fill();
    const before = [await columns(), await others(), await rows()];
    await migrate(pg, { connectionString: database.url }, NEWER);
    expect(await storeVersion(script, NEWER.length)).toBe(NEWER.length);
    const store = await openPostgresStore({ url: database.url, jobs: false }).catch((error: unknown) => error);
    expect(store).toEqual(code("STORE_VERSION"));
    const config = { connectionString: database.url };
    expect(await migrateDown(pg, config, MIGRATIONS.length, NEWER)).toEqual([next.version]);
    expect([await columns(), await others(), await rows()]).toEqual(before);
    expect(await migrateDown(pg, config, MIGRATIONS.length, NEWER)).toEqual([]);
    const again = await openPostgresStore({ url: database.url, jobs: false });
    expect(await again.balance(account("available", "alice"))).toBe(10n ** 30n);
    await again.close();
  });

  test("nothing is taken back while a server is connected, nor to a version that is newer", async () => {
    const store = await openPostgresStore({ url: database.url, jobs: false });
    await store.putSetting("s", "1");
    const served = await rollBackPostgresStore({ url: database.url }, 1).catch((error: unknown) => error);
    expect(served).toEqual(code("STORE_LOCKED"));
    await store.close();
    expect(await rollBackPostgresStore({ url: database.url }, 1)).toEqual([]);
    for (const to of [0, 1.5, MIGRATIONS.length + 1]) {
      await expect(rollBackPostgresStore({ url: database.url }, to)).rejects.toEqual(code("STORE_VERSION"));
    }
    const nowhere = rollBackPostgresStore({ url: "postgres://u:s3cret@127.0.0.1:1/x" }, 1);
    await expect(nowhere).rejects.toEqual(code("HTTP_UNAVAILABLE"));
  });

  test("the way back from the first version leaves an empty database, which may become a store again", async () => {
    await fill();
    for (const { down, version } of MIGRATIONS.toReversed()) await runStep(script, down, version - 1);
    expect([await columns(), await others()]).toEqual([[], []]);
    expect(await storeVersion(script)).toBe(0);
    await fill();
  });

  test("a step that fails leaves the version before", async () => {
    await fill();
    const before = [await columns(), await others(), await rows()];
    const broken: Migration = { ...next, up: `${next.up} SELECT 1 / 0;` };
    await expect(migrate(pg, { connectionString: database.url }, [...MIGRATIONS, broken])).rejects.toThrow("zero");
    expect([await columns(), await others(), await rows()]).toEqual(before);
  });

  test("processes that start at the same time make one store", async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openPostgresStore({ url: database.url })));
    await Promise.all(stores.map((store, n) => store.putSetting(`s${n}`, "1")));
    expect(await stores[0]?.setting("s3")).toBe("1");
    await Promise.all(stores.map((store) => store.close()));
  });

  test("another database is left alone", async () => {
    await script("CREATE TABLE customers (id integer)");
    await expect(openPostgresStore({ url: database.url })).rejects.toEqual(code("STORE_VERSION"));
    expect(await script("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([
      { tablename: "customers" },
    ]);
  });
});

describe("a database that does not open", () => {
  const told = async (url: string, message: RegExp): Promise<void> => {
    const error = await openPostgresStore({ url }).catch((error: unknown) => error);
    expect(error).toEqual(code("HTTP_UNAVAILABLE"));
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("s3cret");
  };
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  test("says that nobody listens", () => told("postgres://u:s3cret@127.0.0.1:1/x", /ECONNREFUSED 127\.0\.0\.1:1/));
  test("says that the password is wrong", () =>
    told(
      changed((url) => {
        url.password = "s3cret";
      }),
      /password authentication failed for user "settld"/,
    ));
  test("says that there is no such database", () =>
    told(
      changed((url) => {
        url.pathname = "/nowhere";
      }),
      /database "nowhere" does not exist/,
    ));
  test("says that it keeps texts in another encoding", async () => {
    const name = `settld_test_latin_${process.pid}`;
    await database.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc`,
    );
    await told(
      changed((url) => {
        url.pathname = `/${name}`;
      }),
      /expected a database with the encoding UTF8, found SQL_ASCII/,
    );
    await database.query(`DROP DATABASE ${name}`);
  });
});
