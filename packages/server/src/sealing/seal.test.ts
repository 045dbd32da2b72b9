import { createDecipheriv, createHash, randomBytes } from "node:crypto";
import { concatBytes, type Digest, isSettldError, sha256, utf8 } from "@settld/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collect, digest, stream } from "../store/contract/samples.ts";
import type { KeyEncryption, WrappedKey } from "./key-encryption.ts";
import { readKeyRing } from "./key-ring.ts";
import { openSeal, rewrapKey, seal } from "./seal.ts";

const ring = (...names: readonly string[]): Promise<KeyEncryption> =>
  readKeyRing(names.map((name) => createHash("sha256").update(name).digest("base64")).join("\n"), "ring");

const NAME = { digest: digest("object"), tenant: "acme" };
// Enough for several chunks, the last of which is not full.
const CHUNK = 16;
const PLAIN = new Uint8Array(randomBytes(3 * CHUNK + 5));

type Sealed = { readonly key: WrappedKey; readonly bytes: Uint8Array };

async function sealed(keys: KeyEncryption, plain: Uint8Array = PLAIN, name = NAME, chunk = CHUNK): Promise<Sealed> {
  const { key, sealed: bytes } = await seal(keys, name, stream(plain), chunk);
  return { key, bytes: await collect(bytes) };
}

/** What came out before the end, and the code with which it ended. */
async function opened(
  keys: KeyEncryption | undefined,
  { key, bytes }: Sealed,
  name = NAME,
): Promise<{ readonly plain: Uint8Array; readonly code: string | undefined }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of openSeal(keys, name, key, stream(bytes))) parts.push(part);
    return { plain: concatBytes(...parts), code: undefined };
  } catch (error) {
    if (!isSettldError(error)) throw error;
    return { plain: concatBytes(...parts), code: error.code };
  }
}

const flipped = (bytes: Uint8Array, at: number, mask: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ mask : byte));

