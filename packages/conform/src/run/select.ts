import { nearest } from "@settld/output";
import { SettldError } from "@settld/protocol";
import { resolveId, unknownVector } from "../data.ts";
import { categoryOf } from "../judge.ts";
import { areaOf } from "../report/standing.ts";
import type { ProfileName, RequirementSet } from "../requirements.ts";
import type { Vector } from "../vectors.ts";

/** What to run. Values of one member are alternatives, different members have to hold together. */
export type Filters = {
  /** Globs over paths such as `money/value.json`; `.json` may be left out, and a folder means all in it. */
  readonly path: readonly string[];
  /** Area, op, verdict, code or category of the code. */
  readonly tag: readonly string[];
  /** Clauses such as `JSON-3`, or whole areas of the specification such as `JSON`. */
  readonly clause: readonly string[];
  readonly id: readonly string[];
  /** Cases of an earlier report that did not pass, and the digest of its file. */
  readonly failedFrom?: { readonly ids: ReadonlySet<string>; readonly digest: string } | undefined;
  readonly shard?: Shard | undefined;
};

/** Part `index`, from 1, of `count` parts. */
export type Shard = { readonly index: number; readonly count: number };

/** Filters that let everything through. */
export const NO_FILTERS: Filters = { path: [], tag: [], clause: [], id: [] };

/**
 * The vectors that are asked for, in the order of their ids.
 *
 * @param profiles - only vectors of the ops of these profiles; empty for all.
 * @throws SettldError `CLI_USAGE` for a tag or clause that no vector has, `CONF_VECTOR_UNKNOWN` for an unknown id.
 */
export const select = (
  vectors: readonly Vector[],
  filters: Filters,
  profiles: readonly ProfileName[] = [],
  requirements?: RequirementSet,
): Vector[] => {
  const { failedFrom, shard } = filters;
  const ids = new Set(filters.id.map((id) => knownId(vectors, id)));
  expectKnown("--tag", filters.tag, vectors, tagsOf);
  expectKnown("--clause", filters.clause, vectors, clausesOf);
  const globs = filters.path.map(globOf);
  const ops = new Set(profiles.flatMap((name) => requirements?.profiles[name]?.ops ?? []));
  const failed = new Set([...(failedFrom?.ids ?? [])].map((id) => knownId(vectors, id)));
  const chosen = vectors.filter(
    (vector) =>
      (profiles.length === 0 || ops.has(vector.op)) &&
      (ids.size === 0 || ids.has(vector.id)) &&
      (failedFrom === undefined || failed.has(vector.id)) &&
      (globs.length === 0 || globs.some((glob) => glob.test(vector.path))) &&
      (filters.tag.length === 0 || tagsOf(vector).some((tag) => filters.tag.includes(tag))) &&
      (filters.clause.length === 0 || clausesOf(vector).some((clause) => filters.clause.includes(clause))),
  );
  // By turns, so that parts have about the same size and share the slow ones.
  return shard === undefined ? chosen : chosen.filter((_, at) => at % shard.count === shard.index - 1);
};

/** The filters as they would be written on a command line, for the report. */
export const filterWords = ({ path, tag, clause, id, failedFrom, shard }: Filters): string[] => [
  ...path.map((value) => `--path ${value}`),
  ...tag.map((value) => `--tag ${value}`),
  ...clause.map((value) => `--clause ${value}`),
  ...id.map((value) => `--id ${value}`),
  // The name of a file says nothing elsewhere, its digest does.
  ...(failedFrom === undefined ? [] : [`--failed-from ${failedFrom.digest}`]),
  ...(shard === undefined ? [] : [`--shard ${shard.index}/${shard.count}`]),
];

/**
 * Reads `2/4`.
 *
 * @throws SettldError `CLI_USAGE`.
 */
export const parseShard = (text: string): Shard => {
  const [, index, count] = /^([1-9][0-9]{0,3})\/([1-9][0-9]{0,3})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === undefined || shard.index > shard.count) {
    throw new SettldError("CLI_USAGE", `expected a part such as 2/4, found ${text}`);
  }
  return shard;
};

/** Words that `--tag` finds a vector by: area, op, verdict, code and category of the code. */
export const tagsOf = (vector: Vector): string[] => {
  const category = vector.code === null ? undefined : categoryOf(vector.code);
  return [areaOf(vector), vector.op, vector.verdict, vector.code, category].filter((tag) => typeof tag === "string");
};

const clausesOf = ({ clause }: Vector): string[] => [clause, clause.replace(/-.*/, "")];

const knownId = (vectors: readonly Vector[], id: string): string => {
  const now = resolveId(id);
  if (vectors.some((vector) => vector.id === now)) return now;
  throw unknownVector(id, vectors);
};

const expectKnown = (
  option: string,
  values: readonly string[],
  vectors: readonly Vector[],
  namesOf: (vector: Vector) => readonly string[],
): void => {
  if (values.length === 0) return;
  const known = new Set(vectors.flatMap(namesOf));
  const unknown = values.find((value) => !known.has(value));
  if (unknown === undefined) return;
  const near = nearest(unknown, [...known], 3);
  const hint = near.length === 0 ? "" : ` (did you mean ${near.join(", ")}?)`;
  throw new SettldError("CLI_USAGE", `${option}: no vector has ${unknown}${hint}`);
};

// `*` and `?` stay within a folder, `**` does not.
const globOf = (glob: string): RegExp => {
  const pattern = glob
    .replace(/\/+$/, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/?|\*|\?/g, (part) => (part === "?" ? "[^/]" : part === "*" ? "[^/]*" : ".*"));
  return new RegExp(`^${pattern}(?:\\.json|/.*)?$`, "u");
};
