import type { Waiting } from "../settler/timers.ts";

/** A clock that a test moves. */
export type TestTime = Waiting & {
  /** Lets the clock reach a time; what waited for it is called. It never goes back. */
  readonly advanceTo: (time: number) => void;
  /** Lets the clock go on, by milliseconds. */
  readonly advance: (ms: number) => void;
};

/** Makes a clock that stands at a time, in milliseconds since 1970. */
export function testTime(start: number): TestTime {
  let now = start;
  const calls = new Set<{ readonly time: number; readonly call: () => void }>();
  const advanceTo = (time: number): void => {
    if (time < now) throw new TypeError("a clock does not go back");
    now = time;
    for (const entry of [...calls].filter((one) => one.time <= now).sort((a, b) => a.time - b.time)) {
      if (calls.delete(entry)) entry.call();
    }
  };
  return {
    now: () => now,
    at(time, call) {
      const entry = { time, call };
      calls.add(entry);
      return () => void calls.delete(entry);
    },
    advanceTo,
    advance: (ms) => advanceTo(now + ms),
  };
}
