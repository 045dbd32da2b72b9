import { createHash } from "node:crypto";
import {
  canonicalBytes,
  canonicalize,
  type Digest,
  fromUtf8,
  PAYLOAD_TYPES,
  pae,
  parseInstant,
  parseJson,
  thumbprint,
  utf8,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { verifyBundle } from "@settld/verifier";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditStore } from "../audit/audit-store.ts";
import { digest, stream } from "../store/contract/samples.ts";
import { testSigner } from "../testing/index.ts";
import type { Job } from "../trials/job.ts";
import { makeWorld, type Tenant, type World } from "../trials/world.ts";
import { type Applied, type AppliedItem, applyRetention } from "./apply.ts";
import { planBytes, planRetention, type RetentionPlan, readPlan } from "./plan.ts";
import { tombstoneSigner } from "./run.ts";
import { readTombstone } from "./tombstone.ts";

const SETTLER = "https://settler.example";
const DAY = 86_400_000;
const RULE = { closedDays: 90, unreferencedDays: 7 };

let world: World;
let acme: Tenant;
beforeEach(async () => {
  world = await makeWorld();
  acme = await world.tenant("acme");
  await world.deposit(acme.buyer.id, "1000000");
});
afterEach(() => world.close());

const now = (): number => world.server.time.now();
const days = (count: number): Promise<void> => world.server.advance(count * DAY);
const plan = (rule = RULE): Promise<RetentionPlan> =>
  planRetention(world.store, { settler: SETTLER, rule, now: now() });

/** A job that is settled at once. */
async function closed(name: string, tenant = acme): Promise<Job> {
  const job = await (await (await (await world.job(tenant, name).offer()).accept()).fund()).submit();
  const done = await job.attest();
  await world.server.advance(2 * 3_600_000);
  await done.refresh();
  expect(done.agreement.status).toBe("closed");
  return done;
}

async function apply(
  made: RetentionPlan,
  dryRun = false,
): Promise<Applied & { readonly items: readonly AppliedItem["result"][] }> {
  const items: AppliedItem["result"][] = [];
  const signer = tombstoneSigner(world.store, { id: SETTLER, signer: await testSigner("settler"), clock: now });
  // As it comes out of its file.
  const read = readPlan(planBytes(made), defaultCrypto);
  const applied = await applyRetention(read.plan, {
    store: world.store,
    signer,
    clock: now,
    plan: read.digest,
    dryRun,
    onItem: ({ result }) => items.push(result),
  });
  return { ...applied, items };
}

async function upload(text: string, tenant: string): Promise<Digest> {
  await world.store.putEvidence(digest(text), stream(utf8(text)), { bytesMax: 1e6, now: now(), tenant });
  return digest(text);
}

const path = (of: Digest): string => `/v1/evidence/${of}`;

