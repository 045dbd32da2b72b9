import { diffApi } from "./api-diff.ts";
import { cliPlace, diffCli } from "./cli.ts";
import { type Difference, diffNames, type Finding, ofPackage } from "./difference.ts";
import { directionsOf } from "./direction.ts";
import { diffEntries } from "./entries.ts";
import { diffOpenApi } from "./openapi.ts";
import { diffSchema } from "./schema-diff.ts";
import type { ContractState } from "./state.ts";

/** Codes by precedence. Numbers may move to make room as long as the order of the old codes stays. */
const order = (codes: ContractState["codes"], common: (code: string) => boolean): string[] =>
  Object.keys(codes)
    .filter(common)
    .sort((a, b) => (codes[a]?.precedence ?? 0) - (codes[b]?.precedence ?? 0) || (a < b ? -1 : 1));

const codesPlace = (code: string): string => `schemas/codes.json ${code}`;

const diffCodes = (old: ContractState, now: ContractState): Finding[] => {
  const before = order(old.codes, (code) => code in now.codes);
  const after = order(now.codes, (code) => code in old.codes);
  const moved = before.findIndex((code, index) => code !== after[index]);
  return [
    ...(old.uriBase === now.uriBase
      ? []
      : [{ level: "breaking" as const, where: codesPlace("uriBase"), rule: "URI base changed" }]),
    ...diffNames(old.codes, now.codes, {
      place: codesPlace,
      changed: (code, one, other) =>
        (["clause", "category", "verdict", "http", "retryable"] as const)
          .filter((field) => one[field] !== other[field])
          .map((field) => ({
            level: "breaking",
            where: codesPlace(code),
            rule: `${field} changed from ${one[field]} to ${other[field]}`,
          })),
    }),
    ...(moved < 0
      ? []
      : [{ level: "breaking" as const, where: codesPlace(before[moved] ?? ""), rule: "order of precedence changed" }]),
  ];
};

const diffClauses = (old: ContractState["clauses"], now: ContractState["clauses"]): Finding[] =>
  diffNames(old, now, {
    place: (id) => `${(now[id] ?? old[id])?.file ?? "spec"} ${id}`,
    changed: (id, before, after) => {
      if (before.digest === after.digest) return [];
      const must = before.must || after.must;
      return [
        {
          level: must ? "additive" : "notice",
          where: `${after.file} ${id}`,
          rule: must ? "text of a MUST clause changed" : "text changed",
        },
      ];
    },
  });

const diffVectors = (old: ContractState["vectors"], now: ContractState["vectors"]): Finding[] =>
  diffNames(old, now, {
    place: (id) => `${(now[id] ?? old[id])?.file ?? "vectors"} ${id}`,
    changed: (id, before, after) =>
      (["input", "expectation"] as const)
        .filter((part) => before[part] !== after[part])
        .map((part) => ({ level: "breaking", where: `${after.file} ${id}`, rule: `${part} changed` })),
  });

const diffData = (old: ContractState["data"], now: ContractState["data"]): Finding[] =>
  diffNames(old, now, {
    place: (file) => file,
    changed: (file, before, after) =>
      diffNames(before, after, {
        place: (name) => `${file} ${name}`,
        changed: (name, one, other) =>
          one === other ? [] : [{ level: "breaking", where: `${file} ${name}`, rule: "changed" }],
      }),
  });

const diffSchemas = (old: ContractState["schemas"], now: ContractState["schemas"]): Finding[] => {
  const directions = directionsOf(old);
  const fresh = directionsOf(now);
  // What changes sides is judged as if everyone wrote it.
  const of = (place: string) => {
    const [before, after] = [directions.get(place) ?? fresh.get(place) ?? "both", fresh.get(place)];
    return after === undefined || after === before ? before : "both";
  };
  return diffNames(old, now, {
    place: (path) => path,
    changed: (path, before, after) =>
      diffSchema(
        { where: path, direction: of(`${path}#`), defs: (name) => of(`${path}#/$defs/${name}`) },
        before,
        after,
      ),
  });
};

/** What was released stays as it was: a bundle is verified for as long as somebody keeps it. */
const diffArchive = (old: ContractState["archive"], now: ContractState["archive"]): Finding[] =>
  diffNames(old, now, {
    place: (path) => path,
    changed: (path, before, after) =>
      before === after ? [] : [{ level: "breaking", where: path, rule: "an archived bundle or its verdict changed" }],
  });

/** Differences of an area that has an owner by name: packages that come are additive, packages that go break. */
const byPackage = <T>(
  old: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
  diff: (name: string, before: T, after: T) => readonly Finding[],
): Difference[] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .sort()
    .flatMap((name) =>
      ofPackage(
        name,
        false,
        diffNames(
          Object.fromEntries(Object.entries(old).filter(([key]) => key === name)),
          Object.fromEntries(Object.entries(now).filter(([key]) => key === name)),
          { place: (key) => key, changed: diff },
        ),
      ),
    );

/**
 * Every difference between a locked and a present state, classified.
 *
 * @param places - for messages: manifests by package, declaration files by `package subpath`.
 */
export const compareStates = (
  old: ContractState,
  now: ContractState,
  places: ReadonlyMap<string, string> = new Map(),
): Difference[] => {
  const isCode = (name: string): boolean => name in now.codes;
  const vectors = (path: string): boolean => path.startsWith("vectors/");
  const schemas = diffSchemas(old.schemas, now.schemas);
  return [
    ...ofPackage("@settld/schemas", true, diffCodes(old, now)),
    ...ofPackage(
      "@settld/schemas",
      true,
      schemas.filter(({ where }) => !vectors(where)),
    ),
    ...ofPackage("@settld/schemas", false, diffOpenApi(old.openapi, now.openapi)),
    ...ofPackage("@settld/spec", true, diffClauses(old.clauses, now.clauses)),
    ...ofPackage("@settld/vectors", true, [
      ...diffVectors(old.vectors, now.vectors),
      ...diffData(old.data, now.data),
      ...schemas.filter(({ where }) => vectors(where)),
    ]),
    ...ofPackage("@settld/verifier", true, diffArchive(old.archive, now.archive)),
    ...byPackage(old.cli, now.cli, (name, before, after) => diffCli(cliPlace(name), before, after)),
    ...byPackage(old.entries, now.entries, (name, before, after) =>
      diffEntries(places.get(name) ?? name, before, after),
    ),
    ...byPackage(old.api, now.api, (name, before, after) =>
      diffNames(before, after, {
        place: (subpath) => `${name} ${subpath}`,
        changed: (subpath, one, other) =>
          diffApi(places.get(`${name} ${subpath}`) ?? `${name} ${subpath}`, one, other, isCode),
      }),
    ),
  ];
};
