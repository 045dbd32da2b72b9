import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accountOf,
  BUYER,
  book,
  both,
  commandTo,
  entriesOf,
  findingOf,
  makeOriginal,
  nothing,
  type Original,
  payloadOf,
  type Row,
  run,
  type Tamper,
  textsOf,
  transferTo,
  unbook,
} from "./tampering.ts";

let original: Original;
beforeAll(async () => {
  original = await makeOriginal();
});
afterAll(() => original.close());

const ROWS: readonly Row[] = [
  ["a transaction's type", "transaction", /found x at/, run("UPDATE transactions SET type = 'x' WHERE n = 1")],
  [
    "a transaction's time",
    "transaction",
    /at \d+/,
    run("UPDATE transactions SET at = at + 1 WHERE type = 'escrow.funded'"),
  ],
  [
    "a transaction's id",
    "transaction",
    /no such transaction/,
    run("UPDATE transactions SET id = 'sha256:x' WHERE type = 'settlement.executed'"),
  ],
  [
    "a posting",
    "transaction",
    /escrow/,
    run(
      "UPDATE postings SET value = '1' WHERE line = 0 AND entry = (SELECT n FROM transactions WHERE type = 'escrow.funded')",
    ),
  ],
  [
    "a posting to another account",
    "transaction",
    /available/,
    run(`UPDATE postings SET account = ${accountOf("fee")} WHERE line = 1 AND entry = 1`),
  ],
  ["a posting that is taken out", "transaction", /:/, run("DELETE FROM postings WHERE line = 1 AND entry = 2")],
  ["a posting of no transaction", "transaction", /all postings/, run("INSERT INTO postings VALUES (999, 0, 1, '0')")],
  [
    "a transaction that is taken out",
    "transaction",
    /no such transaction/,
    (store) =>
      unbook(store, String(store.sql("SELECT id FROM transactions WHERE type = 'holdback.released'").get()?.["id"])),
  ],
  [
    "money from party to party",
    "transaction",
    /no such transaction, found gift/,
    (store) =>
      book(
        store,
        "sha256:x",
        "gift",
        5n,
        "(SELECT n FROM accounts WHERE kind = 'available' AND balance <> '0' LIMIT 1)",
        "(SELECT max(n) FROM accounts WHERE kind = 'available')",
      ),
  ],
  [
    "money from the world to the fee",
    "transaction",
    /all transactions/,
    (store) => book(store, "sha256:x", "gift", 5n, accountOf("rail"), accountOf("fee")),
  ],
  [
    "money from the world to an escrow",
    "transaction",
    /no such transaction, found gift/,
    (store) => book(store, "sha256:x", "gift", 5n, accountOf("rail"), accountOf("escrow")),
  ],
  [
    "a transaction that moves nothing",
    "transaction",
    /all transactions/,
    run("INSERT INTO transactions (id, type, at) VALUES ('sha256:x', 'x', 1)"),
  ],
  [
    "what a party has available",
    "balance",
    /found 1$/,
    run(`UPDATE accounts SET balance = '1' WHERE n = ${accountOf("available")}`),
  ],
  [
    "what is in escrow",
    "balance",
    /found 1$/,
    run("UPDATE accounts SET balance = '1' WHERE kind = 'escrow' AND balance <> '0'"),
  ],
  [
    "what is in escrow, out of what another has",
    "balance",
    /expected 48000, found 47999/,
    both(
      run("UPDATE accounts SET balance = '47999' WHERE kind = 'escrow' AND balance <> '0'"),
      run("UPDATE accounts SET balance = '1' WHERE kind = 'escrow' AND balance = '0'"),
    ),
  ],
  ["a fee", "balance", /found 0$/, run("UPDATE accounts SET balance = '0' WHERE kind = 'fee'")],
  ["the rail", "balance", /found -1$/, run("UPDATE accounts SET balance = '-1' WHERE kind = 'rail'")],
  [
    "an account below zero",
    "balance",
    /at least 0, found -5/,
    run(`UPDATE accounts SET balance = '-5' WHERE n = ${accountOf("available")}`),
  ],
  [
    "an account of nobody",
    "sum",
    /expected 0, found 5/,
    run(
      "INSERT INTO accounts (owner, kind, asset_code, asset_scale, balance) VALUES ('sha256:x', 'escrow', 'USD', 2, '5')",
    ),
  ],
  [
    "an empty account of nobody",
    "balance",
    /all accounts/,
    run(
      "INSERT INTO accounts (owner, kind, asset_code, asset_scale, balance) VALUES ('sha256:x', 'escrow', 'USD', 2, '0')",
    ),
  ],
  ["an account that is taken out", "balance", /no such account/, run("DELETE FROM accounts WHERE kind = 'fee'")],
];

