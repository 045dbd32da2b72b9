import { SettldError } from "./error.ts";

const encoder = new TextEncoder();
// `ignoreBOM: true` keeps a leading U+FEFF in the result, so that decoding loses nothing.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Index of the first lone surrogate, in UTF-16 code units, or -1 when the text is well-formed Unicode.
 * `String.prototype.isWellFormed` would be missing in some browsers that the package supports.
 */
export function loneSurrogateAt(text: string): number {
  return text.search(LONE_SURROGATE);
}

/**
 * Encodes text as UTF-8 (RFC 3629).
 *
 * @throws TypeError when the text holds a lone surrogate, which UTF-8 cannot carry and encoders replace silently.
 */
export function utf8(text: string): Uint8Array {
  if (LONE_SURROGATE.test(text)) {
    throw new TypeError(`expected well-formed Unicode, found a lone surrogate at index ${loneSurrogateAt(text)}`);
  }
  return encoder.encode(text);
}

/**
 * Decodes UTF-8 (RFC 3629) strictly: no overlong form, no surrogate, nothing above U+10FFFF; a byte order mark is kept.
 *
 * @throws SettldError `JSON_UTF8` with the offset of the first byte that starts no valid sequence.
 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const offset = utf8FaultAt(bytes);
    // A decoder may also fail for want of memory; that is not the input's fault.
    if (offset === -1) throw cause;
    const found = (bytes[offset] as number).toString(16).padStart(2, "0");
    throw new SettldError("JSON_UTF8", `expected UTF-8, found byte 0x${found} at byte ${offset}`, { offset });
  }
}

// RFC 3629 section 4, read as: the first byte fixes the length and the range of the second byte.
function utf8FaultAt(bytes: Uint8Array): number {
  const { length } = bytes;
  let at = 0;
  while (at < length) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      at += 1;
      continue;
    }
    const size = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size === 0 || at + size > length) return at;
    const second = bytes[at + 1] as number;
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    for (let next = at + 2; next < at + size; next++) {
      if (((bytes[next] as number) & 0xc0) !== 0x80) return at;
    }
    at += size;
  }
  return -1;
}

const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Encodes bytes as lower-case hexadecimal, two characters a byte (RFC 4648 section 8, lower case). */
export function hexEncode(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at++) text += HEX_PAIRS[bytes[at] as number];
  return text;
}

/**
 * Decodes lower-case hexadecimal of even length; upper case is refused, so that one value has one spelling.
 *
 * @throws TypeError when the text is anything else.
 */
export function hexDecode(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new TypeError(`expected an even number of hex characters, found ${text.length}`);
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const high = nibble(text.charCodeAt(2 * at));
    const low = nibble(text.charCodeAt(2 * at + 1));
    if (high < 0 || low < 0) {
      throw new TypeError(
        `expected lower-case hex, found another character at index ${high < 0 ? 2 * at : 2 * at + 1}`,
      );
    }
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

/** Tells whether two byte strings are equal, in time that depends on their lengths only. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] as number);
  return difference === 0;
}

/** Joins byte strings into a new one. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
