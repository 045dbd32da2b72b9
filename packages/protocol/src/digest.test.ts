import { expect, test } from "vitest";
import { utf8 } from "./bytes.ts";
import { defaultCrypto as nodePort } from "./crypto-node.ts";
import { defaultCrypto as webPort } from "./crypto-web.ts";
import { digestOf, isDigest, parseDigest } from "./digest.ts";

const ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("digestOf gives one digest with every hash", () => {
  expect(digestOf(utf8("abc"))).toBe(ABC);
  expect(digestOf(utf8("abc"), nodePort)).toBe(ABC);
  expect(digestOf(utf8("abc"), webPort)).toBe(ABC);
});

test("parseDigest returns a digest unchanged", () => {
  expect(parseDigest(ABC)).toBe(ABC);
  expect(isDigest(ABC)).toBe(true);
});

test.each([
  ["upper case", ABC.toUpperCase()],
  ["upper-case digits", `sha256:${ABC.slice(7).toUpperCase()}`],
  ["one digit short", ABC.slice(0, -1)],
  ["one digit long", `${ABC}0`],
  ["no algorithm", ABC.slice(7)],
  ["another algorithm", `sha512:${ABC.slice(7)}`],
  ["a line feed behind", `${ABC}\n`],
  ["a space in front", ` ${ABC}`],
  ["a letter beyond f", `${ABC.slice(0, -1)}g`],
  ["nothing", ""],
])("parseDigest refuses %s", (_, text) => {
  expect(isDigest(text)).toBe(false);
  expect(() => parseDigest(text)).toThrow(expect.objectContaining({ name: "SettldError", code: "DIGEST_FORMAT" }));
});

test("isDigest is false for what is no text", () => {
  for (const value of [undefined, null, 1, {}, [ABC], new String(ABC)]) expect(isDigest(value)).toBe(false);
});
