import type { Campaign } from "./campaign.ts";
import { choose } from "./choice.ts";
import { isNoticed } from "./equivalents.ts";
import type { Mutant } from "./mutant.ts";
import type { Fate, Outcome } from "./runner.ts";

/** What vectors without a tenth of them notice. Rates are in percent. */
export type HeldOut = {
  readonly seed: string;
  readonly heldOut: number;
  readonly rate: number;
  readonly whole: number;
};

/** Most points by which a rate may fall without a tenth of the vectors. */
export const POINTS_MAX = 5;

const SHARE = 0.1;

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

/**
 * Holds out a tenth of the vectors by a seed and asks what the others notice. If nine tenths notice nearly as much, the
 * vectors are no list of the mutants that there happen to be, and faults that nobody thought of have a chance as well.
 */
export const holdOut = async (
  campaign: Campaign,
  mutants: readonly Mutant[],
  outcomes: ReadonlyMap<number, Outcome>,
  seed: string,
): Promise<HeldOut> => {
  const indices = [...campaign.cases.keys()];
  const count = Math.round(indices.length * SHARE);
  const held = new Set(choose(indices, (index) => campaign.cases[index]?.id ?? "", { count, seed }));
  const ids = new Set([...held].map((index) => campaign.cases[index]?.id));
  const run = mutants.filter(({ id }) => outcomes.has(id) && campaign.reached(id));
  const fateOf = (id: number): Fate => outcomes.get(id)?.fate ?? "survived";
  const noticed = run.filter(({ id }) => isNoticed(fateOf(id)));
  // The others were noticed by a vector that is still there.
  const open = noticed.filter(({ id }) => ids.has(outcomes.get(id)?.by));
  const again = await campaign.run(open, () => held);
  const lost = [...again.values()].filter(({ fate }) => !isNoticed(fate)).length;
  return {
    seed,
    heldOut: count,
    rate: percent(noticed.length - lost, run.length),
    whole: percent(noticed.length, run.length),
  };
};
