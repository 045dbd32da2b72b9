import type { CryptoPort, PublicKeyHandle } from "./crypto.ts";
import type { Code } from "./gen/codes.ts";

const POINT_BYTES = 32;
const SIGNATURE_BYTES = 64;
// The top bit of an encoded point is the sign of x; the other 255 are y, little-endian (RFC 8032 section 5.1.2).
const SIGN_BIT = 0x80;

// The y coordinates of the 8 points whose order divides 8, with the sign bit clear. Multiples of such a point depend
// on the scalar mod 8 only, so a signature under such a key verifies for one message in eight at least, and under
// the identity, with R = A and S = 0, for every message.
const SMALL_ORDER: readonly Uint8Array[] = [
  // Order 4: y = 0.
  /* @__PURE__ */ new Uint8Array(POINT_BYTES),
  // Order 1, the identity: y = 1.
  littleEndian("0000000000000000000000000000000000000000000000000000000000000001"),
  // Order 8: the two square roots of (1 + sqrt(1 + d)) / -d that lie on the curve, and their negatives.
  littleEndian("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
  littleEndian("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"),
  // Order 2: y = p - 1.
  littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
];

// RFC 8032 section 5.1: p = 2^255 - 19.
const FIELD_PRIME = littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
// RFC 8032 section 5.1: L = 2^252 + 27742317777372353535851937790883648493.
const GROUP_ORDER = littleEndian("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");

const Y_OF_IDENTITY = 1;
const Y_OF_ORDER_TWO = 4;

// Written as numbers are read, stored as they are encoded. A page that checks no key leaves out what it makes.
/* @__NO_SIDE_EFFECTS__ */ function littleEndian(hex: string): Uint8Array {
  const bytes = new Uint8Array(POINT_BYTES);
  for (let at = 0; at < POINT_BYTES; at++) {
    const pair = hex.slice(2 * (POINT_BYTES - 1 - at), 2 * (POINT_BYTES - at));
    bytes[at] = Number.parseInt(pair, 16);
  }
  return bytes;
}

/**
 * Checks the encoding of a public key by its bytes alone and returns the first code that applies, or `undefined`:
 * `KEY_LENGTH` unless it is 32 bytes; `KEY_NOT_CANONICAL` for `y >= p`, and for the sign bit where x is 0, that is
 * y = 1 or y = p - 1; `KEY_SMALL_ORDER` for the 8 points whose order divides 8 (RFC 8032 section 5.1.3, made strict).
 * A small-order point in another than its canonical encoding is `KEY_NOT_CANONICAL`. Whether the bytes are a point
 * of the curve is for {@link decodePoint} to say.
 */
export function checkPublicKey(key: Uint8Array): Code | undefined {
  if (key.length !== POINT_BYTES) return "KEY_LENGTH";
  if (!isCanonicalPoint(key)) return "KEY_NOT_CANONICAL";
  if (isSmallOrder(key)) return "KEY_SMALL_ORDER";
  return undefined;
}

/**
 * Checks the encoding of a signature by its bytes alone and returns the first code that applies, or `undefined`:
 * `DSSE_SIGNATURE_LENGTH` unless it is 64 bytes; `DSSE_SIGNATURE_S_RANGE` for `S >= L` (RFC 8032 section 5.1.7);
 * `DSSE_SIGNATURE_R_NOT_CANONICAL` and `DSSE_SIGNATURE_R_SMALL_ORDER` for R as {@link checkPublicKey} defines them.
 */
export function checkSignature(signature: Uint8Array): Code | undefined {
  if (signature.length !== SIGNATURE_BYTES) return "DSSE_SIGNATURE_LENGTH";
  if (!isBelow(signature, POINT_BYTES, GROUP_ORDER, 0xff)) return "DSSE_SIGNATURE_S_RANGE";
  if (!isCanonicalPoint(signature)) return "DSSE_SIGNATURE_R_NOT_CANONICAL";
  if (isSmallOrder(signature)) return "DSSE_SIGNATURE_R_SMALL_ORDER";
  return undefined;
}

// Both read the first 32 bytes, so that R needs no copy. Nothing here is secret, so comparisons may end early.

function isCanonicalPoint(bytes: Uint8Array): boolean {
  if (!isBelow(bytes, 0, FIELD_PRIME, ~SIGN_BIT)) return false;
  // x^2 = (y^2 - 1) / (dy^2 + 1) is 0 for y = 1 and y = -1 only, and 0 has no negative to be told from.
  const negative = ((bytes[POINT_BYTES - 1] as number) & SIGN_BIT) !== 0;
  return !negative || !(hasY(bytes, Y_OF_IDENTITY) || hasY(bytes, Y_OF_ORDER_TWO));
}

function isSmallOrder(bytes: Uint8Array): boolean {
  for (let index = 0; index < SMALL_ORDER.length; index++) {
    if (hasY(bytes, index)) return true;
  }
  return false;
}

function hasY(bytes: Uint8Array, index: number): boolean {
  const y = SMALL_ORDER[index] as Uint8Array;
  for (let at = 0; at < POINT_BYTES - 1; at++) {
    if (bytes[at] !== y[at]) return false;
  }
  return ((bytes[POINT_BYTES - 1] as number) & ~SIGN_BIT) === y[POINT_BYTES - 1];
}

// Compares 32 little-endian bytes from an offset with a limit, most significant first; `topMask` applies to the last.
function isBelow(bytes: Uint8Array, offset: number, limit: Uint8Array, topMask: number): boolean {
  for (let at = POINT_BYTES - 1; at >= 0; at--) {
    const byte = (bytes[offset + at] as number) & (at === POINT_BYTES - 1 ? topMask : 0xff);
    const bound = limit[at] as number;
    if (byte !== bound) return byte < bound;
  }
  return false;
}

/** Affine coordinates of a point of edwards25519, each in [0, p). */
export type Point = { readonly x: bigint; readonly y: bigint };

const P = 2n ** 255n - 19n;
// RFC 8032 section 5.1: d = -121665/121666.
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
// A square root of -1: 2^((p-1)/4).
const SQRT_MINUS_ONE = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;

/**
 * Decodes 32 bytes to a point (RFC 8032 section 5.1.3), or returns `undefined` when they are none: `y >= p`, no x for
 * that y, or the sign bit with x = 0. It takes up to three times as long as verifying a signature, in variable time.
 *
 * @throws TypeError when there are not 32 bytes.
 */
export function decodePoint(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== POINT_BYTES) throw new TypeError(`expected a point of 32 bytes, found ${bytes.length}`);
  let number = 0n;
  for (let at = POINT_BYTES - 1; at >= 0; at--) number = (number << 8n) | BigInt(bytes[at] as number);
  const negative = number >> 255n === 1n;
  const y = BigInt.asUintN(255, number);
  if (y >= P) return undefined;
  // x^2 = u/v; the candidate u v^3 (u v^7)^((p-5)/8) is a root of it or of -u/v.
  const u = modP(y * y - 1n);
  const v = modP(D * y * y + 1n);
  const v3 = modP(v * v * v);
  let x = modP(u * v3 * power(modP(u * v3 * v3 * v), (P - 5n) / 8n));
  const square = modP(v * x * x);
  if (square !== u) {
    if (square !== modP(-u)) return undefined;
    x = modP(x * SQRT_MINUS_ONE);
  }
  if (x === 0n && negative) return undefined;
  return { x: ((x & 1n) === 1n) === negative ? x : P - x, y };
}

