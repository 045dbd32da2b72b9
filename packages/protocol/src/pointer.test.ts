import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "./json.ts";
import { parseJsonText } from "./json.ts";
import { formatPointer, parsePointer, resolvePointer } from "./pointer.ts";

describe("formatPointer and parsePointer", () => {
  test.each([
    ["", []],
    ["/", [""]],
    ["/foo/0", ["foo", "0"]],
    ["/a~1b", ["a/b"]],
    ["/m~0n", ["m~n"]],
    ["/~01", ["~1"]],
    ["//", ["", ""]],
    ["/ /c%d", [" ", "c%d"]],
  ])("%j", (text, tokens) => {
    expect(formatPointer(tokens)).toBe(text);
    expect(parsePointer(text)).toEqual(tokens);
  });

  test("are each other's inverse", () => {
    const token = fc.string({ unit: fc.constantFrom("~", "/", "0", "1", "a", "") });
    fc.assert(
      fc.property(fc.array(token, { minLength: 1 }), (tokens) => {
        expect(parsePointer(formatPointer(tokens))).toEqual(tokens);
      }),
      { seed: 1 },
    );
  });

  test("formatPointer takes array indexes and refuses other numbers", () => {
    expect(formatPointer(["a", 0, 12])).toBe("/a/0/12");
    for (const index of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => formatPointer([index])).toThrow(TypeError);
  });

  test.each([
    ["a", 0],
    ["a/b", 0],
    ["#/a", 0],
    ["/~", 1],
    ["/a~2", 2],
    ["/~0~", 3],
    ["/~/0", 1],
  ])("parsePointer refuses %j", (text, offset) => {
    expect(() => parsePointer(text)).toThrow(
      expect.objectContaining({ name: "SettldError", code: "JSON_POINTER", offset }),
    );
  });
});

describe("resolvePointer", () => {
  const document: JsonValue = parseJsonText(
    '{"a":[10,{"":null}],"10":"x","length":7,"__proto__":{"y":false},"m~n":8,"s":"text"}',
  );
  const find = (text: string): JsonValue | undefined => resolvePointer(document, parsePointer(text));

  test.each([
    ["/a/0", 10],
    ["/a/1/", null],
    ["/10", "x"],
    ["/length", 7],
    ["/__proto__/y", false],
    ["/m~0n", 8],
  ])("finds %s", (text, value) => {
    expect(find(text)).toBe(value);
  });

  test("finds the whole document", () => {
    expect(find("")).toBe(document);
  });

  test.each([
    "/b",
    "/a/2",
    "/a/-",
    "/a/00",
    "/a/01",
    "/a/1e0",
    "/a/+1",
    "/a/ 1",
    "/a/",
    "/a/length",
    "/a/0/0",
    "/s/0",
    "/s/length",
    "/constructor",
    "/toString",
    "/hasOwnProperty",
    "/a/constructor",
    "/a/1/__proto__",
    "/a/4294967295",
    "/a/99999999999999999999",
  ])("finds nothing at %s", (text) => {
    expect(find(text)).toBeUndefined();
  });

  test("takes numbers for array indexes", () => {
    expect(resolvePointer(document, ["a", 1, ""])).toBeNull();
    expect(resolvePointer(document, ["a", -1])).toBeUndefined();
  });
});
