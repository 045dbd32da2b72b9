import { base64Decode, digestOf, parseAccountEntry, parseJson, SettldError, type Signer, utf8 } from "@settld/protocol";
import { verifyBundle } from "@settld/verifier";
import { afterEach, describe, expect, test } from "vitest";
import type { RequestRecord } from "../http/app.ts";
import { testSigner } from "../testing/index.ts";
import { freshKey, type Reply, sendersOf, sendTo } from "./client.ts";
import { Job } from "./job.ts";
import { makeWorld, type World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const refusal = ({ status, body }: Reply): string => `${status} ${body?.code}`;
const AMOUNT = { value: "48000", assetCode: "USD", assetScale: 2 };
const SETTLER = "https://settler.example";

/** A key that somebody else holds, and that a test can take away. */
function remoteSigner(signer: Signer): { readonly signer: Signer; how: (message: Uint8Array) => Promise<Uint8Array> } {
  const remote = {
    how: signer.sign,
    signer: { ...signer, sign: (message: Uint8Array) => remote.how(message) },
  };
  return remote;
}

const audited = async (): Promise<void> =>
  expect((await world.operator("GET", "/v1/audit")).body).toMatchObject({ ok: true, findings: [] });

describe("a signer that is far away", () => {
  const failures: readonly (readonly [string, () => Promise<Uint8Array>])[] = [
    ["fails", () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.7:443"))],
    ["does not answer", () => new Promise(() => {})],
    ["answers nonsense", () => Promise.resolve(utf8("<html>"))],
    [
      "throws at once",
      () => {
        throw new TypeError("no such slot");
      },
    ],
  ];

  test.each(failures)("that %s is HTTP_UNAVAILABLE at every step, and nothing is half done", async (_, failure) => {
    const remote = remoteSigner(await testSigner("settler"));
    const records: RequestRecord[] = [];
    world = await makeWorld({
      server: {
        settler: { id: SETTLER, signer: remote.signer },
        signerMs: 20,
        onRequest: (record) => void records.push(record),
      },
    });
    const alpha = await world.tenant("alpha");
    const job: Job = world.job(alpha, "remote");
    const { how } = remote;
    // Each step is tried without the key first, and then again with the same bytes and the same idempotency key.
    const answering = async (request: Request): Promise<Response> => {
      if (request.method !== "POST") return world.answering(request);
      const again = request.clone();
      const before = await world.content();
      remote.how = failure;
      const response = await world.answering(request);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ code: "HTTP_UNAVAILABLE", retryable: true });
      expect(text).not.toMatch(/ECONNREFUSED|slot|html|10\.0/);
      expect(await world.content()).toBe(before);
      remote.how = how;
      return world.answering(again);
    };
    const send = sendersOf(answering, world.base, alpha);
    const tried = new Job(job.players, send, "remote", world.server.time.now);
    await tried.offer();
    await tried.accept();
    const operator = sendTo(answering, world.base, world.server.operatorKey);
    const deposit = await operator("POST", "/v1/deposits", {
      body: { party: alpha.buyer.id, amount: AMOUNT, reference: "r" },
    });
    expect(deposit.status).toBe(201);
    await tried.fund();
    await tried.submit();
    await tried.attest();
    await tried.dispute();
    await tried.rule();
    expect(tried.agreement.status).toBe("closed");
    const body = { party: alpha.seller.id, amount: { ...AMOUNT, value: "1" }, destination: "bank" };
    expect((await send.seller("POST", "/v1/withdrawals", { body })).status).toBe(201);
    const bundle = await world.operator("GET", `${tried.path}/bundle`);
    expect(await verifyBundle(utf8(bundle.text), { root: world.server.registryKey })).toMatchObject({
      verdict: "accept",
    });
    await audited();
    // The operator hears what the callers do not.
    const faults = records.filter(({ status }) => status === 503);
    expect(faults.length).toBe(9);
    for (const { error } of faults) expect((error as Error).cause).toBeInstanceOf(Error);
  });

  test("delays a timer, which fires once when the key is back", async () => {
    const remote = remoteSigner(await testSigner("settler"));
    const errors: unknown[] = [];
    world = await makeWorld({
      server: {
        settler: { id: SETTLER, signer: remote.signer },
        signerMs: 20,
        onError: (error) => void errors.push(error),
      },
    });
    const alpha = await world.tenant("alpha");
    const job = await world.job(alpha, "late").offer();
    const { how } = remote;
    remote.how = () => Promise.reject(new Error("gone"));
    await world.server.advance(2 * 3_600_000);
    expect(errors.length).toBeGreaterThan(0);
    expect((await job.refresh()).agreement).toMatchObject({ status: "offered", events: 1 });
    remote.how = how;
    await world.server.advance(10_000);
    expect((await job.refresh()).agreement).toMatchObject({ status: "closed", reason: "offer-expired", events: 2 });
    await world.server.advance(10_000);
    expect((await job.refresh()).agreement.events).toBe(2);
  });

  test("holds up one agreement and not the others of the same buyer", async () => {
    const remote = remoteSigner(await testSigner("settler"));
    world = await makeWorld({ server: { settler: { id: SETTLER, signer: remote.signer } } });
    const alpha = await world.tenant("alpha");
    await world.deposit(alpha.buyer.id, String(48_000 * 2));
    const jobs = [
      await (await world.job(alpha, "one").offer()).accept(),
      await (await world.job(alpha, "two").offer()).accept(),
      await (await world.job(alpha, "three").offer()).accept(),
    ];
    const { how } = remote;
    let waiting = 0;
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    remote.how = async (message) => {
      waiting += 1;
      await gate;
      return how(message);
    };
    const fundings = jobs.map((job) => job.senders.buyer("POST", `${job.path}/fund`, { body: {} }));
    // Two are being signed at the same time; for the third there is no money that is not about to be spent.
    await expect.poll(() => waiting).toBe(2);
    release();
    const answers = (await Promise.all(fundings)).map(refusal).sort();
    expect(answers).toEqual(["201 undefined", "201 undefined", "409 LEDGER_INSUFFICIENT"]);
    await audited();
  });

  test("gives the money back to whoever waits when a funding fails", async () => {
    const remote = remoteSigner(await testSigner("settler"));
    world = await makeWorld({ server: { settler: { id: SETTLER, signer: remote.signer } } });
    const alpha = await world.tenant("alpha");
    await world.deposit(alpha.buyer.id, "48000");
    const [one, two] = [
      await (await world.job(alpha, "one").offer()).accept(),
      await (await world.job(alpha, "two").offer()).accept(),
    ];
    const { how } = remote;
    let fail = (_: Error): void => {};
    remote.how = () => {
      remote.how = how;
      return new Promise((_resolve, reject) => {
        fail = reject;
      });
    };
    const first = one.senders.buyer("POST", `${one.path}/fund`, { body: {} });
    await expect.poll(() => remote.how).toBe(how);
    const second = two.senders.buyer("POST", `${two.path}/fund`, { body: {} });
    await new Promise((resolve) => setTimeout(resolve, 20));
    fail(new Error("gone"));
    expect([refusal(await first), refusal(await second)]).toEqual(["503 HTTP_UNAVAILABLE", "201 undefined"]);
    await audited();
  });
});

