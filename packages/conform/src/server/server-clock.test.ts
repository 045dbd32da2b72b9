import fc from "fast-check";
import { expect, test } from "vitest";
import { serverClock } from "./server-clock.ts";

// A server whose clock is ahead by so much answers after a way there, and the answer takes a way back.
const answer = fc.record({ at: fc.nat(1e6), there: fc.nat(20_000), back: fc.nat(20_000) });

test("however long answers take, a clock is known to be near where it is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e7, max: 1e7 }),
      fc.array(answer, { minLength: 1, maxLength: 20 }),
      (ahead, all) => {
        const clock = serverClock();
        const shortest = Math.min(...all.map(({ there, back }) => there + back));
        for (const { at, there, back } of all) {
          const date = Math.floor((at + there + ahead) / 1000) * 1000;
          clock.hear(date, at, at + there + back);
        }
        expect(Math.abs(clock.ahead() - ahead)).toBeLessThanOrEqual(shortest + 1000);
      },
    ),
  );
});

test("one late answer of a clock like ours changes nothing", () => {
  const clock = serverClock();
  expect(clock.ahead()).toBe(0);
  clock.hear(10_000, 10_200, 10_300);
  clock.hear(20_000, 20_100, 29_000);
  expect(clock.ahead()).toBe(0);
});

test("a clock that was set is followed", () => {
  const clock = serverClock();
  clock.hear(10_000, 10_200, 10_300);
  clock.hear(80_000, 20_100, 20_200);
  expect(clock.ahead()).toBeGreaterThan(58_000);
  expect(clock.ahead()).toBeLessThan(61_000);
});
