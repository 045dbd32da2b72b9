import fc from "fast-check";
import { expect, test } from "vitest";
import { addDuration, formatInstant, INSTANT_MAX, parseInstant } from "./instant.ts";

test("every instant that can be written is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: INSTANT_MAX }), (time) => {
      expect(parseInstant(formatInstant(time))).toBe(time);
    }),
  );
});

test("the ends of the range and leap days", () => {
  expect(parseInstant("1970-01-01T00:00:00.000Z")).toBe(0);
  expect(parseInstant("9999-12-31T23:59:59.999Z")).toBe(INSTANT_MAX);
  expect(formatInstant(parseInstant("2000-02-29T12:00:00.000Z"))).toBe("2000-02-29T12:00:00.000Z");
});

test.each([
  "1969-12-31T23:59:59.999Z",
  "0070-01-01T00:00:00.000Z",
  "2026-02-29T00:00:00.000Z",
  "2100-02-29T00:00:00.000Z",
  "2026-04-31T00:00:00.000Z",
  "2026-00-10T00:00:00.000Z",
  "2026-13-10T00:00:00.000Z",
  "2026-01-00T00:00:00.000Z",
  "2026-01-10T24:00:00.000Z",
  "2026-01-10T23:60:00.000Z",
  "2026-06-30T23:59:60.000Z",
  "2026-01-10T23:59:59.99Z",
  "2026-01-10T23:59:59.000+00:00",
  "2026-01-10t23:59:59.000z",
  "+02026-01-10T23:59:59.000Z",
  "",
])("%s is no instant", (text) => {
  expect(() => parseInstant(text)).toThrow(expect.objectContaining({ code: "TIME_INSTANT" }));
});

test("a sum saturates where nothing later can be written", () => {
  expect(addDuration(0, 5)).toBe(5);
  expect(addDuration(INSTANT_MAX - 1, 2)).toBe(INSTANT_MAX);
});
