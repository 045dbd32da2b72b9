import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { concatBytes, hexDecode, hexEncode, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto.ts";
import { defaultCrypto as nodePort } from "./crypto-node.ts";
import { defaultCrypto as webPort } from "./crypto-web.ts";
import {
  checkPublicKey,
  checkSignature,
  decodePoint,
  openPublicKey,
  openPublicKeySync,
  type Point,
  verifyEd25519,
  verifyEd25519Sync,
} from "./ed25519.ts";
import type { Code } from "./gen/codes.ts";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

function encode(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn));
}

function decode(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function point(y: bigint, sign: 0 | 1): Uint8Array {
  return encode(y | (BigInt(sign) << 255n));
}

// Curve arithmetic straight from the equations of RFC 8032 section 5.1, to check constants and forgeries against.
const mod = (value: bigint): bigint => ((value % P) + P) % P;
function raise(base: bigint, exponent: bigint): bigint {
  return exponent === 0n ? 1n : mod(raise(mod(base * base), exponent >> 1n) * ((exponent & 1n) === 1n ? base : 1n));
}
const invert = (value: bigint): bigint => raise(mod(value), P - 2n);
const d = mod(-121665n * invert(121666n));
const IDENTITY: Point = { x: 0n, y: 1n };

function add(a: Point, b: Point): Point {
  const product = mod(d * a.x * b.x * a.y * b.y);
  return {
    x: mod((a.x * b.y + b.x * a.y) * invert(1n + product)),
    y: mod((a.y * b.y + a.x * b.x) * invert(1n - product)),
  };
}

function multiply(a: Point, times: bigint): Point {
  let result = IDENTITY;
  for (let index = 0n; index < times; index++) result = add(result, a);
  return result;
}

const isOnCurve = ({ x, y }: Point): boolean => mod(y * y - x * x) === mod(1n + d * x * x * y * y);

// Every y whose point may have an order that divides 8, found by search and not from the constants under test.
const BASE: Point = decodePoint(point(mod(4n * invert(5n)), 0)) as Point;
function double(a: Point): Point {
  return add(a, a);
}
const ORDER_EIGHT = ((): Point => {
  // L times any point of the curve leaves its part of small order.
  for (let y = 2n; ; y++) {
    const start = decodePoint(point(y, 0));
    if (start === undefined) continue;
    let result = IDENTITY;
    let factor = start;
    for (let rest = L; rest > 0n; rest >>= 1n) {
      if ((rest & 1n) === 1n) result = add(result, factor);
      factor = double(factor);
    }
    if (multiply(result, 4n).y !== 1n) return result;
  }
})();
const SMALL_ORDER = Array.from({ length: 8 }, (_, times) => multiply(ORDER_EIGHT, BigInt(times)));
const SMALL_ORDER_KEYS = SMALL_ORDER.map(({ x, y }) => point(y, (x & 1n) === 1n ? 1 : 0));

const NOT_CANONICAL: readonly (readonly [string, Uint8Array])[] = [
  ...Array.from({ length: 19 }, (_, above) =>
    ([0, 1] as const).map((sign) => [`y = p + ${above}, sign ${sign}`, point(P + BigInt(above), sign)] as const),
  ).flat(),
  ["y = 1, sign 1", point(1n, 1)],
  ["y = p - 1, sign 1", point(P - 1n, 1)],
];

test("the search finds eight points, of orders 1, 2, 4, 4, 8, 8, 8, 8", () => {
  expect(new Set(SMALL_ORDER_KEYS.map(hexEncode)).size).toBe(8);
  expect(SMALL_ORDER.every(isOnCurve)).toBe(true);
  const orders = SMALL_ORDER.map((candidate) =>
    [1n, 2n, 4n, 8n].find((order) => multiply(candidate, order).y === 1n && multiply(candidate, order).x === 0n),
  );
  expect(orders.sort()).toEqual([1n, 2n, 4n, 4n, 8n, 8n, 8n, 8n]);
});

describe("checkPublicKey", () => {
  test.each([0, 31, 33, 63, 65])("refuses %i bytes", (length) => {
    expect(checkPublicKey(new Uint8Array(length).fill(2))).toBe("KEY_LENGTH");
  });

  test.each(SMALL_ORDER_KEYS.map((key) => [hexEncode(key), key] as const))(
    "refuses the small-order key %s",
    (_, key) => {
      expect(checkPublicKey(key)).toBe("KEY_SMALL_ORDER");
    },
  );

  test.each(NOT_CANONICAL)("refuses the encoding %s", (_, key) => {
    expect(checkPublicKey(key)).toBe("KEY_NOT_CANONICAL");
  });

  test("accepts the neighbours of what it refuses", () => {
    for (const y of [
      2n,
      P - 2n,
      2n ** 254n,
      ...SMALL_ORDER.map(({ y }) => y + 256n),
      ...SMALL_ORDER.map(({ y }) => y ^ (1n << 250n)),
    ]) {
      if (y >= P) continue;
      expect(checkPublicKey(point(y, 0))).toBeUndefined();
      expect(checkPublicKey(point(y, 1))).toBeUndefined();
    }
  });
});

describe("checkSignature", () => {
  const valid = concatBytes(point(4n, 0), encode(L - 1n));

  test("accepts S = L - 1 and S = 0", () => {
    expect(checkSignature(valid)).toBeUndefined();
    expect(checkSignature(concatBytes(point(4n, 1), encode(0n)))).toBeUndefined();
  });

  test.each([0, 31, 32, 33, 63, 65])("refuses %i bytes", (length) => {
    expect(checkSignature(new Uint8Array(length).fill(2))).toBe("DSSE_SIGNATURE_LENGTH");
  });

  test.each([
    ["L", L],
    ["L + 1", L + 1n],
    ["L with one more in its highest byte", L + 2n ** 248n],
    ["2^253", 2n ** 253n],
    ["2^255", 2n ** 255n],
    ["2^256 - 1", 2n ** 256n - 1n],
  ])("refuses S = %s", (_, s) => {
    expect(checkSignature(concatBytes(valid.slice(0, 32), encode(s)))).toBe("DSSE_SIGNATURE_S_RANGE");
  });

  test.each(SMALL_ORDER_KEYS.map((key) => [hexEncode(key), key] as const))("refuses the small-order R %s", (_, r) => {
    expect(checkSignature(concatBytes(r, encode(1n)))).toBe("DSSE_SIGNATURE_R_SMALL_ORDER");
  });

  test.each(NOT_CANONICAL)("refuses the encoding of R %s", (_, r) => {
    expect(checkSignature(concatBytes(r, encode(1n)))).toBe("DSSE_SIGNATURE_R_NOT_CANONICAL");
  });

  test("names S before R", () => {
    expect(checkSignature(concatBytes(point(P, 0), encode(L)))).toBe("DSSE_SIGNATURE_S_RANGE");
  });
});

describe("decodePoint", () => {
  test("decodes the base point", () => {
    expect(BASE).toEqual({
      x: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
      y: 46316835694926478169428394003475163141307993866256225615783033603165251855960n,
    });
  });

  test("decodes to points of the curve with the sign asked for, or tells by Euler's criterion that there is none", () => {
    let none = 0;
    for (let y = 0n; y < 60n; y++) {
      for (const sign of [0, 1] as const) {
        const found = decodePoint(point(y, sign));
        const square = mod((y * y - 1n) * invert(d * y * y + 1n));
        const isSquare = square === 0n || raise(square, (P - 1n) / 2n) === 1n;
        expect(found !== undefined).toBe(isSquare && !(square === 0n && sign === 1));
        if (found === undefined) none += 1;
        else {
          expect(found.y).toBe(y);
          expect(found.x & 1n).toBe(BigInt(sign));
          expect(isOnCurve(found)).toBe(true);
        }
      }
    }
    expect(none).toBeGreaterThan(30);
  });

  test("decodes every small-order point and no other spelling", () => {
    for (const [index, key] of SMALL_ORDER_KEYS.entries()) expect(decodePoint(key)).toEqual(SMALL_ORDER[index]);
    for (const [, key] of NOT_CANONICAL) expect(decodePoint(key)).toBeUndefined();
  });

  test("refuses other lengths as misuse", () => {
    expect(() => decodePoint(new Uint8Array(31))).toThrow(TypeError);
  });
});

type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<Code | undefined>;

const withOpenKey =
  (port: CryptoPort): Verify =>
  async (publicKey, message, signature) => {
    const key = await openPublicKey(port, publicKey);
    return typeof key === "string" ? key : await verifyEd25519(port, key, message, signature);
  };

const WAYS: readonly (readonly [string, Verify])[] = [
  ["node:crypto", (...input) => verifyEd25519(nodePort, ...input)],
  ["node:crypto, opened key", withOpenKey(nodePort)],
  ["node:crypto, synchronously", (...input) => Promise.resolve(verifyEd25519Sync(nodePort, ...input))],
  ["WebCrypto", (...input) => verifyEd25519(webPort, ...input)],
];

describe.each(WAYS)("verification by %s", (_, verify) => {
  const seed = new Uint8Array(32).fill(9);
  const message = utf8("message");
  const sign = async (): Promise<[Uint8Array, Uint8Array]> => [
    await nodePort.publicKeyOf(seed),
    await nodePort.sign(seed, message),
  ];

  test("accepts a signature, and nothing that differs from it in one bit", async () => {
    const [publicKey, signature] = await sign();
    expect(await verify(publicKey, message, signature)).toBeUndefined();
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = signature.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await verify(publicKey, message, changed)).toMatch(/^DSSE_SIGNATURE_(INVALID|S_RANGE)$/);
    }
    expect(await verify(publicKey, utf8("massage"), signature)).toBe("DSSE_SIGNATURE_INVALID");
  });

  // Vector number one: such a signature is free to make, and lenient platforms accept it.
  test.each(SMALL_ORDER_KEYS.map((key) => [hexEncode(key), key] as const))(
    "refuses what anyone can forge under %s",
    async (_hex, key) => {
      const forged = concatBytes(key, new Uint8Array(32));
      // With S = 0 and R = A the equation asks that (k + 1) A is the identity, which depends on k mod 8 only.
      let holds = 0;
      for (let attempt = 0; attempt < 64; attempt++) {
        const text = utf8(`attempt ${attempt}`);
        const k =
          decode(
            createHash("sha512")
              .update(concatBytes(key, key, text))
              .digest(),
          ) % L;
        const left = multiply(decodePoint(key) as Point, (k + 1n) % 8n);
        if (left.x === 0n && left.y === 1n) holds += 1;
        expect(await verify(key, text, forged)).toBe("KEY_SMALL_ORDER");
      }
      expect(holds).toBeGreaterThan(0);
    },
  );

  test("refuses S + L, the second spelling of a signature", async () => {
    const [publicKey, signature] = await sign();
    const second = concatBytes(signature.slice(0, 32), encode(decode(signature.slice(32)) + L));
    expect(await verify(publicKey, message, second)).toBe("DSSE_SIGNATURE_S_RANGE");
  });

  test("refuses R of small order or in another encoding", async () => {
    const [publicKey, signature] = await sign();
    const s = signature.slice(32);
    for (const r of SMALL_ORDER_KEYS) {
      expect(await verify(publicKey, message, concatBytes(r, s))).toBe("DSSE_SIGNATURE_R_SMALL_ORDER");
    }
    for (const [, r] of NOT_CANONICAL) {
      expect(await verify(publicKey, message, concatBytes(r, s))).toBe("DSSE_SIGNATURE_R_NOT_CANONICAL");
    }
  });

  test("refuses keys in another encoding", async () => {
    const [, signature] = await sign();
    for (const [, key] of NOT_CANONICAL) expect(await verify(key, message, signature)).toBe("KEY_NOT_CANONICAL");
  });

  test.each([0, 31, 33, 63, 65])("refuses a key of %i bytes", async (length) => {
    const [, signature] = await sign();
    expect(await verify(new Uint8Array(length).fill(2), message, signature)).toBe("KEY_LENGTH");
  });

  test.each([0, 31, 32, 33, 63, 65])("refuses a signature of %i bytes", async (length) => {
    const [publicKey] = await sign();
    expect(await verify(publicKey, message, new Uint8Array(length).fill(2))).toBe("DSSE_SIGNATURE_LENGTH");
  });

  test("blames a key that is no point, whatever else is wrong with the signature", async () => {
    const [, signature] = await sign();
    let keys = 0;
    for (let y = 2n; y < 12n; y++) {
      if (decodePoint(point(y, 0)) !== undefined) continue;
      keys += 1;
      for (const sign of [0, 1] as const) {
        const key = point(y, sign);
        expect(checkPublicKey(key)).toBeUndefined();
        expect(await verify(key, message, signature)).toBe("KEY_NOT_ON_CURVE");
        expect(await verify(key, message, concatBytes(point(P, 0), encode(L)))).toBe("KEY_NOT_ON_CURVE");
      }
    }
    expect(keys).toBeGreaterThan(2);
  });

  test("calls an R that is no point an invalid signature", async () => {
    const [publicKey, signature] = await sign();
    const y = [2n, 3n, 4n, 5n, 6n, 7n, 8n].find(
      (candidate) => decodePoint(point(candidate, 0)) === undefined,
    ) as bigint;
    expect(await verify(publicKey, message, concatBytes(point(y, 0), signature.slice(32)))).toBe(
      "DSSE_SIGNATURE_INVALID",
    );
  });
});

