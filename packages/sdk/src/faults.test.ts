import { FULL, PATIENCE, randomOf, runs } from "@settld/testkit";
import { expect, test } from "vitest";
import type { Settld } from "./index.ts";
import { startFaultyProxy } from "./testing/faulty-proxy.ts";
import { AMOUNT, CHECKED, startWorld } from "./testing/world.ts";

// Longer than an answer takes on a busy machine; silence costs it, so it is not much longer.
const TIMEOUT_MS = 500;

/** A whole paid job through the proxy; returns how it met the faults. */
const job = async (seed: number): Promise<ReadonlyMap<string, number>> => {
  const random = randomOf(seed);
  const world = await startWorld();
  const proxy = await startFaultyProxy(world.server.url, random);
  try {
    const options = {
      baseUrl: proxy.url,
      timeout: TIMEOUT_MS,
      maxRetries: 40,
      platform: {
        random: () => random(1_000) / 1_000,
        // What the client sleeps passes at the server, so signed times grow old as they do in life.
        sleep: async (ms: number) => world.server.advance(ms),
      },
    };
    const as = (party: Parameters<typeof world.as>[0]): Settld => world.as(party, options);
    const [buyer, seller, checker] = [as(world.buyer), as(world.seller), as(world.checker)];
    const operator = world.as({ ...world.buyer, apiKey: world.server.operatorKey }, options);
    await operator.deposits.create({ party: world.buyer.id, amount: "20.00 USD", reference: "proxy" });
    const { id } = await buyer.agreements.create({
      seller: world.seller.id,
      checkers: { quality: world.checker.id },
      amount: AMOUNT,
      policy: CHECKED,
      feeBps: 250,
    });
    await seller.agreements.accept(id);
    await buyer.agreements.fund(id);
    const { submission } = await seller.agreements.submit(id, { files: { "a.csv": "a,b\n1,2\n" } });
    const { digest } = submission!;
    const closed = await checker.agreements.attest(id, { submission: digest, requirement: "ok", result: { ok: true } });
    expect(closed).toMatchObject({ status: "closed", reason: "settled", events: 8 });
    await seller.withdrawals.create({ amount: "68.00 USD", destination: "iban" });
    expect((await buyer.agreements.bundle(id)).report?.verdict).toBe("accept");
    await proxy.close();

    // Looked at without the proxy: everything is there once.
    const truth = world.as(world.buyer);
    expect((await truth.agreements.list().toArray({ limit: 9 })).map((one) => one.id)).toEqual([id]);
    expect(await truth.agreements.events(id).toArray({ limit: 99 })).toHaveLength(8);
    expect((await truth.accounts.list()).data[0]?.balance.value).toBe("54000");
    expect((await truth.deposits.list()).data.filter(({ reference }) => reference === "proxy")).toHaveLength(1);
    const paid = world.as(world.seller);
    expect((await paid.accounts.list()).data[0]?.balance.value).toBe("40000");
    expect((await paid.withdrawals.list()).data).toHaveLength(1);
    // Deposits: the first one and the proxy's. Transactions: those, the funding, the settlement, the withdrawal.
    expect(await world.operator.audit.retrieve()).toMatchObject({
      ok: true,
      agreements: 1,
      events: 8,
      entries: 3,
      transactions: 5,
    });
    return proxy.met;
  } finally {
    await world.close();
  }
};

test(
  "whatever a network does to the requests, the job is done once",
  async () => {
    const met = new Map<string, number>();
    for (let seed = 1; seed <= runs(8); seed += 1) {
      const found = await job(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      for (const [fate, count] of found) met.set(fate, (met.get(fate) ?? 0) + count);
    }
    // Every fault has to have happened, or else this shows less than it says.
    expect(met.size).toBe(13);
    if (FULL) for (const [fate, count] of met) expect(count, fate).toBeGreaterThan(10);
  },
  PATIENCE,
);