function modP(value: bigint): bigint {
  const rest = value % P;
  return rest >= 0n ? rest : rest + P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}

/** A public key that passed {@link checkPublicKey}, imported for a port; keep it where a key verifies more than once. */
export type VerifyingKey = {
  readonly publicKey: Uint8Array;
  readonly handle: PublicKeyHandle;
};

/**
 * Checks a public key and imports it for repeated use, or returns the code that refuses it: those of
 * {@link checkPublicKey}, and `KEY_NOT_ON_CURVE` where the platform finds out on import. Otherwise verification does.
 */
export async function openPublicKey(crypto: CryptoPort, publicKey: Uint8Array): Promise<VerifyingKey | Code> {
  const code = checkPublicKey(publicKey);
  if (code !== undefined) return code;
  try {
    const handle = await crypto.importPublicKey(publicKey);
    return { publicKey: handle.raw, handle };
  } catch (error) {
    if (decodePoint(publicKey) === undefined) return "KEY_NOT_ON_CURVE";
    throw error;
  }
}

/**
 * Does what {@link openPublicKey} does, before it returns.
 *
 * @throws TypeError when the port imports keys asynchronously only.
 */
export function openPublicKeySync(crypto: CryptoPort, publicKey: Uint8Array): VerifyingKey | Code {
  const code = checkPublicKey(publicKey);
  if (code !== undefined) return code;
  assertSync(crypto);
  try {
    const handle = crypto.importPublicKey(publicKey);
    if ("then" in handle) throw new TypeError("expected a port that imports keys synchronously");
    return { publicKey: handle.raw, handle };
  } catch (error) {
    if (decodePoint(publicKey) === undefined) return "KEY_NOT_ON_CURVE";
    throw error;
  }
}

