import { afterAll, beforeAll, expect, test } from "vitest";
import { account, agreementChange, answer, command, deposit, digest, entry, move } from "../contract/samples.ts";
import type { StoreReads } from "../store.ts";
import { type Connection, connect } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { readsOf } from "./reads.ts";
import { makeWriter } from "./writer.ts";

/**
 * No statement that serves requests may look through a whole table or sort one: what is quick in a test would stop the
 * server when there are a million agreements.
 */
let connection: Connection;
let texts: Set<string>;
let reads: StoreReads;

beforeAll(async () => {
  const plain = await connect(":memory:");
  await migrate(plain, undefined);
  texts = new Set();
  connection = {
    ...plain,
    sql(text) {
      texts.add(text);
      return plain.sql(text);
    },
  };
  reads = readsOf(connection);
});
afterAll(() => connection.close());

const page = { limit: 10 };
const alice = account("available", "alice");

// Statements that may, because of how little there is.
const exceptions: readonly RegExp[] = [
  // One row.
  /FROM registry/,
];

function plan(text: string): readonly string[] {
  return connection
    .sql(`EXPLAIN QUERY PLAN ${text}`)
    .all(...Array(text.split("?").length - 1).fill(1))
    .map(({ detail }) => String(detail));
}

test("every statement finds what it needs by an index", async () => {
  const writer = makeWriter(connection);
  const write = (change: Parameters<typeof agreementChange>[0]): Promise<unknown> =>
    writer.submit({ type: "write", change: { agreement: agreementChange(change) } });
  await write({ name: "a", createdAt: 1, due: 1, roles: [{ party: "p", role: "buyer" }], evidence: [digest("e")] });
  await write({ name: "a", expectedEvents: 1, status: "closed", receipt: new Uint8Array(1) });
  await writer.submit({ type: "write", change: deposit("alice", 0, 5n) });
  await writer.submit({ type: "write", change: deposit("alice", 1, 5n) });
  await writer.submit({
    type: "write",
    change: {
      answer: answer("k"),
      outbox: [command("c")],
      outboxDone: ["c"],
      transactions: [move("t", alice, account("fee", "s"), 1n)],
    },
  });
  await writer.submit({ type: "forget-answers", before: 0, limit: 9 });
  await writer.submit({ type: "retry-command", id: "c", due: 5 });
  await writer.submit({ type: "put-setting", name: "a", value: "b" });
  const object = { size: 1, tenant: "one", file: "f", key: undefined, bytes: undefined };
  const key = { key: "k", wrapped: new Uint8Array(1) };
  const upload = { digest: digest("e"), size: 1, at: 1, tenant: "one", key: undefined };
  for (const name of ["f", "g"]) await writer.submit({ type: "intend-file", name, why: "upload" });
  await writer.submit({ ...upload, type: "put-evidence", content: { file: "f" } });
  await writer.submit({ ...upload, digest: digest("s"), type: "put-evidence", content: { bytes: new Uint8Array(1) } });
  await writer.submit({
    type: "reseal-evidence",
    digest: digest("e"),
    before: object,
    key,
    content: { file: "g" },
  });
  await writer.submit({ type: "forget-file", name: "f" });
  const small = { ...object, file: undefined };
  const content = { bytes: new Uint8Array(2) };
  await writer.submit({ type: "reseal-evidence", digest: digest("s"), before: small, key, content });
  await writer.submit({
    type: "place-hold",
    hold: { id: "h", kind: "digest", target: "t", reason: "", by: "", at: 1 },
  });
  const note = { at: 1, by: "", reason: "" };
  await writer.submit({ type: "release-hold", id: "h", note });
  const tombstone = {
    id: digest("t"),
    digest: digest("e"),
    at: 1,
    kind: "closed",
    envelope: new Uint8Array(1),
  } as const;
  await writer.submit({
    type: "purge-evidence",
    purge: {
      digest: digest("e"),
      agreements: [digest("a")],
      uploads: [{ tenant: "one", at: 1 }],
      tombstones: [{ ...tombstone, agreements: [], uploaders: [] }],
    },
  });
  await writer.submit({ type: "readmit-evidence", digest: digest("e"), note });
  await writer.submit({ type: "revoke-api-key", id: "key_1", at: 1 });
  await writer.submit({
    type: "write",
    change: {
      apiKeys: [{ hash: digest("k"), id: "key_2", tenant: "one", scopes: [], name: "", createdAt: 1 }],
      registry: {
        trust: { version: 1, issuedAt: 1 },
        parties: [{ id: "p", tenant: "one", roles: ["buyer"], keys: [] }],
        replace: false,
      },
    },
  });
  await reads.agreement(digest("a"));
  await reads.events(digest("a"), 0, 9);
  await reads.roles(digest("a"));
  await reads.receipt(digest("a"));
  for (const status of [undefined, "closed", "offered"]) {
    await reads.listAgreements(status === undefined ? {} : { status }, page);
    for (const role of [undefined, "buyer" as const]) {
      const query = {
        parties: ["p"],
        ...(status === undefined ? {} : { status }),
        ...(role === undefined ? {} : { role }),
      };
      await reads.listAgreements(query, { ...page, after: digest("a") });
    }
  }
  await reads.dueAgreements(9, 9);
  await reads.dueAgreements(9, 9, { due: 1, id: digest("a") });
  await reads.nextDue();
  await reads.balance(alice);
  for (const owner of [undefined, "alice"]) await reads.balances(owner, page);
  await reads.accountOwners(["alice"]);
  for (const of of [undefined, alice]) await reads.transactions(of, page);
  await reads.entries(entry("alice", 0), 0, 9);
  await reads.lastEntry(entry("alice", 0));
  await reads.accountLogs(page);
  await reads.transfer("dep_alice_0");
  for (const tenant of [undefined, "one"]) {
    await reads.listTransfers("deposit", tenant, { ...page, after: "dep_alice_0" });
    await reads.listApiKeys(tenant, { ...page, after: "key_2" });
    await reads.parties(tenant, page);
  }
  await reads.keptAnswer("one", "k");
  await reads.dueCommands(9, 9);
  await reads.evidence(digest("e"));
  await reads.uploadedBy(digest("e"), "one");
  await reads.referencedBy(digest("e"), ["p"]);
  await reads.references(digest("a"), digest("e"));
  await reads.listEvidence({ limit: 9, after: digest("e") });
  await reads.uploads(digest("e"));
  await reads.namedBy(digest("e"), page);
  await reads.tombstones(digest("e"));
  await reads.listTombstones({ limit: 9, after: digest("t") });
  await reads.listHolds({ limit: 9, after: "h" });
  await reads.apiKey(digest("k"));
  await reads.party("p");
  await reads.partyOfKey("t");
  await reads.trust();
  await reads.setting("a");

  const slow = [...texts]
    .filter((text) => /^(SELECT|UPDATE|DELETE|INSERT)/.test(text))
    .filter((text) => !exceptions.some((exception) => exception.test(text)))
    .flatMap((text) =>
      plan(text)
        .filter((step) => /^SCAN (?!json_each)|TEMP B-TREE/.test(step))
        .map((step) => `${step}: ${text}`),
    );
  expect(texts.size).toBeGreaterThan(50);
  expect(slow).toEqual([]);
});

test("a statement without an index is noticed", () => {
  expect(plan("SELECT n FROM events WHERE type = ? ORDER BY at")).toEqual([
    expect.stringMatching(/^SCAN events/),
    expect.stringMatching(/TEMP B-TREE/),
  ]);
});
