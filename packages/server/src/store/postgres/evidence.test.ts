import { createHash, randomBytes } from "node:crypto";
import { makeDatabase, type TestDatabase } from "@settld/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stream } from "../contract/samples.ts";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./postgres-store.ts";

const MB = 1_048_576;
const big = new Uint8Array(randomBytes(2 * MB));
const name = `sha256:${createHash("sha256").update(big).digest("hex")}` as const;
const limits = { bytesMax: 4 * MB, now: 5_000, tenant: "one" };

let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await makeDatabase();
  store = await openPostgresStore({ url: database.url, jobs: false });
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

const left = async (): Promise<unknown> =>
  (
    await database.query(
      "SELECT (SELECT count(*)::integer FROM evidence_chunks) AS chunks, (SELECT count(*)::integer FROM staged_uploads) AS staged",
    )
  )[0];

test("large evidence is rows of one size, whatever the size of what arrives", async () => {
  const parts = [big.subarray(0, 1), big.subarray(1, MB + 7), big.subarray(MB + 7)];
  expect(await store.putEvidence(name, stream(...parts), limits)).toEqual({ size: 2 * MB, isNew: true });
  const rows = await database.query("SELECT DISTINCT length(bytes) AS n FROM evidence_chunks");
  expect(rows.length).toBe(1);
  const hash = createHash("sha256");
  for await (const part of store.readEvidence(name)) hash.update(part);
  expect(`sha256:${hash.digest("hex")}`).toBe(name);
});

test("an upload that breaks off, or has other bytes, leaves no row", async () => {
  async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
    yield big;
    throw new Error("connection reset");
  }
  await expect(store.putEvidence(name, broken(), limits)).rejects.toThrow("connection reset");
  const other = big.slice();
  other[MB] = (other[MB] ?? 0) ^ 1;
  await expect(store.putEvidence(name, stream(other), limits)).rejects.toEqual(
    expect.objectContaining({ code: "BUNDLE_EVIDENCE_DIGEST" }),
  );
  expect(await left()).toEqual({ chunks: 0, staged: 0 });
});

test("the same bytes twice are kept once", async () => {
  await Promise.all([1, 2, 3].map((n) => store.putEvidence(name, stream(big), { ...limits, tenant: `t${n}` })));
  const [row] = await database.query("SELECT sum(length(bytes))::integer AS n FROM evidence_chunks");
  expect([row?.["n"], (await left()) as object]).toEqual([2 * MB, expect.objectContaining({ staged: 0 })]);
});

test("what a killed process has left is swept when it is old, and nothing of what goes on", async () => {
  await store.putEvidence(name, stream(big), limits);
  const kept = await left();
  await database.query(`INSERT INTO staged_uploads VALUES (gen_random_uuid(), now() - interval '1 hour'),
    (gen_random_uuid(), now())`);
  await database.query("INSERT INTO evidence_chunks SELECT upload, 0, 'abc' FROM staged_uploads");
  await store.close();
  store = await openPostgresStore({ url: database.url, jobs: false });
  await expect.poll(left).toEqual({ chunks: (kept as { chunks: number }).chunks + 1, staged: 1 });
  const parts: number[] = [];
  for await (const part of store.readEvidence(name)) parts.push(part.length);
  expect(parts.reduce((sum, n) => sum + n, 0)).toBe(2 * MB);
});

test("an upload that was swept while it stood still is refused, not half kept", async () => {
  async function* slow(): AsyncGenerator<Uint8Array, void, undefined> {
    yield big.subarray(0, MB);
    await database.query("DELETE FROM staged_uploads; DELETE FROM evidence_chunks");
    yield big.subarray(MB);
  }
  await expect(store.putEvidence(name, slow(), limits)).rejects.toEqual(
    expect.objectContaining({ code: "HTTP_UNAVAILABLE" }),
  );
  expect(await store.evidence(name)).toBeUndefined();
});
