import { pemFromPublicKey, signEnvelope } from "@settld/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, Settld as Core, readAmount } from "./core.ts";
import { isApiError } from "./errors.ts";
import { OPERATIONS } from "./gen/operations.ts";
import { generateKey, localSigner, type OperationId, type RequestRecord, remoteSigner, Settld } from "./index.ts";
import { AMOUNT, APPROVED, CHECKED, START, startWorld, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const digest = `sha256:${"0".repeat(64)}`;

test("every operation of the API document is reachable, with its method and path", async () => {
  const reached = new Set<string>();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    reached.add(`${init?.method} ${new URL(String(input)).pathname}`);
    return new Response("{}", { status: 418 });
  };
  const signer = await localSigner((await generateKey()).privateKey);
  const settler = "https://settler.example";
  const party = "https://a.example";
  const client = new Core({ baseUrl: "https://server.example/", apiKey: "key", signer, party, fetch, maxRetries: 0 });
  const amount = { value: "1", assetCode: "USD", assetScale: 2 };
  const { publicKey } = await generateKey();
  const envelope = await signEnvelope("application/vnd.settld.trust+json", new Uint8Array([1]), [signer]);
  const calls: (() => PromiseLike<unknown>)[] = [
    () => client.agreements.create({ seller: "https://b.example", settler, amount, policy: APPROVED }),
    () => client.agreements.list(),
    () => client.agreements.retrieve(digest),
    () => client.agreements.events(digest),
    () => client.agreements.append(digest, envelope),
    () => client.agreements.fund(digest),
    () => client.agreements.bundle(digest),
    () => client.agreements.receipt(digest),
    () => client.evidence.upload("a"),
    () => client.evidence.download(digest),
    () => client.evidence.check(digest),
    () => client.evidence.tombstone(digest),
    () => client.accounts.list(),
    () => client.accounts.retrieve("acct_1"),
    () => client.accounts.transactions("acct_1"),
    () => client.accounts.entries("acct_1"),
    () => client.deposits.create({ party, amount, reference: "r" }),
    () => client.deposits.list(),
    () => client.deposits.retrieve("dep_1"),
    () => client.withdrawals.create({ amount, destination: "d" }),
    () => client.withdrawals.list(),
    () => client.withdrawals.retrieve("wd_1"),
    () => client.parties.list(),
    () => client.parties.create({ id: party, roles: ["buyer"], keys: [publicKey] }),
    () => client.parties.retrieve(party),
    () => client.parties.addKey(party, { key: publicKey }),
    () => client.parties.revokeKey(party, "thumb", { reason: "superseded" }),
    () => client.trust.retrieve(),
    () => client.trust.import(envelope),
    () => client.keys.create({ tenant: "t", scopes: ["money:read"], name: "n" }),
    () => client.keys.list(),
    () => client.keys.revoke("key_1"),
    () => client.webhookEndpoints.create({ url: "https://hooks.example/" }),
    () => client.webhookEndpoints.list(),
    () => client.webhookEndpoints.retrieve("we_1"),
    () => client.webhookEndpoints.update("we_1", {}),
    () => client.webhookEndpoints.delete("we_1"),
    () => client.webhookEndpoints.rotate("we_1"),
    () => client.webhookEndpoints.test("we_1"),
    () => client.webhookEndpoints.deliveries("we_1"),
    () => client.webhookEndpoints.replayDelivery("we_1", "dlv_1"),
    () => client.webhookEndpoints.replay("we_1", { since: "2026-03-01T00:00:00.000Z" }),
    () => client.messages.stream().next(),
    () => client.account.retrieve(),
    () => client.audit.retrieve(),
  ];
  const missing: string[] = [];
  for (const [index, [name, [method, path]]] of Object.entries(OPERATIONS).entries()) {
    reached.clear();
    await Promise.resolve(calls[index]?.()).catch(() => {});
    const pattern = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    if (![...reached].some((one) => pattern.test(one))) missing.push(`${name}: ${[...reached]}`);
  }
  expect(missing).toEqual([]);
  expect(calls).toHaveLength(Object.keys(OPERATIONS).length);
});

