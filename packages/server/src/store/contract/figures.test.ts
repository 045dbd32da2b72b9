import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { account, agreementChange, command, entry, move, RAIL, transfer } from "./samples.ts";
import { STORES } from "./stores.ts";

describe.each(STORES)("$name: figures", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const put = async (change: Parameters<Store["write"]>[0]): Promise<void> => {
    expect(await store.write(change)).toEqual({ ok: true });
  };

  test("of an empty store are zero", async () => {
    const none = { count: 0, oldest: undefined, dead: 0 };
    const found = await store.figures(5_000);
    expect(found).toMatchObject({
      timers: { count: 0, oldest: undefined },
      outbox: { payout: none, delivery: none },
      imbalances: [],
      negative: 0,
      escrowLeft: 0,
    });
    expect([...found.agreements.values()].every((count) => count === 0)).toBe(true);
    expect(found.bytes.data).toBeGreaterThan(0);
  });

  test("count agreements by status, and timers that are due", async () => {
    for (const [name, status, due] of [
      ["a", "offered", 1_000],
      ["b", "offered", 9_000],
      ["c", "review", 5_000],
      ["d", "closed", undefined],
    ] as const) {
      await put({ agreement: agreementChange({ name, status, ...(due === undefined ? {} : { due }) }) });
    }
    const { agreements, timers } = await store.figures(5_000);
    expect(Object.fromEntries(agreements)).toMatchObject({ offered: 2, review: 1, closed: 1 });
    expect(timers).toEqual({ count: 2, oldest: 1_000 });
    expect((await store.figures(999)).timers).toEqual({ count: 0, oldest: undefined });
  });

  test("tell of payouts until they are done", async () => {
    const first = entry("alice", 0);
    const second = entry("alice", 1);
    await put({
      entries: [first],
      transfers: [transfer("wd_1", first, { status: "pending", createdAt: 2_000 })],
      outbox: [command("one")],
    });
    await put({
      entries: [second],
      transfers: [transfer("wd_2", second, { status: "pending", createdAt: 3_000 })],
      outbox: [command("two")],
    });
    expect((await store.figures(9_000)).outbox.payout).toEqual({ count: 2, oldest: 2_000, dead: 0 });
    await store.retryCommand("one", 8_000);
    expect((await store.figures(9_000)).outbox.payout).toEqual({ count: 2, oldest: 2_000, dead: 0 });
    await put({
      transfers: [transfer("wd_1", first, { status: "done", createdAt: 2_000 })],
      outboxDone: ["one"],
    });
    expect((await store.figures(9_000)).outbox.payout).toEqual({ count: 1, oldest: 3_000, dead: 0 });
  });

  test("see money that is left in a closed agreement, and none while it is open", async () => {
    const { id } = agreementChange({ name: "a" });
    await put({ agreement: agreementChange({ name: "a", status: "funded" }) });
    await put({ transactions: [move("in", RAIL, account("escrow", id), 10n ** 30n)] });
    await put({ transactions: [move("more", RAIL, account("holdback", id), 1n)] });
    await put({ transactions: [move("other", RAIL, account("escrow", "not an agreement"), 7n)] });
    expect(await store.figures(0)).toMatchObject({ imbalances: [], negative: 0, escrowLeft: 0 });
    await put({ agreement: agreementChange({ name: "a", expectedEvents: 1, status: "closed" }) });
    expect(await store.figures(0)).toMatchObject({ imbalances: [], negative: 0, escrowLeft: 2 });
    await put({ transactions: [move("out", account("escrow", id), account("fee", "settler"), 10n ** 30n)] });
    expect(await store.figures(0)).toMatchObject({ imbalances: [], escrowLeft: 1 });
  });

  test("have the version of the schema beside them", async () => {
    const { found, expected } = await store.schemaVersion();
    expect(found).toBe(expected);
    expect(found).toBeGreaterThan(0);
  });
});
