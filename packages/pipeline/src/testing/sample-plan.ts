import { root } from "../files.ts";
import { type Plan, readPlan } from "../plan-data.ts";
import type { Result } from "../results.ts";

/** A result that passed. */
export const passed: Result = {
  at: "2026-11-21",
  tree: `sha256:${"0".repeat(64)}`,
  exit: 0,
  seconds: 1,
  output: `sha256:${"1".repeat(64)}`,
  last: "ok",
  measures: {},
};

/** The plan of this repository, as it would be if every command had passed and nobody had tagged anything. */
export const samplePlan = (): Plan => {
  const plan = readPlan(root);
  return structuredClone({
    ...plan,
    results: Object.fromEntries(plan.commands.map(({ run }) => [run, { ...passed }])),
    tags: [],
  });
};

/** What a test may change although the type says that nobody does. */
export type Writable<T> = T extends readonly (infer One)[]
  ? Writable<One>[]
  : T extends object
    ? { -readonly [Name in keyof T]: Writable<T[Name]> }
    : T;