/**
 * Verifies an Ed25519 signature strictly and returns `undefined` when it is valid, or the first code that applies:
 * `DSSE_SIGNATURE_LENGTH`, then `KEY_LENGTH`, `KEY_NOT_CANONICAL`, `KEY_SMALL_ORDER`, `KEY_NOT_ON_CURVE`, then
 * `DSSE_SIGNATURE_S_RANGE`, `DSSE_SIGNATURE_R_NOT_CANONICAL`, `DSSE_SIGNATURE_R_SMALL_ORDER`, and last
 * `DSSE_SIGNATURE_INVALID` when `[S]B = R + [k]A` does not hold (RFC 8032 section 5.1.7, without cofactor).
 *
 * @param key - 32 raw bytes, or the result of {@link openPublicKey}, which spares an import at each call.
 */
export async function verifyEd25519(
  crypto: CryptoPort,
  key: Uint8Array | VerifyingKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<Code | undefined> {
  const fault = checkSignature(signature);
  if (fault === "DSSE_SIGNATURE_LENGTH") return fault;
  const opened = key instanceof Uint8Array ? await openPublicKey(crypto, key) : key;
  if (typeof opened === "string") return opened;
  if (fault === undefined && (await crypto.verify(opened.handle, message, signature))) return undefined;
  return faultOf(opened, fault);
}

/**
 * Does what {@link verifyEd25519} does, before it returns.
 *
 * @throws TypeError when the port has no `verifySync`.
 */
export function verifyEd25519Sync(
  crypto: CryptoPort,
  key: Uint8Array | VerifyingKey,
  message: Uint8Array,
  signature: Uint8Array,
): Code | undefined {
  assertSync(crypto);
  const fault = checkSignature(signature);
  if (fault === "DSSE_SIGNATURE_LENGTH") return fault;
  const opened = key instanceof Uint8Array ? openPublicKeySync(crypto, key) : key;
  if (typeof opened === "string") return opened;
  if (fault === undefined && crypto.verifySync(opened.handle, message, signature)) return undefined;
  return faultOf(opened, fault);
}

// A key that is no point never verifies, so only a refusal has to ask whether the key is to blame: valid signatures
// do not pay for the answer.
function faultOf(key: VerifyingKey, fault: Code | undefined): Code {
  if (decodePoint(key.publicKey) === undefined) return "KEY_NOT_ON_CURVE";
  return fault ?? "DSSE_SIGNATURE_INVALID";
}

function assertSync(crypto: CryptoPort): asserts crypto is CryptoPort & Required<Pick<CryptoPort, "verifySync">> {
  if (crypto.verifySync === undefined) throw new TypeError("expected a port with verifySync, found one without");
}
