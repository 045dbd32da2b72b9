import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CutProxy, openProxy } from "../../testing-postgres/proxy.ts";
import { account, deposit, digest, everyPage, move, outcome, RAIL } from "../contract/samples.ts";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./postgres-store.ts";

const alice = account("available", "alice");
const balances = async (store: Store): Promise<bigint[]> => [await store.balance(alice), await store.balance(RAIL)];

/** How many connections to the database wait for a lock. */
const waiting = async (): Promise<number> => {
  const rows = await database.query(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows.length;
};

let database: TestDatabase;
beforeEach(async () => {
  database = await makeDatabase();
});
afterEach(() => database.drop());

describe("a connection that breaks", () => {
  let proxy: CutProxy;
  let store: Store;
  beforeEach(async () => {
    proxy = await openProxy(database.url);
    store = await openPostgresStore({ url: proxy.url, jobs: false });
    await store.write(deposit("alice", 0, 1n));
  });
  afterEach(async () => {
    proxy.isOpen = true;
    await store.close();
    await proxy.close();
  });

  test("before the batch arrives: it is written once", async () => {
    proxy.cut("questions");
    expect(outcome(await store.write(deposit("alice", 1, 2n)))).toBe("ok");
    expect(await balances(store)).toEqual([3n, -3n]);
  });

  test.each(["questions", "answers"] as const)("while a store is opened, at %s: it is opened anew", async (at) => {
    proxy.cut(at);
    const other = await openPostgresStore({ url: proxy.url });
    expect(await other.balance(alice)).toBe(1n);
    await other.close();
  });

  test("after the batch is written, before its answer: it is not written again, and answered as it was", async () => {
    proxy.cut("answers");
    const results = await Promise.all([
      store.write(deposit("alice", 1, 2n)),
      store.write(deposit("alice", 1, 2n)),
      store.write({ transactions: [move("too much", alice, RAIL, 99n)] }),
    ]);
    expect(results.map(outcome)).toEqual(["ok", "stale", "insufficient"]);
    expect(results[2]).toEqual({ ok: false, conflict: { kind: "insufficient", account: alice } });
    expect(await balances(store)).toEqual([3n, -3n]);
  });

  test("while the batch is at work: what becomes of it is waited for", async () => {
    const holder = new pg.Client(database.url);
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT * FROM accounts FOR UPDATE");
    const written = store.write(deposit("alice", 1, 2n));
    await expect.poll(waiting).toBeGreaterThan(0);
    proxy.cut("now");
    // The one who asks for the outcome waits for the batch, which waits for the account.
    await expect.poll(waiting).toBeGreaterThan(1);
    await holder.query("COMMIT");
    await holder.end();
    expect(outcome(await written)).toBe("ok");
    expect(await balances(store)).toEqual([3n, -3n]);
  });

  test("again and again under load: every answer is true, and nothing is written twice", async () => {
    // By what was done and not by the clock, so that there is always time to connect.
    let done = 0;
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; n < 40; n++) {
        expect(outcome(await store.write(deposit(`c${client}`, n, 1n)))).toBe("ok");
        done += 1;
        if (done % 16 === 0) proxy.cut((["now", "answers", "questions"] as const)[(done / 16) % 3] ?? "now");
        expect(await store.balance(account("available", `c${client}`))).toBe(BigInt(n + 1));
      }
    });
    await Promise.all(clients);
    expect(await store.balance(RAIL)).toBe(-321n);
    const booked = await everyPage(
      100,
      (page) => store.transactions(undefined, page),
      ({ id }) => id,
    );
    expect(booked.length).toBe(321);
  });

  test("for longer than anybody waits is HTTP_UNAVAILABLE, and the store goes on afterwards", async () => {
    proxy.isOpen = false;
    proxy.cut("now");
    const unavailable = expect.objectContaining({ code: "HTTP_UNAVAILABLE" });
    await Promise.all([
      expect(store.write(deposit("alice", 1, 2n))).rejects.toEqual(unavailable),
      expect(store.balance(alice)).rejects.toEqual(unavailable),
      expect(store.exclusively("a", async () => 1)).rejects.toEqual(unavailable),
    ]);
    proxy.isOpen = true;
    expect(outcome(await store.write(deposit("alice", 1, 2n)))).toBe("ok");
    expect(await store.exclusively("a", async () => 1)).toBe(1);
    expect(await balances(store)).toEqual([3n, -3n]);
  });
});

