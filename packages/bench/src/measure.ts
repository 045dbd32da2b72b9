/** One comparison: how long `subject` takes in units of `reference`, measured in alternation. */
export type Ratio = {
  readonly name: string;
  readonly ratio: number;
  /** Microseconds a call, medians. */
  readonly subject: number;
  readonly reference: number;
  /** The ratio that must not be exceeded, when the project has one. */
  readonly required?: number;
  /** The ratio that the project aims at. */
  readonly aim?: number;
};

/** What to compare and how often. */
export type Comparison = {
  readonly name: string;
  readonly subject: () => unknown;
  readonly reference: () => unknown;
  /** Calls a round; high enough that a round takes some milliseconds. */
  readonly calls: number;
  readonly rounds?: number;
  /** Rounds that do not count, before the others. Default 40. */
  readonly warmUp?: number;
  readonly required?: number;
  readonly aim?: number;
};

/**
 * Compares two functions round by round in turn, so that a machine that slows down slows both, and takes the
 * median of the rounds' ratios.
 */
export async function compare(comparison: Comparison): Promise<Ratio> {
  const { name, subject, reference, calls, rounds = 31, warmUp = WARM_UP, required, aim } = comparison;
  const subjects: number[] = [];
  const references: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const first = await time(subject, calls);
    const second = await time(reference, calls);
    if (round < warmUp) continue;
    subjects.push(first);
    references.push(second);
    ratios.push(first / second);
  }
  return {
    name,
    ratio: median(ratios),
    subject: median(subjects),
    reference: median(references),
    ...(required === undefined ? {} : { required }),
    ...(aim === undefined ? {} : { aim }),
  };
}

// The compiler of the runtime needs some hundred calls before a function runs as fast as it will.
const WARM_UP = 40;

async function time(work: () => unknown, calls: number): Promise<number> {
  const start = performance.now();
  for (let call = 0; call < calls; call += 1) {
    const result = work();
    // Awaiting what is no promise would charge a turn of the event loop to synchronous work.
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) * 1000) / calls;
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Prints ratios as a table and tells whether every required one holds. */
export function print(title: string, ratios: readonly Ratio[]): boolean {
  console.log(`\n${title}`);
  let ok = true;
  for (const { name, ratio, subject, reference, required, aim } of ratios) {
    const met = required === undefined || ratio <= required;
    ok &&= met;
    const goals = [
      required === undefined ? "" : `required <= ${required}`,
      aim === undefined ? "" : `aim <= ${aim}${ratio <= aim ? "" : " (missed)"}`,
    ].filter((text) => text !== "");
    const times = `${format(subject)} against ${format(reference)}`;
    console.log(
      `  ${name.padEnd(52)} ${ratio.toFixed(2).padStart(6)}x  ${times.padEnd(28)} ${met ? "" : "FAILED "}${goals.join(", ")}`,
    );
  }
  return ok;
}

function format(microseconds: number): string {
  return microseconds < 1000 ? `${microseconds.toFixed(1)} us` : `${(microseconds / 1000).toFixed(2)} ms`;
}
