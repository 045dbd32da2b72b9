import { verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer, testSigner } from "../testing/index.ts";
import { type Send, sendTo } from "../trials/client.ts";
import { type Receiver, startReceiver } from "../trials/receiver.ts";
import { RETRIES_MS } from "./schedule.ts";

let server: TestServer;
let receiver: Receiver;
let acme: Send;
let operator: Send;

beforeEach(async () => {
  // The package that judges the signatures has the real clock.
  server = await startTestServer({ now: Date.now(), server: { webhooks: { random: () => 0 } } });
  receiver = await startReceiver();
  acme = sendTo(fetch, server.url, (await server.party("acme", "buyer")).apiKey);
  operator = sendTo(fetch, server.url, server.operatorKey);
});
afterEach(async () => {
  await server.close();
  await receiver.close();
});

const make = async (send: Send = acme, more: object = {}) => {
  const { status, body } = await send("POST", "/v1/webhook_endpoints", { body: { url: receiver.url, ...more } });
  expect([status, body.code]).toEqual([201, undefined]);
  return body as { readonly id: string; readonly secret: string; readonly publicKey: string };
};
const path = (id: string, rest = ""): string => `/v1/webhook_endpoints/${id}${rest}`;
const deliver = (): Promise<void> => server.server.services.deliveries.run();
const sendTest = async (id: string, send: Send = acme) => {
  const { body } = await send("POST", path(id, "/test"), { body: {} });
  await deliver();
  return body as { readonly id: string; readonly message: string };
};
const deliveries = async (id: string, query = "", send: Send = acme) =>
  (await send("GET", path(id, `/deliveries${query}`))).body.data as readonly Record<string, unknown>[];

