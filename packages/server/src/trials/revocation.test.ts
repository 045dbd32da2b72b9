import { formatInstant, utf8 } from "@settld/protocol";
import { verifyBundle } from "@settld/verifier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reply, Send } from "./client.ts";
import { type Actor, type Job, offerOf, sealed } from "./job.ts";
import { makeWorld, type Tenant, type World } from "./world.ts";

let world: World;
let tenants = 0;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

const now = (): number => world.server.time.now();

async function newTenant(): Promise<{ readonly tenant: Tenant; readonly send: Send }> {
  tenants += 1;
  const tenant = await world.tenant(`tenant-${tenants}`);
  await world.deposit(tenant.buyer.id, "1000000");
  return { tenant, send: world.send(tenant.buyer.apiKey) };
}

const revoke = (send: Send, { id, signer }: Actor, at?: number, reason = "superseded"): Promise<Reply> =>
  send("POST", `/v1/parties/${encodeURIComponent(id)}/keys/${signer.keyid}/revoke`, {
    body: { reason, ...(at === undefined ? {} : { at: formatInstant(at) }) },
  });

async function closedJob(tenant: Tenant): Promise<Job> {
  const job = await (await (await (await world.job(tenant, "job").offer()).accept()).fund()).submit();
  await (await job.attest()).dispute();
  return job.rule();
}

async function verdictOf(path: string): Promise<readonly string[]> {
  const { text } = await world.operator("GET", `${path}/bundle`);
  const { verdict, findings } = await verifyBundle(utf8(text), { root: world.server.registryKey });
  return [verdict, ...findings.map(({ code }) => code)];
}

describe("a party that revokes its own key", () => {
  test("takes back nothing that it signed", async () => {
    const { tenant, send } = await newTenant();
    const job = await closedJob(tenant);
    for (const at of [0, now() - 1, now(), now() + 5_000]) {
      const reply = await revoke(send, tenant.buyer, at, "compromised");
      expect(reply).toMatchObject({ status: 403, body: { code: "HTTP_FORBIDDEN", pointer: "/at" } });
    }
    const reply = await revoke(send, tenant.buyer);
    expect(reply.body.keys[0].revoked).toEqual({ at: formatInstant(now() + 5_001), reason: "superseded" });
    expect(await verdictOf(job.path)).toEqual(["accept"]);
  });

  test("nor what it signed ahead of the clock", async () => {
    const { tenant, send } = await newTenant();
    const job = world.job(tenant, "ahead");
    const offer = offerOf(job.players, "ahead", now() + 5_000);
    const reply = await send("POST", "/v1/agreements", { body: await sealed(tenant.buyer, offer) });
    expect(reply.status).toBe(201);
    expect((await revoke(send, tenant.buyer)).status).toBe(200);
    expect(await verdictOf(`/v1/agreements/${reply.body.agreement.id}`)).toEqual(["indeterminate", "BUNDLE_OPEN"]);
    await world.server.advance(5_000);
    await expect(world.job(tenant, "last").offer()).resolves.toBeDefined();
    await world.server.advance(1);
    await expect(world.job(tenant, "too late").offer()).rejects.toThrow(/403 .*TRUST_KEY_REVOKED/);
  });

  test("can say so a second time, if it means more", async () => {
    const { tenant, send } = await newTenant();
    const revoked = async (at?: number, reason?: string): Promise<unknown> =>
      (await revoke(send, tenant.seller, at, reason)).body.keys[0].revoked;
    const [early, later] = [formatInstant(now() + 6_000), now() + 9_000];
    expect(await revoked(later)).toEqual({ at: formatInstant(later), reason: "superseded" });
    expect(await revoked(now() + 6_000)).toEqual({ at: early, reason: "superseded" });
    expect(await revoked(later, "compromised")).toEqual({ at: early, reason: "compromised" });
    expect(await revoked(later)).toEqual({ at: early, reason: "compromised" });
  });

  test("has an operator who may know better", async () => {
    const { tenant } = await newTenant();
    const job = await closedJob(tenant);
    const reply = await revoke(world.operator, tenant.buyer, now() - 1);
    expect(reply.body.keys[0].revoked.at).toBe(formatInstant(now() - 1));
    expect(await verdictOf(job.path)).toEqual(["reject", "TRUST_KEY_REVOKED"]);
  });
});

test("a bundle is never said to be the same as before, because its trust document may be newer", async () => {
  const { tenant, send } = await newTenant();
  const job = await closedJob(tenant);
  const tag = (await send("GET", job.path)).headers.get("etag") ?? "";
  expect((await send("GET", job.path, { headers: { "if-none-match": tag } })).status).toBe(304);
  const bundle = async (): Promise<Reply> => send("GET", `${job.path}/bundle`, { headers: { "if-none-match": tag } });
  const before = await bundle();
  expect([before.status, before.headers.get("etag")]).toEqual([200, null]);
  await revoke(world.operator, tenant.buyer, now() - 1);
  const after = await bundle();
  expect(after.status).toBe(200);
  expect(after.text).not.toBe(before.text);
});
