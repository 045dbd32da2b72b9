import { listen, openMemoryStore } from "@settld/server";
import { startTestServer } from "@settld/server/testing";
import { expect, test } from "vitest";
import { Settld } from "../index.ts";

const AMOUNT = { value: "1", assetCode: "USD", assetScale: 2 };

test("a stream goes on behind the last message when the server restarts, and misses nothing", async () => {
  const store = await openMemoryStore();
  const kept = { ...store, close: async () => {} };
  const first = await startTestServer({ store: kept });
  const { id, apiKey } = await first.party("buyer", "buyer");
  const { port } = new URL(first.url);
  const platform = { sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 20)) };
  const settld = new Settld({ baseUrl: first.url, registryKey: first.registryKey, apiKey, platform });
  const seen: string[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const message of settld.messages.stream({ since: "2020-01-01T00:00:00.000Z", signal: stop.signal })) {
      seen.push(`${message.cursor} ${message.type === "deposit.booked" ? message.data.party : ""}`);
    }
  })();
  const pay = async (server: typeof first, reference: string) =>
    server.server.services.accounts.deposit({
      id: `dep_${reference}`,
      tenant: "buyer",
      party: id,
      amount: AMOUNT,
      reference,
    });
  await pay(first, "one");
  await expect.poll(() => seen.length).toBe(1);
  await first.close();
  const second = await startTestServer({ store: kept });
  await pay(second, "two");
  const again = await listen(second.server, { port: Number(port) });
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(2);
  await pay(second, "three");
  await expect.poll(() => seen).toEqual([`cur_1 ${id}`, `cur_2 ${id}`, `cur_3 ${id}`]);
  stop.abort(new Error("enough"));
  await expect(following).rejects.toThrow("enough");
  await again.close(0);
  await second.close();
  await store.close();
});

test("a stream filters, starts where it is told, and ends with what waiting does not mend", async () => {
  const server = await startTestServer();
  const { id, apiKey } = await server.party("buyer", "buyer");
  const settld = new Settld({ baseUrl: server.url, registryKey: server.registryKey, apiKey });
  for (const n of [1, 2, 3]) {
    await server.server.services.accounts.deposit({
      id: `dep_${n}`,
      tenant: "buyer",
      party: id,
      amount: AMOUNT,
      reference: `${n}`,
    });
  }
  await settld.withdrawals.create({ party: id, amount: AMOUNT, destination: "bank" });
  for await (const { type, cursor } of settld.messages.stream({ cursor: "cur_1", types: ["withdrawal.created"] })) {
    expect([type, cursor]).toEqual(["withdrawal.created", "cur_4"]);
    break;
  }
  const next = (options: object) => settld.messages.stream(options).next();
  await expect(next({ cursor: "cur_99" })).rejects.toMatchObject({ code: "HOOK_CURSOR" });
  await expect(next({ types: ["nonsense.here"] })).rejects.toMatchObject({ code: "HTTP_PARAMETER" });
  const stranger = new Settld({
    baseUrl: server.url,
    registryKey: server.registryKey,
    apiKey: `${apiKey.slice(0, -1)}-`,
  });
  await expect(stranger.messages.stream().next()).rejects.toMatchObject({ code: "HTTP_UNAUTHENTICATED" });
  await server.close();
});

test("endpoints are managed with the client, and what they get verifies", async () => {
  const server = await startTestServer({ now: Date.now() });
  const { apiKey } = await server.party("buyer", "buyer");
  const { webhookEndpoints } = new Settld({ baseUrl: server.url, registryKey: server.registryKey, apiKey });
  const url = "http://127.0.0.1:1/";
  const { id, secret } = await webhookEndpoints.create({ url, types: ["escrow.funded"] });
  expect(secret).toMatch(/^whsec_/);
  expect((await webhookEndpoints.list()).data).toMatchObject([{ id, url }]);
  expect(await webhookEndpoints.update(id, { types: null })).toMatchObject({ id, types: null });
  expect((await webhookEndpoints.rotate(id)).secret).not.toBe(secret);
  const tried = await webhookEndpoints.test(id);
  await server.advance(0);
  expect((await webhookEndpoints.deliveries(id, { state: "pending" })).data).toMatchObject([
    { id: tried.id, lastError: "connection" },
  ]);
  expect(await webhookEndpoints.replayDelivery(id, tried.id)).toMatchObject({ attempts: 0 });
  expect(await webhookEndpoints.replay(id, { since: "2020-01-01T00:00:00.000Z" })).toMatchObject({
    deliveries: 0,
    hasMore: false,
  });
  expect(await webhookEndpoints.retrieve(id)).toMatchObject({ id, status: "enabled" });
  await webhookEndpoints.delete(id);
  expect((await webhookEndpoints.list()).data).toEqual([]);
  await server.close();
});
