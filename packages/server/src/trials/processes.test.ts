import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FULL, PATIENCE, randomOf } from "@settld/testkit";
import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { type CutProxy, openProxy } from "../testing-postgres/proxy.ts";
import { Client, check, nothingTold, pause, setUp } from "./crash-client.ts";
import { Host } from "./host.ts";

// Three servers over one database. Each request goes to any of them, servers are killed and connections cut meanwhile,
// and what comes out has to be what one server makes of it.
const SEED = Number(process.env["SETTLD_FUZZ_SEED"] ?? 20_261_123);
const SERVERS = 3;
const CLIENTS = 6;
const ROUNDS = FULL ? 150 : 8;

let folder: string;
let database: TestDatabase;
let proxies: readonly CutProxy[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-processes-"));
  database = await makeDatabase();
  proxies = await Promise.all(Array.from({ length: SERVERS }, () => openProxy(database.url)));
});
afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

test(
  `three servers that are killed and cut off lose nothing and do nothing twice (SETTLD_FUZZ_SEED=${SEED})`,
  async () => {
    const setup = await setUp(await openPostgresStore({ url: database.url }));
    const told = nothingTold();
    const draw = randomOf(SEED);
    const hosts = proxies.map(({ url }) => new Host(folder, url));
    const seen = new Set<string>();
    const route = (): string | undefined => {
      const { url } = hosts[draw(SERVERS)] ?? {};
      if (url !== undefined) seen.add(url);
      return url;
    };
    let isOver = false;
    const clients = Array.from({ length: CLIENTS }, (_, n) =>
      new Client({ route }, setup, told, SEED + n, `client ${n}`).work(() => isOver),
    );
    const failed = Promise.all(clients).then(() => {});
    failed.catch(() => {});
    const answers = async (count: number): Promise<void> => {
      const until = told.answers + count;
      while (told.answers < until) await Promise.race([pause(2), failed]);
    };
    const trouble: readonly ((n: number) => Promise<void>)[] = [
      async (n) => {
        await hosts[n]?.kill();
        await answers(5 + draw(20));
        hosts[n]?.start();
      },
      async () =>
        void (await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5`,
        )),
      async (n) => proxies[n]?.cut("now"),
      async (n) => proxies[n]?.cut(draw(2) === 0 ? "answers" : "questions"),
    ];
    try {
      for (const host of hosts) host.start();
      await answers(10);
      for (let round = 0; round < ROUNDS; round++) {
        await trouble[round % trouble.length]?.(draw(SERVERS));
        await answers(5 + draw(40));
      }
      isOver = true;
      await failed;
      await check(hosts[0]?.url ?? hosts[1]?.url ?? "", folder, setup, told);
      expect(seen.size).toBeGreaterThanOrEqual(SERVERS);
    } catch (error) {
      for (const { complaints } of hosts) if (complaints !== "") console.error(complaints.slice(0, 4_000));
      throw error;
    } finally {
      isOver = true;
      await Promise.all(hosts.map((host) => host.end()));
    }
  },
  Math.max(PATIENCE, 120_000),
);
