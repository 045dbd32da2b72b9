import { expect, test } from "vitest";
import { operationsOf } from "./document.ts";
import { interactions } from "./interactions.ts";
import { consume, PACT_FILE } from "./pact-file.ts";

test("the client sends and reads what the pact says, and the committed pact is that", {
  timeout: 120_000,
}, async () => {
  const all = await interactions();
  const operations = await operationsOf();
  const methods = Object.fromEntries([...operations.values()].map(({ id, method }) => [id, method]));
  const { results, pact } = await consume(all, methods);
  // What the client hands out has the members that it was sent: renaming one on its side shows here.
  expect([...results.keys()].sort()).toEqual(all.map(({ operation }) => operation).sort());
  const result = (operation: string): unknown => results.get(operation);
  expect(result("agreements.create")).toMatchObject({
    object: "agreement",
    status: "offered",
    due: expect.any(String),
  });
  expect(result("agreements.list")).toMatchObject({
    data: [{ object: "agreement" }],
    hasMore: false,
    nextCursor: null,
  });
  expect(result("agreements.listEvents")).toMatchObject({ data: [{ seq: 0, payload: { type: "agreement.offered" } }] });
  expect(result("agreements.append")).toMatchObject({ object: "admission", appended: [{ object: "event" }] });
  expect(result("agreements.receipt")).toMatchObject({ statement: { _type: "https://in-toto.io/Statement/v1" } });
  expect(result("trust.retrieve")).toMatchObject({ document: { registry: { id: "https://registry.example" } } });
  expect(result("accounts.listEntries")).toMatchObject({ data: [{ payload: { seq: 0 } }] });
  expect(result("deposits.create")).toMatchObject({ object: "deposit", amount: { value: "100" } });
  expect(result("keys.create")).toMatchObject({ secret: "settld_0123" });
  expect(result("evidence.check")).toMatchObject({ object: "evidence" });
  await expect(pact).toMatchFileSnapshot(PACT_FILE);
});

test("red: a member that the client sends and the pact calls otherwise", { timeout: 60_000 }, async () => {
  const all = await interactions();
  const deposit = all.find(({ operation }) => operation === "deposits.create");
  if (deposit === undefined) throw new Error("there is no deposit");
  const { reference, ...rest } = deposit.body as Record<string, unknown>;
  const renamed = { ...deposit, body: { ...rest, ref: reference } };
  await expect(consume([renamed], { "deposits.create": "POST" })).rejects.toThrow();
});
