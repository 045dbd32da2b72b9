import { formatTable } from "@settld/output";
import { type Equivalents, isNoticed, placeNameOf } from "./equivalents.ts";
import type { HeldOut } from "./held-out.ts";
import type { Mutant } from "./mutant.ts";
import type { Fate, Outcome } from "./runner.ts";

const FATES: readonly Fate[] = ["verdict", "code", "facts", "crash", "endless", "timeout", "survived", "not reached"];

type Row = { readonly file: string; readonly counts: Readonly<Record<Fate, number>>; readonly mutants: number };

/** What a run found, by file. */
export const rowsOf = (mutants: readonly Mutant[], outcomes: ReadonlyMap<number, Outcome>): Row[] => {
  const rows = new Map<string, Record<Fate, number>>();
  for (const { id, file } of mutants) {
    const outcome = outcomes.get(id);
    if (outcome === undefined) continue;
    const counts = rows.get(file) ?? (Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>);
    counts[outcome.fate] += 1;
    rows.set(file, counts);
  }
  return [...rows].map(([file, counts]) => ({
    file,
    counts,
    mutants: Object.values(counts).reduce((sum, count) => sum + count, 0),
  }));
};

/** The table of a run: a line for each file, and one for all. */
export const tableOf = (mutants: readonly Mutant[], outcomes: ReadonlyMap<number, Outcome>): string[] => {
  const rows = rowsOf(mutants, outcomes);
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const all: Row = {
    file: "all",
    mutants: sum((row) => row.mutants),
    counts: Object.fromEntries(FATES.map((fate) => [fate, sum(({ counts }) => counts[fate])])) as Record<Fate, number>,
  };
  const cells = ({ file, mutants, counts }: Row): string[] => {
    const noticed = FATES.filter(isNoticed).reduce((total, fate) => total + counts[fate], 0);
    return [file, String(mutants), String(noticed), ...FATES.map((fate) => String(counts[fate]))];
  };
  return formatTable([["file", "mutants", "noticed", ...FATES], ...rows.map(cells), cells(all)], {
    align: ["left", ...Array.from({ length: FATES.length + 2 }, () => "right" as const)],
  });
};

/** The lines under the table: what is listed, by category, and what nine tenths of the vectors notice. */
export const notesOf = (list: Equivalents, mutants: readonly Mutant[], heldOut: readonly HeldOut[]): string[] => {
  const counts = new Map<string, number>();
  const add = (category: string, count: number): void => void counts.set(category, (counts.get(category) ?? 0) + count);
  for (const { category, keys } of list.mutants) add(category, keys.length);
  for (const { category, names } of list.places) {
    add(category, mutants.filter((mutant) => names.includes(placeNameOf(mutant))).length);
  }
  return [
    `listed with a reason: ${[...counts].map(([category, count]) => `${count} ${category}`).join(", ") || "none"}`,
    ...heldOut.map(
      ({ seed, heldOut, rate, whole }) =>
        `without ${heldOut} vectors held out by seed ${seed}: ${rate.toFixed(2)} % noticed, with all ${whole.toFixed(2)} %`,
    ),
  ];
};

/** A mutant as a change of its lines, for people. */
export const diffOf = (
  { file, original, replacement, start, end, operator, where }: Mutant,
  text: string | undefined,
): string[] => {
  if (text === undefined) return [`${file} ${where}`, `- ${original}`, `+ ${replacement}`];
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  const line = text.slice(0, start).split("\n").length;
  return [
    `${file}:${line} ${where} (${operator})`,
    ...text
      .slice(from, to)
      .split("\n")
      .map((one) => `- ${one}`),
    ...`${text.slice(from, start)}${replacement}${text.slice(end, to)}`.split("\n").map((one) => `+ ${one}`),
  ];
};

/** A run as data. */
export const jsonOf = (
  mutants: readonly Mutant[],
  outcomes: ReadonlyMap<number, Outcome>,
  more: { readonly messages: number; readonly heldOut: readonly HeldOut[] },
): object => ({
  mutants: outcomes.size,
  inMessages: more.messages,
  files: rowsOf(mutants, outcomes),
  unnoticed: mutants.flatMap(({ id, key }) => {
    const fate = outcomes.get(id)?.fate;
    return fate === undefined || isNoticed(fate) ? [] : [{ key, fate }];
  }),
  heldOut: more.heldOut,
});
