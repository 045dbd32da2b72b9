import { utf8 } from "@settld/protocol";
import { expect, test } from "vitest";
import { AMOUNT, APPROVED, CHECKED, startWorld } from "./testing/world.ts";

test("a whole paid job, from offer to receipt, every answer verified", async () => {
  const world = await startWorld();
  try {
    const [buyer, seller, checker] = [world.buyer, world.seller, world.checker].map((party) => world.as(party));
    const offered = await buyer!.agreements.create({
      seller: world.seller.id,
      checkers: { quality: world.checker.id },
      amount: AMOUNT,
      policy: CHECKED,
      feeBps: 250,
    });
    expect(offered).toMatchObject({ status: "offered", events: 1 });
    const { id } = offered;
    expect((await seller!.agreements.terms(id)).amount.value).toBe("48000");
    expect((await seller!.agreements.accept(id)).status).toBe("accepted");
    expect((await buyer!.agreements.fund(id)).status).toBe("funded");
    expect((await seller!.agreements.submit(id, { files: { "a.csv": "a,b\n1,2\n" } })).status).toBe("review");
    const submission = (await checker!.agreements.retrieve(id)).submission!.digest;
    const closed = await checker!.agreements.attest(id, { submission, requirement: "ok", result: { ok: true } });
    expect(closed).toMatchObject({ status: "closed", reason: "settled", balances: { seller: "46800" } });
    const { bytes, report } = await buyer!.agreements.bundle(id);
    expect(report).toMatchObject({ verdict: "accept", evidence: { inline: 1 } });
    expect(bytes.length).toBeGreaterThan(1000);
    expect((await seller!.agreements.receipt(id)).statement.predicate.totals.toSeller).toBe("46800");
    expect((await buyer!.agreements.events(id).toArray({ limit: 100 })).map(({ payload }) => payload.type)).toEqual([
      "agreement.offered",
      "agreement.accepted",
      "escrow.funded",
      "work.submitted",
      "evidence.attested",
      "decision.made",
      "settlement.executed",
      "agreement.closed",
    ]);
    const [account] = (await seller!.accounts.list()).data;
    expect(account).toMatchObject({ kind: "available", balance: { value: "46800" } });
    const paid = await seller!.withdrawals.create({ amount: "68.00 USD", destination: "iban" });
    expect(paid.amount.value).toBe("6800");
    expect((await seller!.accounts.entries(account!.id)).data[0]?.payload.type).toBe("withdrawal.debited");
    expect(await world.operator.audit.retrieve()).toMatchObject({ ok: true, agreements: 1, events: 8 });
  } finally {
    await world.close();
  }
});

test("an approval, a dispute with evidence, and a ruling", async () => {
  const world = await startWorld();
  try {
    const [buyer, seller, arbiter] = [world.buyer, world.seller, world.arbiter].map((party) => world.as(party));
    const { id } = await seller!.agreements.create({
      buyer: world.buyer.id,
      arbiter: world.arbiter.id,
      amount: { value: "1000", assetCode: "USD", assetScale: 2 },
      policy: APPROVED,
      holdbackBps: 2_000,
      disputeMs: 3_600_000,
    });
    await buyer!.agreements.accept(id);
    await buyer!.agreements.fund(id, { funding: { rail: "test", reference: "1" } });
    await seller!.agreements.submit(id, { files: [{ name: "x", data: new Blob(["work"]), mediaType: "text/plain" }] });
    const submission = (await buyer!.agreements.retrieve(id)).submission!.digest;
    expect((await buyer!.agreements.approve(id, { submission })).status).toBe("window");
    const disputed = await buyer!.agreements.dispute(id, { reasonCode: "late", files: { "proof.txt": utf8("late") } });
    expect(disputed.status).toBe("disputed");
    const ruled = await arbiter!.agreements.resolve(id, { toSeller: "50", reason: "half of it" });
    expect(ruled).toMatchObject({ status: "closed", balances: { seller: "850", buyer: "-850" } });
  } finally {
    await world.close();
  }
});

test("an agreement is cancelled, and one of many is found again", async () => {
  const world = await startWorld();
  try {
    const buyer = world.as(world.buyer);
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      made.unshift((await buyer.agreements.create({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED })).id);
    }
    expect((await buyer.agreements.cancel(made[0]!, { reason: "no" })).reason).toBe("cancelled");
    const found: string[] = [];
    for await (const { id } of buyer.agreements.list({ limit: 2 })) found.push(id);
    expect(found).toHaveLength(5);
    expect([...found].sort()).toEqual([...made].sort());
    const page = await buyer.agreements.list({ status: "closed" });
    expect(page).toMatchObject({ hasMore: false, data: [{ id: made[0] }] });
    // Another client, that has seen nothing yet, reads it from the start.
    expect((await world.as(world.seller).agreements.retrieve(made[1]!)).status).toBe("offered");
  } finally {
    await world.close();
  }
});
