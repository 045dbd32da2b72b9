/** A drill that goes step by step, tells what it saw, and ends with figures. */
export type Steps = {
  /** Does a step of a playbook and says how long it took. */
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
  /** Something that has to hold. */
  readonly check: (what: string, holds: boolean, found?: unknown) => void;
  /** The last lines: figures, and whether everything held. */
  readonly end: () => { readonly lines: readonly string[]; readonly ok: boolean };
};

/** Makes the steps of a drill; `print` takes each line as it comes. */
export function makeSteps(name: string, print: (line: string) => void): Steps {
  const began = performance.now();
  let checks = 0;
  const failed: string[] = [];
  let steps = 0;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return {
    async step(what, work) {
      const start = performance.now();
      const result = await work();
      steps += 1;
      print(`${String(steps).padStart(2)}  ${what} (${seconds(performance.now() - start)})`);
      return result;
    },
    check(what, holds, found) {
      checks += 1;
      print(
        `    ${holds ? "ok  " : "FAIL"} ${what}${holds || found === undefined ? "" : `: found ${JSON.stringify(found)}`}`,
      );
      if (!holds) failed.push(what);
    },
    end() {
      const time = seconds(performance.now() - began);
      const lines = [`${name}: ${steps} steps, ${checks} checks, ${failed.length} failed, ${time}`];
      return { lines, ok: failed.length === 0 && checks > 0 };
    },
  };
}