describe("precedence", () => {
  const short = new Uint8Array(63);
  const bad = concatBytes(point(P, 0), encode(L));

  test("length of the signature, then the key, then S and R", async () => {
    expect(await verifyEd25519(nodePort, new Uint8Array(31), utf8(""), short)).toBe("DSSE_SIGNATURE_LENGTH");
    expect(verifyEd25519Sync(nodePort, new Uint8Array(31), utf8(""), bad)).toBe("KEY_LENGTH");
    expect(verifyEd25519Sync(nodePort, point(P, 0), utf8(""), bad)).toBe("KEY_NOT_CANONICAL");
    expect(verifyEd25519Sync(nodePort, point(0n, 0), utf8(""), bad)).toBe("KEY_SMALL_ORDER");
    expect(verifyEd25519Sync(nodePort, point(BASE.y, 0), utf8(""), bad)).toBe("DSSE_SIGNATURE_S_RANGE");
  });
});

// Some platforms refuse on their own what these checks refuse, so that only a port which refuses nothing proves them.
describe("a platform that accepts everything", () => {
  const lenient: CryptoPort = { ...nodePort, verify: () => Promise.resolve(true), verifySync: () => true };
  const honest = point(BASE.y, 0);
  const s = encode(1n);

  test.each<[Code | undefined, string, Uint8Array, Uint8Array]>([
    [undefined, "nothing to refuse", honest, concatBytes(honest, s)],
    ["KEY_SMALL_ORDER", "a small-order key", point(1n, 0), concatBytes(point(1n, 0), encode(0n))],
    ["KEY_NOT_CANONICAL", "another encoding of a key", point(P + 1n, 0), concatBytes(honest, s)],
    ["DSSE_SIGNATURE_S_RANGE", "S = L", honest, concatBytes(honest, encode(L))],
    ["DSSE_SIGNATURE_R_NOT_CANONICAL", "another encoding of R", honest, concatBytes(point(P + 3n, 0), s)],
    ["DSSE_SIGNATURE_R_SMALL_ORDER", "a small-order R", honest, concatBytes(point(0n, 1), s)],
    ["DSSE_SIGNATURE_LENGTH", "65 bytes", honest, concatBytes(honest, s, Uint8Array.of(0))],
  ])("gets %s for %s", async (code, _, key, signature) => {
    expect(await verifyEd25519(lenient, key, utf8("m"), signature)).toBe(code);
    expect(verifyEd25519Sync(lenient, key, utf8("m"), signature)).toBe(code);
  });
});

