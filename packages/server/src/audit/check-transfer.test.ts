import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandTo, findingOf, makeOriginal, type Original, type Row, run, textsOf, transferTo } from "./tampering.ts";

let original: Original;
beforeAll(async () => {
  original = await makeOriginal();
});
afterAll(() => original.close());

const ROWS: readonly Row[] = [
  [
    "a paid withdrawal that is called returned",
    "transfer",
    /an entry that returns/,
    run(`UPDATE transfers SET status = 'returned' WHERE id = ${transferTo("bank")}`),
  ],
  [
    "a returned withdrawal that is called done",
    "transfer",
    /to be returned/,
    run(`UPDATE transfers SET status = 'done' WHERE id = ${transferTo("refuse")}`),
  ],
  [
    "a paid withdrawal that is called pending",
    "payout",
    /to wait in the outbox/,
    run(`UPDATE transfers SET status = 'pending' WHERE id = ${transferTo("bank")}`),
  ],
  [
    "a deposit that is called pending",
    "transfer",
    /status done, found pending/,
    run("UPDATE transfers SET status = 'pending' WHERE reference = 'd2'"),
  ],
  [
    "a payout that is put back",
    "payout",
    /to be over/,
    run(`UPDATE outbox SET done = 0 WHERE id = ${commandTo("bank")}`),
  ],
  [
    "a payout that is dropped",
    "payout",
    /to wait in the outbox/,
    run(`UPDATE outbox SET done = 1 WHERE id = ${commandTo("later")}`),
  ],
  ["a payout that is taken out", "payout", /found none/, run(`DELETE FROM outbox WHERE id = ${commandTo("later")}`)],
  [
    "a payout that sleeps",
    "payout",
    /to be due by/,
    run(`UPDATE outbox SET due = 9000000000000 WHERE id = ${commandTo("later")}`),
  ],
  [
    "a payout's destination",
    "payout",
    /"mine"/,
    run(`UPDATE outbox SET payload = replace(payload, '"later"', '"mine"') WHERE id = ${commandTo("later")}`),
  ],
  [
    "a payout's value",
    "payout",
    /"10009"/,
    run(`UPDATE outbox SET payload = replace(payload, '"1000"', '"10009"') WHERE id = ${commandTo("later")}`),
  ],
  [
    "a payout's transfer",
    "transfer",
    /found withdrawal 1000 .*"bank"/,
    run(
      `UPDATE outbox SET payload = replace(payload, ${transferTo("later")}, ${transferTo("bank")}) WHERE id = ${commandTo("later")}`,
    ),
  ],
  [
    "a payout that is no JSON",
    "payout",
    /null,null/,
    run(`UPDATE outbox SET payload = 'x' WHERE id = ${commandTo("later")}`),
  ],
  ["a payout's kind", "payout", /kind payout/, run(`UPDATE outbox SET kind = 'x' WHERE id = ${commandTo("later")}`)],
  [
    "a payout's attempts",
    "payout",
    /at least 0 attempts/,
    run(`UPDATE outbox SET attempts = -9 WHERE id = ${commandTo("later")}`),
  ],
  [
    "a payout that no entry causes",
    "payout",
    /all commands/,
    run(
      `INSERT INTO outbox (id, kind, payload, due, attempts, done) SELECT 'mine', kind, payload, due, 0, 0 FROM outbox LIMIT 1`,
    ),
  ],
  [
    "a transfer's value",
    "transfer",
    /found withdrawal 5 USD/,
    run(`UPDATE transfers SET value = '5' WHERE id = ${transferTo("bank")}`),
  ],
  [
    "a transfer's party",
    "transfer",
    /of https:\/\/x /,
    run("UPDATE transfers SET party = 'https://x' WHERE reference = 'd1'"),
  ],
  ["a transfer's asset", "transfer", /EUR/, run("UPDATE transfers SET asset_code = 'EUR' WHERE reference = 'd1'")],
  [
    "a transfer's reference",
    "transfer",
    /found none/,
    run("UPDATE transfers SET reference = 'x' WHERE reference = 'd1'"),
  ],
  [
    "a transfer's time",
    "transfer",
    /at \d+/,
    run("UPDATE transfers SET created_at = created_at + 1 WHERE reference = 'd1'"),
  ],
  [
    "a transfer's entry",
    "transfer",
    /by entry/,
    run("UPDATE transfers SET entry = (SELECT max(digest) FROM account_entries WHERE n > 1) WHERE reference = 'd1'"),
  ],
  [
    "a transfer's kind",
    "transfer",
    /found none/,
    run("UPDATE transfers SET kind = 'withdrawal' WHERE reference = 'd1'"),
  ],
  [
    "a transfer's id",
    "transfer",
    /found none/,
    run(`UPDATE transfers SET id = 'wd_x' WHERE id = ${transferTo("later")}`),
  ],
  [
    "a withdrawal's transfer that is taken out",
    "transfer",
    /found none/,
    run(`DELETE FROM transfers WHERE id = ${transferTo("bank")}`),
  ],
  [
    "a deposit's transfer that is taken out",
    "transfer",
    /found none/,
    run("DELETE FROM transfers WHERE reference = 'd1'"),
  ],
  [
    "a transfer that no entry has",
    "transfer",
    /all transfers/,
    run(
      `INSERT INTO transfers (id, kind, tenant, party, value, asset_code, asset_scale, rail, reference, status, entry, created_at)
       SELECT 'dep_x', kind, tenant, party, value, asset_code, asset_scale, rail, 'x', status, entry, created_at FROM transfers WHERE reference = 'd1'`,
    ),
  ],
];

describe("the audit of deposits, withdrawals and payouts", () => {
  test.each(ROWS)("names %s", async (...row) => {
    const [, , , tamper] = row;
    expect(textsOf(await original.audited(tamper))).toContainEqual(expect.stringMatching(findingOf(row)));
  });
});
