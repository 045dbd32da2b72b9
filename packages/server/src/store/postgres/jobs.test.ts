import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agreementChange, command, digest } from "../contract/samples.ts";
import { JOBS_AHEAD_MS } from "../jobs.ts";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./postgres-store.ts";

let database: TestDatabase;
let stores: Store[];
beforeEach(async () => {
  database = await makeDatabase();
  stores = await Promise.all([1, 2].map(() => openPostgresStore({ url: database.url })));
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});

const queued = (): Promise<readonly Record<string, unknown>[]> =>
  database.query("SELECT name, data->>'id' AS id FROM settld_jobs.job WHERE state = 'created' ORDER BY name, id");

describe("jobs", () => {
  test("are put with the change that makes something due, and not for what is due much later", async () => {
    const [store] = stores;
    const soon = Date.now() + 60_000;
    const late = Date.now() + JOBS_AHEAD_MS + 60_000;
    await store?.write({ agreement: agreementChange({ name: "a", due: soon }), outbox: [command("c", soon)] });
    await store?.write({ agreement: agreementChange({ name: "b", due: late }), outbox: [command("d", late)] });
    await store?.write({ agreement: agreementChange({ name: "c" }) });
    expect(await queued()).toEqual([
      { name: "settld-payout", id: "c" },
      { name: "settld-timer", id: digest("a") },
    ]);
    await store?.retryCommand("d", soon + 1_000);
    expect((await queued()).map(({ id }) => id)).toContain("d");
  });

  test("of one id and second are one", async () => {
    const at = Math.ceil(Date.now() / 1_000) * 1_000 + 60_000;
    await Promise.all(stores.map((store) => store.jobs?.put([{ kind: "timer", id: "x", at }])));
    await stores[0]?.jobs?.put([
      { kind: "timer", id: "x", at: at + 1 },
      { kind: "timer", id: "x", at: at + 1_000 },
      { kind: "timer", id: "y", at },
    ]);
    expect((await queued()).map(({ id }) => id)).toEqual(["x", "x", "y"]);
  });

  test("are taken by one of the processes, when their time has come", async () => {
    const taken: string[][] = [[], []];
    for (const [n, store] of stores.entries()) await store.jobs?.work("timer", async (id) => void taken[n]?.push(id));
    const ids = Array.from({ length: 30 }, (_, n) => `t${n}`);
    await stores[0]?.jobs?.put(ids.map((id) => ({ kind: "timer", id, at: Date.now() - 1 })));
    await stores[0]?.jobs?.put([{ kind: "timer", id: "later", at: Date.now() + 60_000 }]);
    stores[1]?.jobs?.wake("timer");
    await expect.poll(() => taken.flat().length, { timeout: 20_000 }).toBe(30);
    await Promise.all(stores.map((store) => store.close()));
    expect(taken.flat().sort()).toEqual([...ids].sort());
  });
});

test("a role that may make nothing is enough for a store that is there", async () => {
  await stores[0]?.putSetting("a", "1");
  const role = `settld_test_${process.pid}`;
  await database.query(`
    CREATE ROLE ${role} LOGIN PASSWORD 'x';
    GRANT USAGE ON SCHEMA public, settld_jobs TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, settld_jobs TO ${role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, settld_jobs TO ${role};
  `);
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = "x";
    const store = await openPostgresStore({ url: url.href });
    try {
      expect(await store.setting("a")).toBe("1");
      const written = await store.write({ agreement: agreementChange({ name: "a", due: Date.now() }) });
      expect(written).toEqual({ ok: true });
    } finally {
      await store.close();
    }
  } finally {
    await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