test("any operation can be sent as it is", async () => {
  const client: Client = world.as(world.buyer);
  const list = await client.request("accounts.list", { query: { limit: 1 } });
  expect(list.data[0]?.balance.value).toBe("100000");
  await expect(client.request("accounts.retrieve" satisfies OperationId)).rejects.toThrow(TypeError);
});

test("the one party of a tenant need not be named, and one of several must be", async () => {
  const { privateKey } = await generateKey();
  const owner = await world.server.party("solo", "buyer");
  const lone = new Core({
    baseUrl: world.server.url,
    apiKey: owner.apiKey,
    signer: owner.signer,
    platform: { now: () => START },
  });
  const offer = { seller: world.seller.id, amount: AMOUNT, policy: APPROVED };
  expect((await lone.agreements.create(offer)).parties.buyer).toBe(owner.id);
  await lone.parties.create({ id: "https://second.example", roles: ["buyer"], keys: [privateKey] });
  const two = new Core({ baseUrl: world.server.url, apiKey: owner.apiKey, signer: localSigner(privateKey) });
  await expect(two.agreements.create(offer)).rejects.toThrow(/2 parties/);
  const none = new Core({ baseUrl: world.server.url, apiKey: owner.apiKey, party: owner.id });
  await expect(none.agreements.create(offer)).rejects.toThrow(/signer/);
});

