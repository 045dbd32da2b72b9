import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HoldRow, Purge, Store } from "../store.ts";
import { agreementChange, bytes, collect, digest, everyPage, outcome, stream } from "./samples.ts";
import { STORES } from "./stores.ts";

const limits = { bytesMax: 1_000_000, now: 5_000, tenant: "one" };
const code = (name: string): unknown => expect.objectContaining({ code: name });
const TEXTS = ["small", "large ".repeat(40_000)] as const;
const NOTE = { at: 9, by: "operator", reason: "a letter" };

/** The purge of evidence as it stands after `prepare`. */
function purgeOf(text: string, change: Partial<Purge> = {}): Purge {
  return {
    digest: digest(text),
    agreements: [digest("a")],
    uploads: [{ tenant: "one", at: 5_000 }],
    tombstones: [
      {
        id: digest(`tombstone of ${text}`),
        digest: digest(text),
        at: 7_000,
        kind: "closed",
        envelope: bytes(`signed ${text}`),
        agreements: [digest("a")],
        uploaders: [],
      },
    ],
    ...change,
  };
}

describe.each(STORES)("$name: the end of evidence", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
    for (const text of TEXTS) await store.putEvidence(digest(text), stream(bytes(text)), limits);
    const evidence = TEXTS.map(digest);
    const roles = [{ party: "p", role: "buyer" as const }];
    const trust = { version: 1, issuedAt: 1 };
    const parties = [{ id: "p", tenant: "two", roles: ["buyer" as const], keys: [] }];
    await store.write({ registry: { trust, parties, replace: false } });
    await store.write({ agreement: agreementChange({ name: "a", roles, evidence }) });
  });
  afterEach(() => store.close());

  test.each(TEXTS)("what is purged is gone with everything but its tombstone and that it was named", async (text) => {
    expect(await store.uploads(digest(text))).toEqual([{ tenant: "one", at: 5_000 }]);
    expect(await store.namedBy(digest(text), { limit: 9 })).toEqual([digest("a")]);
    expect(await store.references(digest("a"), digest(text))).toBe("kept");
    expect(await store.purgeEvidence(purgeOf(text))).toBe("purged");
    expect(await store.evidence(digest(text))).toBeUndefined();
    expect(await store.uploads(digest(text))).toEqual([]);
    expect(await store.uploadedBy(digest(text), "one")).toBe(false);
    expect(await store.namedBy(digest(text), { limit: 9 })).toEqual([]);
    expect(await store.referencedBy(digest(text), ["p"])).toBe(false);
    expect(await store.references(digest("a"), digest(text))).toBe("purged");
    expect(await store.references(digest("b"), digest(text))).toBeUndefined();
    expect(await store.count("references")).toBe(2);
    await expect(collect(store.readEvidence(digest(text)))).rejects.toEqual(code("STORE_EVIDENCE_MISSING"));
    expect(await store.tombstones(digest(text))).toEqual(purgeOf(text).tombstones);
    expect(await store.rewrapEvidence(digest(text)).catch(({ code: found }) => found)).toMatch(
      /gone|STORE_KEY_MISSING/,
    );
    // The others stay, and a second time changes nothing.
    const other = TEXTS.find((one) => one !== text) ?? "";
    expect(await collect(store.readEvidence(digest(other)))).toEqual(bytes(other));
    expect(await store.purgeEvidence(purgeOf(text))).toBe("changed");
    expect(await store.tombstones(digest(text))).toHaveLength(1);
    expect(await store.finishPurges()).toBe(0);
  });

  test("one that is otherwise than the purge says is left as it is", async () => {
    const changes: readonly Partial<Purge>[] = [
      { agreements: [] },
      { agreements: [digest("a"), digest("b")] },
      { uploads: [] },
      { uploads: [{ tenant: "one", at: 4_999 }] },
      {
        uploads: [
          { tenant: "one", at: 5_000 },
          { tenant: "two", at: 5_000 },
        ],
      },
      { digest: digest("other") },
    ];
    for (const change of changes)
      expect([change, await store.purgeEvidence(purgeOf("small", change))]).toEqual([change, "changed"]);
    await store.putEvidence(digest("small"), stream(bytes("small")), { ...limits, now: 6_000 });
    expect(await store.uploads(digest("small"))).toEqual([{ tenant: "one", at: 6_000 }]);
    expect(await store.purgeEvidence(purgeOf("small"))).toBe("changed");
    expect(await collect(store.readEvidence(digest("small")))).toEqual(bytes("small"));
    expect(await store.listTombstones({ limit: 9 })).toEqual([]);
  });

  test.each<[HoldRow["kind"], string]>([
    ["digest", digest("small")],
    ["agreement", digest("a")],
    ["tenant", "one"],
    // Of a party in an agreement that names it.
    ["tenant", "two"],
  ])("a hold on a %s keeps it, and its release lets it go", async (kind, target) => {
    const hold = { id: "hold_1", kind, target, reason: "a court", by: "counsel", at: 6_000 };
    await store.placeHold(hold);
    await store.placeHold({ ...hold, id: "hold_2", target: digest("something else") });
    expect(await store.purgeEvidence(purgeOf("small"))).toBe("held");
    expect(await collect(store.readEvidence(digest("small")))).toEqual(bytes("small"));
    expect(await everyPage(1, store.listHolds, ({ id }) => id)).toMatchObject([hold, { id: "hold_2" }]);
    expect(await store.releaseHold("hold_1", NOTE)).toEqual({ ...hold, released: NOTE });
    // The first release counts.
    expect(await store.releaseHold("hold_1", { ...NOTE, by: "another" })).toEqual({ ...hold, released: NOTE });
    expect(await store.releaseHold("hold_9", NOTE)).toBeUndefined();
    expect((await store.listHolds({ limit: 9 }))[0]).toEqual({ ...hold, released: NOTE });
    expect(await store.purgeEvidence(purgeOf("small"))).toBe("purged");
  });

  test("no agreement names purged evidence from then on, until the bytes are here again", async () => {
    const next = (): ReturnType<Store["write"]> =>
      store.write({ agreement: agreementChange({ name: "b", evidence: [digest("small")] }) });
    await store.purgeEvidence(purgeOf("small"));
    expect(outcome(await next())).toBe("stale");
    expect(await store.agreement(digest("b"))).toBeUndefined();
    await store.putEvidence(digest("small"), stream(bytes("small")), { ...limits, tenant: "three", now: 8_000 });
    expect(outcome(await next())).toBe("ok");
    // For those of before it stays purged.
    expect(await store.references(digest("a"), digest("small"))).toBe("purged");
    expect(await store.references(digest("b"), digest("small"))).toBe("kept");
    expect(await store.referencedBy(digest("small"), ["p"])).toBe(false);
    expect(await store.namedBy(digest("small"), { limit: 9 })).toEqual([digest("b")]);
    const again = purgeOf("small", { agreements: [digest("b")], uploads: [{ tenant: "three", at: 8_000 }] });
    const [tombstone] = again.tombstones;
    const second = { ...tombstone!, id: digest("second"), agreements: [digest("b")], at: 9_000 };
    expect(await store.purgeEvidence({ ...again, tombstones: [second] })).toBe("purged");
    expect((await store.tombstones(digest("small"))).map(({ id }) => id)).toEqual([second.id, tombstone!.id]);
  });

  test("of many at once one purges, and everybody else is told", async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => store.purgeEvidence(purgeOf(TEXTS[1]))));
    expect(results.filter((one) => one === "purged")).toHaveLength(1);
    expect(await store.tombstones(digest(TEXTS[1]))).toHaveLength(1);
  });

  test("tombstones are listed in the order of their making, and say that their bytes may come again", async () => {
    for (const text of TEXTS) await store.purgeEvidence(purgeOf(text));
    const all = await everyPage(1, store.listTombstones, ({ id }) => id);
    expect(all).toEqual(TEXTS.flatMap((text) => purgeOf(text).tombstones));
    expect(await store.readmitEvidence(digest("small"), NOTE)).toBe(1);
    expect(await store.readmitEvidence(digest("small"), { ...NOTE, by: "another" })).toBe(1);
    expect(await store.readmitEvidence(digest("none"), NOTE)).toBe(0);
    expect((await store.tombstones(digest("small")))[0]?.readmitted).toEqual(NOTE);
    await expect(store.listTombstones({ limit: 1, after: digest("none") })).rejects.toEqual(code("HTTP_PARAMETER"));
    await expect(store.listHolds({ limit: 1, after: "none" })).rejects.toEqual(code("HTTP_PARAMETER"));
  });
});
