import { afterEach, describe, expect, test } from "vitest";
import { makeWorld, type World } from "../trials/world.ts";
import type { Payout, PayoutResult } from "./rail.ts";

let world: World;
let errors: unknown[];
let asked: Payout[];
afterEach(() => world.close());

type Pay = (payout: Payout, signal: AbortSignal) => Promise<PayoutResult>;

/** A world whose rail answers as a test wants, and a withdrawal of 1.00 to each destination. */
async function withdrawals(pay: Pay, ...destinations: readonly string[]): Promise<readonly string[]> {
  errors = [];
  asked = [];
  const rail = {
    name: "test",
    pay: (payout: Payout, signal: AbortSignal) => {
      asked.push(payout);
      return pay(payout, signal);
    },
  };
  world = await makeWorld({ server: { rail, railMs: 30_000, onError: (error) => void errors.push(error) } });
  const { buyer } = await world.tenant("acme");
  await world.deposit(buyer.id, "5000");
  const send = world.send(buyer.apiKey);
  const ids: string[] = [];
  for (const destination of destinations) {
    const amount = { value: "100", assetCode: "USD", assetScale: 2 };
    const { body } = await send("POST", "/v1/withdrawals", { body: { party: buyer.id, amount, destination } });
    ids.push(body.id);
  }
  return ids;
}

const payouts = (): Promise<void> => world.server.server.services.payouts.run();
const statusOf = async (id: string | undefined): Promise<string | undefined> =>
  (await world.store.transfer(id ?? ""))?.status;
const available = async (): Promise<bigint> =>
  world.store.balance({ kind: "available", owner: "https://acme-buyer.example", assetCode: "USD", assetScale: 2 });
/** Lets everything run that does not wait for the clock. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
};

describe("a rail's answer", () => {
  test.each<readonly [string, unknown]>([
    ["of another status", { status: "pending" }],
    ["without a status", {}],
    ["of nothing", undefined],
    ["that is no object", null],
  ])("%s is unknown: the money stays away, and the rail is asked again", async (_, answer) => {
    const answers = [answer, { status: "paid" }];
    const [id] = await withdrawals(async () => answers.shift() as PayoutResult, "bank");
    await payouts();
    expect([await statusOf(id), await available(), asked.length, errors.length]).toEqual(["pending", 4900n, 1, 1]);
    await world.server.advance(1_000);
    expect([await statusOf(id), await available(), asked.length]).toEqual(["done", 4900n, 2]);
    expect(asked[1]).toEqual(asked[0]);
  });

  test("that it refuses returns the money once", async () => {
    const [id] = await withdrawals(async () => ({ status: "refused", reason: "closed" }), "bank");
    await payouts();
    await world.server.advance(3_600_000);
    expect([await statusOf(id), await available(), asked.length]).toEqual(["returned", 5000n, 1]);
  });

  test("that never comes holds up nobody else, and is given up in time", async () => {
    const signals: AbortSignal[] = [];
    const [hanging, other] = await withdrawals(
      async ({ destination }, signal) => {
        if (destination !== "hang") return { status: "paid" };
        signals.push(signal);
        return new Promise(() => {});
      },
      "hang",
      "bank",
    );
    const run = payouts();
    await settle();
    expect([await statusOf(hanging), await statusOf(other)]).toEqual(["pending", "done"]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    world.server.time.advance(30_000);
    await run;
    expect(signals[0]?.aborted).toBe(true);
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching(/within 30000 ms/) })]);
    expect(await available()).toBe(4800n);
    // It is asked again, under the same name.
    world.server.time.advance(1_000);
    void payouts();
    await settle();
    expect(asked.filter(({ destination }) => destination === "hang").map(({ id }) => id)).toEqual([
      asked[0]?.id,
      asked[0]?.id,
    ]);
    world.server.time.advance(30_000);
    await settle();
    expect(errors).toHaveLength(2);
  });

  test("of many at once is waited for side by side, and all are paid", async () => {
    let [running, most] = [0, 0];
    const destinations = Array.from({ length: 45 }, (_, index) => `bank ${index}`);
    const answers: (() => void)[] = [];
    const ids = await withdrawals(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => answers.push(resolve));
        running -= 1;
        return { status: "paid" };
      },
      ...destinations,
    );
    const run = payouts();
    while (answers.length > 0 || running > 0) {
      await settle();
      answers.shift()?.();
    }
    await run;
    expect(most).toBe(20);
    expect(asked.map(({ destination }) => destination).sort()).toEqual([...destinations].sort());
    for (const id of ids) expect(await statusOf(id)).toBe("done");
    expect(errors).toEqual([]);
  });

  test("that never comes does not keep the server from ending", async () => {
    await withdrawals(() => new Promise(() => {}), "hang");
    void payouts();
    await settle();
    const closing = world.server.server.services.payouts.close();
    world.server.time.advance(5_000);
    await closing;
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching(/before the server ended/) })]);
  });

  test.each<PayoutResult>([{ status: "paid" }, { status: "refused", reason: "closed" }])(
    "of $status, for a payout that ended meanwhile, is told and changes nothing",
    async (answer) => {
      const ids: string[] = [];
      const [id] = await withdrawals(async (payout) => {
        const row = (await world.store.listTransfers("withdrawal", undefined, { limit: 1 }))[0];
        if (row === undefined) throw new Error("no withdrawal");
        ids.push(row.id);
        await world.store.write({ transfers: [{ ...row, status: "done" }], outboxDone: [payout.id] });
        return answer;
      }, "bank");
      await payouts();
      expect(ids).toEqual([id]);
      expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching(/meanwhile|found it done/) })]);
      expect([await statusOf(id), await available()]).toEqual(["done", 4900n]);
    },
  );

  test("that comes too late changes nothing", async () => {
    const late: ((result: PayoutResult) => void)[] = [];
    const [id] = await withdrawals(() => new Promise((resolve) => late.push(resolve)), "bank");
    const run = payouts();
    await settle();
    world.server.time.advance(30_000);
    await run;
    late[0]?.({ status: "refused", reason: "late" });
    await settle();
    expect([await statusOf(id), await available()]).toEqual(["pending", 4900n]);
  });
});