describe("a plan", () => {
  test("names what would be purged, and of everything else why it stays", async () => {
    const old = await closed("old");
    const stray = await upload("a stray upload", "acme");
    await days(60);
    const young = await closed("young");
    const open = await (await (await (await world.job(acme, "open").offer()).accept()).fund()).submit();
    await days(31);
    const fresh = await upload("a fresh upload", "acme");
    const before = await world.content();
    const made = await plan();
    expect(await world.content()).toBe(before);
    expect(made.purge.map((item) => [item.digest, item.kind, item.agreements])).toEqual(
      [
        [old.work.digest, "closed", [old.agreement.id]],
        [stray, "unreferenced", []],
      ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
    const why = new Map(made.keep.map((item) => [item.digest, item.why]));
    expect(why.get(young.work.digest)).toMatchObject([{ reason: "young", agreement: young.agreement.id }]);
    expect(why.get(fresh)).toMatchObject([{ reason: "recent", tenant: "acme" }]);
    // One that waits for its checker until its timer fires is closed by now; its state says so.
    expect(why.has(open.work.digest)).toBe(true);
    expect(canonicalize(parseJson(planBytes(made)))).toBe(fromUtf8(planBytes(made)));
  });

  test("keeps what is open, in its dispute window, in dispute, held, or without a rule", async () => {
    const job = await (await (await (await world.job(acme, "job").offer()).accept()).fund()).submit();
    const reasons = async (rule: object): Promise<string[]> => {
      const made = await plan(rule as typeof RULE);
      expect(made.purge).toEqual([]);
      return made.keep.flatMap(({ why }) => why.map(({ reason }) => reason));
    };
    const now0 = { closedDays: 0, unreferencedDays: 0 };
    expect(await reasons(now0)).toEqual(["open"]);
    await job.attest();
    expect(await reasons(now0)).toEqual(["dispute"]);
    await job.dispute();
    expect(await reasons(now0)).toEqual(["dispute"]);
    await job.rule();
    expect((await job.refresh()).agreement.status).toBe("closed");
    expect(await reasons({})).toEqual(["no-rule"]);
    await world.store.placeHold({ id: "hold_1", kind: "tenant", target: "acme", reason: "r", by: "b", at: 1 });
    expect(await reasons(now0)).toContain("hold");
    await world.store.releaseHold("hold_1", { at: 1, by: "b", reason: "r" });
    await world.server.advance(1);
    expect((await plan(now0)).purge).toHaveLength(1);
  });

  test("that is no plan, or was changed into none, is refused", () => {
    const good = { v: "2026-11", object: "retention_plan", settler: "s", at: "x", rule: {}, purge: [], keep: [] };
    expect(readPlan(canonicalBytes(good), defaultCrypto).plan).toEqual(good);
    for (const bad of [
      { ...good, v: "2026-10" },
      { ...good, object: "plan" },
      { ...good, rule: { closedDays: -1 } },
      { ...good, rule: { closedDays: 1.5e6 } },
      { ...good, rule: { days: 1 } },
      { ...good, purge: {} },
      { ...good, purge: [{ digest: "x", agreements: [] }] },
      { ...good, keep: 1 },
      [],
    ]) {
      expect(() => readPlan(canonicalBytes(bad as never), defaultCrypto)).toThrow(
        expect.objectContaining({ code: "STORE_RETENTION_PLAN" }),
      );
    }
    expect(() => readPlan(utf8(JSON.stringify(good, null, 1)), defaultCrypto)).toThrow(/canonical JSON/);
  });
});

describe("applying a plan", () => {
  test("purges exactly that, once, with a tombstone that the settler signed", async () => {
    const job = await closed("old");
    const { digest: work, data } = job.work;
    await days(91);
    const made = await plan();
    const content = await world.content();
    expect(await apply(made, true)).toMatchObject({ purged: 1, bytes: data.length });
    expect(await world.content()).toBe(content);

    expect(await apply(made)).toMatchObject({ purged: 1, bytes: data.length, items: ["purged"] });
    const [row] = await world.store.tombstones(work);
    const { envelope, payload } = readTombstone(row?.envelope ?? utf8(""));
    expect(payload).toEqual({
      v: "2026-11",
      by: SETTLER,
      digest: work,
      size: data.length,
      agreements: [job.agreement.id],
      purgedAt: new Date(now()).toISOString(),
      rule: { kind: "closed", days: 90 },
      plan: `sha256:${createHash("sha256").update(planBytes(made)).digest("hex")}`,
    });
    const { publicKey } = await testSigner("settler");
    const [signature] = envelope.signatures;
    expect(signature?.keyid).toBe(thumbprint(publicKey));
    const message = pae(PAYLOAD_TYPES.tombstone, envelope.payload);
    const check = (bytes: Uint8Array): unknown =>
      verifyEd25519(defaultCrypto, publicKey, bytes, signature?.sig ?? utf8(""));
    expect(await check(message)).toBeUndefined();
    expect(await check(pae(PAYLOAD_TYPES.account, envelope.payload))).toBe("DSSE_SIGNATURE_INVALID");

    const after = await world.content();
    expect(await apply(made)).toMatchObject({ purged: 0, gone: 1, items: ["gone"] });
    expect(await apply(await plan())).toMatchObject({ purged: 0, gone: 0, items: [] });
    expect(await world.content()).toBe(after);
    expect(after).not.toContain(fromUtf8(data).slice(0, 40));
  });

  test("skips what changed since, and what is held, and says so", async () => {
    const [first, second, third] = [await closed("1"), await closed("2"), await closed("3")];
    await days(91);
    const made = await plan();
    const result = new Map<string, string>();
    // Sent again, so somebody may be about to name it.
    const seller = world.send(acme.seller.apiKey);
    await seller("PUT", path(first.work.digest), { body: first.work.data });
    const id = second.agreement.id;
    await world.store.placeHold({ id: "hold_1", kind: "agreement", target: id, reason: "r", by: "b", at: now() });
    const applied = await apply(made);
    for (const [index, item] of made.purge.entries()) result.set(item.digest, applied.items[index] ?? "");
    expect([first, second, third].map(({ work }) => result.get(work.digest))).toEqual(["changed", "held", "purged"]);
    expect((await seller("GET", path(second.work.digest))).status).toBe(200);
  });

  test("skips what a new plan would purge too, but for other reasons than this one says", async () => {
    const { work } = await closed("old");
    await days(91);
    const made = await plan();
    const evil = await world.tenant("evil");
    await world.send(evil.seller.apiKey)("PUT", path(work.digest), { body: work.data });
    await days(8);
    expect(await apply(made)).toMatchObject({ purged: 0, items: ["changed"] });
    expect(await apply(await plan())).toMatchObject({ purged: 1, items: ["purged"] });
  });

  test("a rule that the server carries out every day needs no plan", async () => {
    await world.close();
    world = await makeWorld({ server: { retention: RULE } });
    acme = await world.tenant("acme");
    await world.deposit(acme.buyer.id, "1000000");
    const { work } = await closed("old");
    await days(90);
    await expect
      .poll(async () => {
        await days(1);
        return world.store.evidence(work.digest);
      })
      .toBeUndefined();
    const [row] = await world.store.tombstones(work.digest);
    const { payload } = readTombstone(row?.envelope ?? utf8(""));
    expect(payload.plan).toBeUndefined();
    expect(parseInstant(payload.purgedAt)).toBeLessThanOrEqual(now());
  });
});

describe("after a purge", () => {
  let job: Job;
  let evil: Tenant;
  beforeEach(async () => {
    evil = await world.tenant("evil");
    job = await closed("old");
  });
  const purge = async (): Promise<void> => {
    await days(91);
    expect((await apply(await plan())).purged).toBeGreaterThan(0);
  };

  test("those who saw the evidence see its tombstone, and nobody else sees anything", async () => {
    await purge();
    const { digest: work } = job.work;
    for (const player of [acme.buyer, acme.seller]) {
      const gone = await world.send(player.apiKey)("GET", path(work));
      expect(gone).toMatchObject({ status: 410, body: { code: "STORE_EVIDENCE_PURGED" } });
      expect(gone.body.tombstone.payloadType).toBe(PAYLOAD_TYPES.tombstone);
      const found = await world.send(player.apiKey)("GET", `${path(work)}/tombstone`);
      expect(found).toMatchObject({ status: 200, body: { object: "tombstone", digest: work, kind: "closed" } });
      expect(found.body.tombstone).toEqual(gone.body.tombstone);
      expect((await world.send(player.apiKey)("HEAD", path(work))).status).toBe(410);
    }
    expect((await world.operator("GET", path(work))).status).toBe(410);
    const stranger = world.send(evil.buyer.apiKey);
    for (const asked of [path(work), `${path(work)}/tombstone`]) {
      expect(await stranger("GET", asked)).toMatchObject({ status: 404, body: { code: "HTTP_NOT_FOUND" } });
    }
    expect((await world.send(acme.buyer.apiKey)("GET", `${path(digest("none"))}/tombstone`)).status).toBe(404);
  });

  test("bundles of before and after both verify, and the book agrees", async () => {
    const bundle = async (): Promise<Uint8Array> => {
      const reply = await world.send(acme.buyer.apiKey)("GET", `${job.path}/bundle`);
      expect(reply.status).toBe(200);
      return utf8(reply.text);
    };
    const before = await bundle();
    await purge();
    const after = await bundle();
    expect(fromUtf8(after)).toContain('"withheld":true');
    const root = world.server.registryKey;
    for (const bytes of [before, after]) expect((await verifyBundle(stream(bytes), { root })).verdict).toBe("accept");
    expect(await auditStore(world.store, { settler: SETTLER, now: now() })).toMatchObject({ ok: true, findings: [] });
  });

  test("its parties do not bring it back without a word of the operator, and for others it is new", async () => {
    await purge();
    const { digest: work, data } = job.work;
    const seller = world.send(acme.seller.apiKey);
    expect(await seller("PUT", path(work), { body: data })).toMatchObject({
      status: 410,
      body: { code: "STORE_EVIDENCE_PURGED", tombstone: { payloadType: PAYLOAD_TYPES.tombstone } },
    });
    const stranger = world.send(evil.seller.apiKey);
    expect((await stranger("PUT", path(work), { body: data })).status).toBe(201);
    expect((await stranger("GET", path(work))).text).toBe(fromUtf8(data));
    // The bytes are here again, but not for the agreement from which they were purged.
    expect((await seller("GET", path(work))).status).toBe(410);
    const bundle = await seller("GET", `${job.path}/bundle`);
    expect(bundle.text).toContain('"withheld":true');
    await world.store.readmitEvidence(work, { at: now(), by: "operator", reason: "a mistake" });
    expect((await seller("PUT", path(work), { body: data })).status).toBe(201);
    expect((await seller("GET", path(work))).status).toBe(200);
    expect(await auditStore(world.store, { settler: SETTLER, now: now() })).toMatchObject({ ok: true });
  });

  test("an upload that nobody named may come again", async () => {
    const stray = await upload("stray", "acme");
    await days(8);
    expect((await apply(await plan())).purged).toBe(1);
    const buyer = world.send(acme.buyer.apiKey);
    expect(await buyer("GET", path(stray))).toMatchObject({ status: 410 });
    expect((await world.send(evil.buyer.apiKey)("GET", path(stray))).status).toBe(404);
    expect((await buyer("PUT", path(stray), { body: utf8("stray") })).status).toBe(201);
    expect((await buyer("GET", path(stray))).text).toBe("stray");
  });

  test("nobody learns from a tombstone of agreements of others", async () => {
    await world.deposit(evil.buyer.id, "1000000");
    const theirs = world.job(evil, "old");
    expect(theirs.work.digest).toBe(job.work.digest);
    await closed("old", evil);
    await days(91);
    expect((await apply(await plan())).purged).toBe(1);
    const rows = await world.store.tombstones(job.work.digest);
    expect(rows).toHaveLength(2);
    for (const [tenant, own] of [
      [acme, job.agreement.id],
      [evil, undefined],
    ] as const) {
      const { body } = await world.send(tenant.buyer.apiKey)("GET", `${path(job.work.digest)}/tombstone`);
      const payload = JSON.parse(Buffer.from(body.tombstone.payload, "base64").toString()) as { agreements: string[] };
      expect(payload.agreements).toHaveLength(1);
      expect(payload.agreements.includes(job.agreement.id)).toBe(own !== undefined);
    }
  });

  test("a tenant that sent the same bytes and sees no agreement with them is told nothing of one", async () => {
    const { digest: work, data } = job.work;
    const stranger = world.send(evil.seller.apiKey);
    await days(85);
    await stranger("PUT", path(work), { body: data });
    await days(6);
    // Closed for long enough, but somebody has just brought it.
    expect((await plan()).keep).toMatchObject([{ digest: work, why: [{ reason: "recent", tenant: "evil" }] }]);
    await days(2);
    expect((await apply(await plan())).purged).toBe(1);
    const own = await stranger("GET", `${path(work)}/tombstone`);
    expect(own).toMatchObject({ status: 200, body: { kind: "unreferenced" } });
    const payload = JSON.parse(Buffer.from(own.body.tombstone.payload, "base64").toString()) as object;
    expect(payload).toMatchObject({ agreements: [], rule: { kind: "unreferenced", days: 7 } });
    expect((await stranger("PUT", path(work), { body: data })).status).toBe(201);
    expect(await world.send(acme.buyer.apiKey)("GET", `${path(work)}/tombstone`)).toMatchObject({
      body: { kind: "closed" },
    });
  });

  test("evidence that is lost without a tombstone is a finding, and so is a tombstone that is forged", async () => {
    await purge();
    const { connect } = await import("../store/sqlite/connection.ts");
    const { join } = await import("node:path");
    const connection = await connect(join(world.folder, "store.db"));
    const [row] = await world.store.tombstones(job.work.digest);
    const audit = async (): Promise<string[]> =>
      (await auditStore(world.store, { settler: SETTLER, now: now() })).findings.map(
        ({ what, message }) => `${what} ${message}`,
      );
    expect(await audit()).toEqual([]);
    const envelope = JSON.parse(fromUtf8(row?.envelope ?? utf8(""))) as { signatures: { sig: string }[] };
    const sig = `${envelope.signatures[0]?.sig.startsWith("A") === true ? "B" : "A"}${envelope.signatures[0]?.sig.slice(1)}`;
    const forged = utf8(canonicalize({ ...envelope, signatures: [{ ...envelope.signatures[0], sig }] } as never));
    const put = connection.sql("UPDATE tombstones SET envelope = ?");
    put.run(forged);
    expect(await audit()).toEqual([expect.stringMatching(/^signature expected the tombstone/)]);
    put.run(utf8("{}"));
    expect(await audit()).toEqual([expect.stringMatching(/^evidence expected a tombstone to be readable/)]);
    put.run(row?.envelope ?? utf8(""));
    connection.exec("UPDATE tombstones SET at = at + 1");
    expect(await audit()).toEqual([expect.stringMatching(/^evidence expected tombstone/)]);
    connection.exec("DELETE FROM tombstones");
    expect(await audit()).toEqual([expect.stringMatching(/^evidence expected a tombstone for sha256:/)]);
    connection.exec("UPDATE evidence_references SET purged = 0");
    expect(await audit()).toEqual([expect.stringMatching(/^evidence expected size /)]);
    connection.close();
  });
});
