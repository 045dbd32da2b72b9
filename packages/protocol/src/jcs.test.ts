import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "./bytes.ts";
import { canonicalBytes, canonicalize } from "./jcs.ts";
import { type JsonValue, parseJson, parseJsonText } from "./json.ts";

describe("canonicalize", () => {
  test.each([
    ["null", null],
    ["true", true],
    ["-9007199254740991", -9007199254740991],
    ['""', ""],
    ["[]", []],
    ["{}", {}],
    ['[1,"a",null,[],{}]', [1, "a", null, [], {}]],
    ['{"10":1,"9":2}', { 9: 2, 10: 1 }],
    ['{"":4,"1":3,"A":2,"a":1}', { a: 1, A: 2, 1: 3, "": 4 }],
    ['{"a":{"b":[{"c":1,"d":2}]}}', { a: { b: [{ d: 2, c: 1 }] } }],
  ])("writes %s", (text, value: JsonValue) => {
    expect(canonicalize(value)).toBe(text);
    expect(canonicalBytes(value)).toEqual(utf8(text));
  });

  test("sorts by UTF-16 code units, not by code points", () => {
    const value = { "\ufb33": 1, "\ud83d\ude02": 2, "\u20ac": 3, "\r": 4, "1": 5 };
    expect(canonicalize(value)).toBe('{"\\r":4,"1":5,"\u20ac":3,"\ud83d\ude02":2,"\ufb33":1}');
  });

  test("escapes as RFC 8785 section 3.2.2.2 says, and nothing else", () => {
    const all = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).join("");
    const controls = Array.from({ length: 0x20 }, (_, code) => {
      const short = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r" }[code];
      return short ?? `\\u${code.toString(16).padStart(4, "0")}`;
    });
    const rest = all.slice(0x20).replace("\\", "\\\\").replace('"', '\\"');
    expect(canonicalize(all)).toBe(`"${controls.join("")}${rest}"`);
    expect(canonicalize("\u007f\u0080\u2028\u2029\ufeff\ufffe\uffff\ud83d\ude02")).toBe(
      '"\u007f\u0080\u2028\u2029\ufeff\ufffe\uffff\ud83d\ude02"',
    );
    // Long text takes another way through the code.
    for (const char of ['"', "\\", "\n", "\u0000", "\ud83d\ude02", "\u20ac"]) {
      const long = "x".repeat(200) + char;
      expect(canonicalize(long)).toBe(JSON.stringify(long));
    }
  });

  test("keeps `__proto__` and names that objects inherit", () => {
    const text = '{"__proto__":{"a":1},"constructor":2,"toJSON":3,"toString":4}';
    expect(canonicalize(parseJsonText(text))).toBe(text);
  });

  test("takes objects without a prototype and from another realm", () => {
    expect(canonicalize(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
    expect(canonicalize(vm.runInNewContext('({b: [1, {}], a: "x"})'))).toBe('{"a":"x","b":[1,{}]}');
  });

  test("does not depend on what was written before", () => {
    // More names than the table of quoted names holds.
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`name-${index}"`, index]));
    const text = canonicalize(many);
    expect(canonicalize(many)).toBe(text);
    expect(JSON.parse(text)).toEqual(many);
    expect(canonicalize({ "\n": 1 })).toBe('{"\\n":1}');
    expect(canonicalize({ "\n": 1 })).toBe('{"\\n":1}');
  });
});

describe("misuse is a TypeError", () => {
  class Live {
    a = 1;
    toJSON(): string {
      return "x";
    }
  }
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const deep = JSON.parse("[".repeat(65) + "]".repeat(65));
  const wide = JSON.parse("[".repeat(64) + "]".repeat(64));

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["undefined in an object", { a: undefined }],
    ["undefined in an array", [undefined]],
    ["a hole", Object.assign([1], { 2: 3 })],
    ["a function", () => 1],
    ["a symbol", Symbol("a")],
    ["a bigint", 1n],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["a fraction", 1.5],
    ["-0", -0],
    ["-0 in an array", [-0]],
    ["2^53", 2 ** 53],
    ["-2^53", -(2 ** 53)],
    ["a lone high surrogate", "\ud800"],
    ["a lone low surrogate", "a\udc00b"],
    ["a lone surrogate in long text", `${"x".repeat(200)}\udc00`],
    ["a lone surrogate in a name", { "\ud800": 1 }],
    ["a class", new Live()],
    ["a class inside", { a: [new Live()] }],
    ["an own toJSON", { toJSON: () => 1 }],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a boxed number", new Number(1)],
    ["a boxed string", new String("a")],
    ["a regular expression", /a/],
    ["bytes", new Uint8Array(1)],
    ["a Buffer", Buffer.from("a")],
    ["an array of a class", new (class extends Array {})()],
    ["an object with a prototype of its own", Object.create({ a: 1 })],
    ["a class that calls itself Object", new (Object.defineProperty(class {}, "name", { value: "Object" }))()],
    ["a cycle", cycle],
    ["65 levels", deep],
  ])("%s", (_, value) => {
    expect(() => canonicalize(value as JsonValue)).toThrow(TypeError);
    expect(() => canonicalBytes(value as JsonValue)).toThrow(TypeError);
  });

  test("but 64 levels are not", () => {
    expect(canonicalize(wide)).toBe("[".repeat(64) + "]".repeat(64));
  });
});

const EXTERNAL =
  process.env["SETTLD_EXTERNAL_VECTORS"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const PAIRS = `${EXTERNAL}/jcs`;

// Numbers outside the profile stop us before canonical form does; the other pairs must match byte for byte.
describe.skipIf(!existsSync(PAIRS))("published pairs (skipped without SETTLD_EXTERNAL_VECTORS)", () => {
  const read = (folder: string, name: string): Uint8Array =>
    new Uint8Array(readFileSync(`${PAIRS}/${folder}/${name}.json`));

  test.each(["arrays", "french", "unicode", "weird"])("%s", (name) => {
    const expected = read("output", name);
    expect(fromUtf8(canonicalBytes(parseJson(read("input", name))))).toBe(fromUtf8(expected));
    expect(canonicalBytes(parseJson(expected, { canonical: true }))).toEqual(expected);
  });

  test.each([
    ["structures", "JSON_FRACTION"],
    ["values", "JSON_FRACTION"],
  ])("%s is refused with %s", (name, code) => {
    expect(() => parseJson(read("input", name))).toThrow(expect.objectContaining({ code }));
  });
});

test("published pairs are there when they are required", () => {
  if (process.env["SETTLD_REQUIRE_EXTERNAL"] === "1") expect(existsSync(PAIRS)).toBe(true);
});
