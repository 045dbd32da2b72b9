import { createHash } from "node:crypto";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { bytesEqual, concatBytes, hexDecode } from "@settld/protocol";

/** A point of edwards25519. */
export type Point = InstanceType<typeof ed25519.Point>;

/** The order of the base point. */
export const L: bigint = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The field prime. */
export const P: bigint = 2n ** 255n - 19n;

/** The base point. */
export const B: Point = ed25519.Point.BASE;

/** A number as 32 bytes, little-endian. */
export const le32 = (number: bigint): Uint8Array => {
  const bytes = new Uint8Array(32);
  for (let at = 0, rest = number; at < 32; at += 1, rest >>= 8n) bytes[at] = Number(rest & 255n);
  return bytes;
};

/** 32 or 64 bytes, little-endian, as a number. */
export const numberOf = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

const modL = (number: bigint): bigint => ((number % L) + L) % L;

/** Multiplies a point by any integer. */
export const times = (point: Point, factor: bigint): Point =>
  modL(factor) === 0n ? ed25519.Point.ZERO : point.multiplyUnsafe(modL(factor));

/** A point of small order; index in 0..7, where T(i) is i times a point of order 8. */
export const torsion = (index: number): Point => ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[index & 7] ?? "");

/** SHA-512 of the parts, as a number below L. */
export const challenge = (r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  modL(
    numberOf(
      createHash("sha512")
        .update(concatBytes(r, key, message))
        .digest(),
    ),
  );

/** The same before it is reduced. */
export const rawChallenge = (r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  numberOf(
    createHash("sha512")
      .update(concatBytes(r, key, message))
      .digest(),
  );

/** The private scalar of a seed (RFC 8032, 5.1.5). */
export const scalarOf = (seed: Uint8Array): bigint => {
  const bytes = new Uint8Array(createHash("sha512").update(seed).digest().subarray(0, 32));
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 63) | 64;
  return numberOf(bytes);
};

/** How to bend a signature while its equation is made to hold as far as possible. */
export type Bend = {
  /** Private scalar. */
  readonly scalar: bigint;
  /** Bytes of the public key; they enter the challenge as they are. */
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  /** Added to the prime-order part of R. */
  readonly rTorsion?: Point;
  /** R as bytes, in place of [r]B. */
  readonly rBytes?: Uint8Array;
  /** Tried until it holds, with the challenge and R's torsion. */
  readonly until?: (k: bigint, kRaw: bigint) => boolean;
};

/** R || S with S = r + k a, so that [S]B = [r]B + [k a]B holds for the prime-order parts. */
export const bendSignature = ({ scalar, key, message, rTorsion, rBytes, until }: Bend): Uint8Array => {
  for (let r = 1000n; r < 3000n; r += 1n) {
    const point = rTorsion === undefined ? times(B, r) : times(B, r).add(rTorsion);
    const encoded = rBytes ?? point.toBytes();
    const k = challenge(encoded, key, message);
    if (until !== undefined && !until(k, rawChallenge(encoded, key, message))) {
      if (rBytes !== undefined) throw new Error("nothing left to try");
      continue;
    }
    return concatBytes(encoded, le32(modL((rBytes === undefined ? r : 0n) + k * scalar)));
  }
  throw new Error("found no signature of this kind");
};

/** Whether [S]B = R + [k]A holds, without cofactor, for points as given. */
export const holds = (a: Point, r: Point, signature: Uint8Array, key: Uint8Array, message: Uint8Array): boolean => {
  const k = challenge(signature.subarray(0, 32), key, message);
  const left = times(B, numberOf(signature.subarray(32)));
  return bytesEqual(left.toBytes(), r.add(timesAny(a, k)).toBytes());
};

// A point with torsion: the factor must not be reduced, so it is split into bits.
const timesAny = (point: Point, factor: bigint): Point => {
  let sum: Point = ed25519.Point.ZERO;
  for (let rest = factor, addend = point; rest > 0n; rest >>= 1n, addend = addend.double()) {
    if ((rest & 1n) === 1n) sum = sum.add(addend);
  }
  return sum;
};

/** Whether 32 bytes with y below p are a point of the curve. */
export const isPoint = (bytes: Uint8Array): boolean => {
  try {
    ed25519.Point.fromBytes(bytes);
    return true;
  } catch {
    return false;
  }
};

const FF30 = "ff".repeat(30);
const ZERO31 = "00".repeat(31);

/** The eight canonical encodings of points whose order divides 8, by what they are. */
export const SMALL_CANONICAL: readonly (readonly [name: string, bytes: Uint8Array])[] = (
  [
    ["identity", `01${ZERO31}`],
    ["order-2", `ec${FF30}7f`],
    ["order-4", `00${ZERO31}`],
    ["order-4-negative", `${ZERO31}80`],
    ["order-8-a", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
    ["order-8-a-negative", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"],
    ["order-8-b", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
    ["order-8-b-negative", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"],
  ] as const
).map(([name, hex]) => [name, hexDecode(hex)]);

/** The six other encodings of such points, and the canonical ones that they stand for. */
export const SMALL_OTHER: readonly (readonly [name: string, bytes: Uint8Array, canonical: Uint8Array])[] = (
  [
    ["identity-sign-bit", `01${"00".repeat(30)}80`, `01${ZERO31}`],
    ["identity-plus-p", `ee${FF30}7f`, `01${ZERO31}`],
    ["identity-plus-p-sign-bit", `ee${FF30}ff`, `01${ZERO31}`],
    ["order-2-sign-bit", `ec${FF30}ff`, `ec${FF30}7f`],
    ["order-4-plus-p", `ed${FF30}7f`, `00${ZERO31}`],
    ["order-4-plus-p-sign-bit", `ed${FF30}ff`, `${ZERO31}80`],
  ] as const
).map(([name, hex, canonical]) => [name, hexDecode(hex), hexDecode(canonical)]);