describe("a disk that fails", () => {
  test("is HTTP_UNAVAILABLE, says why to the operator alone, and leaves nothing", async () => {
    const records: RequestRecord[] = [];
    let isBroken = false;
    world = await makeWorld({
      server: { onRequest: (record) => void records.push(record) },
      wrap: (store) => ({
        ...store,
        async write(change) {
          if (!isBroken) return store.write(change);
          const cause = new Error("ENOSPC: no space left on device, /var/lib/settld");
          throw new SettldError("HTTP_UNAVAILABLE", "expected the store to answer, found that it cannot just now", {
            cause,
          });
        },
      }),
    });
    const alpha = await world.tenant("alpha");
    const job = await world.job(alpha, "disk").offer();
    const envelope = await job.next("seller", "agreement.accepted", {});
    const headers = { "idempotency-key": freshKey() };
    const accept = (): Promise<Reply> => job.senders.seller("POST", `${job.path}/events`, { body: envelope, headers });
    isBroken = true;
    const reply = await accept();
    expect([refusal(reply), reply.text.includes("ENOSPC")]).toEqual(["503 HTTP_UNAVAILABLE", false]);
    const fault = records.at(-1)?.error as Error | undefined;
    expect((fault?.cause as Error | undefined)?.message).toContain("ENOSPC");
    expect((await job.refresh()).agreement.events).toBe(1);
    isBroken = false;
    expect((await accept()).status).toBe(201);
    await audited();
  });
});

describe("deposits", () => {
  test("a payment is credited once, under whatever idempotency key it is told again", async () => {
    world = await makeWorld();
    const alpha = await world.tenant("alpha");
    const body = { party: alpha.buyer.id, amount: AMOUNT, reference: "wire 1" };
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => world.operator("POST", "/v1/deposits", { body })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(49).fill(200), 201]);
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    for (const other of [
      { ...body, amount: { ...AMOUNT, value: "48001" } },
      { ...body, amount: { ...AMOUNT, assetScale: 3 } },
      { ...body, party: alpha.seller.id },
    ]) {
      const reply = await world.operator("POST", "/v1/deposits", { body: other });
      expect([refusal(reply), reply.body.pointer]).toEqual(["409 LEDGER_REFERENCE_REUSED", "/reference"]);
    }
    const balance = await world.store.balance({
      kind: "available",
      owner: alpha.buyer.id,
      assetCode: "USD",
      assetScale: 2,
    });
    expect(balance).toBe(48_000n);
    expect((await world.operator("GET", "/v1/deposits")).body.data.length).toBe(1);
    await audited();
  });
});

