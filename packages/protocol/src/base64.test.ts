import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64Decode, base64Encode, base64urlDecode, base64urlEncode } from "./base64.ts";
import { utf8 } from "./bytes.ts";

const fault = (code: string, offset: number): unknown => expect.objectContaining({ name: "SettldError", code, offset });

describe("standard base64", () => {
  // RFC 4648 section 10.
  test.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("spells %j as %j", (text, spelling) => {
    expect(base64Encode(utf8(text))).toBe(spelling);
    expect(base64Decode(spelling)).toEqual(utf8(text));
  });

  test.each([
    ["no padding", "Zg", 2],
    ["half the padding", "Zg=", 2],
    ["too much padding", "Zg===", 2],
    ["padding after a whole group", "Zm9v====", 4],
    ["padding only", "====", 0],
    ["padding inside", "Zg==Zg==", 2],
    ["trailing bits after one byte", "Zh==", 1],
    ["trailing bits after two bytes", "Zm9=", 2],
    ["one character", "Z", 1],
    ["one character and padding", "Z===", 1],
    ["line feed at the end", "Zm9v\n", 4],
    ["space inside", "Zm 9v", 2],
    ["url-safe alphabet", "-_-_", 0],
    ["NUL", "Zm9\0", 3],
    ["a letter beyond ASCII", "Zm\u0179v", 2],
    ["a letter whose low byte is in the alphabet", "Zm9\u0141", 3],
    ["a surrogate pair", "\ud83d\ude02AA", 0],
  ])("refuses %s", (_, text, offset) => {
    expect(() => base64Decode(text)).toThrow(fault("DSSE_BASE64", offset));
  });

  test("refuses the other fifteen spellings that a lenient decoder takes for one", () => {
    const spelling = base64Encode(new Uint8Array(64).fill(7));
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(spelling.charAt(85));
    let accepted = 0;
    for (let low = 0; low < 16; low++) {
      const char = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charAt((last & 48) | low);
      try {
        base64Decode(`${spelling.slice(0, 85)}${char}==`);
        accepted += 1;
      } catch {}
    }
    expect(accepted).toBe(1);
  });

  // Lengths on both sides of the switch to the platform's codec.
  test.each([600, 5001])("refuses a fault anywhere in about %i characters", (size) => {
    const spelling = base64Encode(new Uint8Array(size).fill(0xa5));
    for (const offset of [0, 1, 511, spelling.length - 3]) {
      for (const char of ["*", "-", "\n", " ", "=", "\u0141"]) {
        const text = spelling.slice(0, offset) + char + spelling.slice(offset + 1);
        expect(() => base64Decode(text)).toThrow(fault("DSSE_BASE64", offset));
      }
    }
    expect(() => base64Decode(`${spelling}\n`)).toThrow(fault("DSSE_BASE64", spelling.length));
    const unpadded = base64Encode(new Uint8Array(size + 1)).slice(0, -2);
    expect(() => base64Decode(unpadded)).toThrow(fault("DSSE_BASE64", unpadded.length));
  });

  test("agrees with Node's encoder and inverts it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 800 }), (bytes) => {
        const spelling = Buffer.from(bytes).toString("base64");
        expect(base64Encode(bytes)).toBe(spelling);
        expect(base64Decode(spelling)).toEqual(bytes);
      }),
      { seed: 1 },
    );
  });

  test("takes a window on larger memory, and returns memory of its own", () => {
    const whole = new Uint8Array(5000).map((_, index) => index);
    const window = whole.subarray(100, 2100);
    expect(base64Encode(window)).toBe(base64Encode(window.slice()));
    for (const size of [3, 600, 5000]) {
      const decoded = base64Decode(base64Encode(whole.subarray(0, size)));
      expect(decoded.buffer.byteLength).toBe(size);
      expect(Object.getPrototypeOf(decoded)).toBe(Uint8Array.prototype);
    }
  });

  test("needs no platform codec", () => {
    const { Buffer } = globalThis;
    const bytes = new Uint8Array(5000).map((_, index) => index * 7);
    const spelling = base64Encode(bytes);
    try {
      Reflect.set(globalThis, "Buffer", undefined);
      expect(base64Encode(bytes)).toBe(spelling);
      expect(base64Decode(spelling)).toEqual(bytes);
      expect(() => base64Decode(` ${spelling.slice(1)}`)).toThrow(fault("DSSE_BASE64", 0));
    } finally {
      Reflect.set(globalThis, "Buffer", Buffer);
    }
  });
});

describe("base64url", () => {
  test("has no padding and its own two characters", () => {
    expect(base64urlEncode(Uint8Array.of(0xfb, 0xef, 0xff, 0xfe))).toBe("--___g");
    expect(base64urlDecode("--___g")).toEqual(Uint8Array.of(0xfb, 0xef, 0xff, 0xfe));
    expect(base64urlDecode("")).toEqual(new Uint8Array());
  });

  test.each([
    ["padding", "Zg==", 2],
    ["the standard alphabet", "+/+/", 0],
    ["trailing bits after one byte", "Zh", 1],
    ["trailing bits after two bytes", "Zm9", 2],
    ["one character left over", "Zm9vZ", 5],
    ["white space", "Zm9v ", 4],
  ])("refuses %s", (_, text, offset) => {
    expect(() => base64urlDecode(text)).toThrow(fault("KEY_BASE64URL", offset));
  });

  test("agrees with Node's encoder and inverts it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const spelling = Buffer.from(bytes).toString("base64url");
        expect(base64urlEncode(bytes)).toBe(spelling);
        expect(base64urlDecode(spelling)).toEqual(bytes);
      }),
      { seed: 1 },
    );
  });

  test("accepts a text only if it is what encoding gives", () => {
    const char = fc.constantFrom(..."ABCDwxyz0189-_+/= \n\u0141");
    fc.assert(
      fc.property(fc.array(char, { maxLength: 6 }), (chars) => {
        const text = chars.join("");
        for (const [decode, encode] of [
          [base64Decode, base64Encode],
          [base64urlDecode, base64urlEncode],
        ] as const) {
          try {
            expect(encode(decode(text))).toBe(text);
          } catch (error) {
            expect(error).toMatchObject({ name: "SettldError" });
            expect(Buffer.from(text, "base64").toString(decode === base64Decode ? "base64" : "base64url")).not.toBe(
              text,
            );
          }
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
