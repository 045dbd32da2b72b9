import { expect, test } from "vitest";
import { parseAccountEntry, parseTombstone } from "./documents.ts";
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
  expect(new Set(Object.values(PAYLOAD_TYPES)).size).toBe(5);
});

test("a tombstone is read, anything else is STORE_TOMBSTONE", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const tombstone = {
    v: REVISION,
    by: "https://settler.example",
    digest,
    size: 5,
    agreements: [digest],
    purgedAt: "2026-03-02T09:00:00.000Z",
    rule: { kind: "closed", days: 90 },
  };
  expect(parseTombstone(tombstone)).toBe(tombstone);
  for (const bent of [
    { ...tombstone, size: -1 },
    { ...tombstone, agreements: [digest, digest] },
    { ...tombstone, rule: { kind: "whim", days: 90 } },
    { ...tombstone, note: "x" },
    null,
  ]) {
    expect(() => parseTombstone(bent)).toThrow(expect.objectContaining({ code: "STORE_TOMBSTONE" }));
  }
});