describe("a sealed object", () => {
  test("opens to what was sealed, whatever its length and however it arrives in pieces", async () => {
    const keys = await ring("a");
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        async (plain, chunk, cuts) => {
          const object = await sealed(keys, plain, NAME, chunk);
          const ends = [...cuts.map((cut) => Math.min(cut, object.bytes.length)), object.bytes.length].sort(
            (a, b) => a - b,
          );
          const pieces = ends.map((end, index) => object.bytes.subarray(ends[index - 1] ?? 0, end));
          expect(await collect(openSeal(keys, NAME, object.key, stream(...pieces)))).toEqual(plain);
          const chunks = Math.max(1, Math.ceil(plain.length / chunk));
          expect(object.bytes.length).toBe(54 + plain.length + 16 * chunks);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("hides what it holds, and is another one each time", async () => {
    const keys = await ring("a");
    const text = utf8("a secret that nobody should find in the bytes ".repeat(9));
    const [first, second] = [await sealed(keys, text), await sealed(keys, text)];
    expect(Buffer.from(first.bytes).includes("secret")).toBe(false);
    expect(first.bytes.subarray(54)).not.toEqual(second.bytes.subarray(54));
    expect(first.key.wrapped).not.toEqual(second.key.wrapped);
  });

  test("every bit of it is authenticated: of a changed one no byte comes out that was not sealed there", async () => {
    const keys = await ring("a");
    const object = await sealed(keys);
    await fc.assert(
      fc.asyncProperty(fc.nat(object.bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const { plain, code } = await opened(keys, { ...object, bytes: flipped(object.bytes, at, mask) });
        expect(code).toBe(at === 4 || at === 5 ? "STORE_SEAL_VERSION" : "STORE_SEAL_BROKEN");
        // What came out before is whole chunks of the original, and nothing of the one that was changed.
        const before = at < 54 ? 0 : Math.floor((at - 54) / (CHUNK + 16)) * CHUNK;
        expect(plain).toEqual(PLAIN.subarray(0, before));
      }),
      { numRuns: 500 },
    );
  });

  test("a data key that was changed, at whichever byte, opens nothing", async () => {
    const keys = await ring("a");
    const object = await sealed(keys);
    for (let at = 0; at < object.key.wrapped.length; at++) {
      const key = { ...object.key, wrapped: flipped(object.key.wrapped, at, 1) };
      expect(await opened(keys, { ...object, key })).toEqual({ plain: new Uint8Array(0), code: "STORE_SEAL_BROKEN" });
    }
    for (const length of [0, 59, 61]) {
      const key = { ...object.key, wrapped: new Uint8Array(length) };
      expect((await opened(keys, { ...object, key })).code).toBe("STORE_SEAL_BROKEN");
    }
  });

  test("cut off anywhere, it never ends as if it were whole", async () => {
    const keys = await ring("a");
    for (const plain of [PLAIN, PLAIN.subarray(0, 2 * CHUNK), new Uint8Array(0)]) {
      const object = await sealed(keys, plain);
      for (let length = 0; length < object.bytes.length; length++) {
        const { code } = await opened(keys, { ...object, bytes: object.bytes.subarray(0, length) });
        expect(code).toBe("STORE_SEAL_BROKEN");
      }
      const longer = concatBytes(object.bytes, Uint8Array.of(0));
      expect((await opened(keys, { ...object, bytes: longer })).code).toBe("STORE_SEAL_BROKEN");
    }
  });

  test("chunks in another order, twice, or left out are found", async () => {
    const keys = await ring("a");
    const object = await sealed(keys, PLAIN.subarray(0, 3 * CHUNK));
    const step = CHUNK + 16;
    const head = object.bytes.subarray(0, 54);
    const chunks = [0, 1, 2].map((n) => object.bytes.subarray(54 + n * step, 54 + (n + 1) * step));
    for (const order of [[1, 0, 2], [0, 0, 1, 2], [0, 2], [0, 1], [2], [0, 1, 2, 2], [0, 1, 2, 0], []]) {
      const bytes = concatBytes(head, ...order.map((n) => chunks[n] ?? new Uint8Array(0)));
      expect([order, (await opened(keys, { ...object, bytes })).code]).toEqual([order, "STORE_SEAL_BROKEN"]);
    }
  });

  test("it opens as nothing but itself: not as another object, and not as another tenant's", async () => {
    const keys = await ring("a");
    const object = await sealed(keys);
    const others = [
      { ...NAME, digest: digest("other") },
      { ...NAME, tenant: "evil" },
      { ...NAME, tenant: "acm" },
    ];
    for (const name of others) {
      expect(await opened(keys, object, name)).toMatchObject({ plain: new Uint8Array(0), code: "STORE_SEAL_BROKEN" });
      const other = await sealed(keys, PLAIN, name);
      // Its bytes with the other's key, and under a header that was written for the other.
      expect((await opened(keys, { key: other.key, bytes: object.bytes })).code).toBe("STORE_SEAL_BROKEN");
      const head = other.bytes.length - (object.bytes.length - 54);
      const bytes = concatBytes(other.bytes.subarray(0, head), object.bytes.subarray(54));
      for (const key of [object.key, other.key])
        expect((await opened(keys, { key, bytes }, name)).code).toBe("STORE_SEAL_BROKEN");
    }
  });

  test("without keys, or with others, it stays shut", async () => {
    const object = await sealed(await ring("a"));
    expect((await opened(undefined, object)).code).toBe("STORE_KEY_MISSING");
    expect((await opened(await ring("b"), object)).code).toBe("STORE_KEY_MISSING");
    // A key that says it is the right one.
    const [right, wrong] = [await ring("a"), await ring("b")];
    const liar = {
      ...wrong,
      unwrap: ({ wrapped }: WrappedKey, at: Uint8Array) => wrong.unwrap({ key: wrong.current, wrapped }, at),
    };
    expect((await opened(liar, object)).code).toBe("STORE_SEAL_BROKEN");
    const short = { ...right, unwrap: async () => new Uint8Array(16) };
    expect((await opened(short, object)).code).toBe("STORE_SEAL_BROKEN");
    expect((await opened(right, object)).code).toBeUndefined();
  });

  test("its key goes from ring to ring while its bytes stay", async () => {
    const [before, both, after] = [await ring("a"), await ring("b", "a"), await ring("b")];
    const object = await sealed(before);
    const key = await rewrapKey(both, NAME, object.key, stream(object.bytes));
    expect(key.key).toBe(after.current);
    expect((await opened(after, { ...object, key })).plain).toEqual(PLAIN);
    expect((await opened(after, object)).code).toBe("STORE_KEY_MISSING");
    expect((await opened(both, object)).plain).toEqual(PLAIN);
    await expect(rewrapKey(after, NAME, object.key, stream(object.bytes))).rejects.toMatchObject({
      code: "STORE_KEY_MISSING",
    });
  });

  test("a few lines after the text of the specification open it", async () => {
    const key = createHash("sha256").update("a").digest();
    const object = await sealed(await ring("a"));
    const { wrapped } = object.key;
    const file = Buffer.from(object.bytes);
    const header = file.subarray(0, 50 + (file[49] ?? 0));
    const open = (by: Uint8Array, nonce: Uint8Array, box: Uint8Array): Buffer => {
      const decipher = createDecipheriv("aes-256-gcm", by, nonce).setAAD(header).setAuthTag(box.subarray(-16));
      return Buffer.concat([decipher.update(box.subarray(0, -16)), decipher.final()]);
    };
    const dataKey = open(key, wrapped.subarray(0, 12), wrapped.subarray(12));
    const step = file.readUInt32BE(6) + 16;
    const plain: Buffer[] = [];
    for (let at = header.length, n = 0; at < file.length; at += step, n++) {
      const counter = Buffer.alloc(5);
      counter.writeUInt32BE(n);
      counter[4] = at + step >= file.length ? 1 : 0;
      plain.push(open(dataKey, Buffer.concat([file.subarray(10, 17), counter]), file.subarray(at, at + step)));
    }
    expect(new Uint8Array(Buffer.concat(plain))).toEqual(PLAIN);
    expect(file.subarray(0, 6)).toEqual(Buffer.from("Stld\u0001\u0001", "latin1"));
    expect(`sha256:${file.subarray(17, 49).toString("hex")}` satisfies Digest).toBe(NAME.digest);
    const id = createHash("sha256").update("settld-evidence-key:").update(key).digest("base64url").slice(0, 22);
    expect(object.key.key).toBe(`ek_${id}`);
  });
});

describe("a key ring", () => {
  const line = (name: string): string => createHash("sha256").update(name).digest("base64");

  test("its first key wraps, all of them open, and the rest of the text says nothing", async () => {
    const lost = `lost ek_${"a".repeat(22)}`;
    const keys = await readKeyRing(`# made in November\n\n${line("b")}\r\n  ${line("a")}\n${lost}\n`, "ring");
    expect(keys.current).toBe((await ring("b")).current);
    expect(keys.ids).toEqual([keys.current, (await ring("a")).current]);
    expect(keys.lost).toEqual([lost.slice(5)]);
  });

  test.each([
    ["nothing", "", "STORE_KEY_RING"],
    ["31 bytes", Buffer.alloc(31, 1).toString("base64"), "STORE_KEY_RING"],
    ["hexadecimal", "ab".repeat(32), "STORE_KEY_RING"],
    ["base64url", Buffer.alloc(32, 0xff).toString("base64url"), "STORE_KEY_RING"],
    ["a key twice", `${line("a")}\n${line("a")}`, "STORE_KEY_RING"],
    ["one byte repeated", Buffer.alloc(32, 7).toString("base64"), "KEY_TEST"],
    ["a series", Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString("base64"), "KEY_TEST"],
    [
      "a published test key",
      Buffer.from(sha256(utf8("settld test key, never use it: settler"))).toString("base64"),
      "KEY_TEST",
    ],
  ])("%s is refused, and no part of it is in the message", async (_, text, code) => {
    const error: unknown = await readKeyRing(text, "ring").then(undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    if (text !== "") expect(String(error)).not.toContain(text.slice(0, 8));
  });
});
