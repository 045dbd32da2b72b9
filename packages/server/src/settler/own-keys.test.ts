import {
  canonicalBytes,
  formatInstant,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  type Signer,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import { verifyBundle } from "@settld/verifier";
import { afterEach, describe, expect, test } from "vitest";
import { newApiKey, SCOPES } from "../http/api-keys.ts";
import { openMemoryStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { startTestServer, type TestParty, type TestServer, testSigner } from "../testing/index.ts";
import { type Reply, sendersOf, sendTo } from "../trials/client.ts";
import { Job, offerOf } from "../trials/job.ts";

const SETTLER = "https://settler.example";
const BASE = "http://settld.example";
const START = Date.UTC(2026, 10, 2, 9);
const HOUR = 3_600_000;
const NAMES = ["buyer", "seller", "checker", "arbiter"] as const;

let store: Store | undefined;
let server: TestServer | undefined;
let parties: Record<(typeof NAMES)[number], TestParty>;
const errors: unknown[] = [];

afterEach(async () => {
  await server?.close();
  await store?.close();
  server = undefined;
  store = undefined;
  errors.length = 0;
});

const first = await testSigner("settler");
const second = await testSigner("settler, the second");

/** Starts the server, or another one over the same store. */
async function serve(signers: readonly [Signer, ...Signer[]]): Promise<TestServer> {
  const now = server?.time.now() ?? START;
  const before = server;
  store ??= await openMemoryStore();
  await before?.close();
  const [signer, ...oldSigners] = signers;
  server = await startTestServer({
    // A server that ends closes its store, and the next one goes on with it.
    store: { ...store, close: async () => {} },
    now,
    server: { settler: { id: SETTLER, signer, oldSigners }, onError: (error) => void errors.push(error) },
  });
  if (before === undefined) {
    const entries = await Promise.all(NAMES.map(async (name) => [name, await server?.party(name, name)] as const));
    parties = Object.fromEntries(entries) as typeof parties;
    await server.deposit(parties.buyer.id, { value: "1000000", assetCode: "USD", assetScale: 2 });
  }
  return server;
}

const running = (): TestServer => {
  if (server === undefined) throw new Error("no server");
  return server;
};

/** A job over whatever server is running. */
function jobOf(name: string): Job {
  const send = sendersOf((request) => running().server.fetch(request), BASE, parties);
  return new Job({ ...parties, settler: SETTLER }, send, name, () => running().time.now());
}

async function offered(name: string, pinned?: readonly Signer[]): Promise<Job> {
  const job = jobOf(name);
  const { body } = offerOf(job.players, name, running().time.now()) as { readonly body: { readonly parties: object } };
  const settler = { id: SETTLER, ...(pinned === undefined ? {} : { keys: pinned.map(({ keyid }) => keyid) }) };
  return job.offer({ parties: { ...body.parties, settler } });
}

const operator = (method: string, path: string, body?: object): Promise<Reply> =>
  sendTo((request) => running().server.fetch(request), BASE, running().operatorKey)(method, path, { body });

const revoke = (signer: Signer, at?: string): Promise<Reply> =>
  operator("POST", `/v1/parties/${encodeURIComponent(SETTLER)}/keys/${signer.keyid}/revoke`, {
    reason: "superseded",
    ...(at === undefined ? {} : { at }),
  });

async function findingsOf(job: Job): Promise<readonly string[]> {
  const { text } = await operator("GET", `${job.path}/bundle`);
  const { findings } = await verifyBundle(utf8(text), { root: running().registryKey });
  return findings.map(({ code }) => code);
}

const HTTP_UNAVAILABLE = /503 .*HTTP_UNAVAILABLE/;

describe("a settler's key that is revoked", () => {
  test("signs nothing any more: no admission, no funding, no timer, no entry", async () => {
    await serve([first]);
    const accepted = await (await offered("accepted")).accept();
    const funded = await (await (await offered("funded")).accept()).fund();
    expect((await revoke(first)).status).toBe(200);
    await running().advance(5_001);
    for (const act of [() => accepted.fund(), () => funded.submit(), () => offered("another")]) {
      await expect(act()).rejects.toThrow(HTTP_UNAVAILABLE);
    }
    const deposit = {
      party: parties.buyer.id,
      amount: { value: "5", assetCode: "USD", assetScale: 2 },
      reference: "r",
    };
    expect(await operator("POST", "/v1/deposits", deposit)).toMatchObject({ status: 503 });
    await running().advance(4 * HOUR);
    expect((await funded.refresh()).agreement).toMatchObject({ status: "funded", events: 3 });
    expect(await findingsOf(funded)).toEqual(["BUNDLE_OPEN"]);
    expect(errors.map((error) => (error as { readonly cause?: unknown }).cause)).toContainEqual(
      expect.objectContaining({ code: "TRUST_KEY_REVOKED" }),
    );
    // With another key the rest of it goes on.
    await serve([second]);
    // The window for a dispute begins now that the settlement is signed.
    await running().advance(HOUR);
    expect((await funded.refresh()).agreement).toMatchObject({ status: "closed" });
    expect(await findingsOf(funded)).toEqual([]);
  });

  test("does not start a server", async () => {
    await serve([first]);
    await revoke(first, formatInstant(START));
    await expect(serve([first])).rejects.toMatchObject({ code: "TRUST_KEY_REVOKED" });
    await serve([second, first]);
    expect((await offered("after")).agreement.status).toBe("offered");
  });
});

describe("a settler's key after another one", () => {
  test("signs for the agreements that pin it, when the server has it", async () => {
    await serve([first]);
    const pinned = await (await offered("pinned", [first])).accept();
    const timed = await (await (await offered("timed", [first])).accept()).fund();
    const free = await (await offered("free")).accept();
    await serve([second]);
    await expect(pinned.fund()).rejects.toThrow(HTTP_UNAVAILABLE);
    await free.fund();
    await running().advance(2 * HOUR - 1_000);
    expect((await pinned.refresh()).agreement.events).toBe(2);
    await serve([second, first]);
    await pinned.fund();
    await running().advance(3 * HOUR);
    await running().advance(HOUR);
    for (const job of [pinned, timed, free]) {
      expect((await job.refresh()).agreement.status).toBe("closed");
      expect(await findingsOf(job)).toEqual([]);
    }
    const signersOf = async ({ path }: Job): Promise<readonly string[]> => {
      const { body } = await operator("GET", `${path}/events`);
      const envelopes = body.data.map(({ envelope }: { envelope: { signatures: { keyid: string }[] } }) => envelope);
      return envelopes.map(({ signatures }: { signatures: { keyid: string }[] }) => signatures.at(-1)?.keyid);
    };
    expect(new Set(await signersOf(pinned))).toEqual(new Set([first.keyid]));
    expect((await signersOf(free)).slice(2).every((keyid) => keyid === second.keyid)).toBe(true);
    expect((await operator("GET", "/.well-known/jwks.json")).body.keys).toMatchObject([
      { kid: second.keyid },
      { kid: first.keyid },
    ]);
  });

  test("has to be one that the settler had", async () => {
    await serve([first]);
    await expect(serve([first, second])).rejects.toMatchObject({ code: "TRUST_KEY_UNKNOWN" });
    await serve([first]);
  });

  test("an offer that pins none of the server's keys is refused, and so is one to another settler", async () => {
    await serve([first]);
    await expect(offered("strange", [second])).rejects.toThrow(/403 .*TRUST_KEY_PINNED.*signatures\/1\/keyid/);
    const job = jobOf("elsewhere");
    const { body } = offerOf(job.players, "elsewhere", START) as { readonly body: { readonly parties: object } };
    await expect(job.offer({ parties: { ...body.parties, settler: { id: "https://other.example" } } })).rejects.toThrow(
      /403 .*TRUST_KEY_PARTY/,
    );
  });

  test("a new key admits what a party signed with a clock that is behind", async () => {
    await serve([first]);
    const job = jobOf("behind");
    const late = new Job(job.players, job.senders, "behind", () => running().time.now() - 5_000);
    expect((await late.offer()).agreement.status).toBe("offered");
    expect(await findingsOf(late)).toEqual(["BUNDLE_OPEN"]);
  });
});

test("100 agreements that cannot go on do not keep others from their timers", async () => {
  await serve([first]);
  await Promise.all(Array.from({ length: 120 }, (_, index) => offered(`stuck ${index}`, [first])));
  await serve([second]);
  await running().advance(1_000);
  const free = await offered("free");
  await running().advance(HOUR);
  expect((await free.refresh()).agreement.status).toBe("closed");
  expect(errors.length).toBeGreaterThanOrEqual(120);
  // What fails is tried again, less and less often.
  errors.length = 0;
  for (let second = 0; second < 60; second += 1) await running().advance(1_000);
  expect(errors.length / 120).toBeGreaterThan(3);
  expect(errors.length / 120).toBeLessThan(8);
  await serve([second, first]);
  await running().advance(1);
  const { body } = await operator("GET", "/v1/agreements?status=closed&limit=100");
  expect(body.data.length).toBe(100);
});

describe("an imported trust document", () => {
  const party = (id: string, role: string, signer: Signer, revoked?: object): object => ({
    id,
    roles: [role],
    keys: [
      {
        jwk: jwkFromPublicKey(signer.publicKey),
        notBefore: "2020-01-01T00:00:00.000Z",
        notAfter: "2100-01-01T00:00:00.000Z",
        ...(revoked === undefined ? {} : { revoked }),
      },
    ],
  });

  async function importing(): Promise<{
    readonly job: Job;
    readonly put: (version: number, change?: object, settler?: object) => Promise<string>;
  }> {
    const registry = await testSigner("registry");
    store = await openMemoryStore();
    server = await startTestServer({
      store: { ...store, close: async () => {} },
      now: START,
      server: { registry: { publicKey: registry.publicKey }, onError: (error) => void errors.push(error) },
    });
    const signers = await Promise.all(NAMES.map((name) => testSigner(`imported ${name}`)));
    const { key, row } = newApiKey(
      "acme",
      SCOPES.filter((scope) => scope !== "operator"),
      "test",
      START,
    );
    await store.write({ apiKeys: [row] });
    const entries = NAMES.map((name, index) => {
      const signer = signers[index];
      if (signer === undefined) throw new Error("no signer");
      return [name, { id: `https://${name}.example`, signer, tenant: "acme", apiKey: key }] as const;
    });
    parties = Object.fromEntries(entries) as typeof parties;
    return {
      job: jobOf("imported"),
      async put(version, change = {}, settler = party(SETTLER, "settler", first)) {
        const document = {
          registry: { id: "https://registry.example", jwk: jwkFromPublicKey(registry.publicKey) },
          version,
          issuedAt: formatInstant(START),
          expiresAt: formatInstant(START + HOUR / 2),
          parties: [...entries.map(([name, { id, signer }]) => party(id, name, signer)), settler],
          ...change,
        };
        const envelope = await signEnvelope(PAYLOAD_TYPES.trust, canonicalBytes(document as never), [registry]);
        const { status, body } = await operator("PUT", "/v1/trust?tenant=acme", envelope);
        return `${status} ${body.code ?? ""}`;
      },
    };
  }

  test("has to be valid now and to let this settler sign", async () => {
    const { put } = await importing();
    expect(await put(1, { expiresAt: formatInstant(START + 1) })).toBe("200 ");
    running().time.advance(1);
    expect(await put(2, { expiresAt: formatInstant(START + 1) })).toBe("409 TRUST_EXPIRED");
    expect(await put(2, { issuedAt: formatInstant(START + 2) })).toBe("409 TRUST_NOT_YET_VALID");
    expect(await put(2, {}, party(SETTLER, "settler", second))).toBe("403 TRUST_KEY_UNKNOWN");
    expect(await put(2, {}, party("https://other.example", "settler", first))).toBe("403 TRUST_KEY_PARTY");
    expect(await put(2, {}, party(SETTLER, "arbiter", first))).toBe("403 TRUST_ROLE");
    expect(await put(2)).toBe("200 ");
  });

  test("that has expired is one by which nothing is admitted, and timers go on", async () => {
    const { put, job } = await importing();
    expect(await put(1)).toBe("200 ");
    await operator("POST", "/v1/deposits", {
      party: parties.buyer.id,
      amount: { value: "100000", assetCode: "USD", assetScale: 2 },
      reference: "r",
    });
    await job.offer({ acceptBy: formatInstant(START + HOUR), fundBy: formatInstant(START + HOUR) });
    const other = await (await jobOf("other").offer()).accept();
    await running().advance(HOUR / 2 - 1);
    await job.accept();
    await running().advance(1);
    await expect(job.fund()).rejects.toThrow(/409 .*TRUST_EXPIRED/);
    await expect(jobOf("late").offer()).rejects.toThrow(/409 .*TRUST_EXPIRED/);
    await expect(other.add("seller", "agreement.cancelled", {})).rejects.toThrow(/409 .*TRUST_EXPIRED/);
    await running().advance(HOUR / 2);
    expect((await job.refresh()).agreement).toMatchObject({ status: "closed", reason: "unfunded" });
    const change = { issuedAt: formatInstant(START + HOUR), expiresAt: formatInstant(START + 9 * HOUR) };
    expect(await put(2, change)).toBe("200 ");
    await other.fund();
    expect(await findingsOf(job)).toEqual([]);
    // One that revokes the server's own key is known at once, and stops it.
    const revoked = { at: formatInstant(START), reason: "superseded" };
    expect(await put(3, change, party(SETTLER, "settler", first, revoked))).toBe("200 ");
    await expect(jobOf("stopped").offer()).rejects.toThrow(HTTP_UNAVAILABLE);
  });
});
