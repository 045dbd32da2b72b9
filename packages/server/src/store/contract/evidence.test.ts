import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { agreementChange, bytes, collect, digest, stream } from "./samples.ts";
import { STORES } from "./stores.ts";

const limits = { bytesMax: 1_000_000, now: 5_000, tenant: "one" };
const code = (name: string): unknown => expect.objectContaining({ code: name });

describe.each(STORES)("$name: evidence", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const nothing = async (text: string): Promise<void> => {
    expect(await store.evidence(digest(text))).toBeUndefined();
    expect(await store.uploadedBy(digest(text), "one")).toBe(false);
    await expect(collect(store.readEvidence(digest(text)))).rejects.toEqual(code("STORE_EVIDENCE_MISSING"));
  };

  test("bytes come back as they were", async () => {
    await nothing("hello");
    const put = await store.putEvidence(digest("hello"), stream(bytes("he"), bytes(""), bytes("llo")), limits);
    expect(put).toEqual({ size: 5, isNew: true });
    expect(await store.evidence(digest("hello"))).toEqual({ digest: digest("hello"), size: 5, createdAt: 5_000 });
    expect(await collect(store.readEvidence(digest("hello")))).toEqual(bytes("hello"));
    expect(await store.uploadedBy(digest("hello"), "one")).toBe(true);
    expect(await store.uploadedBy(digest("hello"), "two")).toBe(false);
  });

  test("agreements that name evidence are known by their parties", async () => {
    const roles = [
      { party: "p", role: "buyer" as const },
      { party: "q", role: "seller" as const },
    ];
    await store.write({ agreement: agreementChange({ name: "a", roles }) });
    expect(await store.referencedBy(digest("hello"), ["p", "q"])).toBe(false);
    const evidence = [digest("hello"), digest("hello"), digest("other")];
    await store.write({ agreement: agreementChange({ name: "a", expectedEvents: 1, evidence }) });
    await store.write({ agreement: agreementChange({ name: "a", expectedEvents: 2, evidence }) });
    await store.write({ agreement: agreementChange({ name: "b", roles: [{ party: "r", role: "buyer" }] }) });
    expect(await store.referencedBy(digest("hello"), ["p"])).toBe(true);
    expect(await store.referencedBy(digest("other"), ["x", "q"])).toBe(true);
    expect(await store.referencedBy(digest("hello"), ["r", "x"])).toBe(false);
    expect(await store.referencedBy(digest("hello"), [])).toBe(false);
    expect(await store.referencedBy(digest("none"), ["p"])).toBe(false);
  });

  test("no bytes at all are evidence too", async () => {
    expect(await store.putEvidence(digest(""), stream(), limits)).toEqual({ size: 0, isNew: true });
    expect(await collect(store.readEvidence(digest("")))).toEqual(bytes(""));
  });

  test("the same bytes again are kept once, for every tenant that has them", async () => {
    await store.putEvidence(digest("hello"), stream(bytes("hello")), limits);
    const again = { ...limits, now: 6_000, tenant: "two" };
    const put = await store.putEvidence(digest("hello"), stream(bytes("hello")), again);
    expect(put).toEqual({ size: 5, isNew: false });
    expect((await store.evidence(digest("hello")))?.createdAt).toBe(5_000);
    expect(await store.uploadedBy(digest("hello"), "two")).toBe(true);
  });

  test("who has not the bytes does not become their uploader", async () => {
    await store.putEvidence(digest("hello"), stream(bytes("hello")), limits);
    const put = store.putEvidence(digest("hello"), stream(bytes("guess")), { ...limits, tenant: "two" });
    await expect(put).rejects.toEqual(code("BUNDLE_EVIDENCE_DIGEST"));
    expect(await store.uploadedBy(digest("hello"), "two")).toBe(false);
    expect(await collect(store.readEvidence(digest("hello")))).toEqual(bytes("hello"));
  });

  test("bytes of another digest leave nothing", async () => {
    const put = store.putEvidence(digest("hello"), stream(bytes("hallo")), limits);
    await expect(put).rejects.toEqual(code("BUNDLE_EVIDENCE_DIGEST"));
    await nothing("hello");
    await nothing("hallo");
  });

  test("as many bytes as allowed are taken, and of more only the first too many", async () => {
    const five = { ...limits, bytesMax: 5 };
    expect((await store.putEvidence(digest("hello"), stream(bytes("hello")), five)).size).toBe(5);
    let asked = 0;
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        while (true) {
          asked += 1;
          yield bytes("ab");
        }
      } finally {
        ended = true;
      }
    }
    await expect(store.putEvidence(digest("more"), endless(), five)).rejects.toEqual(code("HTTP_TOO_LARGE"));
    expect(asked).toBe(3);
    expect(ended).toBe(true);
    await nothing("more");
  });

  test("an upload that breaks off leaves nothing, and passes its error on", async () => {
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield bytes("hel");
      throw new Error("connection reset");
    }
    await expect(store.putEvidence(digest("hello"), broken(), limits)).rejects.toThrow("connection reset");
    await nothing("hello");
    expect((await store.putEvidence(digest("hello"), stream(bytes("hello")), limits)).isNew).toBe(true);
  });

  test("one digest from many at once: kept once, and each has what it asked for", async () => {
    const puts = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.putEvidence(digest("hello"), stream(bytes("hel"), bytes("lo")), { ...limits, tenant: `t${index}` }),
      ),
    );
    expect(puts.filter(({ isNew }) => isNew)).toHaveLength(1);
    for (let index = 0; index < 20; index++) expect(await store.uploadedBy(digest("hello"), `t${index}`)).toBe(true);
    expect(await collect(store.readEvidence(digest("hello")))).toEqual(bytes("hello"));
  });

  test("large evidence goes in and out in chunks, and a reader may stop early", async () => {
    const chunk = new Uint8Array(randomBytes(100_000));
    const hash = createHash("sha256");
    for (let n = 0; n < 40; n++) hash.update(chunk);
    const name = `sha256:${hash.digest("hex")}` as const;
    const big = { ...limits, bytesMax: 4_000_000 };
    expect(await store.putEvidence(name, stream(...Array(40).fill(chunk)), big)).toEqual({
      size: 4_000_000,
      isNew: true,
    });
    let size = 0;
    for await (const part of store.readEvidence(name)) size += part.length;
    expect(size).toBe(4_000_000);
    for await (const part of store.readEvidence(name)) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
  });
});
