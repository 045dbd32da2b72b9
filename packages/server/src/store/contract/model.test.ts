import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accountName } from "../account-name.ts";
import type { BookAccount, Change, Store } from "../store.ts";
import { emptyModel, logName, type Model, predict } from "./model.ts";
import {
  account,
  agreementChange,
  answer,
  command,
  digest,
  entry,
  everyPage,
  move,
  outcome,
  RAIL,
  transfer,
} from "./samples.ts";
import { STORES } from "./stores.ts";

// Few names, so that changes meet each other.
const AGREEMENTS = ["x", "y"];
const OWNERS = ["alice", "bob"];
const ACCOUNTS: readonly BookAccount[] = [
  RAIL,
  account("available", "alice"),
  account("available", "bob"),
  account("escrow", "x"),
  account("fee", "settler"),
];
const numbers = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const value = fc.oneof(fc.bigInt(1n, 9n), fc.bigInt(1n, 10n ** 30n), fc.constant(10n ** 30n), fc.constant(2n ** 63n));
const transaction = fc
  .record({ name: numbers(30), from: fc.constantFrom(...ACCOUNTS), to: fc.constantFrom(...ACCOUNTS), value })
  .filter(({ from, to }) => from !== to)
  .map(({ name, from, to, value }) => move(`t${name}`, from, to, value));
const agreement = fc
  .record({ name: fc.constantFrom(...AGREEMENTS), expectedEvents: numbers(4), count: fc.constantFrom(1, 2) })
  .map(agreementChange);
const booked = fc.record({
  owner: fc.constantFrom(...OWNERS),
  seq: numbers(3),
  // A transfer refers to an entry, so it comes with one.
  transfer: maybe(fc.record({ n: numbers(4), status: fc.constantFrom("pending", "done", "returned") })),
});

const change: fc.Arbitrary<Change> = fc
  .record({
    agreement: maybe(agreement),
    booked: maybe(booked),
    transactions: fc.array(transaction, { maxLength: 3 }),
    key: maybe(numbers(9)),
    outbox: fc.uniqueArray(numbers(6), { maxLength: 1 }),
    outboxDone: fc.uniqueArray(numbers(6), { maxLength: 1 }),
  })
  .map(({ agreement, booked, transactions, key, outbox, outboxDone }) => {
    const by = booked === undefined ? undefined : entry(booked.owner, booked.seq);
    const moved = booked?.transfer;
    return {
      transactions,
      outbox: outbox.map((n) => command(`c${n}`)),
      outboxDone: outboxDone.map((n) => `c${n}`),
      ...(agreement === undefined ? {} : { agreement }),
      ...(by === undefined ? {} : { entries: [by] }),
      ...(by === undefined || moved === undefined
        ? {}
        : { transfers: [transfer(`wd_${moved.n}`, by, { status: moved.status })] }),
      ...(key === undefined ? {} : { answer: answer(`k${key}`) }),
    };
  });

/** Everything that the model knows, read from a store. */
async function read(store: Store): Promise<Model> {
  const model = emptyModel();
  for (const name of AGREEMENTS) {
    const events = await store.events(digest(name), 0, 99);
    if (events.length > 0)
      model.agreements.set(
        digest(name),
        events.map(({ digest }) => digest),
      );
    expect((await store.agreement(digest(name)))?.events ?? 0).toBe(events.length);
  }
  for (const owner of OWNERS) {
    const entries = await store.entries(entry(owner, 0), 0, 99);
    if (entries.length > 0)
      model.entries.set(
        logName(entry(owner, 0)),
        entries.map(({ digest }) => digest),
      );
  }
  for (let n = 0; n < 5; n++) {
    const row = await store.transfer(`wd_${n}`);
    if (row !== undefined) model.transfers.set(row.id, row);
  }
  for (const { id } of await everyPage(
    7,
    (page) => store.transactions(undefined, page),
    ({ id }) => id,
  )) {
    model.transactions.add(id);
  }
  for (const { account, value } of await store.balances(undefined, { limit: 99 })) {
    model.balances.set(accountName(account), value);
  }
  for (let n = 0; n < 10; n++) {
    if ((await store.keptAnswer("one", `k${n}`)) !== undefined) model.answers.add(`one k${n}`);
  }
  const pending = new Set((await store.dueCommands(9_999, 99)).map(({ id }) => id));
  for (let n = 0; n < 7; n++) {
    // Whether a command was ever there shows in whether its id is free.
    const id = `c${n}`;
    const wasThere = pending.has(id) || outcome(await store.write({ outbox: [command(id)] })) === "stale";
    if (wasThere) model.outbox.set(id, !pending.has(id));
  }
  return model;
}

/** Balances as the postings give them; fails when one is below zero that may not be. */
async function replay(store: Store): Promise<Map<string, bigint>> {
  const balances = new Map<string, bigint>();
  for (const { postings } of await everyPage(
    5,
    (page) => store.transactions(undefined, page),
    ({ id }) => id,
  )) {
    for (const { account, value } of postings) {
      balances.set(accountName(account), (balances.get(accountName(account)) ?? 0n) + value);
    }
    for (const { account } of postings) {
      if (account.kind !== "rail") expect(balances.get(accountName(account))).toBeGreaterThanOrEqual(0n);
    }
  }
  return balances;
}

describe.each(STORES)("$name: against the model", ({ open, runs = 1 }) => {
  const withStore = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  test("changes one after another come to what the model says", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 20, maxLength: 40 }), (changes) =>
        withStore(async (store) => {
          let model = emptyModel();
          for (const one of changes) {
            const expected = predict(model, one);
            const found = outcome(await store.write(one));
            seen.add(found);
            expect(found).toBe(typeof expected === "string" ? expected : "ok");
            if (typeof expected !== "string") model = expected;
          }
          expect(await replay(store)).toEqual(model.balances);
          expect(await read(store)).toEqual(model);
        }),
      ),
      { numRuns: 40 * runs, seed: 4 },
    );
    // A generator that meets no conflict would test nothing.
    expect([...seen].sort()).toEqual(["answered", "insufficient", "ok", "stale"]);
  });

  test("of changes at the same time, the ones that were made are whole and the others are not there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 30, maxLength: 60 }), (changes) =>
        withStore(async (store) => {
          const outcomes = await Promise.all(changes.map(async (one) => outcome(await store.write(one))));
          const made = changes.filter((_, index) => outcomes[index] === "ok");
          const after = await read(store);
          const ids = made.flatMap(({ transactions = [] }) => transactions.map(({ id }) => id));
          expect([...after.transactions].sort()).toEqual(ids.sort());
          const events = made.flatMap(({ agreement }) => agreement?.append.map(({ digest }) => digest) ?? []);
          expect([...after.agreements.values()].flat().sort()).toEqual(events.sort());
          const entries = made.flatMap(({ entries = [] }) => entries.map(({ digest }) => digest));
          expect([...after.entries.values()].flat().sort()).toEqual(entries.sort());
          expect(after.answers.size).toBe(made.filter(({ answer }) => answer !== undefined).length);
          expect(await replay(store)).toEqual(after.balances);
        }),
      ),
      { numRuns: Math.ceil(25 * runs), seed: 5 },
    );
  });
});
