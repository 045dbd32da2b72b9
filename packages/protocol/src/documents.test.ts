import { expect, test } from "vitest";
import { parseAccountEntry } from "./documents.ts";
import { REVISION } from "./gen/codes.ts";
import { PAYLOAD_TYPES } from "./limits.ts";

const entry = {
  v: REVISION,
  account: { owner: "https://buyer.example", assetCode: "USD", assetScale: 2 },
  seq: 0,
  at: "2026-03-02T09:00:00.000Z",
  by: "https://settler.example",
  type: "deposit.credited",
  value: "48000",
  rail: "test",
  reference: "deposit 1",
};

test("an entry of an account log is read, anything else is LEDGER_ENTRY", () => {
  expect(parseAccountEntry(entry)).toBe(entry);
  for (const bent of [{ ...entry, value: "0" }, { ...entry, seq: 1 }, { ...entry, note: "x" }, [entry], null]) {
    expect(() => parseAccountEntry(bent)).toThrow(expect.objectContaining({ code: "LEDGER_ENTRY" }));
  }
});

test("the envelope of an entry has a type of its own (LEDGER-11), so that no other payload passes for one", () => {
  expect(PAYLOAD_TYPES.account).toBe("application/vnd.settld.account+json");
  expect(new Set(Object.values(PAYLOAD_TYPES)).size).toBe(4);
});
