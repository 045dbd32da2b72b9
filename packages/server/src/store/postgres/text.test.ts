import fc from "fast-check";
import { expect, test } from "vitest";
import { keptText, textOf } from "./text.ts";

const text = fc.string({ unit: fc.constantFrom("\0", "\u0001", "\u0002", "a", "é", "😀"), maxLength: 6 });

test("every text comes back, without U+0000 in between", () => {
  fc.assert(
    fc.property(text, (one) => {
      expect(keptText(one)).not.toContain("\0");
      expect(textOf(keptText(one))).toBe(one);
    }),
  );
});

test("the order of texts is kept", () => {
  const compare = (a: string, b: string): number => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
  fc.assert(fc.property(text, text, (a, b) => compare(keptText(a), keptText(b)) === compare(a, b)));
});
