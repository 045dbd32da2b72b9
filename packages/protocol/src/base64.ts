import { SettldError } from "./error.ts";
import type { Code } from "./gen/codes.ts";
import { printable } from "./internal/printable.ts";

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const NOT_IN_ALPHABET = 0xff;
const STANDARD_VALUES = valuesOf(STANDARD);
const URL_SAFE_VALUES = valuesOf(URL_SAFE);

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(NOT_IN_ALPHABET);
  for (let value = 0; value < 64; value++) values[alphabet.charCodeAt(value)] = value;
  return values;
}

// Below these lengths a loop costs no more than the call into the runtime, the check and the copy (measured on Node 24).
const NATIVE_ENCODE_BYTES_MIN = 32;
const NATIVE_DECODE_CHARS_MIN = 512;

/** Encodes bytes in standard base64 with padding (RFC 4648 section 4). */
export function base64Encode(bytes: Uint8Array): string {
  if (bytes.length >= NATIVE_ENCODE_BYTES_MIN) {
    const native = encodeNatively(bytes);
    if (native !== undefined) return native;
  }
  const rest = bytes.length % 3;
  return encode(bytes, STANDARD) + (rest === 0 ? "" : rest === 1 ? "==" : "=");
}

/**
 * Decodes standard base64 (RFC 4648 section 4) in its only spelling: full padding, zero trailing bits, no whitespace.
 *
 * @throws SettldError `DSSE_BASE64` with the offset, in characters, of the first one that does not belong there.
 */
export function base64Decode(text: string): Uint8Array {
  if (text.length >= NATIVE_DECODE_CHARS_MIN) {
    const native = decodeNatively(text);
    if (native !== undefined) return native;
  }
  // Padding completes a last group of two or three characters; anywhere else "=" is just not in the alphabet.
  const whole = text.length % 4 === 0;
  const padding = !whole ? 0 : text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = decode(text, text.length - padding, STANDARD_VALUES, "DSSE_BASE64", "padded base64");
  if (!whole) throw fault(text, text.length, "DSSE_BASE64", "padded base64");
  return bytes;
}

/** Encodes bytes in base64url without padding (RFC 4648 section 5). */
export function base64urlEncode(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE);
}

/**
 * Decodes base64url (RFC 4648 section 5) in its only spelling: no padding, zero trailing bits, no whitespace.
 *
 * @throws SettldError `KEY_BASE64URL` with the offset, in characters, of the first one that does not belong there.
 */
export function base64urlDecode(text: string): Uint8Array {
  return decode(text, text.length, URL_SAFE_VALUES, "KEY_BASE64URL", "unpadded base64url");
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let at = 0;
  for (; at + 2 < bytes.length; at += 3) {
    const group = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    text +=
      alphabet.charAt(group >> 18) +
      alphabet.charAt((group >> 12) & 63) +
      alphabet.charAt((group >> 6) & 63) +
      alphabet.charAt(group & 63);
  }
  const rest = bytes.length - at;
  if (rest === 0) return text;
  const group = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8);
  text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
  return rest === 1 ? text : text + alphabet.charAt((group >> 6) & 63);
}

// Decodes the first `end` characters; the caller has taken the padding off.
function decode(text: string, end: number, values: Uint8Array, code: Code, what: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  let bits = 0;
  let group = 0;
  let size = 0;
  for (let at = 0; at < end; at++) {
    const value = values[text.charCodeAt(at)] ?? NOT_IN_ALPHABET;
    if (value === NOT_IN_ALPHABET) throw fault(text, at, code, what);
    group = ((group << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[size] = group >> bits;
      size += 1;
    }
  }
  // A last group of one character carries no whole byte.
  if (bits === 6) throw fault(text, end, code, what);
  // RFC 4648 section 3.5: leftover bits may be anything to a lenient decoder, which gives one value many spellings.
  if ((group & ((1 << bits) - 1)) !== 0) throw fault(text, end - 1, code, what);
  return bytes;
}

function fault(text: string, offset: number, code: Code, what: string): SettldError {
  const found = offset < text.length ? printable(text.charAt(offset)) : "end of text";
  return new SettldError(code, `expected ${what}, found ${found} at index ${offset}`, { offset });
}

// What newer engines and Node's Buffer offer. Both are lenient when they decode, so neither is trusted alone.
type NativeBytes = typeof Uint8Array & { readonly fromBase64?: (text: string) => Uint8Array };
type NativeText = Uint8Array & { readonly toBase64?: () => string };

function encodeNatively(bytes: Uint8Array): string | undefined {
  const { Buffer } = globalThis;
  if (Buffer !== undefined) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return (bytes as NativeText).toBase64?.();
}

// Every byte string has one strict spelling. If encoding the decoded bytes gives the text back, the text is that
// spelling, however lenient the decoder is; if not, the loop finds the place of the fault.
function decodeNatively(text: string): Uint8Array | undefined {
  const bytes = decodeLeniently(text);
  return bytes !== undefined && encodeNatively(bytes) === text ? bytes : undefined;
}

function decodeLeniently(text: string): Uint8Array | undefined {
  const { Buffer } = globalThis;
  if (Buffer !== undefined) {
    const buffer = Buffer.from(text, "base64");
    // Plain bytes on memory of their own, as from the loop: a small Buffer is a window on a shared pool.
    return buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
  }
  try {
    return (Uint8Array as NativeBytes).fromBase64?.(text);
  } catch {
    return undefined;
  }
}
