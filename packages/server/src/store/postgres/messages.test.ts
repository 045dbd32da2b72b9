import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createServer } from "../../server.ts";
import { testSigner } from "../../testing/index.ts";
import { startReceiver } from "../../trials/receiver.ts";
import { type NewMessage, OPERATORS } from "../message-store.ts";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./postgres-store.ts";

let database: TestDatabase;
let stores: Store[];
beforeEach(async () => {
  database = await makeDatabase();
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await database.drop();
});

const openStore = async (jobs = false): Promise<Store> => {
  const store = await openPostgresStore({ url: database.url, jobs });
  stores.push(store);
  return store;
};
const message = (name: string): NewMessage => ({
  id: `msg_${name}`,
  type: "work.submitted",
  // Now, because a server forgets what is old.
  at: Date.now(),
  data: "{}",
  to: { feeds: ["one", OPERATORS] },
});

test("a message that is committed late stands behind what was read before, though it was written earlier", async () => {
  const [one, two] = [await openStore(), await openStore()];
  const late = new pg.Client({ connectionString: database.url });
  await late.connect();
  await late.query("BEGIN");
  // Its number is drawn now, and nobody sees it yet.
  await late.query("SELECT settld_put_message($1::jsonb)", [JSON.stringify(message("late"))]);
  await one.write({ messages: [message("early")] });
  const read = async (store: Store, after: number) =>
    (await store.messages("one", { after, limit: 10 })).map(({ place, id }) => `${place} ${id}`);
  expect(await read(two, 0)).toEqual(["1 msg_early"]);
  expect(await two.feedRange("one")).toEqual({ first: 0, last: 1 });
  await late.query("COMMIT");
  await late.end();
  expect(await read(one, 1)).toEqual(["2 msg_late"]);
  expect(await read(two, 0)).toEqual(["1 msg_early", "2 msg_late"]);
});

test("readers in several processes see one order, whoever writes and whoever gives the places", async () => {
  const processes = await Promise.all([openStore(), openStore(), openStore()]);
  let isOver = false;
  const follow = async (store: Store): Promise<string[]> => {
    const seen: string[] = [];
    for (let place = 0; ; ) {
      const isLast = isOver;
      for (const one of await store.messages("one", { after: place, limit: 5 })) {
        expect(one.place).toBe(place + 1);
        place = one.place;
        seen.push(one.id);
      }
      if (isLast && seen.length === 90) return seen;
    }
  };
  const reading = processes.map(follow);
  await Promise.all(
    processes.map(async (store, p) => {
      for (let n = 0; n < 30; n++) await store.write({ messages: [message(`${p}-${n}`)] });
    }),
  );
  isOver = true;
  const [first, ...others] = await Promise.all(reading);
  expect(new Set(first).size).toBe(90);
  for (const other of others) expect(other).toEqual(first);
});

test("what one process writes another delivers, and each message once while nobody fails", async () => {
  const receiver = await startReceiver();
  const settler = { id: "https://settler.example", signer: await testSigner("settler") };
  const registry = { id: "https://registry.example", signer: await testSigner("registry") };
  const writer = await openStore(true);
  const servers = await Promise.all(
    [1, 2].map(async () =>
      createServer({
        store: await openStore(true),
        settler,
        registry,
        allowTestKeys: true,
        webhooks: { allowLoopback: true },
      }),
    ),
  );
  try {
    await writer.write({
      endpoints: [
        {
          id: "we_a",
          tenant: "one",
          feed: "one",
          url: receiver.url,
          scheme: "v1",
          secret: `whsec_${Buffer.alloc(32).toString("base64")}`,
          createdAt: 1,
          version: 1,
        },
      ],
    });
    // The writer runs no server: the jobs that its changes put wake the others.
    for (let n = 0; n < 40; n++) await writer.write({ messages: [message(`m${n}`)] });
    await expect.poll(() => receiver.arrived.length, { timeout: 20_000 }).toBe(40);
    expect(new Set(receiver.arrived.map(({ id }) => id)).size).toBe(40);
    await expect.poll(async () => (await writer.listDeliveries("we_a", "delivered", { limit: 100 })).length).toBe(40);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    await receiver.close();
  }
});
