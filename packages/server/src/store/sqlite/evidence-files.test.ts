import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytes, collect, digest, stream } from "../contract/samples.ts";
import type { Store } from "../store.ts";
import { connect } from "./connection.ts";
import { openSqliteStore } from "./sqlite-store.ts";

// More than the database itself keeps.
const HELLO = "hello".repeat(20_000);
const limits = { bytesMax: 1_000_000, now: 5_000, tenant: "one" };
const code = (name: string): unknown => expect.objectContaining({ code: name });

describe("evidence in files", () => {
  let folder: string;
  let store: Store;
  const name = digest(HELLO).slice("sha256:".length);
  const shelf = (): string => join(folder, "evidence", name.slice(0, 2));
  const place = async (): Promise<string> => join(shelf(), String((await readdir(shelf()))[0]));
  const files = async (): Promise<readonly string[]> =>
    (await readdir(join(folder, "evidence"), { recursive: true, withFileTypes: true }))
      .filter((one) => one.isFile())
      .map((one) => one.name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "settld-evidence-"));
    store = await openSqliteStore({ folder, mode: "serve" });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const reopen = async (between: () => Promise<void>): Promise<void> => {
    await store.close();
    await between();
    store = await openSqliteStore({ folder, mode: "serve" });
  };

  test("a file stands under its digest, and refused uploads leave none", async () => {
    await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits);
    await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits);
    await expect(store.putEvidence(digest("a"), stream(bytes("b")), limits)).rejects.toEqual(
      code("BUNDLE_EVIDENCE_DIGEST"),
    );
    await expect(store.putEvidence(digest("abc"), stream(bytes("abc")), { ...limits, bytesMax: 2 })).rejects.toEqual(
      code("HTTP_TOO_LARGE"),
    );
    expect(await files()).toEqual([expect.stringMatching(new RegExp(`^${name}\\.[0-9a-f]{16}$`))]);
  });

  test("small evidence needs no file, and one byte more does", async () => {
    const small = "x".repeat(65_536);
    await store.putEvidence(digest(small), stream(bytes(small.slice(1)), bytes("x")), limits);
    expect(await files()).toEqual([]);
    await reopen(async () => {});
    expect(await collect(store.readEvidence(digest(small)))).toEqual(bytes(small));
    await store.putEvidence(digest(`${small}x`), stream(bytes(small), bytes("x")), limits);
    expect(await files()).toHaveLength(1);
    expect(await collect(store.readEvidence(digest(`${small}x`)))).toEqual(bytes(`${small}x`));
  });

  test("small evidence that was changed in the database never arrives as whole", async () => {
    await store.putEvidence(digest("small"), stream(bytes("small")), limits);
    await reopen(async () => {
      const connection = await connect(join(folder, "store.db"));
      connection.sql("UPDATE evidence_bytes SET bytes = ?").run(bytes("smell"));
      connection.close();
    });
    await expect(collect(store.readEvidence(digest("small")))).rejects.toEqual(code("BUNDLE_EVIDENCE_DIGEST"));
  });

  test("it is still there after the store was closed", async () => {
    await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits);
    await reopen(async () => {});
    expect(await collect(store.readEvidence(digest(HELLO)))).toEqual(bytes(HELLO));
  });

  test("an upload that the end of the process cut off leaves nothing after the next opening", async () => {
    await reopen(() => writeFile(join(folder, "evidence", "staging", `${name}.0011`), "hel"));
    expect(await files()).toEqual([]);
  });

  test("a file that was in its place before the database counted on it leaves nothing either", async () => {
    await reopen(async () => {
      const connection = await connect(join(folder, "store.db"));
      connection.sql("INSERT INTO evidence_files VALUES (?, 'upload')").run(`${name}.00`);
      connection.close();
      await mkdir(shelf(), { recursive: true });
      await writeFile(join(shelf(), `${name}.00`), HELLO);
    });
    expect(await files()).toEqual([]);
    expect(await store.evidence(digest(HELLO))).toBeUndefined();
    expect((await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits)).isNew).toBe(true);
  });

  test("what was only intended is no evidence yet, and is in nobody's way", async () => {
    const connection = await connect(join(folder, "store.db"));
    connection.sql("INSERT INTO evidence_files VALUES (?, 'upload')").run(`${name}.00`);
    connection.close();
    await mkdir(shelf(), { recursive: true });
    await writeFile(join(shelf(), `${name}.00`), "hel");
    expect(await store.evidence(digest(HELLO))).toBeUndefined();
    await expect(collect(store.readEvidence(digest(HELLO)))).rejects.toEqual(code("STORE_EVIDENCE_MISSING"));
    expect((await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits)).isNew).toBe(true);
    expect(await collect(store.readEvidence(digest(HELLO)))).toEqual(bytes(HELLO));
  });

  test("a file that is swept away while its upload ends is no evidence", async () => {
    const connection = await connect(join(folder, "store.db"));
    // Somebody who cleans up between the file and the row.
    connection.exec(`
      CREATE TRIGGER sweep AFTER INSERT ON evidence BEGIN DELETE FROM evidence_files; END;
    `);
    connection.close();
    await expect(store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits)).rejects.toEqual(
      code("HTTP_UNAVAILABLE"),
    );
    expect(await store.evidence(digest(HELLO))).toBeUndefined();
  });

  test("bytes that were changed on the disk never arrive as whole, and lost ones are missing", async () => {
    await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits);
    await writeFile(await place(), HELLO.replace("e", "a"));
    await expect(collect(store.readEvidence(digest(HELLO)))).rejects.toEqual(code("BUNDLE_EVIDENCE_DIGEST"));
    await rm(await place());
    await expect(collect(store.readEvidence(digest(HELLO)))).rejects.toEqual(code("STORE_EVIDENCE_MISSING"));
  });

  test("a folder that cannot be written to is HTTP_UNAVAILABLE, and works again afterwards", async () => {
    const staging = join(folder, "evidence", "staging");
    await rm(staging, { recursive: true });
    await writeFile(staging, "in the way");
    await expect(store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits)).rejects.toEqual(
      code("HTTP_UNAVAILABLE"),
    );
    await rm(staging);
    await mkdir(staging);
    expect((await store.putEvidence(digest(HELLO), stream(bytes(HELLO)), limits)).isNew).toBe(true);
  });

  test("the next chunk is asked for when the one before is on the disk, and reading takes small ones", async () => {
    const chunk = new Uint8Array(300_000).fill(7);
    const count = 20;
    const staging = join(folder, "evidence", "staging");
    const onDisk: number[] = [];
    async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
      for (let n = 0; n < count; n++) {
        // The first one is read to see whether it needs a file.
        const [staged] = await readdir(staging);
        onDisk.push(staged === undefined ? 0 : (await stat(join(staging, staged))).size);
        yield chunk;
      }
    }
    const hash = createHash("sha256");
    for (let n = 0; n < count; n++) hash.update(chunk);
    const big = `sha256:${hash.digest("hex")}` as const;
    await store.putEvidence(big, chunks(), { ...limits, bytesMax: count * chunk.length });
    expect(onDisk).toEqual(Array.from({ length: count }, (_, n) => n * chunk.length));
    let largest = 0;
    for await (const part of store.readEvidence(big)) largest = Math.max(largest, part.length);
    expect(largest).toBeLessThanOrEqual(65_536);
  });
});