describe("openPublicKey", () => {
  test("returns the code of a bad key, and a key that keeps its own bytes", async () => {
    expect(await openPublicKey(nodePort, new Uint8Array(32))).toBe("KEY_SMALL_ORDER");
    expect(openPublicKeySync(nodePort, new Uint8Array(3))).toBe("KEY_LENGTH");
    const raw = point(BASE.y, 0);
    const key = openPublicKeySync(nodePort, raw);
    raw.fill(0);
    if (typeof key === "string") throw new Error(key);
    expect(key.publicKey).toEqual(point(BASE.y, 0));
  });

  test("blames the key when a platform refuses to import what is no point", async () => {
    const strict: CryptoPort = {
      ...nodePort,
      importPublicKey: () => {
        throw new DOMException("bad key", "DataError");
      },
    };
    expect(await openPublicKey(strict, point(2n, 0))).toBe("KEY_NOT_ON_CURVE");
    expect(openPublicKeySync(strict, point(2n, 0))).toBe("KEY_NOT_ON_CURVE");
    await expect(openPublicKey(strict, point(BASE.y, 0))).rejects.toThrow("bad key");
    expect(() => openPublicKeySync(strict, point(BASE.y, 0))).toThrow("bad key");
  });

  test("cannot be synchronous on a port that is not", () => {
    expect(() => openPublicKeySync(webPort, point(BASE.y, 0))).toThrow(TypeError);
    expect(() => verifyEd25519Sync(webPort, point(BASE.y, 0), utf8(""), new Uint8Array(64))).toThrow(TypeError);
    const mixed: CryptoPort = { ...nodePort, importPublicKey: webPort.importPublicKey };
    expect(() => openPublicKeySync(mixed, point(BASE.y, 0))).toThrow(TypeError);
  });
});

