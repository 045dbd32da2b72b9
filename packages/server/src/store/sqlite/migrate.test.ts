import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { account, agreementChange, answer, command, deposit, digest } from "../contract/samples.ts";
import { applyCommand } from "./commands.ts";
import { type Connection, connect } from "./connection.ts";
import { migrate, runStep, storeVersion } from "./migrate.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { readsOf } from "./reads.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });

// What another version of this program might bring: it copies a table that others refer to.
const next: Migration = {
  version: MIGRATIONS.length + 1,
  up: `
    CREATE TABLE accounts_new (n INTEGER PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, asset_code TEXT NOT NULL,
      asset_scale INTEGER NOT NULL, balance TEXT NOT NULL, note TEXT NOT NULL,
      UNIQUE (owner, kind, asset_code, asset_scale)) STRICT;
    INSERT INTO accounts_new SELECT n, owner, kind, asset_code, asset_scale, balance, 'new' FROM accounts;
    DROP TABLE accounts;
    ALTER TABLE accounts_new RENAME TO accounts;
  `,
  down: "ALTER TABLE accounts DROP COLUMN note;",
};
const NEWER = [...MIGRATIONS, next];

function schemaOf({ sql }: Connection): readonly unknown[] {
  return sql("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
}

let asked = 0;

function rowsOf({ sql }: Connection): Record<string, unknown> {
  const tables = sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  // Another text each time: a statement of Node 22 does not notice that its table has other columns now.
  asked += 1;
  return Object.fromEntries(
    tables.map(({ name }) => [String(name), sql(`SELECT * FROM ${String(name)} ORDER BY 1 -- ${asked}`).all()]),
  );
}

/** Something in every table that a change writes, as version 1 stores it. */
function fill(connection: Connection): void {
  const changes = [
    { agreement: agreementChange({ name: "a", count: 3, due: 5, roles: [{ party: "p", role: "buyer" }] }) },
    { ...deposit("alice", 0, 10n ** 30n), answer: answer("k"), outbox: [command("c")] },
  ];
  for (const change of changes) {
    expect(applyCommand(connection, { type: "write", change }).answer).toEqual({ ok: true });
  }
}

describe("migrations", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "settld-migrate-"));
    path = join(folder, "store.db");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("versions count from 1 without a gap", () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  test("an empty database becomes a store of the newest version, without a backup", async () => {
    const connection = await connect(path);
    expect(storeVersion(connection)).toBe(0);
    await migrate(connection, path);
    expect(storeVersion(connection)).toBe(MIGRATIONS.length);
    await migrate(connection, path);
    connection.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("store-v"))).toEqual([]);
  });

  test("a store with data goes up and down every step, and comes back as it was", async () => {
    const connection = await connect(path);
    await migrate(connection, undefined, MIGRATIONS.slice(0, 1));
    fill(connection);
    const states = [{ schema: schemaOf(connection), rows: rowsOf(connection) }];
    for (const { up, version } of NEWER.slice(1)) {
      runStep(connection, up, version);
      states.push({ schema: schemaOf(connection), rows: rowsOf(connection) });
    }
    expect(await readsOf(connection).balance(account("available", "alice"))).toBe(10n ** 30n);
    for (const { down, version } of NEWER.slice(1).reverse()) {
      states.pop();
      runStep(connection, down, version - 1);
      expect(rowsOf(connection)).toEqual(states.at(-1)?.rows);
      // A column that went leaves the text of its table with other spaces and quotes.
      const names = (schema: readonly unknown[]): unknown => schema.map((one) => (one as { name: unknown }).name);
      expect(names(schemaOf(connection))).toEqual(names(states.at(-1)?.schema ?? []));
    }
    expect(storeVersion(connection)).toBe(1);
    runStep(connection, MIGRATIONS[0]!.down, 0);
    expect(schemaOf(connection)).toEqual([]);
    expect(storeVersion(connection)).toBe(0);
    await migrate(connection, path);
    expect(schemaOf(connection)).toEqual(states[0]?.schema);
    connection.close();
  });

  test("before an older store is migrated, it is copied", async () => {
    const connection = await connect(path);
    await migrate(connection, path);
    fill(connection);
    const rows = rowsOf(connection);
    // What an attempt that broke off has left is in nobody's way.
    await writeFile(join(folder, "store-v1.db.tmp"), "half a copy");
    await migrate(connection, path, NEWER);
    expect(storeVersion(connection, next.version)).toBe(2);
    connection.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("store-v"))).toEqual(["store-v1.db"]);
    const backup = await connect(join(folder, "store-v1.db"));
    expect(storeVersion(backup)).toBe(1);
    expect(rowsOf(backup)).toEqual(rows);
    backup.close();
  });

  test("a step that fails leaves the store as it was", async () => {
    const connection = await connect(path);
    await migrate(connection, path);
    fill(connection);
    const before = { schema: schemaOf(connection), rows: rowsOf(connection) };
    const broken = [
      { ...next, up: `${next.up} INSERT INTO nowhere VALUES (1);` },
      { ...next, up: "DELETE FROM accounts;" },
    ];
    for (const step of broken) {
      await expect(migrate(connection, undefined, [...MIGRATIONS, step])).rejects.toThrow(/nowhere|breaks a reference/);
      expect({ schema: schemaOf(connection), rows: rowsOf(connection) }).toEqual(before);
      expect(storeVersion(connection)).toBe(1);
      expect(connection.sql("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
    }
    connection.close();
  });

  test("a newer store, and what is no store, are refused and not touched", async () => {
    const store = await openSqliteStore({ folder, mode: "serve" });
    await store.write({ agreement: agreementChange({ name: "a" }) });
    await store.close();
    const connection = await connect(path);
    runStep(connection, "CREATE TABLE later (n INTEGER) STRICT", MIGRATIONS.length + 1);
    connection.close();
    for (const mode of ["serve", "admin"] as const) {
      await expect(openSqliteStore({ folder, mode })).rejects.toEqual(code("STORE_VERSION"));
    }
    const other = await mkdtemp(join(tmpdir(), "settld-other-"));
    const foreign = await connect(join(other, "store.db"));
    foreign.exec("CREATE TABLE theirs (n INTEGER)");
    foreign.close();
    await expect(openSqliteStore({ folder: other, mode: "serve" })).rejects.toEqual(code("STORE_VERSION"));
    await writeFile(join(other, "store.db"), "this is text and no database, however long it may be");
    // The operator is told what stands there instead.
    await expect(openSqliteStore({ folder: other, mode: "serve" })).rejects.toMatchObject({
      code: "HTTP_UNAVAILABLE",
      message: `expected a store in ${other} that can be opened, found: file is not a database`,
    });
    await rm(other, { recursive: true });
  });

  test("a store of the version before is migrated when it is opened, and needs the lock for that", async () => {
    const empty = await connect(path);
    empty.close();
    const store = await openSqliteStore({ folder, mode: "admin" });
    expect(await store.agreement(digest("a"))).toBeUndefined();
    await store.close();
  });
});
