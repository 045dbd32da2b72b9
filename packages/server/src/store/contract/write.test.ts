import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AgreementChange, Change, Store } from "../store.ts";
import {
  account,
  agreementChange,
  answer,
  bytes,
  collect,
  command,
  deposit,
  digest,
  entry,
  event,
  move,
  outcome,
  RAIL,
  transfer,
} from "./samples.ts";
import { STORES } from "./stores.ts";

const MAX = 10n ** 30n;
const alice = account("available", "alice");
const bob = account("available", "bob");

describe.each(STORES)("$name: write", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const write = async (change: Change): Promise<string> => outcome(await store.write(change));

  // Everything that a change can carry, with nothing of it in the store before.
  const whole = (name: string): Change => ({
    agreement: agreementChange({ name, count: 2, due: 9, roles: [{ party: name, role: "buyer" }] }),
    entries: [entry(name, 0)],
    transfers: [transfer(`wd_${name}`, entry(name, 0))],
    transactions: [move(`${name} transaction`, RAIL, account("available", name), 5n)],
    answer: answer(name),
    outbox: [command(`${name} command`)],
  });

  const nothingOf = async (name: string): Promise<void> => {
    expect(await store.agreement(digest(name))).toBeUndefined();
    expect(await store.events(digest(name), 0, 10)).toEqual([]);
    expect(await store.roles(digest(name))).toEqual([]);
    expect(await store.listAgreements({ parties: [name] }, { limit: 10 })).toEqual([]);
    expect(await store.lastEntry(entry(name, 0))).toBeUndefined();
    expect(await store.transfer(`wd_${name}`)).toBeUndefined();
    expect(await store.balance(account("available", name))).toBe(0n);
    expect(await store.balances(name, { limit: 10 })).toEqual([]);
    expect(await store.keptAnswer("one", name)).toBeUndefined();
    expect((await store.dueCommands(9_999, 10)).map(({ id }) => id)).not.toContain(`${name} command`);
    expect((await store.transactions(undefined, { limit: 99 })).map(({ id }) => id)).not.toContain(
      digest(`${name} transaction`),
    );
  };

  test("every part of a change is there afterwards, byte for byte", async () => {
    expect(await write(whole("a"))).toBe("ok");
    expect(await store.agreement(digest("a"))).toEqual(agreementChange({ name: "a", count: 2, due: 9 }).row);
    expect(await store.events(digest("a"), 0, 10)).toEqual([event("a", 0), event("a", 1)]);
    expect(await store.events(digest("a"), 1, 10)).toEqual([event("a", 1)]);
    expect(await store.events(digest("a"), 0, 1)).toEqual([event("a", 0)]);
    expect(await store.roles(digest("a"))).toEqual([{ party: "a", role: "buyer" }]);
    expect(await store.lastEntry(entry("a", 0))).toEqual(entry("a", 0));
    expect(await store.entries(entry("a", 0), 0, 9)).toEqual([entry("a", 0)]);
    expect(await store.transfer("wd_a")).toEqual(transfer("wd_a", entry("a", 0)));
    expect(await store.balance(account("available", "a"))).toBe(5n);
    expect(await store.balance(RAIL)).toBe(-5n);
    expect(await store.transactions(account("available", "a"), { limit: 9 })).toEqual([
      move("a transaction", RAIL, account("available", "a"), 5n),
    ]);
    expect(await store.keptAnswer("one", "a")).toEqual(answer("a"));
    expect(await store.dueCommands(1_000, 9)).toEqual([command("a command")]);
  });

  // Each takes one part that is there already, so that all the others have to stay away.
  const conflicts: readonly [string, string, (change: Change) => Change][] = [
    ["the idempotency key", "answered", (change) => ({ ...change, answer: answer("there") })],
    ["the agreement", "stale", (change) => ({ ...change, agreement: agreementChange({ name: "there" }) })],
    [
      "the digest of an event",
      "stale",
      (change) => {
        const { append, row, ...rest } = change.agreement as AgreementChange;
        const [first] = append;
        const taken = event("there", 1);
        return {
          ...change,
          agreement: { ...rest, append: [first!, { ...taken, seq: 1 }], row: { ...row, head: taken.digest } },
        };
      },
    ],
    ["the entry", "stale", (change) => ({ ...change, entries: [entry("there", 0)], transfers: [] })],
    ["a gap before the entry", "stale", (change) => ({ ...change, entries: [entry("there", 2)], transfers: [] })],
    ["the first entry missing", "stale", (change) => ({ ...change, entries: [entry("b", 1)], transfers: [] })],
    [
      "the digest of an entry",
      "stale",
      (change) => ({
        ...change,
        entries: [...(change.entries ?? []), { ...entry("there", 1), digest: entry("there", 0).digest }],
      }),
    ],
    ["the transfer", "stale", (change) => ({ ...change, transfers: [transfer("wd_there", entry("b", 0))] })],
    [
      "the transaction",
      "stale",
      (change) => ({
        ...change,
        transactions: [...(change.transactions ?? []), move("there transaction", RAIL, bob, 1n)],
      }),
    ],
    ["the command", "stale", (change) => ({ ...change, outbox: [command("there command")] })],
    ["a command that is not there", "stale", (change) => ({ ...change, outboxDone: ["nothing"] })],
    [
      "too little money",
      "insufficient",
      (change) => ({ ...change, transactions: [...(change.transactions ?? []), move("b second", alice, bob, 1n)] }),
    ],
  ];

  test.each(conflicts)("%s: nothing of the change is there", async (_, kind, spoil) => {
    expect(await write(whole("there"))).toBe("ok");
    expect(await write(spoil(whole("b")))).toBe(kind);
    await nothingOf("b");
    expect(await store.agreement(digest("there"))).toEqual(agreementChange({ name: "there", count: 2, due: 9 }).row);
    expect(await store.balance(account("available", "there"))).toBe(5n);
    // What was refused leaves no trace that is in the way of a change that is right.
    expect(await write(whole("b"))).toBe("ok");
  });

  test("conflicts come in their order: answered, stale, insufficient", async () => {
    await write(whole("there"));
    const poor = { transactions: [move("poor", alice, bob, 1n), move("there transaction", RAIL, bob, 1n)] };
    expect(await write({ ...poor, outboxDone: ["nothing"], answer: answer("there") })).toBe("answered");
    expect(await write(poor)).toBe("stale");
    expect(await write({ transactions: [move("poor", alice, bob, 1n)] })).toBe("insufficient");
  });

  test("an agreement goes on from the number of events that it has, and only from there", async () => {
    await write({ agreement: agreementChange({ name: "a", count: 2 }) });
    for (const expectedEvents of [0, 1, 3]) {
      expect(await write({ agreement: agreementChange({ name: "a", expectedEvents }) })).toBe("stale");
    }
    const next = agreementChange({ name: "a", expectedEvents: 2, status: "accepted", due: 7 });
    expect(await write({ agreement: next })).toBe("ok");
    expect(await store.agreement(digest("a"))).toEqual(next.row);
    expect(await write({ agreement: next })).toBe("stale");
    expect(await write({ agreement: agreementChange({ name: "none", expectedEvents: 2 }) })).toBe("stale");
  });

  test("a receipt comes with the closing", async () => {
    await write({ agreement: agreementChange({ name: "a" }) });
    expect(await store.receipt(digest("a"))).toBeUndefined();
    const closing = agreementChange({ name: "a", expectedEvents: 1, status: "closed", receipt: bytes("receipt") });
    expect(await write({ agreement: closing })).toBe("ok");
    expect(await store.receipt(digest("a"))).toEqual(bytes("receipt"));
    expect(await store.receipt(digest("b"))).toBeUndefined();
  });

  test("one of many writers that expect the same wins", async () => {
    await write({ agreement: agreementChange({ name: "a" }) });
    const change = { agreement: agreementChange({ name: "a", expectedEvents: 1 }) };
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => write(change)));
    expect(outcomes.filter((one) => one === "ok")).toHaveLength(1);
    expect(outcomes.filter((one) => one === "stale")).toHaveLength(49);
    expect(await store.events(digest("a"), 0, 99)).toHaveLength(2);
  });

  test("an account is never overdrawn, however many draw on it at once", async () => {
    await write(deposit("alice", 0, 30n));
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => write({ transactions: [move(`draw ${index}`, alice, bob, 1n)] })),
    );
    expect(outcomes.filter((one) => one === "ok")).toHaveLength(30);
    expect(outcomes.filter((one) => one === "insufficient")).toHaveLength(70);
    expect([await store.balance(alice), await store.balance(bob), await store.balance(RAIL)]).toEqual([0n, 30n, -30n]);
  });

  test("insufficient names the account that has too little", async () => {
    await write(deposit("alice", 0, 4n));
    const written = await store.write({ transactions: [move("a", alice, bob, 5n)] });
    expect(written).toEqual({ ok: false, conflict: { kind: "insufficient", account: alice } });
  });

  test("transactions of a change are booked one after another: each has to hold by itself", async () => {
    const first = move("first", RAIL, alice, 5n);
    const second = move("second", alice, bob, 5n);
    expect(await write({ transactions: [second, first] })).toBe("insufficient");
    expect(await write({ transactions: [first, second] })).toBe("ok");
    expect([await store.balance(alice), await store.balance(bob)]).toEqual([0n, 5n]);
  });

  test("several postings of a transaction to one account count together", async () => {
    const escrow = account("escrow", "x");
    await write(deposit("alice", 0, 10n));
    const postings = [
      { account: alice, value: -15n },
      { account: escrow, value: 10n },
      { account: alice, value: 5n },
    ];
    expect(await write({ transactions: [{ id: digest("t"), type: "t", at: 1, postings }] })).toBe("ok");
    expect([await store.balance(alice), await store.balance(escrow)]).toEqual([0n, 10n]);
    expect(await store.transactions(alice, { limit: 9 })).toHaveLength(2);
    expect((await store.transactions(escrow, { limit: 9 }))[0]?.postings).toEqual(postings);
  });

  test("values and balances are exact at 10^30 and beyond", async () => {
    expect(await write(deposit("alice", 0, MAX))).toBe("ok");
    expect(await write(deposit("alice", 1, MAX))).toBe("ok");
    expect(await write({ transactions: [move("t", alice, bob, MAX + 1n)] })).toBe("ok");
    expect([await store.balance(alice), await store.balance(bob)]).toEqual([MAX - 1n, MAX + 1n]);
    expect(await store.balance(RAIL)).toBe(-2n * MAX);
    expect((await store.transfer("dep_alice_0"))?.value).toBe(MAX);
    expect((await store.transactions(bob, { limit: 1 }))[0]?.postings[1]?.value).toBe(MAX + 1n);
    expect(await write({ transactions: [move("u", alice, bob, MAX)] })).toBe("insufficient");
  });

  test("scales, assets, kinds and owners of accounts are kept apart", async () => {
    const accounts = [
      alice,
      { ...alice, assetScale: 3 },
      { ...alice, assetCode: "EUR" },
      { ...alice, kind: "fee" as const },
      { ...alice, owner: "alice 2" },
    ];
    for (const [index, to] of accounts.entries()) {
      const rail = { ...RAIL, assetCode: to.assetCode, assetScale: to.assetScale };
      await write({ transactions: [move(`t${index}`, rail, to, BigInt(index + 1))] });
    }
    expect(await Promise.all(accounts.map(store.balance))).toEqual([1n, 2n, 3n, 4n, 5n]);
  });

  test("a pending transfer ends once, and in nothing but its status", async () => {
    const row = transfer("wd_1", entry("alice", 0));
    await write({ entries: [entry("alice", 0)], transfers: [row] });
    expect(await write({ transfers: [row] })).toBe("stale");
    expect(await write({ transfers: [{ ...row, status: "done", value: 6n }] })).toBe("stale");
    expect(await write({ transfers: [{ ...row, status: "done", party: "bob" }] })).toBe("stale");
    expect(await write({ transfers: [{ ...row, status: "returned" }] })).toBe("ok");
    expect(await write({ transfers: [{ ...row, status: "done" }] })).toBe("stale");
    expect(await store.transfer("wd_1")).toEqual({ ...row, status: "returned" });
  });

  test("a command is done once, and its id is never free again", async () => {
    await write({ outbox: [command("c")] });
    expect(await write({ outboxDone: ["c"] })).toBe("ok");
    expect(await store.dueCommands(9_999, 9)).toEqual([]);
    expect(await write({ outboxDone: ["c"] })).toBe("stale");
    expect(await write({ outbox: [command("c")] })).toBe("stale");
  });

  test("an empty change is written", async () => {
    expect(await write({})).toBe("ok");
  });

  const good = agreementChange({ name: "a" });
  test.each<[string, Change]>([
    [
      "postings that do not add up",
      { transactions: [{ ...move("t", RAIL, bob, 1n), postings: [{ account: bob, value: 1n }] }] },
    ],
    ["no postings", { transactions: [{ ...move("t", RAIL, bob, 1n), postings: [] }] }],
    ["a posting of zero", { transactions: [move("t", RAIL, bob, 0n)] }],
    ["two assets", { transactions: [move("t", RAIL, { ...bob, assetCode: "EUR" }, 1n)] }],
    ["two scales", { transactions: [move("t", RAIL, { ...bob, assetScale: 3 }, 1n)] }],
    ["the row of another agreement", { agreement: { ...good, id: digest("b") } }],
    ["a wrong number of events", { agreement: { ...good, row: { ...good.row, events: 2 } } }],
    ["a wrong head", { agreement: { ...good, row: { ...good.row, head: digest("b") } } }],
    ["a gap in the events", { agreement: { ...good, append: [event("a", 1)] } }],
    ["no first event", { agreement: { ...good, append: [], row: { ...good.row, events: 0 } } }],
    [
      "roles of an agreement that is there",
      { agreement: { ...agreementChange({ name: "a", expectedEvents: 1 }), roles: [] } },
    ],
    ["a transfer of nothing", { transfers: [transfer("wd_1", entry("alice", 0), { value: 0n })] }],
    ["a transfer without its entry", { transfers: [transfer("wd_1", entry("alice", 0))] }],
  ])("%s is misuse and harms no other", async (_, change) => {
    const [bad, fine] = await Promise.allSettled([store.write(change), store.write(deposit("alice", 0, 1n))]);
    expect(bad.status === "rejected" && bad.reason).toBeInstanceOf(TypeError);
    expect(fine).toEqual({ status: "fulfilled", value: { ok: true } });
    expect(await store.agreement(digest("a"))).toBeUndefined();
    expect(await store.balance(bob)).toBe(0n);
  });

  test("after closing, everything is refused with HTTP_UNAVAILABLE", async () => {
    const other = await open();
    await other.write(deposit("alice", 0, 1n));
    await Promise.all([other.close(), other.close()]);
    const unavailable = expect.objectContaining({ code: "HTTP_UNAVAILABLE" });
    await expect(other.write({})).rejects.toEqual(unavailable);
    await expect(other.balance(alice)).rejects.toEqual(unavailable);
    await expect(other.exclusively("a", async () => 1)).rejects.toEqual(unavailable);
    await expect(other.snapshot(async () => 1)).rejects.toEqual(unavailable);
    await expect(collect(other.readEvidence(digest("a")))).rejects.toEqual(unavailable);
  });

  test("what was taken before closing is done", async () => {
    const other = await open();
    const writes = Array.from({ length: 300 }, (_, seq) => other.write(deposit("alice", seq, 1n)));
    const [results] = await Promise.all([Promise.all(writes), other.close()]);
    expect(results.every(({ ok }) => ok)).toBe(true);
  });
});
