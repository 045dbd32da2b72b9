/** True in the long, nightly form of the tests. */
export const FULL: boolean = process.env["SETTLD_FULL"] === "1";

/** How often the long form repeats what the short form does once. */
export const FULL_FACTOR = 50;

/** A number of runs for the form of the tests that is running: the given one, or fifty times as many. */
export function runs(short: number): number {
  return FULL ? short * FULL_FACTOR : short;
}

/** How long one test may take, in milliseconds; the long form is meant for the night. */
export const PATIENCE: number = FULL ? 3_600_000 : 60_000;

/** A small deterministic generator (mulberry32) for tests that pick from a list; property tests use fast-check. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
