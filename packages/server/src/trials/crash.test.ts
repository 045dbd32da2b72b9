import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FULL, PATIENCE, randomOf } from "@settld/testkit";
import { makeDatabase } from "@settld/testkit/postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { connect } from "../store/sqlite/connection.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { Client, check, nothingTold, pause, setUp } from "./crash-client.ts";
import { Host } from "./host.ts";

const SEED = Number(process.env["SETTLD_FUZZ_SEED"] ?? 20_261_121);
const KILLS = FULL ? 300 : 24;
// The short form ends earlier on a slow machine, but not before some kills.
const BUDGET_MS: number = FULL ? Number.POSITIVE_INFINITY : 8_000;
const KILLS_MIN = 8;
const CLIENTS = 6;

/** A store that servers are killed over. */
type Place = {
  /** Of a database. */
  readonly url?: string;
  readonly open: () => Promise<Store>;
  /** What the store itself says of its soundness. */
  readonly sound: () => Promise<void>;
  readonly remove: () => Promise<void>;
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-server-crash-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function inFolder(): Promise<Place> {
  return {
    open: () => openSqliteStore({ folder: join(folder, "store"), mode: "serve" }),
    async sound() {
      const store = await connect(join(folder, "store", "store.db"));
      expect(store.sql("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      expect(store.sql("PRAGMA foreign_key_check").all()).toEqual([]);
      store.close();
    },
    remove: async () => {},
  };
}

async function inDatabase(): Promise<Place> {
  const { url, drop } = await makeDatabase();
  return { url, open: () => openPostgresStore({ url }), sound: async () => {}, remove: drop };
}

describe.each([
  { name: "SQLite", make: inFolder },
  { name: "PostgreSQL", make: inDatabase },
])("$name", ({ make }) => {
  let place: Place;
  beforeEach(async () => {
    place = await make();
  });
  afterEach(() => place.remove());

  test(
    `a server that is killed again and again loses nothing and does nothing twice (SETTLD_FUZZ_SEED=${SEED})`,
    async () => {
      const setup = await setUp(await place.open());
      const told = nothingTold();
      const host = new Host(folder, place.url);
      const draw = randomOf(SEED);
      let isOver = false;
      const clients = Array.from({ length: CLIENTS }, (_, n) =>
        new Client(host, setup, told, SEED + n, `client ${n}`).work(() => isOver),
      );
      const failed = Promise.all(clients).then(() => {});
      failed.catch(() => {});
      let kills = 0;
      try {
        const start = performance.now();
        for (; kills < KILLS && (kills < KILLS_MIN || performance.now() - start < BUDGET_MS); kills++) {
          host.start();
          if (kills % 6 === 5) {
            // While the store is opened.
            await pause(draw(80));
          } else {
            const until = told.answers + 1 + draw(60);
            while (told.answers < until) await Promise.race([pause(2), failed]);
            await pause(draw(12));
          }
          await host.kill();
        }
        isOver = true;
        host.start();
        await failed;
        await check(host.url ?? "", folder, setup, told);
        expect(host.complaints.replaceAll(/^.*ExperimentalWarning.*\n.*\n/gm, "")).toBe("");
      } finally {
        await host.end();
      }
      expect(kills).toBeGreaterThanOrEqual(KILLS_MIN);
      await place.sound();
    },
    PATIENCE,
  );
});
