import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./postgres-store.ts";

let database: TestDatabase;
let stores: Store[];
beforeEach(async () => {
  database = await makeDatabase();
  stores = await Promise.all(
    [1, 2, 3].map(() => openPostgresStore({ url: database.url, jobs: false, pool: { max: 2 } })),
  );
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe("names between processes", () => {
  test("one at a time, in all of them, and each has its turns", async () => {
    let [inside, most] = [0, 0];
    const turns: number[] = [];
    await Promise.all(
      stores.flatMap((store, process) =>
        Array.from({ length: 100 }, () =>
          store.exclusively("hot", async () => {
            inside += 1;
            most = Math.max(most, inside);
            turns.push(process);
            await turn();
            inside -= 1;
          }),
        ),
      ),
    );
    expect([most, turns.length]).toEqual([1, 300]);
    // Nobody has all of them first: others come in between, however many wait in one process.
    expect(new Set(turns.slice(0, 200)).size).toBeGreaterThan(1);
  });

  test("many names at once cost no connection of those that read", async () => {
    const [store] = stores;
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let inside = 0;
    const works = Array.from({ length: 200 }, (_, n) =>
      store?.exclusively(`name ${n}`, async () => {
        inside += 1;
        await gate;
        await store.setting("a");
      }),
    );
    await expect.poll(() => inside).toBe(200);
    const [row] = await database.query(
      `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(row?.["n"]).toBeLessThanOrEqual(3 * 4);
    open();
    await Promise.all(works);
  });

  test("a process that is gone holds nothing", async () => {
    const [first, second] = stores;
    let end = (): void => {};
    let isHeld = false;
    const held = first?.exclusively(
      "a",
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
          isHeld = true;
        }),
    );
    await expect.poll(() => isHeld).toBe(true);
    let isIn = false;
    const next = second?.exclusively("a", async () => {
      isIn = true;
    });
    for (let n = 0; n < 20; n++) await turn();
    expect(isIn).toBe(false);
    // As the database sees it when a process is killed.
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    await next;
    end();
    await held;
    expect(await first?.exclusively("a", async () => 1)).toBe(1);
  });

  test("a name that is given back leaves nothing", async () => {
    for (const store of stores) for (let n = 0; n < 5; n++) await store.exclusively(`n${n}`, async () => {});
    await expect
      .poll(async () =>
        database.query(
          "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        ),
      )
      .toEqual([]);
  });
});
