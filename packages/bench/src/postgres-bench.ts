import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@settld/server";
import { openPostgresStore } from "@settld/server/postgres";
import { makeDatabase } from "@settld/testkit/postgres";
import { median, type Ratio } from "./measure.ts";
import { fill, perSecond, type Recorded, record, replay, replayOf } from "./recorded.ts";
import { type RunningHost, startHost } from "./running-host.ts";
import { openTpcb, type Tpcb } from "./tpcb.ts";

const CLIENTS = [1, 4, 16] as const;
const CLIENTS_MAX = 16;
const JOBS = { 1: 40, 4: 120, 16: 320 } as const;
const ROUNDS = 5;
// Until the compiler of the server's runtime has seen all there is.
const WARM_UP = 500;
// Processes that share an account, each with a writer of its own.
const STORES = 3;

/** What is measured in turn: how many jobs a second. */
type Way = { readonly name: string; readonly run: () => Promise<number>; readonly rates: number[] };

/**
 * Settlements in a store on PostgreSQL against what the same database does without us, in the same run and with the disk
 * flushed by every commit. A settlement of the store is what the server writes for it, each change when the one before
 * is durable, by as many clients as there are; it is compared with as many TPC-B transactions, one after another, by as
 * many connections. Over HTTP a server settles, which signs, in a process of its own. Then a hot account: the same settlements, all of one buyer and one seller, against as many buyers
 * and sellers as there are clients, through one process and through three.
 */
export async function benchPostgres(): Promise<Ratio[]> {
  // The tests' PostgreSQL does not flush; a bench starts its own.
  process.env["SETTLD_POSTGRES_FSYNC"] = "on";
  const folder = await mkdtemp(join(tmpdir(), "settld-postgres-bench-"));
  const [database, served] = [await makeDatabase(), await makeDatabase()];
  const stores: Store[] = [];
  let host: RunningHost | undefined;
  let tpcb: Tpcb | undefined;
  try {
    const recorded = await record(join(folder, "record"));
    for (let count = 0; count < STORES; count++) stores.push(await openPostgresStore({ url: database.url }));
    const [store] = stores;
    if (store === undefined) throw new Error("expected a store");
    for (let index = 0; index < CLIENTS_MAX; index++) await fill(store, recorded, `${index}`);
    tpcb = await openTpcb(database.url, CLIENTS_MAX);
    host = await startHost({ databaseUrl: served.url });
    await host.settle({ clients: CLIENTS_MAX, jobs: WARM_UP });
    return [...(await limits(recorded, store, host, tpcb)), ...(await hotAccounts(recorded, stores))];
  } finally {
    await host?.close();
    await tpcb?.close();
    for (const store of stores) await store.close();
    await database.drop();
    await served.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function limits(recorded: Recorded, store: Store, host: RunningHost, tpcb: Tpcb): Promise<Ratio[]> {
  // Its changes and its evidence.
  const writes = recorded.changes.length + 1;
  const ratios: Ratio[] = [];
  for (const clients of CLIENTS) {
    const jobs = JOBS[clients];
    const name = `${clients} client${clients === 1 ? "" : "s"}`;
    const times = (one: Tpcb["call"]) => async (client: number) => {
      for (let count = 0; count < writes; count++) await one(client);
    };
    const settled = way("settlements", () => settle(recorded, [store], clients, jobs, clients));
    const served = way("served", async () => (jobs * 1_000) / (await host.settle({ clients, jobs })).ms);
    const calls = way("calls", () => perSecond(clients, jobs, times(tpcb.call)));
    const statements = way("statements", () => perSecond(clients, jobs, times(tpcb.statements)));
    const flushed = way("batches", async () => {
      // As many clients as wait, in one call after another of one connection.
      const rounds = Math.ceil((jobs * writes) / clients);
      const start = performance.now();
      for (let count = 0; count < rounds; count++) await tpcb.batch(0, clients);
      return ((rounds * clients) / writes / (performance.now() - start)) * 1_000;
    });
    await inTurn([settled, served, calls, statements, ...(clients === 1 ? [] : [flushed])]);
    ratios.push(
      against(`settlement, ${name}, against ${writes} TPC-B calls`, settled, calls),
      against(`  the same over HTTP`, served, calls),
      against(`settlement, ${name}, against ${writes} TPC-B by statements`, settled, statements),
      ...(clients === 1 ? [] : [against(`settlement, ${name}, against batches of ${clients} TPC-B`, settled, flushed)]),
    );
  }
  return ratios;
}

async function hotAccounts(recorded: Recorded, stores: readonly Store[]): Promise<Ratio[]> {
  const jobs = JOBS[CLIENTS_MAX];
  const ratios: Ratio[] = [];
  for (const some of [stores.slice(0, 1), stores]) {
    const hot = way("hot", () => settle(recorded, some, CLIENTS_MAX, jobs, 1));
    const spread = way("spread", () => settle(recorded, some, CLIENTS_MAX, jobs, CLIENTS_MAX));
    await inTurn([hot, spread]);
    const name = some.length === 1 ? "one process" : `${some.length} processes`;
    // Half as many a second.
    ratios.push({ ...against(`settlements of one account, ${name}, against spread ones`, hot, spread), required: 2 });
  }
  return ratios;
}

const way = (name: string, run: Way["run"]): Way => ({ name, run, rates: [] });

// Round by round, so that a machine that slows down slows all of them; the first round is for caches and compilers.
async function inTurn(ways: readonly Way[]): Promise<void> {
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { run, rates } of ways) {
      const rate = await run();
      if (round > 0) rates.push(rate);
    }
  }
}

function against(name: string, subject: Way, reference: Way): Ratio {
  return {
    name,
    ratio: median(reference.rates.map((rate, round) => rate / (subject.rates[round] ?? 0))),
    subject: 1e6 / median(subject.rates),
    reference: 1e6 / median(reference.rates),
  };
}

/** Settlements a second by so many clients, of so many buyers, through some stores in turn. */
function settle(
  recorded: Recorded,
  stores: readonly Store[],
  clients: number,
  jobs: number,
  buyers: number,
): Promise<number> {
  // What is written is made up before the clock runs.
  const drafts = Array.from({ length: jobs }, (_, index) => replayOf(recorded, `${index % buyers}`));
  return perSecond(clients, jobs, async (client) => {
    const store = stores[client % stores.length];
    if (store !== undefined) await replay(store, drafts.pop());
  });
}
