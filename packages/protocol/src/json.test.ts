import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "./bytes.ts";
import { type ParseJsonOptions, parseJson, parseJsonText } from "./json.ts";

const fault = (code: string, offset?: number): unknown =>
  expect.objectContaining({ name: "SettldError", code, ...(offset === undefined ? {} : { offset }) });

const parse = (text: string, options?: ParseJsonOptions): unknown => parseJson(utf8(text), options);

describe("accepts", () => {
  test.each([
    "null",
    "true",
    "false",
    "0",
    "-1",
    "9007199254740991",
    "-9007199254740991",
    '""',
    '"a\u20ac\ud83d\ude02\u2028\u007f"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uABCD\\ud83d\\ude02"',
    "[]",
    "{}",
    " \t\r\n[ 1 , 2 ] \n",
    '{"a":[{"b":null},[[]]],"c":{"":"x"}}',
    '{"10":1,"9":2}',
    '{"constructor":1,"toString":2,"hasOwnProperty":3,"length":4}',
    '"\\u0000"',
    '"a\\u005cb"',
  ])("%j as JSON.parse does", (text) => {
    expect(parse(text)).toStrictEqual(JSON.parse(text));
    expect(parseJsonText(text)).toStrictEqual(JSON.parse(text));
  });

  test("`__proto__` as an ordinary member that sets no prototype", () => {
    const value = parse('{"__proto__":{"admin":true},"x":1}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__", "x"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value["admin"]).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(value, "__proto__")).toMatchObject({ enumerable: true, writable: true });
  });

  test("no name that an object inherits as a duplicate", () => {
    // "valueOf" ascends, the others do not: both ways of looking for duplicates are taken.
    expect(Object.keys(parse('{"valueOf":1,"toString":2,"constructor":3,"__proto__":4}') as object)).toHaveLength(4);
  });
});

describe("refuses with the code and the byte offset", () => {
  test.each([
    ["nothing", "", 0],
    ["white space only", " \n", 2],
    ["a second value", "1 2", 2],
    ["a stray bracket", "[]]", 2],
    ["a form feed as white space", "\f1", 0],
    ["a no-break space", "\u00a01", 0],
    ["a bare word", "undefined", 0],
    ["a cut literal", "tru", 0],
    ["a literal in capitals", "True", 0],
    ["a literal with a tail", "nullx", 4],
    ["NaN", "NaN", 0],
    ["Infinity", "Infinity", 0],
    ["-Infinity", "-Infinity", 0],
    ["a plus sign", "+1", 0],
    ["a leading zero", "01", 0],
    ["a leading zero behind a minus", "-01", 0],
    ["two minus signs", "--1", 0],
    ["a lone minus", "[-]", 1],
    ["a point in front", ".5", 0],
    ["a point behind", "1.", 0],
    ["a point before an exponent", "1.e2", 0],
    ["an empty exponent", "1e", 0],
    ["an empty signed exponent", "1e+", 0],
    ["two points", "1.2.3", 0],
    ["two exponents", "1e2e3", 0],
    ["a sum", "1+1", 0],
    ["a leading zero with a fraction", "00.5", 0],
    ["a hexadecimal number", "0x10", 1],
    ["a big integer literal", "10n", 2],
    ["digits of another script", "\u0661", 0],
    ["a trailing comma in an array", "[1,]", 3],
    ["a trailing comma in an object", '{"a":1,}', 7],
    ["a leading comma", "[,1]", 1],
    ["two commas", "[1,,2]", 3],
    ["a missing comma", "[1 2]", 3],
    ["an open array", "[1", 2],
    ["an open object", '{"a":1', 6],
    ["a closed pair of unlike brackets", "[1}", 2],
    ["a missing colon", '{"a" 1}', 5],
    ["a missing value", '{"a":}', 5],
    ["a missing name", "{:1}", 1],
    ["a name without quotes", "{a:1}", 1],
    ["a number for a name", "{1:1}", 1],
    ["single quotes", "'a'", 0],
    ["a comment", "[1]//", 3],
    ["an open string", '"abc', 4],
    ["an open string that ends in a backslash", '"abc\\', 4],
    ["an open string that ends in an escape", '"\\n', 3],
    ["a raw line feed in a string", '"a\nb"', 2],
    ["a raw NUL in a string", '"\u0000"', 1],
    ["a raw 0x1f in a string", '"\u001f"', 1],
    ["a raw tab behind an escape", '"\\n\t"', 3],
    ["an unknown escape", '"\\x41"', 1],
    ["an escaped capital", '"\\N"', 1],
    ["a short unicode escape", '"\\u12"', 1],
    ["a unicode escape that the text ends", '"\\u12', 1],
    ["a unicode escape with a sign", '"\\u+123"', 1],
    ["a unicode escape with a space", '"\\u 123"', 1],
    ["a unicode escape in braces", '"\\u{41}"', 1],
    ["a capital U", '"\\U0041"', 1],
    ["a byte order mark behind the start", " \ufeff1", 1],
  ])("JSON_SYNTAX: %s", (_, text, offset) => {
    expect(() => parse(text)).toThrow(fault("JSON_SYNTAX", offset));
    expect(() => parseJsonText(text)).toThrow(fault("JSON_SYNTAX", offset));
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test.each([
    ["JSON_FRACTION", "1.0", 0],
    ["JSON_FRACTION", "-0.0", 0],
    ["JSON_FRACTION", "[1.5e3]", 1],
    ["JSON_FRACTION", "9007199254740993.0", 0],
    ["JSON_EXPONENT", "1e2", 0],
    ["JSON_EXPONENT", "[0,1E+2]", 3],
    ["JSON_EXPONENT", "-0e0", 0],
    ["JSON_EXPONENT", "1e400", 0],
    ["JSON_NEGATIVE_ZERO", "-0", 0],
    ["JSON_NEGATIVE_ZERO", '{"a":-0}', 5],
    ["JSON_INTEGER_RANGE", "9007199254740992", 0],
    ["JSON_INTEGER_RANGE", "-9007199254740992", 0],
    ["JSON_INTEGER_RANGE", "9007199254740993", 0],
    ["JSON_INTEGER_RANGE", "10000000000000000", 0],
    ["JSON_INTEGER_RANGE", "99999999999999999999", 0],
    ["JSON_DUPLICATE_NAME", '{"a":1,"a":2}', 7],
    ["JSON_DUPLICATE_NAME", '{"a":1,"\\u0061":2}', 7],
    ["JSON_DUPLICATE_NAME", '{"\\u0061":1,"a":2}', 12],
    ["JSON_DUPLICATE_NAME", '{"b":1,"a":2,"b":3}', 13],
    ["JSON_DUPLICATE_NAME", '{"b":1,"a":2,"a":3}', 13],
    ["JSON_DUPLICATE_NAME", '{"10":1,"9":2,"10":3}', 14],
    ["JSON_DUPLICATE_NAME", '{"":1,"":2}', 6],
    ["JSON_DUPLICATE_NAME", '{"__proto__":1,"__proto__":2}', 15],
    ["JSON_DUPLICATE_NAME", '{"x":1,"__proto__":1,"__proto__":2}', 21],
    ["JSON_DUPLICATE_NAME", '{"toString":1,"toString":2}', 14],
    ["JSON_DUPLICATE_NAME", '[{"a":{"b":1,"b":1}}]', 13],
    ["JSON_DUPLICATE_NAME", '{"\u20ac":1,"\u20ac":2}', 9],
    ["JSON_SURROGATE", '"\\ud800"', 1],
    ["JSON_SURROGATE", '"\\uDFFF"', 1],
    ["JSON_SURROGATE", '"a\\udc00\\ud800"', 2],
    ["JSON_SURROGATE", '"\\ud800\\ud800\\udc00"', 1],
    ["JSON_SURROGATE", '"\\ud800\\u0041"', 1],
    ["JSON_SURROGATE", '"\\ud800\\ue000"', 1],
    ["JSON_SURROGATE", '"\\udc00\\udc00"', 1],
    ["JSON_SURROGATE", '"\\ud800a"', 1],
    ["JSON_SURROGATE", '"\\ud800\\n"', 1],
    ["JSON_SURROGATE", '"\\ud800\\udc0', 1],
    ["JSON_SURROGATE", '"\\ud83d\\ude02\\ud83d"', 13],
    ["JSON_SURROGATE", '{"\\udead":1}', 2],
  ])("%s: %s", (code, text, offset) => {
    expect(() => parse(text)).toThrow(fault(code, offset));
    expect(() => parse(text, { canonical: true })).toThrow(fault(code, offset));
  });

  test("JSON_SURROGATE: half an escaped pair next to half a raw one cannot be written in UTF-8", () => {
    expect(() => parseJson(concatBytes(utf8('"\\ud83d'), Uint8Array.of(0xed, 0xb8, 0x82), utf8('"')))).toThrow(
      fault("JSON_UTF8", 7),
    );
  });

  test("JSON_DEPTH: the 65th bracket", () => {
    expect(() => parse("[".repeat(64) + "]".repeat(64))).not.toThrow();
    expect(() => parse(`${'{"a":'.repeat(64)}1${"}".repeat(64)}`)).not.toThrow();
    expect(() => parse("[".repeat(65) + "]".repeat(65))).toThrow(fault("JSON_DEPTH", 64));
    expect(() => parse(`${'{"a":'.repeat(65)}1${"}".repeat(65)}`)).toThrow(fault("JSON_DEPTH", 5 * 64));
    expect(() => parse(`[${'{"a":['.repeat(32)}`)).toThrow(fault("JSON_DEPTH", 1 + 6 * 31 + 5));
  });

  test("JSON_DEPTH: a hundred thousand brackets, without a full stack", () => {
    expect(() => parse("[".repeat(100_000))).toThrow(fault("JSON_DEPTH", 64));
    expect(() => parse('{"a":'.repeat(100_000))).toThrow(fault("JSON_DEPTH", 320));
  });

  test("JSON_DEPTH: siblings do not add up", () => {
    expect(() => parse(`[${"[],{},".repeat(1000)}0]`)).not.toThrow();
  });

  test("JSON_DEPTH: a lower limit of the caller's", () => {
    expect(parse("1", { maxDepth: 0 })).toBe(1);
    expect(() => parse("[]", { maxDepth: 0 })).toThrow(fault("JSON_DEPTH", 0));
    expect(() => parse("[[]]", { maxDepth: 1 })).toThrow(fault("JSON_DEPTH", 1));
  });

  test("JSON_BOM", () => {
    expect(() => parse("\ufeff{}")).toThrow(fault("JSON_BOM", 0));
    expect(() => parseJsonText("\ufeff{}")).toThrow(fault("JSON_BOM", 0));
  });

  test.each([
    ["an overlong quote", [0x22, 0xc0, 0xa2, 0x22], 1],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ["a cut sequence", [0x22, 0xc3], 1],
    ["UTF-16", [0xff, 0xfe, 0x31, 0x00], 0],
    ["a fault behind the value", [0x31, 0x20, 0x80], 2],
  ])("JSON_UTF8: %s", (_, bytes, offset) => {
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow(fault("JSON_UTF8", offset));
  });

  test("LIMIT_JSON_BYTES", () => {
    const mebibyte = `"${"x".repeat(1_048_574)}"`;
    expect(parse(mebibyte)).toHaveLength(1_048_574);
    expect(() => parse(`${mebibyte} `)).toThrow(fault("LIMIT_JSON_BYTES", 1_048_576));
    expect(() => parseJsonText(`${mebibyte} `)).toThrow(fault("LIMIT_JSON_BYTES", 1_048_576));
    expect(parse('"\u20ac"', { maxBytes: 5 })).toBe("\u20ac");
    expect(() => parse('"\u20ac"', { maxBytes: 4 })).toThrow(fault("LIMIT_JSON_BYTES", 4));
    expect(parseJsonText('"\ud83d\ude02\u20ac\u00e9"', { maxBytes: 11 })).toBe("\ud83d\ude02\u20ac\u00e9");
    expect(() => parseJsonText('"\ud83d\ude02\u20ac\u00e9"', { maxBytes: 10 })).toThrow(fault("LIMIT_JSON_BYTES", 10));
  });
});

describe("precedence", () => {
  test("size before byte order mark before UTF-8 before everything else", () => {
    const bom = Uint8Array.of(0xef, 0xbb, 0xbf);
    const bad = Uint8Array.of(0xff);
    expect(() => parseJson(concatBytes(bom, utf8("["), bad), { maxBytes: 4 })).toThrow(fault("LIMIT_JSON_BYTES"));
    expect(() => parseJson(concatBytes(bom, utf8("["), bad))).toThrow(fault("JSON_BOM"));
    expect(() => parseJson(concatBytes(utf8("[-0,"), bad))).toThrow(fault("JSON_UTF8", 4));
  });

  test.each([
    ["JSON_FRACTION", '[1.0,1e2,{"a":1,"a":2}'],
    ["JSON_EXPONENT", "[1e2,1.0]"],
    ["JSON_SYNTAX", "[1 1.0]"],
    ["JSON_DUPLICATE_NAME", '{"a":1,"a"'],
    ["JSON_SYNTAX", '{"a":1,"a\\x":1}'],
    ["JSON_DEPTH", `${"[".repeat(65)}-0`],
    ["JSON_NEGATIVE_ZERO", `[-0,${"[".repeat(65)}`],
    ["JSON_SURROGATE", '"\\ud800\\x"'],
    ["JSON_SURROGATE", '"\\ud800\\udcxx"'],
    ["JSON_SYNTAX", '"\\x\\ud800"'],
  ])("the first violation in reading order: %s in %s", (code, text) => {
    expect(() => parse(text)).toThrow(fault(code));
  });
});

describe("canonical", () => {
  const canonical = (text: string): unknown => parse(text, { canonical: true });

  test.each([
    "{}",
    "[]",
    '""',
    "-1",
    '{"10":1,"9":2}',
    '{"":0,"a":{"b":[1,2]},"b":1}',
    '{"A":1,"a":2,"\u0080":3,"\u20ac":4,"\ud83d\ude02":5,"\ufb33":6}',
    '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u000b\u007f\u2028"',
    '{"\\n":1,"\\r":2," ":3}',
  ])("accepts %s", (text) => {
    expect(canonical(text)).toStrictEqual(JSON.parse(text));
  });

  test.each([
    ["a space in front", " 1", 0],
    ["a line feed behind", "1\n", 1],
    ["a space in an empty array", "[ ]", 1],
    ["a space behind a comma", "[1, 2]", 3],
    ["a tab behind a colon", '{"a":\t1}', 5],
    ["a space before a colon", '{"a" :1}', 4],
    ["names in numeric order", '{"9":2,"10":1}', 7],
    ["names in code point order", '{"\ufb33":1,"\ud83d\ude02":2}', 9],
    ["names out of order, deep inside", '[{"a":{"c":1,"b":2}}]', 13],
    ["two descents: the first", '{"c":1,"b":2,"a":3}', 7],
    ["a longer name before its own beginning", '{"ab":1,"a":2}', 8],
    ["an escaped slash", '"a\\/"', 2],
    ["an escaped letter", '"\\u0061"', 1],
    ["an escaped quote by number", '"\\u0022"', 1],
    ["an escaped backslash by number", '"\\u005c"', 1],
    ["a line feed by number", '"\\u000a"', 1],
    ["a backspace by number", '"\\u0008"', 1],
    ["a tab by number", '"\\u0009"', 1],
    ["a form feed by number", '"\\u000c"', 1],
    ["a carriage return by number", '"\\u000d"', 1],
    ["upper-case digits", '"\\u001F"', 1],
    ["an escaped DEL", '"\\u007f"', 1],
    ["an escaped pair", '"\\ud83d\\ude02"', 1],
    ["an escape in a name", '{"\\u0061":1}', 2],
    // The name as a whole stands before its escape.
    ["an escape in a name out of order", '{"b":1,"\\u0061":1}', 7],
    ["an escape behind a space", '[ "\\u0061"]', 1],
    ["a byte offset behind wide characters", '["\u20ac\ud83d\ude02", 1]', 11],
  ])("refuses %s", (_, text, offset) => {
    expect(() => canonical(text)).toThrow(fault("JCS_NOT_CANONICAL", offset));
    expect(() => parse(text)).not.toThrow();
  });

  test.each([
    ["JSON_FRACTION", "[ 1.0]"],
    ["JSON_DUPLICATE_NAME", '{"b":1,"a":2,"b":3}'],
    ["JSON_DUPLICATE_NAME", '{ "a":1,"\\u0061":2}'],
    ["JSON_SYNTAX", '["\\u0061" 1'],
    ["JSON_SURROGATE", '[ "\\u0061\\ud800"]'],
    ["JSON_DEPTH", ` ${"[".repeat(65)}`],
    ["JSON_SYNTAX", "[1, 2"],
  ])("puts %s in %s first, wherever it stands", (code, text) => {
    expect(() => canonical(text)).toThrow(fault(code));
  });
});

describe("parseJsonText", () => {
  test("refuses lone surrogates of the text itself, before it parses", () => {
    expect(() => parseJsonText('"a\ud800"')).toThrow(fault("JSON_SURROGATE", 2));
    expect(() => parseJsonText('[-0,"\udc00"]')).toThrow(fault("JSON_SURROGATE", 5));
    expect(parseJsonText('"\ud83d\ude02"')).toBe("\ud83d\ude02");
  });

  test("refuses half a pair that an escape would complete", () => {
    expect(() => parseJsonText('"\\ud83d\ude02"')).toThrow(fault("JSON_SURROGATE", 7));
  });

  test("counts UTF-16 code units", () => {
    expect(() => parseJsonText('["\u20ac\ud83d\ude02",-0]')).toThrow(fault("JSON_NEGATIVE_ZERO", 7));
    expect(() => parse('["\u20ac\ud83d\ude02",-0]')).toThrow(fault("JSON_NEGATIVE_ZERO", 11));
  });
});

describe("messages", () => {
  test("say what was expected, what was found, and where", () => {
    expect(() => parse("[1;2]")).toThrow('expected "," or "]", found ";" at byte 2');
    expect(() => parse("[")).toThrow("expected a JSON value, found end of input at byte 1");
    expect(() => parse("[1.5]")).toThrow('expected an integer, found "1.5" at byte 1');
    expect(() => parseJsonText("[1;2]")).toThrow('expected "," or "]", found ";" at index 2');
  });

  test("show no control or bidi character as such, and no endless text", () => {
    expect(() => parse("\u001b[31m")).toThrow('found "\\u{1b}" at byte 0');
    expect(() => parse('{"\u202ea":1,"\u202ea":2}')).toThrow('found "\\u{202e}a" again');
    expect(() => parse("[\u{e0041}]")).toThrow("\\u{e0041}");
    const name = "n".repeat(1000);
    try {
      parse(`{"${name}":1,"${name}":2}`);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(150);
    }
  });
});

describe("misuse", () => {
  test.each([
    { maxBytes: -1 },
    { maxBytes: 1.5 },
    { maxBytes: Number.NaN },
    { maxBytes: Number.POSITIVE_INFINITY },
    { maxDepth: 65 },
    { maxDepth: -1 },
    { maxDepth: 0.5 },
  ])("is a TypeError: %j", (options) => {
    expect(() => parse("1", options)).toThrow(TypeError);
    expect(() => parseJsonText("1", options)).toThrow(TypeError);
  });
});

test("long hostile inputs end in an answer", () => {
  const size = 1_000_000;
  expect(() => parse("1".repeat(size))).toThrow(fault("JSON_INTEGER_RANGE", 0));
  expect(() => parse(`${"1".repeat(size)}+`)).toThrow(fault("JSON_SYNTAX", 0));
  expect(() => parse(`0.${"1".repeat(size)}.`)).toThrow(fault("JSON_SYNTAX", 0));
  expect(parse(`"${"\\n".repeat(size / 2)}"`)).toHaveLength(size / 2);
  expect(parse(`[${" ".repeat(size)}]`)).toEqual([]);
  expect(parse(`[${"0,".repeat(size / 2 - 2)}0]`)).toHaveLength(size / 2 - 1);
  const names = Array.from({ length: 50_000 }, (_, index) => `"${49_999 - index}":0`).join(",");
  expect(Object.keys(parse(`{${names}}`) as object)).toHaveLength(50_000);
});
