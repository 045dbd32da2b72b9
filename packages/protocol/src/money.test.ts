import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAmount, parseValue, shareOf, VALUE_MAX } from "./money.ts";

test("values up to 10^30 are read, others are refused", () => {
  expect(parseValue("0")).toBe(0n);
  expect(parseValue((10n ** 30n).toString())).toBe(VALUE_MAX);
  for (const text of ["", "-1", "+1", "01", "1.0", "1e3", " 1", "1 ", "1_000", (10n ** 30n + 1n).toString(), "٣"]) {
    expect(() => parseValue(text), text).toThrow(expect.objectContaining({ code: "MONEY_VALUE" }));
  }
});

test("a share is rounded down and never exceeds the value", () => {
  expect(shareOf(999n, 3333)).toBe(332n);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: VALUE_MAX }), fc.integer({ min: 0, max: 10_000 }), (value, bps) => {
      const share = shareOf(value, bps);
      expect(share * 10_000n <= value * BigInt(bps)).toBe(true);
      expect((share + 1n) * 10_000n > value * BigInt(bps)).toBe(true);
    }),
  );
});

test("amounts for people", () => {
  const usd = { assetCode: "USD", assetScale: 2 };
  expect(formatAmount(48_000n, usd)).toBe("480.00 USD");
  expect(formatAmount(-5n, usd)).toBe("-0.05 USD");
  expect(formatAmount(7n, { assetCode: "JPY", assetScale: 0 })).toBe("7 JPY");
});
