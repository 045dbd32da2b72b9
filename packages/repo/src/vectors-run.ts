/**
 * Stands in for vitest where the vector test is bundled into one file (`runtimes.ts`), so that the
 * same judgement runs on runtimes that vitest does not run on. Nothing but `test`, and one line at the end.
 */

type Test = { readonly name: string; readonly run: () => void | Promise<void> };

const tests: Test[] = [];
const FAILURES_SHOWN_MAX = 20;

const runAll = async (): Promise<void> => {
  let failed = 0;
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (error) {
      failed += 1;
      if (failed <= FAILURES_SHOWN_MAX)
        console.log(`FAILED ${name}\n${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(`${tests.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
};

/** Registers a test; all run one after another once the module that registers them is loaded. */
export const test = (name: string, run: Test["run"]): void => {
  if (tests.length === 0) setImmediate(() => void runAll());
  tests.push({ name, run });
};
