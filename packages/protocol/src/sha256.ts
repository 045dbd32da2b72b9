/** A hash in progress: any number of updates, then one digest. */
export type Sha256 = {
  /** Adds bytes; they are read at once, so the caller may reuse them. Throws `TypeError` after `digest`. */
  readonly update: (bytes: Uint8Array) => void;
  /** Returns the 32 bytes of the hash and ends it. Throws `TypeError` when called twice. */
  readonly digest: () => Uint8Array;
};

/**
 * SHA-256 (FIPS 180-4 section 6.2) of a byte string, 32 bytes, in portable code without the platform's help:
 * WebCrypto hashes only asynchronously, and digests are needed in code that is not.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const hash = createSha256();
  hash.update(bytes);
  return hash.digest();
}

const BLOCK_BYTES = 64;
const LENGTH_AT = 56;

/** Starts a SHA-256 (FIPS 180-4 section 6.2) that takes its input in parts. */
export function createSha256(): Sha256 {
  const state = new Int32Array(INITIAL);
  const block = new Uint8Array(BLOCK_BYTES);
  let held = 0;
  let total = 0;
  let ended = false;

  const update = (bytes: Uint8Array): void => {
    if (ended) throw new TypeError("expected a running hash, found one that has ended");
    total += bytes.length;
    let at = 0;
    if (held > 0) {
      const part = bytes.subarray(0, BLOCK_BYTES - held);
      block.set(part, held);
      held += part.length;
      at = part.length;
      if (held < BLOCK_BYTES) return;
      compress(state, block, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) compress(state, bytes, at);
    block.set(bytes.subarray(at));
    held = bytes.length - at;
  };

  const digest = (): Uint8Array => {
    if (ended) throw new TypeError("expected a running hash, found one that has ended");
    ended = true;
    // FIPS 180-4 section 5.1.1: one bit, zeros, then the length in bits as 64-bit big-endian.
    block[held] = 0x80;
    block.fill(0, held + 1);
    if (held >= LENGTH_AT) {
      compress(state, block, 0);
      block.fill(0);
    }
    const view = new DataView(block.buffer);
    // A length in bytes is below 2^53: eight times that needs both words, so the shift is done by arithmetic.
    view.setUint32(LENGTH_AT, Math.floor(total / 0x2000_0000));
    view.setUint32(LENGTH_AT + 4, (total % 0x2000_0000) * 8);
    compress(state, block, 0);
    const result = new Uint8Array(32);
    const words = new DataView(result.buffer);
    for (let index = 0; index < 8; index++) words.setInt32(4 * index, state[index] as number);
    return result;
  };

  return { update, digest };
}

// Scratch for the message schedule. Shared, because `compress` runs to its end without a break.
const W = new Int32Array(64);

function compress(state: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let t = 0, at = offset; t < 16; t++, at += 4) {
    W[t] =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
  }
  for (let t = 16; t < 64; t++) {
    const w15 = W[t - 15] as number;
    const w2 = W[t - 2] as number;
    const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3);
    const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10);
    W[t] = ((W[t - 16] as number) + s0 + (W[t - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let t = 0; t < 64; t++) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + sum1 + choice + (K[t] as number) + (W[t] as number)) | 0;
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + majority) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

// FIPS 180-4 section 5.3.3: first 32 bits of the fractional parts of the square roots of the first 8 primes.
const INITIAL: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

// FIPS 180-4 section 4.2.2: the same of the cube roots of the first 64 primes.
const K = Int32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
