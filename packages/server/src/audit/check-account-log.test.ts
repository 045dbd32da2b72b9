import { canonicalize, digestOf, type Envelope, fromUtf8, type JsonValue, utf8 } from "@settld/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ASSET,
  BUYER,
  both,
  commandTo,
  type EntryRow,
  entry,
  findingOf,
  LOG,
  makeOriginal,
  type Original,
  type Row,
  returnOf,
  run,
  STRANGER,
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
  [
    "an entry whose signature is another's",
    "signature",
    /entry 0 to be signed by .* found DSSE_SIGNATURE_INVALID/,
    ({ sql }) => {
      const [first, last] = [1, 2].map((log) => {
        const row = sql("SELECT envelope FROM account_entries WHERE log = ? AND seq = 0").get(log);
        return JSON.parse(fromUtf8(row?.["envelope"] as Uint8Array)) as Envelope;
      });
      const envelope = { ...last, signatures: first?.signatures } as unknown as JsonValue;
      sql("UPDATE account_entries SET envelope = ? WHERE log = 2").run(utf8(canonicalize(envelope)));
    },
  ],
  ["an entry signed with a tenant's key", "signature", /TRUST_KEY_PARTY/, entry({}, "server evil-buyer")],
  [
    "an entry of a tenant, signed by it",
    "entry",
    /by https:\/\/settler.*found https:\/\/evil/,
    entry(() => ({ by: STRANGER }), "server evil-buyer"),
  ],
  [
    "an entry of another account",
    "entry",
    /of available USD\/2 https:\/\/acme-buyer.*found available USD\/2 https:\/\/evil-buyer/,
    entry(() => ({ account: { owner: STRANGER, ...ASSET } })),
  ],
  [
    "an entry of another asset of the owner",
    "entry",
    /found available EUR/,
    entry(() => ({ account: { owner: BUYER, assetCode: "EUR", assetScale: 2 } })),
  ],
  [
    "a second return of a withdrawal",
    "entry",
    /to return a withdrawal before it, once/,
    entry((all: EntryRow[]) => returnOf(all, "refuse")),
  ],
  [
    "a return of a withdrawal that was paid",
    "transfer",
    /to be returned, found another status/,
    entry((all: EntryRow[]) => returnOf(all, "bank")),
  ],
  [
    "a return of nothing",
    "entry",
    /to return a withdrawal before it/,
    entry({ type: "withdrawal.returned", value: "999999", returns: digestOf(utf8("no")), reference: "x" }),
  ],
  [
    "a return of more than was withdrawn",
    "entry",
    /to return 1000 .* found 999999/,
    both(
      entry((all: EntryRow[]) => ({ ...returnOf(all, "later"), value: "999999" })),
      run(`UPDATE transfers SET status = 'returned' WHERE id = ${transferTo("later")}`),
      run(`UPDATE outbox SET done = 1 WHERE id = ${commandTo("later")}`),
    ),
  ],
  [
    "a deposit under the reference of another",
    "transfer",
    /.*777 USD.*found deposit 1000000 USD/,
    entry({ reference: "d1" }, undefined, { transfer: true }),
  ],
  [
    "a deposit under the reference of another, without the index that forbids it",
    "transfer",
    /1000000 USD|777 USD/,
    both(({ exec }) => exec("DROP INDEX deposits_by_reference"), entry({ reference: "d1" })),
  ],
  [
    "an entry from an earlier time",
    "entry",
    /or later, found 1577836800000/,
    entry({ at: "2020-01-01T00:00:00.000Z" }),
  ],
  [
    "a withdrawal without its payout",
    "payout",
    /a payout of this withdrawal, found none/,
    entry({ type: "withdrawal.debited", value: "10", reference: "bank" }),
  ],
  ["a deposit without its transfer", "transfer", /found none/, entry({}, undefined, { transfer: true })],
  ["an entry without its transaction", "transaction", /no such transaction/, entry({}, undefined, { book: true })],
  ["an entry's time", "entry", /at \d+/, run("UPDATE account_entries SET at = at + 1 WHERE n = 1")],
  ["an entry's digest", "entry", /sha256:x/, run("UPDATE account_entries SET digest = 'sha256:x' WHERE n = 2")],
  ["an entry's place", "entry", /entry 9/, run(`UPDATE account_entries SET seq = 9 WHERE log = ${LOG} AND seq = 1`)],
  [
    "an entry that is no envelope",
    "entry",
    /readable, found/,
    run("UPDATE account_entries SET envelope = x'7b7d' WHERE n = 1"),
  ],
  [
    "an entry that is taken out",
    "entry",
    /entry 1 after/,
    run(`DELETE FROM account_entries WHERE log = ${LOG} AND seq = 1`),
  ],
  [
    "the last entry",
    "entry",
    /a count of entries of/,
    run(`DELETE FROM account_entries WHERE n = (SELECT max(n) FROM account_entries)`),
  ],
  [
    "the last entry, with its transaction",
    "transfer",
    /all transfers: expected \d+, found/,
    async (store) => {
      const { digest } = store.sql("SELECT digest FROM account_entries WHERE log = 2").get() as { digest: string };
      unbook(store, digest);
      store.sql("DELETE FROM account_entries WHERE digest = ?").run(digest);
      store.sql("DELETE FROM account_logs WHERE n = 2").run();
      store.sql("DELETE FROM accounts WHERE kind = 'available' AND owner = ?").run(STRANGER);
    },
  ],
  [
    "the count of entries",
    "entry",
    /a count of entries of/,
    run(`UPDATE account_logs SET entries = entries + 1 WHERE n = ${LOG}`),
  ],
  [
    "an account log's owner",
    "entry",
    /of available/,
    run("UPDATE account_logs SET owner = 'https://other.example' WHERE n = 2"),
  ],
  ["an account log", "entry", /all entries/, run("DELETE FROM account_logs WHERE n = 2")],
];

describe("the audit of an account log", () => {
  test.each(ROWS)("names %s", async (...row) => {
    const [, , , tamper] = row;
    expect(textsOf(await original.audited(tamper))).toContainEqual(expect.stringMatching(findingOf(row)));
  });
});
