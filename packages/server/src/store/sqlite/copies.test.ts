import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readKeyRing } from "../../sealing/key-ring.ts";
import { bytes, collect, digest, stream } from "../contract/samples.ts";
import type { Store } from "../store.ts";
import { connect } from "./connection.ts";
import { backUpSqliteStore, rollBackSqliteStore } from "./copies.ts";
import { storeVersion } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const TEXTS: readonly string[] = Array.from({ length: 40 }, (_, index) => `${index} `.repeat(40_000));
const code = (name: string): unknown => expect.objectContaining({ code: name });

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "settld-copies-"));
});
afterEach(() => rm(base, { recursive: true }));

async function filled(): Promise<Store> {
  const store = await openSqliteStore({ folder: join(base, "store"), mode: "serve" });
  for (const text of [...TEXTS, "small"]) {
    await store.putEvidence(digest(text), stream(bytes(text)), { bytesMax: 1e6, now: 1, tenant: "one" });
  }
  return store;
}

const filesOf = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, "evidence"), { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile())
    .map(({ name }) => name);

test("a copy made while all evidence is sealed has every file that it names, and no other", async () => {
  const plain = await filled();
  await plain.close();
  const keys = await readKeyRing(createHash("sha256").update("a").digest("base64"), "ring");
  const store = await openSqliteStore({ folder: join(base, "store"), mode: "serve", evidenceKeys: keys });
  try {
    const sealing = (async () => {
      for (const text of TEXTS) await store.rewrapEvidence(digest(text));
      await store.finishPurges();
    })();
    const { bytes: size } = await backUpSqliteStore(join(base, "store"), join(base, "copy"));
    expect(size).toBeGreaterThan(0);
    await sealing;
  } finally {
    await store.close();
  }
  const copy = await openSqliteStore({ folder: join(base, "copy"), mode: "serve", evidenceKeys: keys });
  try {
    for (const text of [...TEXTS, "small"]) expect(await collect(copy.readEvidence(digest(text)))).toEqual(bytes(text));
  } finally {
    await copy.close();
  }
  const connection = await connect(join(base, "copy/store.db"), { readOnly: true });
  const named = connection.sql("SELECT file FROM evidence WHERE file IS NOT NULL").all();
  connection.close();
  expect((await filesOf(join(base, "copy"))).sort()).toEqual(named.map(({ file }) => String(file)).sort());
});

test("a copy goes to a new folder only, and of what is no store nothing is left", async () => {
  await (await filled()).close();
  await expect(backUpSqliteStore(join(base, "store"), base)).rejects.toEqual(code("HTTP_UNAVAILABLE"));
  await expect(backUpSqliteStore(join(base, "none"), join(base, "copy"))).rejects.toEqual(code("HTTP_UNAVAILABLE"));
  expect(existsSync(join(base, "copy"))).toBe(false);
});

test("evidence that is lost is not copied without a word", async () => {
  await (await filled()).close();
  const [first = ""] = await filesOf(join(base, "store"));
  await rm(join(base, "store/evidence", first.slice(0, 2), first));
  await expect(backUpSqliteStore(join(base, "store"), join(base, "copy"))).rejects.toEqual(code("HTTP_UNAVAILABLE"));
  expect(existsSync(join(base, "copy"))).toBe(false);
});

test("a store goes back to versions that there were, while nobody serves it", async () => {
  const store = await filled();
  const folder = join(base, "store");
  await expect(rollBackSqliteStore(folder, 1)).rejects.toEqual(code("STORE_LOCKED"));
  await store.close();
  for (const to of [0, -1, 1.5, MIGRATIONS.length + 1]) {
    await expect(rollBackSqliteStore(folder, to)).rejects.toEqual(code("STORE_VERSION"));
  }
  expect(await rollBackSqliteStore(folder, MIGRATIONS.length)).toEqual([]);
  const connection = await connect(join(folder, "store.db"), { readOnly: true });
  expect(storeVersion(connection)).toBe(MIGRATIONS.length);
  connection.close();
});
