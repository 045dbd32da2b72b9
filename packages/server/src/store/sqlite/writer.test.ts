import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { account, bytes, deposit, digest, move } from "../contract/samples.ts";
import type { Change, Written } from "../store.ts";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { readsOf } from "./reads.ts";
import { makeWriter, type Writer } from "./writer.ts";

const unavailable = expect.objectContaining({ code: "HTTP_UNAVAILABLE" });

describe("the writer", () => {
  let folder: string;
  let connection: Connection;
  let statements: string[];
  let writer: Writer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "settld-writer-"));
    connection = await connect(join(folder, "store.db"), { busyMs: 20 });
    makeDurable(connection);
    await migrate(connection, undefined);
    statements = [];
    writer = makeWriter({
      ...connection,
      sql(text) {
        statements.push(text);
        return connection.sql(text);
      },
    });
  });
  afterEach(async () => {
    await writer.close();
    connection.close();
    await rm(folder, { recursive: true, force: true });
  });

  const count = (text: string): number => statements.filter((one) => one === text).length;
  const write = (change: Change): Promise<Written> => writer.submit({ type: "write", change });
  const put = (name: string, value = "1"): Promise<undefined> => writer.submit({ type: "put-setting", name, value });

  test("a connection flushes every commit, and checks references", () => {
    const pragma = (name: string): unknown => connection.sql(`PRAGMA ${name}`).get()?.[name];
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("synchronous")).toBe(2);
    expect(pragma("foreign_keys")).toBe(1);
  });

  test("changes that wait at the same time share one commit", async () => {
    await Promise.all(Array.from({ length: 50 }, (_, seq) => write(deposit("alice", seq, 1n))));
    expect(count("COMMIT")).toBe(1);
    await Promise.all([
      write(deposit("bob", 0, 1n)),
      (async () => {
        await Promise.resolve();
        await write(deposit("carol", 0, 1n));
      })(),
    ]);
    expect(count("COMMIT")).toBe(2);
  });

  test("after many at once, few are not waited for without end", async () => {
    await Promise.all(Array.from({ length: 50 }, (_, seq) => write(deposit("alice", seq, 1n))));
    await put("alone");
    await put("alone again");
    expect(count("COMMIT")).toBe(3);
  });

  test("what is only refused is not flushed", async () => {
    await write(deposit("alice", 0, 3n));
    const [alice, bob] = [account("available", "alice"), account("available", "bob")];
    const refused = await write({ transactions: [move("too much", alice, bob, 4n)] });
    expect(refused).toMatchObject({ ok: false, conflict: { kind: "insufficient" } });
    expect([count("COMMIT"), count("ROLLBACK")]).toEqual([1, 1]);
  });

  test("a batch is bounded", async () => {
    await Promise.all(Array.from({ length: 300 }, (_, seq) => write(deposit("alice", seq, 1n))));
    expect(count("COMMIT")).toBe(3);
  });

  test("nothing is answered before its commit", async () => {
    const answered = write(deposit("alice", 0, 1n)).then(() => statements.at(-1));
    expect(await answered).toBe("COMMIT");
  });

  test("a conflict or a misuse takes nothing from the others of its batch", async () => {
    const alice = account("available", "alice");
    const bob = account("available", "bob");
    const results = await Promise.allSettled([
      write(deposit("alice", 0, 3n)),
      write({ transactions: [move("a", alice, bob, 2n), move("b", alice, bob, 2n)] }),
      write({ transactions: [move("c", alice, bob, 2n)] }),
      writer.submit({ type: "put-setting", name: null as unknown as string, value: "" }),
      put("after"),
    ]);
    expect(count("COMMIT")).toBe(1);
    expect(results.map((one) => (one.status === "fulfilled" ? one.value : one.reason))).toEqual([
      { ok: true },
      { ok: false, conflict: { kind: "insufficient", account: alice } },
      { ok: true },
      expect.any(TypeError),
      undefined,
    ]);
    const reads = readsOf(connection);
    expect([await reads.balance(alice), await reads.balance(bob)]).toEqual([1n, 2n]);
    expect(await reads.setting("after")).toBe("1");
  });

  test("a commit that fails fails the whole batch, nothing of it is there, and the next one works", async () => {
    // A reference that is only checked at the commit, and that points nowhere.
    connection.exec(`
      CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent DEFERRABLE INITIALLY DEFERRED) STRICT;
      CREATE TRIGGER poison AFTER INSERT ON settings WHEN new.name = 'poison'
        BEGIN INSERT INTO child VALUES (1); END;
    `);
    const results = await Promise.allSettled([write(deposit("alice", 0, 1n)), put("poison"), put("other")]);
    expect(results).toEqual(Array(3).fill({ status: "rejected", reason: unavailable }));
    expect(count("COMMIT")).toBe(1);
    const reads = readsOf(connection);
    expect(await reads.balance(account("available", "alice"))).toBe(0n);
    expect(await reads.setting("other")).toBeUndefined();
    expect(await write(deposit("alice", 0, 1n))).toEqual({ ok: true });
    expect(await reads.balance(account("available", "alice"))).toBe(1n);
  });

  test("a full disk fails the whole batch, nothing of it is there, and the next one works when there is room", async () => {
    const pages = Number(connection.sql("PRAGMA page_count").get()?.["page_count"]);
    connection.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const results = await Promise.allSettled([put("small"), put("large", "x".repeat(100_000))]);
    expect(results).toEqual(Array(2).fill({ status: "rejected", reason: unavailable }));
    expect(results[0]).toMatchObject({ reason: { cause: { message: expect.stringContaining("full") } } });
    const reads = readsOf(connection);
    expect(await reads.setting("small")).toBeUndefined();
    await put("small");
    connection.exec("PRAGMA max_page_count = 1000000");
    await put("large", "x".repeat(100_000));
    expect(await reads.setting("small")).toBe("1");
    expect((await reads.setting("large"))?.length).toBe(100_000);
  });

  test("another connection that holds the store for long is in the way, and then it is not", async () => {
    const other = await connect(join(folder, "store.db"));
    other.exec("BEGIN IMMEDIATE");
    await expect(put("a")).rejects.toEqual(unavailable);
    other.exec("ROLLBACK");
    await put("a");
    other.close();
  });

  test("a change larger than SQLite takes is misuse, and harms no other", async () => {
    const huge = { digest: digest("h"), seq: 0, type: "t", at: 1, envelope: bytes("x") };
    const row = {
      id: digest("a"),
      events: 1,
      head: huge.digest,
      status: "s",
      due: undefined,
      createdAt: 1,
      updatedAt: 1,
    };
    connection.exec("CREATE TRIGGER huge AFTER INSERT ON events BEGIN SELECT zeroblob(2000000000); END");
    const results = await Promise.allSettled([
      put("a"),
      write({ agreement: { id: digest("a"), expectedEvents: 0, append: [huge], row } }),
    ]);
    expect(results[0].status).toBe("fulfilled");
    expect(results[1]).toEqual({ status: "rejected", reason: expect.any(TypeError) });
  });

  test("an idle writer starts in the same turn of the event loop", async () => {
    const written = put("a");
    await new Promise((resolve) => setImmediate(resolve));
    expect(count("COMMIT")).toBe(1);
    await written;
  });

  test("writing waits while it is paused, also what was about to start", async () => {
    const written = [put("a")];
    await writer.pause(async () => {
      written.push(put("b"));
      await writer.pause(async () => {});
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(count("COMMIT")).toBe(0);
    });
    await Promise.all(written);
    expect(count("COMMIT")).toBe(1);
  });
});