describe("reconciliation", () => {
  test.each(ROWS)("names %s", async (...row) => {
    const [, , , tamper] = row;
    expect(textsOf(await original.audited(tamper))).toContainEqual(expect.stringMatching(findingOf(row)));
  });

  test("agrees with a store that nobody touched", async () => {
    expect(await original.audited(nothing)).toEqual({
      ok: true,
      agreements: 3,
      events: 16,
      entries: 7,
      transactions: 11,
      accounts: 8,
      findings: [],
    });
  });

  test("counts only what its own settler says", async () => {
    const { ok, findings } = await original.audited(nothing, "https://other.example");
    expect(ok).toBe(false);
    expect(findings.filter(({ what }) => what === "log")).toHaveLength(3);
    expect(findings.filter(({ what }) => what === "entry")).toHaveLength(7);
  });

  // LEDGER-13 says so. Were it otherwise, that sentence would have to change.
  test.each<readonly [string, Tamper]>([
    [
      "an end that was cut off a log with all that follows from it",
      (store) => {
        const { sql } = store;
        const last = entriesOf(store).findLast(({ envelope }) => payloadOf(envelope).reference === "later");
        unbook(store, last?.digest ?? "");
        sql("DELETE FROM outbox WHERE id = ?").run(last?.digest ?? "");
        sql("DELETE FROM transfers WHERE entry = ?").run(last?.digest ?? "");
        sql("DELETE FROM account_entries WHERE n = ?").run(last?.n ?? 0);
        sql("UPDATE account_logs SET entries = entries - 1 WHERE owner = ?").run(BUYER);
      },
    ],
    [
      "a whole log",
      ({ sql }) => {
        const { n } = sql("SELECT n FROM agreements WHERE status = 'offered'").get() as { readonly n: number };
        for (const table of ["events", "roles"]) sql(`DELETE FROM ${table} WHERE agreement = ?`).run(n);
        sql("DELETE FROM agreements WHERE n = ?").run(n);
      },
    ],
    [
      "a payout that is called paid",
      both(
        run(`UPDATE outbox SET done = 1 WHERE id = ${commandTo("later")}`),
        run(`UPDATE transfers SET status = 'done' WHERE id = ${transferTo("later")}`),
      ),
    ],
    ["a tenant", run("UPDATE transfers SET tenant = 'evil'")],
    ["when a row was written", run("UPDATE agreements SET updated_at = 0")],
    ["an upload", run("UPDATE uploads SET tenant = 'evil'")],
    ["an answer that is kept", run("DELETE FROM answers")],
    ["an API key", run("UPDATE api_keys SET scopes = '[\"operator\"]'")],
  ])("takes as given %s", async (_, tamper) => {
    expect((await original.audited(tamper)).findings).toEqual([]);
  });

  test("gives others their turn", async () => {
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    const audit = original.audited(nothing).finally(() => {
      isOver = true;
    });
    turn();
    const { agreements } = await audit;
    expect(turns).toBeGreaterThan(agreements + 10);
  });
});