describe("what arrives", () => {
  test("is signed as the standardwebhooks package expects, with the same id at every try", async () => {
    const { id, secret } = await make();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    receiver.reply = () => ({ status: receiver.arrived.length === 1 ? 500 : 299, body: "x".repeat(100_000) });
    const { message } = await sendTest(id);
    await server.advance(RETRIES_MS[0] ?? 0);
    expect(receiver.arrived.map((one) => one.id)).toEqual([message, message]);
    for (const { body, headers } of receiver.arrived) {
      expect(headers["content-type"]).toBe("application/json");
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({
        type: "webhook_endpoint.test",
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        data: { endpoint: id, reason: null },
      });
    }
    expect(receiver.arrived[0]?.headers["webhook-signature"]).not.toBe(
      receiver.arrived[1]?.headers["webhook-signature"],
    );
    expect(await deliveries(id)).toMatchObject([{ state: "delivered", attempts: 2, lastStatus: 299, lastError: null }]);
  });

  test("carries both signatures for as long as an old secret counts", async () => {
    const { id, secret: first } = await make();
    const { body } = await acme("POST", path(id, "/rotate"), { body: { overlapSeconds: 60 } });
    const second = body.secret as string;
    expect(second).not.toBe(first);
    const takes = (secret: string): boolean => {
      const { body: text, headers } = receiver.arrived.at(-1) ?? { body: "", headers: {} };
      try {
        return new Webhook(secret).verify(text, headers) !== undefined;
      } catch {
        return false;
      }
    };
    await sendTest(id);
    expect([takes(first), takes(second)]).toEqual([true, true]);
    await server.advance(60_000);
    await sendTest(id);
    expect([takes(first), takes(second)]).toEqual([false, true]);
    const { body: third } = await acme("POST", path(id, "/rotate"), { body: { secret: first, overlapSeconds: 0 } });
    expect(third).toMatchObject({ secret: first, oldSecretUntil: null });
    await sendTest(id);
    expect([takes(first), takes(second)]).toEqual([true, false]);
  });

  test("is signed with Ed25519 by v1a, under a key that only its public half leaves", async () => {
    const { id, secret, publicKey } = await make(acme, { scheme: "v1a" });
    expect(secret).toBeNull();
    await sendTest(id);
    const [arrived] = receiver.arrived;
    if (arrived === undefined) throw new Error("nothing arrived");
    const { headers, body } = arrived;
    const [scheme, signature = ""] = headers["webhook-signature"]?.split(",") ?? [];
    const x = Buffer.from(publicKey.slice("whpk_".length), "base64").toString("base64url");
    const key = { key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" } as const;
    const signed = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
    expect(scheme).toBe("v1a");
    expect(verify(null, signed, key, Buffer.from(signature, "base64"))).toBe(true);
  });

  test("is what happened to the tenant, and for an operator everything", async () => {
    const mine = await make();
    const all = await make(operator, { types: ["deposit.booked"] });
    await make(sendTo(fetch, server.url, (await server.party("other", "seller")).apiKey));
    const amount = { value: "5", assetCode: "USD", assetScale: 2 };
    const deposit = { party: "https://acme.example", amount, reference: "r" };
    const made = (await operator("POST", "/v1/deposits", { body: deposit })).body;
    for (const destination of ["bank", "refuse"]) {
      const body = { party: "https://acme.example", amount: { ...amount, value: "1" }, destination };
      expect((await acme("POST", "/v1/withdrawals", { body })).status).toBe(201);
    }
    await server.advance(0);
    await server.advance(0);
    const byEndpoint = async (id: string, send: Send) =>
      (await deliveries(id, "", send)).map(({ type, state }) => `${type} ${state}`).sort();
    expect(await byEndpoint(all.id, operator)).toEqual(["deposit.booked delivered"]);
    expect(await byEndpoint(mine.id, acme)).toEqual([
      "deposit.booked delivered",
      "withdrawal.created delivered",
      "withdrawal.created delivered",
      "withdrawal.paid delivered",
      "withdrawal.returned delivered",
    ]);
    expect(receiver.arrived).toHaveLength(6);
    const { body = "" } = receiver.arrived.find(({ type }) => type === "deposit.booked") ?? {};
    expect(JSON.parse(body).data).toEqual({
      deposit: made.id,
      party: "https://acme.example",
      account: made.account,
      entry: made.entry,
      status: "done",
    });
  });
});

describe("failures", () => {
  test("are tried again by the schedule, and then the delivery is dead, until it is replayed", async () => {
    const { id } = await make();
    receiver.reply = () => ({ status: 503 });
    const { id: delivery } = await sendTest(id);
    for (const [tries, wait] of RETRIES_MS.entries()) {
      await server.advance(wait - 1);
      expect(receiver.arrived).toHaveLength(tries + 1);
      await server.advance(1);
      expect(receiver.arrived).toHaveLength(tries + 2);
    }
    expect(await deliveries(id, "?state=dead")).toMatchObject([
      { id: delivery, attempts: 10, state: "dead", nextAttemptAt: null, lastStatus: 503, lastError: "status" },
    ]);
    await server.advance(30 * 86_400_000 - 5 * 86_400_000);
    expect(receiver.arrived).toHaveLength(10);
    receiver.reply = () => ({ status: 200 });
    const { status, body } = await acme("POST", path(id, `/deliveries/${delivery}/replay`), { body: {} });
    expect([status, body.state, body.attempts]).toEqual([200, "pending", 0]);
    await deliver();
    expect(receiver.arrived).toHaveLength(11);
    expect(new Set(receiver.arrived.map((one) => one.id)).size).toBe(1);
    expect(await deliveries(id, "?state=dead")).toEqual([]);
  });

  test.each([
    ["a redirect, which is not followed", 302, { location: "http://127.0.0.1:1/" }],
    ["an error", 500, {}],
    ["not modified", 304, {}],
  ])("%s is one", async (_, status, headers) => {
    const { id } = await make();
    receiver.reply = () => ({ status, headers });
    await sendTest(id);
    expect(await deliveries(id)).toMatchObject([{ state: "pending", lastStatus: status, lastError: "status" }]);
    expect(receiver.arrived).toHaveLength(1);
  });

  test.each([
    ["later than the schedule", "3600", 3_600_000],
    ["no sooner than the schedule", "1", 5_000],
    ["at most a day", "999999999", 86_400_000],
    ["other words count for nothing", "soon", 5_000],
  ])("Retry-After: %s", async (_, value, wait) => {
    const { id } = await make();
    receiver.reply = () => ({ status: 429, headers: { "retry-after": value } });
    await sendTest(id);
    await server.advance(wait - 1);
    expect(receiver.arrived).toHaveLength(1);
    await server.advance(1);
    expect(receiver.arrived).toHaveLength(2);
  });

  test("no answer in time is one, and holds up neither other messages nor other endpoints", async () => {
    const slow = await make();
    const other = await startReceiver();
    const fine = await make(acme, { url: other.url });
    let isSlow = true;
    receiver.reply = () => (isSlow ? "silence" : { status: 200 });
    const { deliveries: running } = server.server.services;
    for (let n = 0; n < 20; n++) {
      await acme("POST", path(slow.id, "/test"), { body: {} });
      await acme("POST", path(fine.id, "/test"), { body: {} });
    }
    running.wake();
    await expect.poll(() => other.arrived.length).toBe(20);
    await expect.poll(() => receiver.arrived.length).toBe(8);
    isSlow = false;
    await server.advance(15_000);
    await server.advance(5_000);
    expect(await deliveries(slow.id, "?state=delivered&limit=100")).toHaveLength(20);
    expect(receiver.arrived).toHaveLength(28);
    await other.close();
  });

  test("410 disables the endpoint and says so; what waits goes on when it is enabled", async () => {
    const { id } = await make();
    const listener = await startReceiver();
    await make(acme, { url: listener.url, types: ["webhook_endpoint.disabled"] });
    receiver.reply = () => ({ status: 410 });
    await sendTest(id);
    await deliver();
    expect((await acme("GET", path(id))).body).toMatchObject({ status: "disabled", disabledReason: "gone" });
    expect(listener.arrived.map(({ body }) => JSON.parse(body).data)).toEqual([{ endpoint: id, reason: "gone" }]);
    for (const rest of ["/test", "/replay"]) {
      const { status, body } = await acme("POST", path(id, rest), {
        body: rest === "/test" ? {} : { since: "1970-01-01T00:00:00.000Z" },
      });
      expect([status, body.code]).toEqual([409, "HOOK_DISABLED"]);
    }
    await server.advance(86_400_000);
    expect(receiver.arrived).toHaveLength(1);
    receiver.reply = () => ({ status: 204 });
    const { body } = await acme("POST", path(id), { body: { status: "enabled" } });
    expect(body).toMatchObject({ status: "enabled", disabledReason: null, failingSince: null });
    await deliver();
    expect(receiver.arrived).toHaveLength(2);
    await listener.close();
  });

  test("an endpoint that fails for five days is disabled, and one success begins the count anew", async () => {
    const { id } = await make();
    receiver.reply = () => ({ status: 500 });
    await sendTest(id);
    await server.advance(4 * 86_400_000);
    receiver.reply = () => ({ status: 200 });
    await sendTest(id);
    expect((await acme("GET", path(id))).body.failingSince).toBeNull();
    receiver.reply = () => ({ status: 500 });
    await sendTest(id);
    await server.advance(5 * 86_400_000 - 1);
    await sendTest(id);
    expect((await acme("GET", path(id))).body.status).toBe("enabled");
    await server.advance(1);
    await sendTest(id);
    expect((await acme("GET", path(id))).body).toMatchObject({ status: "disabled", disabledReason: "failing" });
  });

  test("a host that cannot be reached, and one that is not called", async () => {
    const closed = await startReceiver();
    await closed.close();
    const gone = await make(acme, { url: closed.url });
    const inside = await make(acme, { url: "https://localhost.example.invalid/" });
    await sendTest(gone.id);
    await sendTest(inside.id);
    expect(await deliveries(gone.id)).toMatchObject([{ lastError: "connection", lastStatus: null }]);
    expect(await deliveries(inside.id)).toMatchObject([{ lastError: "dns", lastStatus: null }]);
  });
});

describe("endpoints", () => {
  test("replay what was missed: everything since a time, in pieces that go on", async () => {
    const { id } = await make(acme, { types: ["deposit.booked"] });
    await acme("POST", path(id), { body: { status: "disabled" } });
    const start = new Date(server.time.now()).toISOString();
    const book = (n: number) =>
      operator("POST", "/v1/deposits", {
        body: {
          party: "https://acme.example",
          amount: { value: "1", assetCode: "USD", assetScale: 2 },
          reference: `${n}`,
        },
      });
    for (let n = 0; n < 5; n++) await book(n);
    server.time.advance(60_000);
    const later = new Date(server.time.now()).toISOString();
    for (let n = 5; n < 8; n++) await book(n);
    await acme("POST", path(id), { body: { status: "enabled" } });
    await deliver();
    expect(receiver.arrived).toEqual([]);
    const replay = async (body: object) => (await acme("POST", path(id, "/replay"), { body })).body;
    expect(await replay({ since: later })).toEqual({
      object: "replay",
      deliveries: 3,
      hasMore: false,
      nextCursor: null,
    });
    await deliver();
    expect(receiver.arrived).toHaveLength(3);
    expect(await replay({ since: start })).toMatchObject({ deliveries: 8 });
    await deliver();
    expect(receiver.arrived).toHaveLength(11);
    expect(new Set(receiver.arrived.map((one) => one.id)).size).toBe(8);
    expect(await replay({ since: start, cursor: "cur_5" })).toMatchObject({ deliveries: 3 });
    expect(await replay({ since: start, cursor: "cur_9" })).toMatchObject({ code: "HOOK_CURSOR" });
    expect(await replay({ since: "9999-12-31T23:59:59.999Z" })).toMatchObject({ deliveries: 0, hasMore: false });
  });

  test("show a secret once, also to whoever repeats the request", async () => {
    const headers = { "idempotency-key": "once" };
    const first = await acme("POST", "/v1/webhook_endpoints", { body: { url: receiver.url }, headers });
    const again = await acme("POST", "/v1/webhook_endpoints", { body: { url: receiver.url }, headers });
    expect(first.body.secret).toMatch(/^whsec_/);
    expect(again.body).toEqual({ ...first.body, secret: null });
    expect((await acme("GET", path(first.body.id))).text).not.toContain(first.body.secret);
    expect((await acme("GET", "/v1/webhook_endpoints")).text).not.toContain("whsec_");
  });

  test("take keys that sign nothing else, and no party takes theirs", async () => {
    const seed = async (name: string) => {
      const { createHash } = await import("node:crypto");
      return `whsk_${createHash("sha256").update(`settld test key, never use it: ${name}`).digest("base64")}`;
    };
    const refused = async (body: object) => (await acme("POST", "/v1/webhook_endpoints", { body })).body.code;
    const base = { url: receiver.url, scheme: "v1a" };
    for (const name of ["server acme", "settler", "registry"]) {
      expect(await refused({ ...base, secret: await seed(name) })).toBe("HOOK_KEY_ROLE");
    }
    const { id } = await make(acme, { scheme: "v1a", secret: await seed("hook") });
    expect(await refused({ ...base, secret: await seed("hook") })).toBe("HOOK_KEY_ROLE");
    const signer = await testSigner("hook");
    const key = { jwk: { kty: "OKP", crv: "Ed25519", x: Buffer.from(signer.publicKey).toString("base64url") } };
    const addKey = () =>
      operator("POST", `/v1/parties/${encodeURIComponent("https://acme.example")}/keys`, { body: key });
    expect((await addKey()).body.code).toBe("HOOK_KEY_ROLE");
    await acme("POST", path(id, "/rotate"), { body: {} });
    await acme("DELETE", path(id));
    expect((await addKey()).body.code).toBe("HOOK_KEY_ROLE");
  });

  test.each([
    ["whsec_", "v1"],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, "v1"],
    [`whsec_${Buffer.alloc(65).toString("base64")}`, "v1"],
    [`whsk_${Buffer.alloc(32).toString("base64")}`, "v1"],
    [`whsec_${Buffer.alloc(32).toString("base64")}`, "v1a"],
    [`whsk_${Buffer.alloc(31).toString("base64")}`, "v1a"],
    [`whsk_${Buffer.alloc(64).toString("base64")}`, "v1a"],
  ])("refuse the secret %s for %s", async (secret, scheme) => {
    const { status, body } = await acme("POST", "/v1/webhook_endpoints", {
      body: { url: receiver.url, secret, scheme },
    });
    expect([status, ["HOOK_SECRET", "HTTP_BODY"].includes(body.code)]).toEqual([400, true]);
  });

  test("are at most sixteen of a tenant, and their changes do not get lost", async () => {
    const { id } = await make();
    for (let n = 1; n < 16; n++) await make();
    const { status, body } = await acme("POST", "/v1/webhook_endpoints", { body: { url: receiver.url } });
    expect([status, body.code]).toEqual([403, "HTTP_FORBIDDEN"]);
    await make(operator);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => acme("POST", path(id, "/rotate"), { body: { overlapSeconds: 0 } })),
    );
    const secrets = answers.filter((one) => one.status === 200).map((one) => one.body.secret as string);
    expect(answers.every((one) => one.status === 200 || one.body.code === "HTTP_UNAVAILABLE")).toBe(true);
    await sendTest(id);
    const { body: text = "", headers = {} } = receiver.arrived.at(-1) ?? {};
    const verified = secrets.filter((secret) => {
      try {
        return new Webhook(secret).verify(text, headers) !== undefined;
      } catch {
        return false;
      }
    });
    expect(verified).toHaveLength(1);
  });
});