const EXTERNAL =
  process.env["SETTLD_EXTERNAL_VECTORS"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const WYCHEPROOF = `${EXTERNAL}/wycheproof/ed25519_test.json`;

describe.skipIf(!existsSync(WYCHEPROOF))("Wycheproof (skipped without SETTLD_EXTERNAL_VECTORS)", () => {
  type Vectors = {
    readonly numberOfTests: number;
    readonly testGroups: readonly {
      readonly publicKey: { readonly pk: string };
      readonly tests: readonly {
        readonly tcId: number;
        readonly msg: string;
        readonly sig: string;
        readonly result: string;
      }[];
    }[];
  };

  test.each(WAYS)("%s: zero mismatches", async (_, verify) => {
    const vectors: Vectors = JSON.parse(readFileSync(WYCHEPROOF, "utf8"));
    const mismatches: number[] = [];
    let count = 0;
    for (const group of vectors.testGroups) {
      const key = hexDecode(group.publicKey.pk);
      for (const { tcId, msg, sig, result } of group.tests) {
        count += 1;
        const code = await verify(key, hexDecode(msg), hexDecode(sig));
        if ((code === undefined) !== (result === "valid")) mismatches.push(tcId);
      }
    }
    expect(mismatches).toEqual([]);
    expect(count).toBe(vectors.numberOfTests);
    expect(count).toBeGreaterThan(100);
  });
});

test("Wycheproof vectors are there when they are required", () => {
  if (process.env["SETTLD_REQUIRE_EXTERNAL"] === "1") expect(existsSync(WYCHEPROOF)).toBe(true);
});
