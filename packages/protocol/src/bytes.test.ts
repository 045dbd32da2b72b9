import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesEqual, concatBytes, fromUtf8, hexDecode, hexEncode, loneSurrogateAt, utf8 } from "./bytes.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("utf8", () => {
  test("encodes and decodes any well-formed text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });

  test("keeps a byte order mark", () => {
    expect(fromUtf8(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
  });

  test("refuses lone surrogates instead of replacing them", () => {
    expect(() => utf8("a\ud800b")).toThrow(TypeError);
    expect(() => utf8("\udc00\ud800")).toThrow(TypeError);
    expect(utf8("\ud83d\ude02")).toEqual(bytes(0xf0, 0x9f, 0x98, 0x82));
  });

  test("finds the first lone surrogate", () => {
    expect(loneSurrogateAt("a\ud83d\ude02\ude02")).toBe(3);
    expect(loneSurrogateAt("a\ud83d\ude02")).toBe(-1);
  });

  test.each([
    ["stray continuation", [0x61, 0x80], 1],
    ["overlong NUL", [0xc0, 0x80], 0],
    ["overlong slash in two bytes", [0xc1, 0xaf], 0],
    ["overlong in three bytes", [0x61, 0xe0, 0x9f, 0xbf], 1],
    ["overlong in four bytes", [0xf0, 0x8f, 0xbf, 0xbf], 0],
    ["high surrogate", [0x61, 0x62, 0xed, 0xa0, 0x80], 2],
    ["low surrogate", [0xed, 0xbf, 0xbf], 0],
    ["above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
    ["five-byte lead", [0xf8, 0x88, 0x80, 0x80, 0x80], 0],
    ["cut in a sequence", [0xc3, 0xa9, 0xe2, 0x82], 2],
    ["third byte missing", [0xe2, 0x82, 0x41], 0],
    ["0xff", [0x22, 0xff, 0x22], 1],
  ])("names the place of %s", (_, input, offset) => {
    expect(() => fromUtf8(Uint8Array.from(input))).toThrow(
      expect.objectContaining({ name: "SettldError", code: "JSON_UTF8", offset }),
    );
  });

  test("finds a place whenever the decoder refuses, and only then", () => {
    const part = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }).map((text) => [...utf8(text)]),
      fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xef, 0xf0, 0xf4, 0x90), {
        maxLength: 3,
      }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const input = Uint8Array.from(parts.flat());
        const lenient = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
        try {
          expect(fromUtf8(input)).toBe(lenient);
        } catch (error) {
          const { offset } = error as { offset: number };
          // Everything before the place is valid, and with the byte at the place it no longer is.
          expect(fromUtf8(input.slice(0, offset))).toBe(lenient.slice(0, lenient.indexOf("\ufffd")));
          expect(() => fromUtf8(input.slice(0, offset + 1))).toThrow();
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("hex", () => {
  test("encodes to lower case and back", () => {
    expect(hexEncode(bytes(0, 1, 0xab, 0xff))).toBe("0001abff");
    expect(hexDecode("0001abff")).toEqual(bytes(0, 1, 0xab, 0xff));
    expect(hexDecode("")).toEqual(bytes());
  });

  test.each(["0", "0g", "AB", "aB", " 0", "0x", "\u0661\u0661", "//", "::", "``"])("refuses %j", (text) => {
    expect(() => hexDecode(text)).toThrow(TypeError);
  });
});

test("bytesEqual compares length and content", () => {
  expect(bytesEqual(bytes(1, 2), bytes(1, 2))).toBe(true);
  expect(bytesEqual(bytes(), bytes())).toBe(true);
  expect(bytesEqual(bytes(1, 2), bytes(1, 3))).toBe(false);
  expect(bytesEqual(bytes(3, 2), bytes(1, 2))).toBe(false);
  expect(bytesEqual(bytes(1, 2), bytes(1, 2, 0))).toBe(false);
});

test("concatBytes joins in order, into memory of its own", () => {
  const first = bytes(1);
  const joined = concatBytes(first, bytes(), bytes(2, 3));
  first[0] = 9;
  expect(joined).toEqual(bytes(1, 2, 3));
  expect(concatBytes()).toEqual(bytes());
});
