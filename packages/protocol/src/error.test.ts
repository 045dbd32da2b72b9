import { expect, test } from "vitest";
import { isSettldError, SettldError } from "./error.ts";

test("an error carries its code, its place and what led to it", () => {
  const cause = new Error("end of file");
  const error = new SettldError("JSON_SYNTAX", "expected a value", { pointer: "/a", offset: 3, cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "SettldError", code: "JSON_SYNTAX", pointer: "/a", offset: 3, cause });
  expect(new SettldError("JSON_SYNTAX", "expected a value")).toMatchObject({ pointer: undefined, offset: undefined });
  expect("cause" in new SettldError("JSON_SYNTAX", "expected a value")).toBe(false);
});

test("an error of another copy of the package is recognised, and nothing else is", () => {
  expect(isSettldError(new SettldError("JSON_SYNTAX", ""))).toBe(true);
  // What another copy puts on its prototype.
  expect(isSettldError(Object.create({ [Symbol.for("settld.error")]: true }))).toBe(true);
  for (const other of [new Error("JSON_SYNTAX"), { code: "JSON_SYNTAX" }, null, undefined, "JSON_SYNTAX"]) {
    expect(isSettldError(other)).toBe(false);
  }
});
