import { createHash } from "node:crypto";

const rank = (seed: string, name: string): string => createHash("sha256").update(`${seed}\n${name}`).digest("hex");

/** The `count` items that a seed picks by their names: the same for the same names, whatever their order. */
export const choose = <T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { count, seed }: { readonly count: number; readonly seed: string },
): T[] =>
  items
    .map((item) => ({ item, rank: rank(seed, nameOf(item)) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
