import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyEncryption } from "../../sealing/key-encryption.ts";
import { readKeyRing } from "../../sealing/key-ring.ts";
import { rewrapStore } from "../../sealing/rewrap.ts";
import type { Store } from "../store.ts";
import { bytes, collect, digest, everyPage, stream } from "./samples.ts";
import { STORES } from "./stores.ts";

const limits = { bytesMax: 1_000_000, now: 5_000, tenant: "one" };
const code = (name: string): unknown => expect.objectContaining({ code: name });
const ring = (...names: readonly string[]): Promise<KeyEncryption> =>
  readKeyRing(names.map((name) => createHash("sha256").update(name).digest("base64")).join("\n"), "ring");

// One that fits into a row, one of several chunks, one of nothing.
const TEXTS = ["small", "large ".repeat(40_000), ""] as const;

describe.each(STORES)("$name: sealed evidence", ({ open }) => {
  let store: Store;
  let present: KeyEncryption;
  // A ring that a test changes, as an operator does between two starts.
  const keys: KeyEncryption = {
    get current() {
      return present.current;
    },
    has: (key) => present.has(key),
    wrap: (dataKey, context) => present.wrap(dataKey, context),
    unwrap: (wrapped, context) => present.unwrap(wrapped, context),
  };
  beforeEach(async () => {
    present = await ring("a");
    store = await open(keys);
  });
  afterEach(() => store.close());

  const put = (text: string): ReturnType<Store["putEvidence"]> =>
    store.putEvidence(digest(text), stream(bytes(text)), limits);
  const read = (text: string): Promise<Uint8Array> => collect(store.readEvidence(digest(text)));

  test.each(TEXTS)("bytes come back as they were, and their row says under which key", async (text) => {
    expect(await put(text)).toEqual({ size: text.length, isNew: true });
    expect(await put(text)).toEqual({ size: text.length, isNew: false });
    expect(await read(text)).toEqual(bytes(text));
    const row = { digest: digest(text), size: text.length, createdAt: 5_000, key: present.current };
    expect(await store.evidence(digest(text))).toEqual(row);
    expect(await store.listEvidence({ limit: 9 })).toEqual([row]);
    expect(await store.evidenceKeys()).toEqual([{ key: present.current, objects: 1, bytes: text.length }]);
  });

  test("under another ring nothing opens, and it opens again when the key is back", async () => {
    for (const text of TEXTS) await put(text);
    present = await ring("b");
    for (const text of TEXTS) await expect(read(text)).rejects.toEqual(code("STORE_KEY_MISSING"));
    for (const text of TEXTS)
      await expect(store.rewrapEvidence(digest(text))).rejects.toEqual(code("STORE_KEY_MISSING"));
    present = await ring("a");
    for (const text of TEXTS) expect(await read(text)).toEqual(bytes(text));
  });

  test("a new key wraps every data key anew, after which the old one can go", async () => {
    for (const text of TEXTS) await put(text);
    const old = present.current;
    present = await ring("b", "a");
    expect((await rewrapStore(store, keys, { dryRun: true })).before).toMatchObject({ old: 3, plain: 0 });
    expect(await store.evidenceKeys()).toEqual([{ key: old, objects: 3, bytes: 240_005 }]);
    expect(await rewrapStore(store, keys)).toMatchObject({
      rewrapped: 3,
      sealed: 0,
      failed: [],
      after: { old: 0, plain: 0 },
    });
    expect(await store.evidenceKeys()).toEqual([{ key: present.current, objects: 3, bytes: 240_005 }]);
    present = await ring("b");
    for (const text of TEXTS) expect(await read(text)).toEqual(bytes(text));
    expect(await rewrapStore(store, keys)).toMatchObject({ rewrapped: 0, sealed: 0, failed: [] });
    expect(await store.rewrapEvidence(digest("none"))).toBe("gone");
  });

  test("one key that is missing keeps nothing else from the new one", async () => {
    await put("small");
    present = await ring("b");
    await put(TEXTS[1]);
    present = await ring("c", "b");
    const report = await rewrapStore(store, keys);
    expect(report).toMatchObject({ rewrapped: 1, failed: [{ digest: digest("small"), code: "STORE_KEY_MISSING" }] });
    expect(report.after).toMatchObject({ old: 1, plain: 0 });
    expect(await read(TEXTS[1])).toEqual(bytes(TEXTS[1]));
  });

  test("reads go on while keys change, over and over", async () => {
    for (const text of TEXTS) await put(text);
    let isOver = false;
    const reading = Promise.all(
      TEXTS.map(async (text) => {
        let times = 0;
        while (!isOver) {
          expect(await read(text)).toEqual(bytes(text));
          times += 1;
          // A store in memory answers within one turn.
          await setImmediate();
        }
        return times;
      }),
    );
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const [index, name] of names.slice(1).entries()) {
      // With every key of before, because a read may have found its row just before the key was changed.
      present = await ring(name, ...names.slice(0, index + 1));
      // Two at once, as two operators who do not know of each other.
      await Promise.all([rewrapStore(store, keys), rewrapStore(store, keys)]);
    }
    isOver = true;
    expect(Math.min(...(await reading))).toBeGreaterThan(0);
    expect(await store.evidenceKeys()).toMatchObject([{ key: present.current, objects: 3 }]);
  });
});

describe.each(STORES.filter(({ name }) => !name.includes("memory")))("$name: evidence of before", ({ open }) => {
  test("what is plain stays readable, and is sealed by a change of keys", async () => {
    const store = await open();
    for (const text of TEXTS) await store.putEvidence(digest(text), stream(bytes(text)), limits);
    expect(await store.evidenceKeys()).toEqual([{ key: undefined, objects: 3, bytes: 240_005 }]);
    await expect(store.rewrapEvidence(digest("small"))).rejects.toEqual(code("STORE_KEY_MISSING"));
    const keys = await ring("a");
    const sealing = await store.beside?.(keys);
    if (sealing === undefined) throw new Error("a store without a second way in");
    for (const text of TEXTS) expect(await collect(sealing.readEvidence(digest(text)))).toEqual(bytes(text));
    const half = sealing.readEvidence(digest(TEXTS[1]))[Symbol.asyncIterator]();
    const begun = (await half.next()).value as Uint8Array;
    expect(await rewrapStore(sealing, keys)).toMatchObject({ rewrapped: 0, sealed: 3, after: { old: 0, plain: 0 } });
    // A read that had begun goes on to the end.
    const rest = await collect({ [Symbol.asyncIterator]: () => half });
    expect(Buffer.concat([begun, rest]).toString()).toBe(TEXTS[1]);
    for (const text of TEXTS) expect(await collect(sealing.readEvidence(digest(text)))).toEqual(bytes(text));
    const rows = await everyPage(2, store.listEvidence, (row) => row.digest);
    expect(rows.map(({ key }) => key)).toEqual([keys.current, keys.current, keys.current]);
    // From now on the store takes nothing that is plain, and without keys nothing opens.
    await expect(store.putEvidence(digest("x"), stream(bytes("x")), limits)).rejects.toEqual(code("STORE_KEY_MISSING"));
    for (const text of TEXTS) {
      await expect(collect(store.readEvidence(digest(text)))).rejects.toEqual(code("STORE_KEY_MISSING"));
    }
    await sealing.close();
    await store.close();
  });
});
