import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accountName } from "../account-name.ts";
import type { AgreementQuery, BookAccount, Page, Store } from "../store.ts";
import { account, agreementChange, deposit, digest, entry, everyPage, move, RAIL, transfer } from "./samples.ts";
import { STORES } from "./stores.ts";

const parameter = expect.objectContaining({ code: "HTTP_PARAMETER" });

describe.each(STORES)("$name: lists", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  // Ids of digests say nothing, so agreements are looked at by the names they come from.
  const names = async (query: AgreementQuery, page: Page): Promise<readonly string[]> => {
    const rows = await store.listAgreements(query, page);
    const known = new Map(NAMES.map((name) => [digest(name), name]));
    return rows.map(({ id }) => known.get(id) ?? id);
  };
  const NAMES = ["a", "b", "c", "d", "e", "f"];
  const agreements = async (): Promise<void> => {
    // Made in this order; c to e at one time.
    const samples = [
      { name: "a", createdAt: 10, status: "closed", roles: [{ party: "p", role: "buyer" as const }] },
      { name: "b", createdAt: 30, status: "review", roles: [{ party: "p", role: "seller" as const }] },
      { name: "c", createdAt: 20, status: "closed", roles: [{ party: "q", role: "buyer" as const }] },
      {
        name: "d",
        createdAt: 20,
        status: "review",
        roles: [
          { party: "p", role: "buyer" as const },
          { party: "p", role: "checker" as const },
          { party: "q", role: "seller" as const },
        ],
      },
      { name: "e", createdAt: 20, status: "offered", roles: [{ party: "r", role: "buyer" as const }] },
      { name: "f", createdAt: 5, status: "offered" },
    ];
    for (const sample of samples) await store.write({ agreement: agreementChange(sample) });
  };

  test("the end of a log is far away, and nothing stands behind it", async () => {
    await agreements();
    for (const from of [1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      expect(await store.events(digest("a"), from, 10)).toEqual([]);
      expect(await store.entries(entry("alice", 0), from, 10)).toEqual([]);
    }
  });

  test("agreements: newest first, of equals the one that was made later", async () => {
    await agreements();
    expect(await names({}, { limit: 99 })).toEqual(["b", "e", "d", "c", "a", "f"]);
  });

  test.each<[string, AgreementQuery, readonly string[]]>([
    ["a status", { status: "review" }, ["b", "d"]],
    ["closed", { status: "closed" }, ["c", "a"]],
    ["a status that nothing has", { status: "window" }, []],
    ["a party", { parties: ["p"] }, ["b", "d", "a"]],
    ["two parties of one agreement", { parties: ["p", "q"] }, ["b", "d", "c", "a"]],
    ["one party twice", { parties: ["q", "q"] }, ["d", "c"]],
    ["a party and its role", { parties: ["p"], role: "buyer" }, ["d", "a"]],
    ["a party, its role and a status", { parties: ["p"], role: "buyer", status: "review" }, ["d"]],
    ["a role", { role: "seller" }, ["b", "d"]],
    ["no party", { parties: [] }, []],
    ["a party that nobody knows", { parties: ["x"] }, []],
  ])("agreements by %s, in pages of every size", async (_, query, expected) => {
    await agreements();
    for (const limit of [1, 2, 3, 99]) {
      const rows = await everyPage(
        limit,
        (page) => store.listAgreements(query, page),
        ({ id }) => id,
      );
      expect(rows.map(({ id }) => id)).toEqual(expected.map(digest));
    }
  });

  test("what is made meanwhile does not move the pages that follow", async () => {
    await agreements();
    expect(await names({}, { limit: 2 })).toEqual(["b", "e"]);
    await store.write({ agreement: agreementChange({ name: "new", createdAt: 99 }) });
    await store.write({ agreement: agreementChange({ name: "b", expectedEvents: 1, createdAt: 30 }) });
    expect(await names({}, { limit: 2, after: digest("e") })).toEqual(["d", "c"]);
  });

  test("more parties than a statement takes parameters", async () => {
    await agreements();
    const parties = Array.from({ length: 2_000 }, (_, index) => `x${index}`);
    expect(await names({ parties: [...parties, "q"] }, { limit: 9 })).toEqual(["d", "c"]);
  });

  test("timers: earliest first, and none that is not due", async () => {
    expect(await store.nextDue()).toBeUndefined();
    const dues = new Map([
      ["a", 30],
      ["b", 10],
      ["c", 20],
      ["d", 20],
    ]);
    for (const [name, due] of dues) await store.write({ agreement: agreementChange({ name, due }) });
    await store.write({ agreement: agreementChange({ name: "e" }) });
    expect(await store.nextDue()).toBe(10);
    expect(await store.dueAgreements(9, 9)).toEqual([]);
    expect(await store.dueAgreements(10, 9)).toEqual([{ id: digest("b"), due: 10 }]);
    const all = await store.dueAgreements(30, 9);
    expect(all.map(({ due }) => due)).toEqual([10, 20, 20, 30]);
    expect(all.map(({ id }) => id)).toEqual([digest("b"), ...[digest("c"), digest("d")].sort(), digest("a")]);
    expect(await store.dueAgreements(30, 2)).toEqual(all.slice(0, 2));
    for (const [index, one] of all.entries())
      expect(await store.dueAgreements(30, 9, one)).toEqual(all.slice(index + 1));
    expect(await store.dueAgreements(30, 2, all[0])).toEqual(all.slice(1, 3));
    expect(await store.dueAgreements(29, 9, { id: digest("x"), due: 15 })).toEqual(all.slice(1, 3));
    await store.write({ agreement: agreementChange({ name: "b", expectedEvents: 1, due: 40 }) });
    await store.write({ agreement: agreementChange({ name: "c", expectedEvents: 1 }) });
    expect(await store.nextDue()).toBe(20);
    expect((await store.dueAgreements(99, 9)).map(({ due }) => due)).toEqual([20, 30, 40]);
  });

  test("balances: of an owner or all, every one once, in one order for every size of page", async () => {
    const accounts: BookAccount[] = [
      account("available", "alice"),
      account("available", "alice with a space"),
      account("escrow", "alice"),
      { ...account("available", "alice"), assetCode: "EUR" },
      { ...account("available", "alice"), assetScale: 10 },
      { ...account("available", "alice"), assetScale: 9 },
      { ...account("available", "bob"), assetCode: "eip155:1/slip44:60", assetScale: 18 },
    ];
    for (const [index, to] of accounts.entries()) {
      const rail = { ...RAIL, assetCode: to.assetCode, assetScale: to.assetScale };
      await store.write({ transactions: [move(`t${index}`, rail, to, 1n)] });
    }
    const read = (owner: string | undefined) => (limit: number) =>
      everyPage(
        limit,
        (page) => store.balances(owner, page),
        ({ account }) => accountName(account),
      );
    const all = await read(undefined)(99);
    expect(new Set(all.map(({ account }) => accountName(account)))).toEqual(
      new Set([
        ...accounts.map(accountName),
        ...accounts.map(({ assetCode, assetScale }) => accountName({ ...RAIL, assetCode, assetScale })),
      ]),
    );
    const alice = await read("alice")(99);
    expect(alice.map(({ account }) => accountName(account)).sort()).toEqual(
      accounts
        .filter(({ owner }) => owner === "alice")
        .map(accountName)
        .sort(),
    );
    for (const limit of [1, 2, 3]) {
      expect(await read(undefined)(limit)).toEqual(all);
      expect(await read("alice")(limit)).toEqual(alice);
    }
    expect(await store.accountOwners(["bob", "carol", "alice"])).toEqual(["bob", "alice"]);
    expect(await store.accountOwners([])).toEqual([]);
    const after = accountName(account("available", "bob"));
    await expect(store.balances("alice", { limit: 1, after })).rejects.toEqual(parameter);
    await expect(store.balances(undefined, { limit: 1, after: "x" })).rejects.toEqual(parameter);
  });

  test("transactions: oldest first, all or those of an account", async () => {
    const [alice, bob] = [account("available", "alice"), account("available", "bob")];
    for (const [index, to] of [alice, bob, alice, bob, alice].entries()) {
      await store.write({ transactions: [move(`t${index}`, RAIL, to, BigInt(index + 1))] });
    }
    const read = (of: BookAccount | undefined, limit: number) =>
      everyPage(
        limit,
        (page) => store.transactions(of, page),
        ({ id }) => id,
      );
    for (const limit of [1, 2, 9]) {
      expect((await read(undefined, limit)).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((n) => digest(`t${n}`)));
      expect((await read(alice, limit)).map(({ id }) => id)).toEqual([0, 2, 4].map((n) => digest(`t${n}`)));
      expect(await read(account("available", "eve"), limit)).toEqual([]);
    }
    await expect(store.transactions(undefined, { limit: 1, after: digest("x") })).rejects.toEqual(parameter);
  });

  test("account logs: every one, in one order for every size of page", async () => {
    const owners = ["alice", "bob", "carol"];
    for (const owner of owners) {
      await store.write({ entries: [entry(owner, 0), entry(owner, 0, "EUR"), entry(owner, 1)] });
    }
    const all = await store.accountLogs({ limit: 99 });
    expect(all.map(({ owner, assetCode, assetScale }) => `${owner} ${assetCode} ${assetScale}`).sort()).toEqual(
      owners.flatMap((owner) => [`${owner} EUR 2`, `${owner} USD 2`]),
    );
    for (const limit of [1, 2, 4]) {
      expect(await everyPage(limit, store.accountLogs, (log) => accountName({ kind: "available", ...log }))).toEqual(
        all,
      );
    }
    await expect(store.accountLogs({ limit: 1, after: "x" })).rejects.toEqual(parameter);
    await expect(store.accountLogs({ limit: 1, after: accountName(RAIL) })).rejects.toEqual(parameter);
  });

  test("entries: in their order, from any place on", async () => {
    for (const seq of [0, 1, 2, 3]) await store.write({ entries: [entry("alice", seq), entry("alice", seq, "EUR")] });
    expect(await store.entries(entry("alice", 0), 1, 2)).toEqual([entry("alice", 1), entry("alice", 2)]);
    expect(await store.entries(entry("alice", 0, "EUR"), 3, 9)).toEqual([entry("alice", 3, "EUR")]);
    expect(await store.entries(entry("alice", 0), 4, 9)).toEqual([]);
    expect(await store.lastEntry(entry("alice", 0))).toEqual(entry("alice", 3));
    expect(await store.lastEntry(entry("bob", 0))).toBeUndefined();
  });

  test("transfers: by kind and tenant, newest first", async () => {
    await store.write({ entries: [entry("alice", 0)] });
    const rows = [
      transfer("wd_1", entry("alice", 0), { createdAt: 10 }),
      transfer("wd_2", entry("alice", 0), { createdAt: 30, tenant: "two" }),
      transfer("wd_3", entry("alice", 0), { createdAt: 20 }),
      transfer("wd_4", entry("alice", 0), { createdAt: 20 }),
      transfer("dep_1", entry("alice", 0), { createdAt: 15, kind: "deposit", status: "done" }),
    ];
    for (const row of rows) await store.write({ transfers: [row] });
    const read = (kind: "deposit" | "withdrawal", tenant: string | undefined, limit: number) =>
      everyPage(
        limit,
        (page) => store.listTransfers(kind, tenant, page),
        ({ id }) => id,
      );
    for (const limit of [1, 2, 9]) {
      const ids = async (...args: Parameters<typeof read>) => (await read(...args)).map(({ id }) => id);
      expect(await ids("withdrawal", undefined, limit)).toEqual(["wd_2", "wd_4", "wd_3", "wd_1"]);
      expect(await ids("withdrawal", "one", limit)).toEqual(["wd_4", "wd_3", "wd_1"]);
      expect(await ids("deposit", undefined, limit)).toEqual(["dep_1"]);
      expect(await ids("deposit", "two", limit)).toEqual([]);
    }
    expect(await store.listTransfers("withdrawal", "two", { limit: 9 })).toEqual([rows[1]]);
    await expect(store.listTransfers("deposit", undefined, { limit: 1, after: "wd_1" })).rejects.toEqual(parameter);
  });

  test("a snapshot stays as it is while others write", async () => {
    const alice = account("available", "alice");
    await store.write(deposit("alice", 0, 1n));
    // In memory the write waits until the snapshot ends, elsewhere it does not; neither shows in the snapshot.
    let write: Promise<unknown> = Promise.resolve();
    const seen = await store.snapshot(async (reads) => {
      const before = await reads.balance(alice);
      write = store.write(deposit("alice", 1, 1n));
      // Time enough for a write that does not wait.
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      return [before, await reads.balance(alice), (await reads.entries(entry("alice", 0), 0, 9)).length];
    });
    await write;
    expect(seen).toEqual([1n, 1n, 1]);
    expect(await store.balance(alice)).toBe(2n);
    await expect(store.snapshot(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    expect((await store.write(deposit("alice", 2, 1n))).ok).toBe(true);
  });
});
