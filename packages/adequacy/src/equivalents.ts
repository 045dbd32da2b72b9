import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";
import type { Outcome } from "./runner.ts";

/** Why no vector can notice a mutant, or none has to. */
export const CATEGORIES = [
  "equivalent",
  "performance only",
  "error message or pointer only",
  "unreachable by construction",
  "resource bound",
  "port",
] as const;

/** One of {@link CATEGORIES}. */
export type Category = (typeof CATEGORIES)[number];

/** `equivalents.json`: every mutant that survives, and every function that no op reaches, each with its reason. */
export type Equivalents = {
  readonly survivors: readonly {
    readonly category: Category;
    readonly why: string;
    readonly mutants: readonly string[];
  }[];
  readonly unreached: readonly {
    readonly category: Category;
    readonly why: string;
    readonly functions: readonly string[];
  }[];
};

/** Reads the list of the package. */
export const readEquivalents = (): Equivalents =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../equivalents.json"), "utf8")) as Equivalents;

/** The name of a function in the list. */
export const functionOf = ({ file, where }: Pick<Mutant, "file" | "where">): string => `${file} ${where}`;

/** Functions whose mutants were all out of reach. Reach is known for every mutant, also for those that were not run. */
export const unreachedFunctions = (
  mutants: readonly Mutant[],
  reached: (id: number) => boolean,
): ReadonlySet<string> => {
  const names = new Set(mutants.map(functionOf));
  for (const mutant of mutants) if (reached(mutant.id)) names.delete(functionOf(mutant));
  return names;
};

/** What a run found, as far as the list is concerned. */
export type Findings = {
  readonly mutants: readonly Mutant[];
  /** Of the mutants that were run. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly reached: (id: number) => boolean;
};

/** Compares a run with the list; one sentence for each difference. */
export const checkEquivalents = (list: Equivalents, { mutants, outcomes, reached }: Findings): string[] => {
  const wrong: string[] = [];
  const byKey = new Map(mutants.map((mutant) => [mutant.key, mutant]));
  const listed = new Set<string>();
  for (const { category, why, mutants: keys } of list.survivors) {
    if (!CATEGORIES.includes(category)) wrong.push(`"${category}" is no category`);
    if (!why.endsWith(".")) wrong.push(`the reason "${why}" is no sentence`);
    for (const key of keys) {
      if (listed.has(key)) wrong.push(`listed twice: ${key}`);
      listed.add(key);
      const mutant = byKey.get(key);
      if (mutant === undefined) {
        wrong.push(`listed, but there is no such mutant: ${key}`);
        continue;
      }
      const outcome = outcomes.get(mutant.id);
      if (outcome === undefined || outcome.fate === "survived" || outcome.fate === "not reached") continue;
      wrong.push(`listed, but noticed by ${outcome.by} (${outcome.fate}): ${key}`);
    }
  }
  const unreached = unreachedFunctions(mutants, reached);
  const functions = new Set<string>();
  for (const { category, why, functions: names } of list.unreached) {
    if (!CATEGORIES.includes(category)) wrong.push(`"${category}" is no category`);
    if (!why.endsWith(".")) wrong.push(`the reason "${why}" is no sentence`);
    for (const name of names) {
      if (functions.has(name)) wrong.push(`listed twice: ${name}`);
      functions.add(name);
      if (!unreached.has(name)) wrong.push(`listed as not reached, but it is reached or gone: ${name}`);
    }
  }
  for (const name of unreached) {
    if (!functions.has(name)) wrong.push(`not reached by any op, and not listed: ${name}`);
  }
  for (const [id, { fate }] of outcomes) {
    const mutant = mutants[id - 1];
    if (mutant === undefined || (fate !== "survived" && fate !== "not reached")) continue;
    if (listed.has(mutant.key) || functions.has(functionOf(mutant))) continue;
    wrong.push(`no vector notices, and not listed: ${mutant.key}`);
  }
  return wrong;
};
