import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";
import type { Fate, Outcome } from "./runner.ts";

/** Why no vector can notice a mutant, or none has to. */
export const CATEGORIES = [
  // The mutant does the same as the original, for every input.
  "equivalent",
  "performance only",
  "error message or pointer only",
  // What would tell the difference never happens, because of what was checked before.
  "unreachable by construction",
  "resource bound",
  // How the platform is asked; the same on every runtime, which the check of the runtimes shows.
  "port",
  // What other packages use and no op asks for.
  "outside the ops",
] as const;

/** One of {@link CATEGORIES}. */
export type Category = (typeof CATEGORIES)[number];

type Reason = { readonly category: Category; readonly why: string };

/** A file of `equivalents`: what no vector notices, each with its reason. */
export type Equivalents = {
  /** Single mutants, by key. */
  readonly mutants: readonly (Reason & { readonly keys: readonly string[] })[];
  /** Functions, constants or schemas of which no mutant at all is noticed. */
  readonly places: readonly (Reason & { readonly names: readonly string[] })[];
};

const FOLDER = join(import.meta.dirname, "../equivalents");

/** Reads the lists of the package as one. */
export const readEquivalents = (): Equivalents => {
  const lists = readdirSync(FOLDER).map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Equivalents);
  return { mutants: lists.flatMap(({ mutants }) => mutants), places: lists.flatMap(({ places }) => places) };
};

/** The name of a function, constant or schema in the list. */
export const placeNameOf = ({ file, where }: Pick<Mutant, "file" | "where">): string => `${file} ${where}`;

/** Whether a vector noticed a mutant. */
export const isNoticed = (fate: Fate): boolean => fate !== "survived" && fate !== "not reached";

/** What a run found, as far as the list is concerned. */
export type Findings = {
  readonly mutants: readonly Mutant[];
  /** Of the mutants that were run. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
};

/** Compares a run with the list; one sentence for each difference. */
export const checkEquivalents = (list: Equivalents, { mutants, outcomes }: Findings): string[] => {
  const wrong: string[] = [];
  for (const { category, why } of [...list.mutants, ...list.places]) {
    if (!CATEGORIES.includes(category)) wrong.push(`"${category}" is no category`);
    if (!/^[A-Z`].*\.$/.test(why)) wrong.push(`the reason "${why}" is no sentence`);
  }
  const names = list.places.flatMap((entry) => entry.names);
  const keys = list.mutants.flatMap((entry) => entry.keys);
  for (const name of twice([...names, ...keys])) wrong.push(`listed twice: ${name}`);
  const byPlace = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const name = placeNameOf(mutant);
    byPlace.set(name, [...(byPlace.get(name) ?? []), mutant]);
  }
  const byKey = new Map(mutants.map((mutant) => [mutant.key, mutant]));
  const stale = (name: string, mutant: Mutant): void => {
    const outcome = outcomes.get(mutant.id);
    if (outcome === undefined || !isNoticed(outcome.fate)) return;
    const what = name === mutant.key ? "" : `, where no mutant should be noticed: ${mutant.key}`;
    wrong.push(`listed, but noticed by ${outcome.by} (${outcome.fate}): ${name}${what}`);
  };
  for (const name of names) {
    const found = byPlace.get(name);
    if (found === undefined) wrong.push(`listed, but there is no such place: ${name}`);
    for (const mutant of found ?? []) stale(name, mutant);
  }
  for (const key of keys) {
    const mutant = byKey.get(key);
    if (mutant === undefined) wrong.push(`listed, but there is no such mutant: ${key}`);
    else stale(key, mutant);
  }
  const listed = new Set([...names, ...keys]);
  for (const mutant of mutants) {
    const outcome = outcomes.get(mutant.id);
    if (outcome === undefined || isNoticed(outcome.fate)) continue;
    if (listed.has(mutant.key) || listed.has(placeNameOf(mutant))) continue;
    wrong.push(`${outcome.fate === "survived" ? "no vector notices" : "no op reaches"}, and not listed: ${mutant.key}`);
  }
  return wrong;
};

const twice = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);