test("what a rail refused comes back in an entry that names the entry of the withdrawal", async () => {
  world = await makeWorld();
  const alpha = await world.tenant("alpha");
  await world.deposit(alpha.buyer.id, "48000");
  const asBuyer = world.send(alpha.buyer.apiKey);
  const made = await asBuyer("POST", "/v1/withdrawals", {
    body: { party: alpha.buyer.id, amount: AMOUNT, destination: "refuse" },
  });
  await world.server.server.services.payouts.run();
  const found = await asBuyer("GET", `/v1/withdrawals/${made.body.id}`);
  expect(found.body.status).toBe("returned");
  const { data } = (await asBuyer("GET", `/v1/accounts/${made.body.account}/entries`)).body;
  const entries = data.map(({ envelope }: { envelope: { payload: string } }) =>
    parseAccountEntry(parseJson(base64Decode(envelope.payload))),
  );
  expect(entries).toMatchObject([
    { type: "deposit.credited" },
    { type: "withdrawal.debited" },
    { type: "withdrawal.returned" },
  ]);
  expect(entries[2].returns).toBe(digestOf(base64Decode(data[1].envelope.payload)));
  expect(entries[2].returns).toBe(made.body.entry);
  expect(entries.slice(0, 2).filter((entry: object) => "returns" in entry)).toEqual([]);
  const { returns: _, ...without } = entries[2];
  expect(() => parseAccountEntry(without)).toThrow(expect.objectContaining({ code: "LEDGER_ENTRY" }));
  expect(() => parseAccountEntry({ ...entries[1], returns: made.body.entry })).toThrow(
    expect.objectContaining({ code: "LEDGER_ENTRY" }),
  );
  await audited();
});

describe("the registry", () => {
  test("a tenant acts for every one of its parties, also of more than a page", async () => {
    world = await makeWorld();
    const many = Array.from({ length: 1_500 }, (_, n) => ({
      id: `https://a${String(n).padStart(4, "0")}.example`,
      tenant: "alpha",
      roles: ["buyer" as const],
      keys: [],
    }));
    const version = ((await world.store.trust())?.version ?? 0) + 1;
    await world.store.write({ registry: { trust: { version, issuedAt: 0 }, parties: many, replace: false } });
    // By their ids these come after all of those.
    const alpha = await world.tenant("alpha");
    await world.deposit(alpha.buyer.id, "48000");
    const job = await (await (await world.job(alpha, "many").offer()).accept()).fund();
    expect((await job.senders.buyer("GET", "/v1/agreements")).body.data.map(({ id }: { id: string }) => id)).toEqual([
      job.agreement.id,
    ]);
    expect((await job.senders.buyer("GET", "/v1/account")).body.parties.length).toBe(1_504);
    expect(
      (await job.senders.buyer("GET", `/v1/accounts?owner=${encodeURIComponent(alpha.buyer.id)}`)).body.data.length,
    ).toBe(1);
    await (await job.submit()).attest();
    expect((await job.senders.seller("GET", "/v1/accounts")).body.data.length).toBe(2);
  });

  test("a key that another process revokes is refused from the next request on", async () => {
    world = await makeWorld();
    const alpha = await world.tenant("alpha");
    const first = await world.job(alpha, "before").offer();
    const admin = await world.admin();
    const party = await admin.party(alpha.buyer.id);
    const trust = await admin.trust();
    if (party === undefined || trust === undefined) throw new Error("no registry");
    const at = new Date(world.server.time.now() - 1_000).toISOString();
    const keys = party.keys.map((key) => ({ ...key, revoked: { at, reason: "superseded" as const } }));
    await admin.write({
      registry: { trust: { ...trust, version: trust.version + 1 }, parties: [{ ...party, keys }], replace: false },
    });
    await admin.close();
    await expect(world.job(alpha, "after").offer()).rejects.toThrow(/TRUST_KEY_REVOKED/);
    expect((await first.refresh()).agreement.events).toBe(1);
  });

  test("a party that moves to another tenant is the other's from the next request on", async () => {
    world = await makeWorld();
    const alpha = await world.tenant("alpha");
    const job = await world.job(alpha, "moves").offer();
    const beta = await world.tenant("beta");
    const asBeta = world.send(beta.buyer.apiKey);
    expect((await asBeta("GET", job.path)).status).toBe(404);
    const [party, trust] = [await world.store.party(alpha.seller.id), await world.store.trust()];
    if (party === undefined || trust === undefined) throw new Error("no registry");
    const parties = [{ ...party, tenant: "beta" }];
    await world.store.write({ registry: { trust: { ...trust, version: trust.version + 1 }, parties, replace: false } });
    expect((await asBeta("GET", job.path)).status).toBe(200);
    const envelope = await job.next("seller", "agreement.accepted", {});
    expect(refusal(await job.senders.seller("POST", `${job.path}/events`, { body: envelope }))).toBe(
      "403 HTTP_FORBIDDEN",
    );
    expect((await asBeta("POST", `${job.path}/events`, { body: envelope })).status).toBe(201);
  });
});
