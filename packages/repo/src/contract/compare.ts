import { isDeepStrictEqual } from "node:util";
import type { Difference, Level } from "./difference.ts";
import { diffSchema } from "./schema-diff.ts";
import type { ContractState } from "./state.ts";

type Rule<T> = {
  readonly package: string;
  readonly place: (name: string) => string;
  readonly changed: (name: string, old: T, now: T) => readonly Difference[];
};

/** Removed names break, added names add, changed ones are judged by `rule.changed`. */
const diffNames = <T>(
  old: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
  rule: Rule<T>,
): Difference[] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name) => {
    const before = old[name];
    const after = now[name];
    if (before === undefined || after === undefined) {
      const level: Level = after === undefined ? "breaking" : "additive";
      return [
        { level, package: rule.package, where: rule.place(name), rule: after === undefined ? "removed" : "added" },
      ];
    }
    return isDeepStrictEqual(before, after) ? [] : rule.changed(name, before, after);
  });

/** Codes by precedence. Numbers may move to make room as long as the order of the old codes stays. */
const order = (codes: ContractState["codes"], common: (code: string) => boolean): string[] =>
  Object.keys(codes)
    .filter(common)
    .sort((a, b) => (codes[a]?.precedence ?? 0) - (codes[b]?.precedence ?? 0) || (a < b ? -1 : 1));

const diffOrder = (old: ContractState["codes"], now: ContractState["codes"]): Difference[] => {
  const before = order(old, (code) => code in now);
  const after = order(now, (code) => code in old);
  const moved = before.findIndex((code, index) => code !== after[index]);
  return moved < 0
    ? []
    : [
        {
          level: "breaking",
          package: "@settld/schemas",
          where: `schemas/codes.json ${before[moved]}`,
          rule: "order of precedence changed",
        },
      ];
};

/** Every difference between a locked and a present state, classified. */
export const compareStates = (old: ContractState, now: ContractState): Difference[] => {
  const codesPlace = (code: string): string => `schemas/codes.json ${code}`;
  const uriBase: Difference[] =
    old.uriBase === now.uriBase
      ? []
      : [{ level: "breaking", package: "@settld/schemas", where: codesPlace("uriBase"), rule: "URI base changed" }];
  return [
    ...uriBase,
    ...diffNames(old.schemas, now.schemas, {
      package: "@settld/schemas",
      place: (file) => `schemas/${file}`,
      changed: (file, before, after) => diffSchema(`schemas/${file}`, before, after),
    }),
    ...diffNames(old.codes, now.codes, {
      package: "@settld/schemas",
      place: codesPlace,
      changed: (code, before, after) =>
        (["clause", "category", "verdict", "http", "retryable"] as const)
          .filter((field) => before[field] !== after[field])
          .map((field) => ({
            level: "breaking",
            package: "@settld/schemas",
            where: codesPlace(code),
            rule: `${field} changed from ${before[field]} to ${after[field]}`,
          })),
    }),
    ...diffOrder(old.codes, now.codes),
    ...diffNames(old.clauses, now.clauses, {
      package: "@settld/spec",
      place: (id) => `spec ${id}`,
      changed: (id, before, after) => [
        {
          level: before.must || after.must ? "additive" : "notice",
          package: "@settld/spec",
          where: `spec ${id}`,
          rule: before.must || after.must ? "text of a MUST clause changed" : "text changed",
        },
      ],
    }),
    ...diffNames(old.vectors, now.vectors, {
      package: "@settld/vectors",
      place: (id) => `vectors ${id}`,
      changed: (id) => [
        { level: "breaking", package: "@settld/vectors", where: `vectors ${id}`, rule: "input or expectation changed" },
      ],
    }),
  ];
};
