import { type Filters, filterWords, NO_FILTERS, parseShard } from "../run/select.ts";

/** Filters as far as the words of a report tell. */
export type ReadFilters = {
  readonly filters: Filters;
  /** Whether cases of an earlier report were chosen, which only whoever has that report can repeat. */
  readonly open: boolean;
};

/**
 * Reads the filters of a report back from its words; `undefined` for words that no run writes.
 *
 * @throws SettldError `CLI_USAGE` for a part that is none.
 */
export const readFilterWords = (words: readonly string[]): ReadFilters | undefined => {
  const of = (option: string): string[] =>
    words.filter((word) => word.startsWith(`${option} `)).map((word) => word.slice(option.length + 1));
  const [digest] = of("--failed-from");
  const [shard] = of("--shard");
  const filters: Filters = {
    path: of("--path"),
    tag: of("--tag"),
    clause: of("--clause"),
    id: of("--id"),
    ...(digest === undefined ? {} : { failedFrom: { ids: new Set(), digest } }),
    ...(shard === undefined ? {} : { shard: parseShard(shard) }),
  };
  const again = filterWords(filters);
  if (again.length !== words.length || again.some((word, at) => word !== words[at])) return undefined;
  if (digest === undefined) return { filters, open: false };
  // The parts were cut after the choice, so they cannot be told either.
  return { filters: { ...NO_FILTERS, ...filters, failedFrom: undefined, shard: undefined }, open: true };
};
