import { parseJson, utf8 } from "@settld/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { caseLine } from "../adapter/session.ts";
import type { JsonObject } from "./json.ts";
import { sendable } from "./sendable.ts";

const nested = (depth: number): JsonObject => (depth === 0 ? {} : { a: nested(depth - 1) });

test("every line is strict JSON, whatever the input", () => {
  const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
  const input = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(nested(70)), fc.array(text)));
  fc.assert(
    fc.property(input, (value) => {
      const line = caseLine("1", "digest", sendable(value as JsonObject));
      expect(() => parseJson(utf8(line))).not.toThrow();
    }),
  );
});

test("what can be sent stays as it is", () => {
  const input = { a: ["\u{1f600}", 1, null, nested(60)] };
  expect(sendable(input)).toEqual(input);
});
