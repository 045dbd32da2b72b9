import type { Digest } from "@settld/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeWorld, type Tenant, type World } from "../trials/world.ts";
import { AgreementLog } from "./agreement-log.ts";

let world: World;
let acme: Tenant;
let ids: readonly Digest[];
let read: string[];

const name = (id: Digest): string => "abc"[ids.indexOf(id)] ?? "?";

beforeAll(async () => {
  world = await makeWorld({
    wrap: (store) => ({
      ...store,
      events: (id, from, limit) => {
        read?.push(`${name(id)}${from}`);
        return store.events(id, from, limit);
      },
    }),
  });
  acme = await world.tenant("acme");
  const jobs = [];
  for (const one of ["a", "b", "c"]) jobs.push(await (await world.job(acme, one).offer()).accept());
  ids = jobs.map(({ agreement }) => agreement.id as Digest);
});
beforeEach(() => {
  read = [];
});
afterAll(() => world.close());

const bytesOf = async (id: Digest): Promise<number> =>
  (await world.store.events(id, 0, 9)).reduce((sum, { envelope }) => sum + envelope.length, 0);

test("states are kept up to a number of bytes of log; those that were not used for longest go", async () => {
  const [a, b, c] = ids as readonly [Digest, Digest, Digest];
  const log = new AgreementLog(world.store, (await bytesOf(a)) + (await bytesOf(b)) + (await bytesOf(c)) - 1);
  read = [];
  for (const id of [a, b, a, c, a, b]) expect((await log.state(id))?.agreement).toBe(id);
  expect(read).toEqual(["a0", "b0", "c0", "b0"]);
});

test("what is appended counts, with what was there before", async () => {
  const [a, b] = ids as readonly [Digest, Digest];
  const events = await world.store.events(a, 0, 9);
  const [first] = events;
  const log = new AgreementLog(world.store, (await bytesOf(a)) + (await bytesOf(b)) - 1);
  const state = await log.state(a);
  expect(events.length).toBe(2);
  // As a settler does: the offer, and then the acceptance.
  log.forget(a);
  log.keep({ ...state!, seq: 1, head: first!.digest }, events.slice(0, 1));
  log.keep(state!, events.slice(1));
  read = [];
  await log.state(b);
  await log.state(a);
  expect(read).toEqual(["b0", "a0"]);
  // Without what came before, nothing is known of the length.
  log.forget(a);
  log.keep(state!, events.slice(1));
  await log.state(a);
  expect(read).toEqual(["b0", "a0", "a0"]);
});

test("a list keeps nothing of what it reads", async () => {
  const { log } = world.server.server.services.settler;
  const send = world.send(acme.buyer.apiKey);
  for (const id of ids) log.forget(id);
  expect((await send("GET", "/v1/agreements")).body.data.length).toBe(3);
  expect((await send("GET", "/v1/agreements")).body.data.length).toBe(3);
  expect(read).toEqual(["c0", "b0", "a0", "c0", "b0", "a0"]);
  await log.state(ids[0]!);
  expect((await send("GET", "/v1/agreements")).body.data.length).toBe(3);
  expect(read.slice(6)).toEqual(["a0", "c0", "b0"]);
});

test("what another process appends while a state is read does not count yet", async () => {
  const [a] = ids as readonly [Digest];
  const row = await world.store.agreement(a);
  const [first] = await world.store.events(a, 0, 1);
  const earlier = { ...row!, events: 1, head: first!.digest };
  const log = new AgreementLog({ ...world.store, agreement: async () => earlier });
  expect((await log.state(a))?.seq).toBe(1);
});

test("a row that was read is not read again, unless the log is known to be longer", async () => {
  const [a] = ids as readonly [Digest];
  const row = await world.store.agreement(a);
  const [first] = await world.store.events(a, 0, 1);
  let rows = 0;
  const log = new AgreementLog({
    ...world.store,
    agreement: (id) => {
      rows += 1;
      return world.store.agreement(id);
    },
  });
  expect((await log.state(row!))?.seq).toBe(2);
  expect(rows).toBe(0);
  expect((await log.state({ ...row!, events: 1, head: first!.digest }))?.seq).toBe(2);
  expect(rows).toBe(1);
});
