import { concatBytes, utf8 } from "@settld/protocol";
import type { Random } from "./random.ts";

/** What a change of bytes may take from: other inputs of the same kind. */
export type Donor = () => Uint8Array;

// Bytes with a meaning in JSON, UTF-8 and base64, which random ones rarely are.
const INTERESTING: readonly Uint8Array[] = [
  ...[...'{}[]",:\\ \n\r\t\0=+/-_eE.0'].map(utf8),
  ...["\u2028", "é", "😀", "\u{10ffff}", "null", "true", "-0", "1e1", "1.0", "\\u0000", "\\ud800", "\\u00e9"].map(utf8),
  Uint8Array.of(0xef, 0xbb, 0xbf),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  Uint8Array.of(0xff),
];

type Change = (bytes: Uint8Array, random: Random, donor: Donor) => Uint8Array;

// At least one byte, where there is one.
const span = (length: number, random: Random): readonly [from: number, to: number] => {
  if (length === 0) return [0, 0];
  const from = random.below(length);
  return [from, Math.min(length, from + 1 + random.below(random.chance(80) ? 8 : 256))];
};

const splice = (bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array =>
  concatBytes(bytes.subarray(0, from), middle, bytes.subarray(to));

const flipBit: Change = (bytes, random) => {
  if (bytes.length === 0) return random.bytes(1);
  const copy = new Uint8Array(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};

const setByte: Change = (bytes, random) => {
  if (bytes.length === 0) return random.bytes(1);
  const copy = new Uint8Array(bytes);
  copy[random.below(copy.length)] = random.below(256);
  return copy;
};

const insert: Change = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  return splice(bytes, at, at, random.chance(70) ? random.pick(INTERESTING) : random.bytes(random.between(1, 4)));
};

const remove: Change = (bytes, random) => splice(bytes, ...span(bytes.length, random), new Uint8Array());

const repeat: Change = (bytes, random) => {
  const [from, to] = span(bytes.length, random);
  return splice(bytes, to, to, bytes.subarray(from, to));
};

const move: Change = (bytes, random) => {
  const [from, to] = span(bytes.length, random);
  const rest = splice(bytes, from, to, new Uint8Array());
  const at = random.below(rest.length + 1);
  return splice(rest, at, at, bytes.subarray(from, to));
};

const cutEnd: Change = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  return bytes.subarray(
    0,
    random.chance(50) ? Math.max(0, bytes.length - 1 - random.below(4)) : random.below(bytes.length),
  );
};

const graft: Change = (bytes, random, donor) => {
  const other = donor();
  const [from, to] = span(other.length, random);
  return splice(bytes, ...span(bytes.length, random), other.subarray(from, to));
};

const crossOver: Change = (bytes, random, donor) => {
  const other = donor();
  return concatBytes(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));
};

const CHANGES: readonly (readonly [number, Change])[] = [
  [20, flipBit],
  [10, setByte],
  [20, insert],
  [15, remove],
  [8, repeat],
  [5, move],
  [8, cutEnd],
  [8, graft],
  [3, crossOver],
];

/** Changes bytes once, without looking at what they mean. */
export const changeBytes = (bytes: Uint8Array, random: Random, donor: Donor = () => bytes): Uint8Array =>
  random.weighted(CHANGES)(bytes, random, donor);
