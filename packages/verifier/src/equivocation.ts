import type { Finding, Report } from "./report.ts";

/** Two of the compared histories that cannot both be honest. */
export type Equivocation = {
  readonly agreement: string;
  /** Indexes of the two histories. */
  readonly histories: readonly [number, number];
  readonly finding: Finding;
};

/**
 * Compares histories across files: two settler-signed events of one agreement at one place with different digests
 * prove that its settler told two stories (LOG-7). One history may simply be longer than another.
 *
 * Give the histories one after another with {@link Histories.add}; only the longest of each agreement is kept,
 * because whatever contradicts a shorter one contradicts the longest as well.
 */
export class Histories {
  readonly #longest = new Map<string, { readonly index: number; readonly chain: readonly string[] }>();

  /**
   * Adds the history of one report.
   *
   * @param index - how the caller calls this history.
   * @returns the contradiction with an earlier history, if there is one.
   */
  add(index: number, { chain }: Pick<Report, "chain">): Equivocation | undefined {
    // The offer's digest is the id of the agreement.
    const [agreement] = chain;
    if (agreement === undefined) return undefined;
    const other = this.#longest.get(agreement);
    if (other === undefined) {
      this.#longest.set(agreement, { index, chain });
      return undefined;
    }
    const seq = forkOf(other.chain, chain);
    if (seq === undefined) {
      if (chain.length > other.chain.length) this.#longest.set(agreement, { index, chain });
      return undefined;
    }
    return {
      agreement,
      histories: [other.index, index],
      finding: {
        code: "LOG_EQUIVOCATION",
        seq,
        message: `event ${seq} is ${other.chain[seq]} in one history and ${chain[seq]} in the other`,
      },
    };
  }
}

function forkOf(a: readonly string[], b: readonly string[]): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let seq = 0; seq < length; seq += 1) if (a[seq] !== b[seq]) return seq;
  return undefined;
}
