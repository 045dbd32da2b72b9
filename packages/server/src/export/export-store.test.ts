import { concatBytes, digestOf, fromUtf8, LIMITS, thumbprint } from "@settld/protocol";
import { verifyBundle } from "@settld/verifier";
import { expect, test } from "vitest";
import { testSigner } from "../testing/index.ts";
import { makeWorld } from "../trials/world.ts";
import { exportStore } from "./export-store.ts";

test("an export is of one instant, whatever is written meanwhile, and has evidence that no bundle can hold", async () => {
  const world = await makeWorld();
  try {
    const tenant = await world.tenant("acme");
    await world.deposit(tenant.buyer.id, "48000");
    // The older one, so that it is exported later.
    const open = await world.job(tenant, "open").offer();
    world.server.time.advance(1);
    const job = await (await (await world.job(tenant, "big").offer()).accept()).fund();
    const big = new Uint8Array(LIMITS.evidenceBytes + 1);
    const digest = digestOf(big);
    await job.senders.seller("PUT", `/v1/evidence/${digest}`, { body: big });
    const item = { name: "a.csv", mediaType: "text/csv", digest, size: big.length };
    await job.add("seller", "work.submitted", { attempt: 1, items: [item] });

    const registry = { id: "https://registry.example", signer: await testSigner("registry") };
    const files = new Map<string, Uint8Array>();
    const closed: boolean[] = [];
    const report = await exportStore(
      { store: world.store, settler: world.server.settler, registry, now: world.server.time.now() },
      async ({ path, chunks, agreement }) => {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        if (agreement !== undefined) closed.push(agreement.closed);
        // After the first file the world goes on: an offer, an event and money.
        if (files.size === 0) {
          await world.job(tenant, "late").offer();
          await open.accept();
          await world.deposit(tenant.buyer.id, "1");
        }
        files.set(path, concatBytes(...parts));
      },
    );
    expect(report).toEqual({ agreements: 2, parties: 5, accountLogs: 1 });
    expect(closed).toEqual([false, false]);
    const names = [job, open].map(({ agreement }) => `agreements/${agreement.id.slice(7)}.settld`);
    const large = `evidence/${digest.slice(7)}`;
    const rest = ["accounts.jsonl", "balances.jsonl", "parties.jsonl", "transfers.jsonl", "trust.json"];
    expect([...files.keys()].sort()).toEqual([...names, large, ...rest].sort());
    expect(digestOf(files.get(large) ?? new Uint8Array())).toBe(digest);
    const linesOf = (path: string): { readonly [name: string]: unknown }[] =>
      fromUtf8(files.get(path) ?? new Uint8Array())
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    expect(linesOf("accounts.jsonl")).toHaveLength(1);
    expect(linesOf("transfers.jsonl")).toMatchObject([{ kind: "deposit", value: "48000" }]);
    expect(linesOf("balances.jsonl")).toContainEqual({
      assetCode: "USD",
      assetScale: 2,
      kind: "available",
      owner: tenant.buyer.id,
      value: "0",
    });
    expect(linesOf("trust.json")).toMatchObject([{ signatures: [{ keyid: thumbprint(registry.signer.publicKey) }] }]);
    for (const [index, name] of names.entries()) {
      const bundle = files.get(name) ?? new Uint8Array();
      const found = await verifyBundle(bundle, {
        root: registry.signer.publicKey,
        evidence: async (wanted) => files.get(`evidence/${wanted.slice(7)}`),
      });
      expect(found).toMatchObject({ verdict: "indeterminate", code: "BUNDLE_OPEN" });
      // Offer, acceptance, funding and submission; of the other the offer alone.
      expect(fromUtf8(bundle).match(/vnd\.settld\.event\+json/g)).toHaveLength(index === 0 ? 4 : 1);
    }
  } finally {
    await world.close();
  }
});
