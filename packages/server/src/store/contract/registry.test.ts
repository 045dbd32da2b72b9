import { jwkFromPublicKey, thumbprint } from "@settld/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiKeyRow, PartyRow, Store, TrustRow } from "../store.ts";
import { answer, bytes, command, digest, everyPage, outcome } from "./samples.ts";
import { STORES } from "./stores.ts";

// The store reads keys, but does not judge them: any 32 bytes do.
const publicKey = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const party = (id: string, tenant: string, ...keys: readonly number[]): PartyRow => ({
  id,
  tenant,
  roles: ["buyer"],
  keys: keys.map((n) => ({
    jwk: jwkFromPublicKey(publicKey(n)),
    notBefore: "2026-01-01T00:00:00.000Z",
    notAfter: "2027-01-01T00:00:00.000Z",
  })),
});

describe.each(STORES)("$name: keys, trust, answers and commands", ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const key = (n: number, tenant = "one"): ApiKeyRow => ({
    hash: digest(`key ${n}`),
    id: `key_${n}`,
    tenant,
    scopes: ["read", "write"],
    name: `key "${n}"`,
    createdAt: 1_000 + n,
  });

  const add = async (row: ApiKeyRow): Promise<string> => outcome(await store.write({ apiKeys: [row] }));
  const put = async (trust: TrustRow, parties: readonly PartyRow[], replace: boolean): Promise<string> =>
    outcome(await store.write({ registry: { trust, parties, replace } }));

  test("API keys are found by their hash and listed by tenant, oldest first", async () => {
    for (const n of [2, 1]) await add(key(n));
    await add(key(3, "two"));
    await add({ ...key(4), createdAt: key(1).createdAt });
    const fourth = { ...key(4), createdAt: key(1).createdAt };
    expect(await store.apiKey(digest("key 1"))).toEqual(key(1));
    expect(await store.apiKey(digest("key 9"))).toBeUndefined();
    for (const limit of [1, 2, 9]) {
      const list = (tenant: string | undefined) =>
        everyPage(
          limit,
          (page) => store.listApiKeys(tenant, page),
          ({ id }) => id,
        );
      expect(await list("one")).toEqual([key(1), fourth, key(2)]);
      expect(await list(undefined)).toEqual([key(1), fourth, key(2), key(3, "two")]);
      expect(await list("three")).toEqual([]);
    }
    const parameter = expect.objectContaining({ code: "HTTP_PARAMETER" });
    await expect(store.listApiKeys(undefined, { limit: 1, after: "key_9" })).rejects.toEqual(parameter);
  });

  test("a hash or an id stands once", async () => {
    expect(await add(key(1))).toBe("ok");
    expect(await add({ ...key(2), hash: key(1).hash })).toBe("stale");
    expect(await add({ ...key(2), id: key(1).id })).toBe("stale");
    expect(await store.listApiKeys(undefined, { limit: 9 })).toEqual([key(1)]);
  });

  test("a key is stored with its answer, or neither is", async () => {
    expect(outcome(await store.write({ apiKeys: [key(1)], answer: answer("k") }))).toBe("ok");
    expect(outcome(await store.write({ apiKeys: [key(2)], answer: answer("k") }))).toBe("answered");
    expect(await store.apiKey(key(2).hash)).toBeUndefined();
    expect(outcome(await store.write({ apiKeys: [key(1)], answer: answer("l") }))).toBe("stale");
    expect(await store.keptAnswer("one", "l")).toBeUndefined();
  });

  test("a key is revoked once, and its first time stays", async () => {
    await add(key(1));
    expect(await store.revokeApiKey("key_2", 5)).toBeUndefined();
    expect(await store.revokeApiKey("key_1", 5)).toEqual({ ...key(1), revokedAt: 5 });
    expect(await store.revokeApiKey("key_1", 6)).toEqual({ ...key(1), revokedAt: 5 });
    expect(await store.apiKey(digest("key 1"))).toEqual({ ...key(1), revokedAt: 5 });
  });

  test("trust goes forward only", async () => {
    expect(await store.trust()).toBeUndefined();
    expect(await put({ version: 2, issuedAt: 7 }, [party("a", "one", 1)], false)).toBe("ok");
    expect(await store.trust()).toEqual({ version: 2, issuedAt: 7 });
    for (const version of [1, 2]) {
      expect(await put({ version, issuedAt: 8 }, [party("b", "one", 2)], true)).toBe("stale");
    }
    expect(await store.trust()).toEqual({ version: 2, issuedAt: 7 });
    expect(await store.party("b")).toBeUndefined();
    const imported = { version: 3, issuedAt: 9, envelope: bytes("envelope") };
    expect(await put(imported, [], false)).toBe("ok");
    expect(await store.trust()).toEqual(imported);
    expect(await put({ version: 4, issuedAt: 10 }, [], false)).toBe("ok");
    expect(await store.trust()).toEqual({ version: 4, issuedAt: 10 });
  });

  test("parties are found by id, by key and by tenant", async () => {
    const rows = [party("a", "one", 1, 2), party("b", "two", 3), party("c", "one")];
    await put({ version: 1, issuedAt: 1 }, rows, false);
    expect(await store.party("a")).toEqual(rows[0]);
    expect(await store.partyOfKey(thumbprint(publicKey(2)))).toEqual(rows[0]);
    expect(await store.partyOfKey(thumbprint(publicKey(9)))).toBeUndefined();
    for (const limit of [1, 2, 9]) {
      expect(
        await everyPage(
          limit,
          (page) => store.parties("one", page),
          ({ id }) => id,
        ),
      ).toEqual([rows[0], rows[2]]);
      expect(
        await everyPage(
          limit,
          (page) => store.parties(undefined, page),
          ({ id }) => id,
        ),
      ).toEqual(rows);
    }
  });

  test("a party that changes takes its new keys and loses the old ones", async () => {
    await put({ version: 1, issuedAt: 1 }, [party("a", "one", 1), party("b", "two", 2)], false);
    expect(await put({ version: 2, issuedAt: 2 }, [party("a", "three", 3)], false)).toBe("ok");
    expect(await store.party("a")).toEqual(party("a", "three", 3));
    expect(await store.party("b")).toEqual(party("b", "two", 2));
    expect(await store.partyOfKey(thumbprint(publicKey(1)))).toBeUndefined();
    // Two parties may exchange keys in one version.
    expect(await put({ version: 3, issuedAt: 3 }, [party("a", "three", 2), party("b", "two", 3)], false)).toBe("ok");
    expect((await store.partyOfKey(thumbprint(publicKey(2))))?.id).toBe("a");
  });

  test("replace forgets all others", async () => {
    await put({ version: 1, issuedAt: 1 }, [party("a", "one", 1), party("b", "two", 2)], false);
    expect(await put({ version: 2, issuedAt: 2 }, [party("c", "one", 1)], true)).toBe("ok");
    expect(await store.parties(undefined, { limit: 9 })).toEqual([party("c", "one", 1)]);
    expect((await store.partyOfKey(thumbprint(publicKey(1))))?.id).toBe("c");
    expect(await store.partyOfKey(thumbprint(publicKey(2)))).toBeUndefined();
  });

  test("a key of two parties is refused, and nothing is stored", async () => {
    await put({ version: 1, issuedAt: 1 }, [party("a", "one", 1)], false);
    expect(await put({ version: 2, issuedAt: 2 }, [party("b", "one", 2, 1)], false)).toBe("stale");
    expect(await put({ version: 2, issuedAt: 2 }, [party("b", "one", 2), party("c", "one", 2)], true)).toBe("stale");
    expect(await store.trust()).toEqual({ version: 1, issuedAt: 1 });
    expect(await store.parties(undefined, { limit: 9 })).toEqual([party("a", "one", 1)]);
    expect((await store.partyOfKey(thumbprint(publicKey(1))))?.id).toBe("a");
  });

  test("answers are kept by tenant and key, and forgotten by age", async () => {
    for (const [index, at] of [10, 20, 30].entries()) await store.write({ answer: answer(`k${index}`, at) });
    await store.write({ answer: { ...answer("k0", 40), tenant: "two" } });
    expect(await store.keptAnswer("two", "k0")).toEqual({ ...answer("k0", 40), tenant: "two" });
    expect(await store.keptAnswer("two", "k1")).toBeUndefined();
    expect(await store.forgetAnswers(10)).toBe(0);
    expect(await store.forgetAnswers(30)).toBe(2);
    expect(await store.keptAnswer("one", "k1")).toBeUndefined();
    expect(await store.keptAnswer("one", "k2")).toEqual(answer("k2", 30));
    // A key whose answer is forgotten is free.
    expect(await store.write({ answer: answer("k1", 50) })).toEqual({ ok: true });
  });

  test("many answers are forgotten at once", async () => {
    await Promise.all(Array.from({ length: 1_200 }, (_, n) => store.write({ answer: answer(`k${n}`, n) })));
    expect(await store.forgetAnswers(1_100)).toBe(1_100);
    expect(await store.forgetAnswers(9_999)).toBe(100);
  });

  test("commands are due in their order, and later when they are put off", async () => {
    await store.write({ outbox: [command("a", 30), command("b", 10), command("c", 20)] });
    expect((await store.dueCommands(20, 9)).map(({ id }) => id)).toEqual(["b", "c"]);
    expect((await store.dueCommands(99, 2)).map(({ id }) => id)).toEqual(["b", "c"]);
    await store.retryCommand("b", 40);
    await store.retryCommand("b", 50);
    expect(await store.dueCommands(50, 9)).toEqual([
      command("c", 20),
      command("a", 30),
      { ...command("b", 50), attempts: 2 },
    ]);
    await store.write({ outboxDone: ["c"] });
    await store.retryCommand("c", 1);
    expect((await store.dueCommands(49, 9)).map(({ id }) => id)).toEqual(["a"]);
  });

  test("settings are there until they are overwritten", async () => {
    expect(await store.setting("a")).toBeUndefined();
    await store.putSetting("a", "1");
    await store.putSetting("a", "2");
    expect(await store.setting("a")).toBe("2");
  });
});