test("keys are read as seed, JWK and PEM, and a signer elsewhere signs the same", async () => {
  const { privateKey, publicKey } = await generateKey();
  const local = await localSigner(privateKey);
  const remote = remoteSigner(pemFromPublicKey(local.publicKey), (bytes) => local.sign(bytes));
  expect(remote.keyid).toBe(local.keyid);
  expect(await remote.sign(new Uint8Array([1]))).toEqual(await local.sign(new Uint8Array([1])));
  const pkcs8 = Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.from(privateKey.d, "base64url"),
  ]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString("base64")}\n-----END PRIVATE KEY-----\n`;
  expect((await localSigner(pem)).keyid).toBe(local.keyid);
  expect((await localSigner(new Uint8Array(Buffer.from(privateKey.d, "base64url")))).keyid).toBe(local.keyid);
  for (const wrong of [new Uint8Array(31), publicKey, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]) {
    await expect(localSigner(wrong)).rejects.toMatchObject({ code: expect.stringMatching(/^KEY_/) });
  }
});

test("amounts are read as people write them, with every decimal of the currency", () => {
  expect(readAmount("480.00 USD")).toEqual({ value: "48000", assetCode: "USD", assetScale: 2 });
  expect(readAmount("480 JPY")).toEqual({ value: "480", assetCode: "JPY", assetScale: 0 });
  expect(readAmount("0.05 USD").value).toBe("5");
  expect(readAmount("1.000000 eip155:1/erc20:0xA0b8")).toEqual({
    value: "1000000",
    assetCode: "eip155:1/erc20:0xA0b8",
    assetScale: 6,
  });
  for (const wrong of ["480 USD", "480.0 USD", "480.00", "USD", "-1.00 USD", "1,000.00 USD", "01.00 USD", "1e3 JPY"]) {
    expect(() => readAmount(wrong), wrong).toThrow(TypeError);
  }
});

test("a refusal says what, where and which request, and every POST has a key", async () => {
  const records: RequestRecord[] = [];
  const keys: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (init?.method === "POST") keys.push(new Headers(init.headers).get("idempotency-key"));
    return globalThis.fetch(input, init);
  };
  const buyer = world.as(world.buyer, { fetch, onRequest: (record) => records.push(record) });
  const { id } = await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
  const error = await buyer.agreements.accept(id, { idempotencyKey: "mine" }).catch((caught: unknown) => caught);
  if (!isApiError(error)) throw error;
  expect(error).toMatchObject({
    code: "EVENT_ACTOR",
    pointer: "/by",
    retryable: false,
    attempts: 1,
    name: "SettldApiError",
  });
  expect(error.problem?.clause).toBe("EVENT-5");
  expect(error.requestId).toMatch(/^req_/);
  expect(records.at(-1)).toMatchObject({
    operation: "agreements.append",
    status: error.status,
    requestId: error.requestId,
  });
  expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), "mine"]);
  expect(JSON.stringify(records)).not.toContain(world.buyer.apiKey);
  await expect(buyer.agreements.retrieve(digest)).rejects.toMatchObject({ code: "HTTP_NOT_FOUND", status: 404 });
});

test("a precondition holds an event back when the agreement has moved on", async () => {
  const [buyer, seller] = [world.as(world.buyer), world.as(world.seller)];
  const { id, events } = await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
  await seller.agreements.accept(id, { ifEvents: events });
  await expect(buyer.agreements.cancel(id, {}, { ifEvents: events })).rejects.toMatchObject({
    code: "HTTP_PRECONDITION_FAILED",
  });
  expect((await buyer.agreements.cancel(id)).status).toBe("closed");
});

test("an event is made anew when another one came first", async () => {
  const [buyer, seller] = [world.as(world.buyer), world.as(world.seller)];
  const { id } = await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
  let isFirst = true;
  const late = world.as(world.buyer, {
    fetch: async (input, init) => {
      if (isFirst && init?.method === "POST") {
        isFirst = false;
        await seller.agreements.accept(id);
      }
      return fetch(input, init);
    },
  });
  expect(await late.agreements.cancel(id)).toMatchObject({ status: "closed", events: 4 });
});

test("a clock that is some minutes off is corrected by the server's, one that is off by hours is a fault", async () => {
  const offer = { seller: world.seller.id, amount: AMOUNT, policy: APPROVED };
  for (const off of [-200_000, -20_000, 20_000, 200_000]) {
    const client = world.as(world.buyer, { platform: { now: () => world.server.time.now() + off } });
    const { id } = await client.agreements.create(offer);
    const slow = world.as(world.seller, { platform: { now: () => world.server.time.now() + off } });
    expect((await slow.agreements.accept(id)).status).toBe("accepted");
  }
  const client = world.as(world.buyer, { platform: { now: () => world.server.time.now() + 7_200_000 } });
  await expect(client.agreements.create(offer)).rejects.toMatchObject({ code: "TIME_SKEW" });
});

test("when the answer is lost and the time has gone by, the log says whether the event is there", async () => {
  const [buyer, seller] = [world.as(world.buyer), world.as(world.seller)];
  for (const arrives of [true, false]) {
    const { id } = await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
    let tries = 0;
    const lost = world.as(world.seller, {
      fetch: async (input, init) => {
        if (init?.method !== "POST") return fetch(input, init);
        tries += 1;
        if (tries > 1) return fetch(input, init);
        if (arrives) await fetch(input, init);
        // The retry comes ten seconds later, with an `at` that the server refuses by then.
        await world.server.advance(10_000);
        throw new TypeError("reset");
      },
    });
    expect(await lost.agreements.accept(id)).toMatchObject({ status: "accepted", events: 2 });
    expect(await seller.agreements.events(id).toArray({ limit: 9 })).toHaveLength(2);
  }
});

test("a refused time is not believed to mean that nothing happened: the log is read before anything is signed anew", async () => {
  let refused = 0;
  const late: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method !== "POST" || refused > 0) return response;
    refused += 1;
    await world.server.advance(1_000);
    // Two copies of the request were on their way; the one that came too late is the one that is answered.
    const problem = { code: "TIME_SKEW", detail: "late", status: 422, retryable: false, request: "req_1" };
    return new Response(JSON.stringify(problem), {
      status: 422,
      headers: { "content-type": "application/problem+json", date: new Date(world.server.time.now()).toUTCString() },
    });
  };
  const buyer = world.as(await world.server.party("twice", "buyer"), { fetch: late });
  const { id } = await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
  expect((await buyer.agreements.list()).data.map((one) => one.id)).toEqual([id]);
  refused = 0;
  expect(await buyer.agreements.cancel(id)).toMatchObject({ status: "closed", events: 3 });
});

test("an offer that was signed before is the same offer when it is sent again", async () => {
  const buyer = world.as(world.buyer);
  const offer = await buyer.agreements.prepare({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
  const first = await buyer.agreements.create(offer);
  const again = await buyer.agreements.create(offer, { idempotencyKey: "another" });
  expect(again).toEqual(first);
});

test("what is judged is the submission that was looked at, never the one that came after it", async () => {
  const HOUR = 3_600_000;
  const [buyer, seller, checker] = [world.buyer, world.seller, world.checker].map((party) => world.as(party));
  const { id } = await buyer!.agreements.create({
    seller: world.seller.id,
    checkers: { quality: world.checker.id },
    amount: "1.00 USD",
    policy: { requirements: [...CHECKED.requirements, { id: "fine", kind: "approval", onTimeout: "fail" }] },
    reviewMs: HOUR,
    attemptsMax: 2,
  });
  await seller!.agreements.accept(id);
  await buyer!.agreements.fund(id);
  await seller!.agreements.submit(id, { files: { "a.csv": "good work" } });
  const { submission: seen } = await checker!.agreements.retrieve(id);
  await world.server.advance(HOUR);
  const { submission: now } = await seller!.agreements.submit(id, { files: { "a.csv": "junk" } });
  const mismatch = { code: "EVENT_SUBMISSION_MISMATCH" };
  const judged = { submission: seen!.digest, requirement: "ok", result: { ok: true } };
  await expect(checker!.agreements.attest(id, judged)).rejects.toMatchObject(mismatch);
  await expect(buyer!.agreements.approve(id, { submission: seen!.digest })).rejects.toMatchObject(mismatch);
  expect((await buyer!.agreements.retrieve(id)).submission).toEqual(now);
  await buyer!.agreements.approve(id, { submission: now!.digest });
  expect(await checker!.agreements.attest(id, { ...judged, submission: now!.digest })).toMatchObject({
    status: "closed",
    decision: { gross: "100" },
  });
});

test("a submission that is replaced between two tries is not judged by the second one", async () => {
  const HOUR = 3_600_000;
  const [buyer, seller] = [world.as(world.buyer), world.as(world.seller)];
  const { id } = await buyer.agreements.create({
    seller: world.seller.id,
    amount: "1.00 USD",
    policy: { requirements: [{ id: "fine", kind: "approval", onTimeout: "fail" }] },
    reviewMs: HOUR,
    attemptsMax: 2,
  });
  await seller.agreements.accept(id);
  await buyer.agreements.fund(id);
  const { submission } = await seller.agreements.submit(id, { files: { "a.csv": "good work" } });
  let tries = 0;
  const slow: typeof fetch = async (input, init) => {
    if (init?.method === "POST") {
      tries += 1;
      await world.server.advance(HOUR);
      await seller.agreements.submit(id, { files: { "a.csv": "junk" } });
    }
    return fetch(input, init);
  };
  const hasty = world.as(world.buyer, { fetch: slow });
  await expect(hasty.agreements.approve(id, { submission: submission!.digest })).rejects.toMatchObject({
    code: "EVENT_SUBMISSION_MISMATCH",
  });
  expect(tries).toBe(1);
});

test("nonsense is refused before anything is sent", async () => {
  const buyer = world.as(world.buyer);
  expect(() => new Core({ baseUrl: "nowhere", apiKey: "k" })).toThrow(TypeError);
  expect(() => new Core({ baseUrl: "https://a.example?x=1", apiKey: "k" })).toThrow(TypeError);
  expect(() => new Core({ baseUrl: "https://a.example", apiKey: "" })).toThrow(TypeError);
  expect(() => new Settld({ baseUrl: "https://a.example", apiKey: "k", registryKey: new Uint8Array(3) })).toThrow(
    /32 bytes/,
  );
  // @ts-expect-error somebody has to be on the other side
  await expect(buyer.agreements.create({ amount: AMOUNT, policy: APPROVED })).rejects.toThrow(/seller/);
  const { id } = await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
  const submission = `sha256:${"0".repeat(64)}` as const;
  await expect(buyer.agreements.attest(id, { submission, requirement: "fine", result: {} })).rejects.toThrow(
    "expected `requirement`, the id of one check (), found fine",
  );
  await expect(buyer.agreements.approve(id, { submission, requirement: "fin" })).rejects.toThrow(
    "expected `requirement`, the id of one approval (fine), found fin",
  );
});