test("connections that the server ends are replaced, in the middle of everything", async () => {
  const store = await openPostgresStore({ url: database.url, jobs: false });
  let isOver = false;
  const ending = (async () => {
    while (!isOver) {
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'settld' AND random() < 0.5`,
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let n = 0; n < 40; n++) {
      await store.exclusively(`c${client}`, async () => {
        expect(outcome(await store.write(deposit(`c${client}`, n, 1n)))).toBe("ok");
      });
    }
  });
  await Promise.all(clients).finally(() => {
    isOver = true;
    return ending;
  });
  expect(await store.balance(RAIL)).toBe(-320n);
  await store.close();
});

test("of a writer that was asked for an outcome too early, the batch comes to nothing", async () => {
  const store = await openPostgresStore({ url: database.url, jobs: false });
  await store.write(deposit("alice", 0, 1n));
  const [writer] = await database.query("SELECT id, batch FROM writers");
  const next = Number(writer?.["batch"]) + 1;
  const asked = (): Promise<unknown> =>
    database.query("SELECT settld_outcome($1, $2) AS results", [writer?.["id"], next]);
  expect(await asked()).toEqual([{ results: null }]);
  expect(await asked()).toEqual([{ results: null }]);
  // The store meets a number that is used up, and goes on under another name.
  expect(outcome(await store.write(deposit("alice", 1, 2n)))).toBe("ok");
  expect(await balances(store)).toEqual([3n, -3n]);
  expect(await database.query("SELECT count(*)::integer AS n FROM writers")).toEqual([{ n: 2 }]);
  await store.close();
});

test("processes that draw on the same accounts in every order overdraw none, and lose nothing", async () => {
  const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url: database.url, jobs: false })));
  const names = ["a", "b", "c", "d", "e"].map((name) => account("available", name));
  for (const [n, to] of names.entries()) {
    await stores[0]?.write({ transactions: [move(`start ${n}`, RAIL, to, 100n)] });
  }
  await Promise.all(
    stores.flatMap((store, s) =>
      Array.from({ length: 120 }, async (_, n) => {
        const [from, to] = [names[(n * 7 + s) % 5], names[(n * 3 + s * 2 + 1) % 5]];
        if (from === undefined || to === undefined || from === to) return;
        const written = await store.write({
          transactions: [move(`${s} ${n}`, from, to, 30n), move(`${s} ${n} back`, to, from, 7n)],
        });
        expect(["ok", "insufficient"]).toContain(outcome(written));
      }),
    ),
  );
  const left = await Promise.all(names.map((one) => stores[0]?.balance(one) ?? 0n));
  expect(left.reduce((sum, one) => sum + one, 0n)).toBe(500n);
  await Promise.all(stores.map((store) => store.close()));
});

test("batches that need two accounts in opposite order take them in one order", async () => {
  // Two that wait for each other would do so for longer than this test takes.
  await database.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET deadlock_timeout = '1min'`);
  const stores = await Promise.all([1, 2].map(() => openPostgresStore({ url: database.url, jobs: false })));
  const bob = account("available", "bob");
  await stores[0]?.write(deposit("alice", 0, 5n));
  await stores[0]?.write(deposit("bob", 0, 5n));
  const hold = async (owner: string): Promise<() => Promise<void>> => {
    const holder = new pg.Client(database.url);
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM accounts WHERE owner = $1 FOR UPDATE", [owner]);
    return () => holder.query("COMMIT").then(() => holder.end());
  };
  const [letAlice, letBob] = [await hold("alice"), await hold("bob")];
  const writes = [
    stores[0]?.write({ transactions: [move("to bob", alice, bob, 1n)] }),
    stores[1]?.write({ transactions: [move("to alice", bob, alice, 1n)] }),
  ];
  // Each waits for the first account that it takes. Whoever had taken bob would take alice next, behind the other one.
  await expect.poll(waiting).toBe(2);
  await letBob();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await letAlice();
  expect((await Promise.all(writes)).map((written) => written?.ok)).toEqual([true, true]);
  await Promise.all(stores.map((store) => store.close()));
}, 20_000);

test("a deadlock is tried again", async () => {
  const store = await openPostgresStore({ url: database.url, jobs: false });
  await store.write(deposit("alice", 0, 1n));
  await store.write(deposit("bob", 0, 1n));
  const other = new pg.Client(database.url);
  await other.connect();
  // The other one waits longer before it looks for deadlocks, so that the store is the one that is ended.
  await other.query("SET deadlock_timeout = '20s'");
  await other.query("BEGIN");
  await other.query("SELECT 1 FROM accounts WHERE owner = 'bob' FOR UPDATE");
  const bob = account("available", "bob");
  const written = store.write({ transactions: [move("m", alice, bob, 1n)] });
  await expect.poll(waiting).toBeGreaterThan(0);
  await other.query("SELECT 1 FROM accounts WHERE owner = 'alice' FOR UPDATE");
  await other.query("COMMIT");
  await other.end();
  expect(outcome(await written)).toBe("ok");
  expect(await store.balance(alice)).toBe(0n);
  await expect
    .poll(
      async () =>
        (
          await database.query(
            "SELECT deadlocks::integer AS n FROM pg_stat_database WHERE datname = current_database()",
          )
        )[0]?.["n"],
    )
    .toBe(1);
  await store.close();
});

test("texts with U+0000 come back, in every place", async () => {
  const store = await openPostgresStore({ url: database.url, jobs: false });
  const name = "a\0b\u0001c\u0001\u0001";
  await store.putSetting(name, name);
  expect(await store.setting(name)).toBe(name);
  const key = { hash: digest("k"), id: `key_${name}`, tenant: name, scopes: [name], name, createdAt: 1 };
  expect(outcome(await store.write({ apiKeys: [key], ...deposit(name, 0, 5n) }))).toBe("ok");
  expect(await store.listApiKeys(name, { limit: 9 })).toEqual([key]);
  expect(await store.revokeApiKey(key.id, 7)).toEqual({ ...key, revokedAt: 7 });
  const named = account("available", name);
  expect(await store.balances(name, { limit: 9 })).toEqual([{ account: named, value: 5n }]);
  const written = await store.write({ transactions: [move("x", named, RAIL, 6n)] });
  expect(written).toEqual({ ok: false, conflict: { kind: "insufficient", account: named } });
  await store.close();
});
