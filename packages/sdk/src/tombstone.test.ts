import { canonicalBytes, PAYLOAD_TYPES, signEnvelope } from "@settld/protocol";
import { applyRetention, planRetention, tombstoneSigner } from "@settld/server";
import { testSigner } from "@settld/server/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Settld } from "./index.ts";
import { startWorld, type World } from "./testing/world.ts";

let world: World;
let seller: Settld;
beforeAll(async () => {
  world = await startWorld();
  seller = world.as(world.seller);
});
afterAll(() => world.close());

/** Purges every upload that nobody named. */
async function purge(): Promise<void> {
  const { store } = world.server.server.services;
  const { now } = world.server.time;
  const { settler: id } = world.server;
  const plan = await planRetention(store, { settler: id, rule: { unreferencedDays: 1 }, now: now() });
  const signer = tombstoneSigner(store, { id, signer: await testSigner("settler"), clock: now });
  expect((await applyRetention(plan, { store, signer, clock: now })).purged).toBe(1);
}

test("what stays of purged evidence is read, and verified like everything else", async () => {
  const { digest } = await seller.evidence.upload("a stray upload");
  await expect(seller.evidence.tombstone(digest)).rejects.toMatchObject({ code: "HTTP_NOT_FOUND" });
  await world.server.advance(2 * 86_400_000);
  await purge();
  await expect(seller.evidence.download(digest)).rejects.toMatchObject({ code: "STORE_EVIDENCE_PURGED" });
  expect(await seller.evidence.check(digest)).toBeUndefined();
  const { payload, kind } = await seller.evidence.tombstone(digest);
  expect(kind).toBe("unreferenced");
  expect(payload).toMatchObject({ digest, size: 14, agreements: [], by: world.server.settler });

  // A server that shows another one, or bends it, is noticed.
  const bent = (change: (answer: { [name: string]: unknown }) => void): Settld =>
    world.as(world.seller, {
      maxRetries: 0,
      fetch: async (...request) => {
        const response = await fetch(...request);
        if (!String(request[0] instanceof Request ? request[0].url : request[0]).endsWith("/tombstone"))
          return response;
        const answer = (await response.json()) as { [name: string]: unknown };
        change(answer);
        return Response.json(answer, { headers: response.headers });
      },
    });
  // Words of ours, and none of the language about a value that was not what it took it for.
  const refusal = { code: expect.any(String), message: expect.not.stringContaining("Cannot") };
  type Envelope = { payload: string; signatures: { sig: string }[] };
  for (const change of [
    (answer: { [name: string]: unknown }) => {
      answer["kind"] = "closed";
    },
    (answer: { [name: string]: unknown }) => {
      answer["id"] = digest;
    },
    (answer: { [name: string]: unknown }) => {
      const [signature] = (answer["tombstone"] as Envelope).signatures;
      const { sig } = signature!;
      signature!.sig = `${sig.startsWith("A") ? "B" : "A"}${sig.slice(1)}`;
    },
    ...["null", "1", "[]", "{}"].map((text) => (answer: { [name: string]: unknown }) => {
      (answer["tombstone"] as Envelope).payload = Buffer.from(text).toString("base64");
    }),
  ]) {
    await expect(bent(change).evidence.tombstone(digest)).rejects.toMatchObject(refusal);
  }
  // Signed by the settler, and no tombstone all the same.
  const settler = await testSigner("settler");
  for (const rule of [{}, { rule: null }, { rule: 1 }]) {
    const bytes = canonicalBytes({ by: world.server.settler, purgedAt: payload.purgedAt, digest, ...rule });
    const envelope = await signEnvelope(PAYLOAD_TYPES.tombstone, bytes, [settler]);
    const change = (answer: { [name: string]: unknown }): void => {
      answer["tombstone"] = envelope;
    };
    await expect(bent(change).evidence.tombstone(digest)).rejects.toMatchObject(refusal);
  }
  expect((await bent(() => {}).evidence.tombstone(digest)).payload).toEqual(payload);
});
