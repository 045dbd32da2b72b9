import { join } from "node:path";
import { readJson, root } from "../files.ts";
import type { SlaDays } from "../issues/review.ts";
import type { Kpi, Severity } from "../plan-data.ts";

/** How far evidence can be trusted: not shown, shown on stand-ins, on the real components, in production. */
export type Tier = "unverified" | "simulated" | "real" | "production";

/** How a figure becomes a score: reached when at least `aim`, or when at most `atMost`. */
export type Value = {
  readonly measure: string;
  readonly per?: string;
  readonly aim?: number;
  readonly atMost?: number;
};

/** A piece of evidence of a figure: what a command came to, or what is missing. */
export type Evidence = {
  readonly command: string | null;
  readonly tier: Tier;
  readonly weight: number;
  /** Without one, a run that passes counts whole. */
  readonly value?: Value;
  /** Why there is no command. */
  readonly missing?: string;
};

/** The model: every number that a step uses. Another number is another version. */
export type Model = {
  readonly version: string;
  readonly slaDays: SlaDays;
  readonly severityWeights: Readonly<Record<Severity, number>>;
  readonly typeWeights: Readonly<Record<string, number>>;
  readonly credit: number;
  readonly debt: number;
  /** An open issue that is overdue weighs so much more. */
  readonly overdueFactor: number;
  readonly p0OpenCap: number;
  readonly tiers: Readonly<Record<Tier, number>>;
  /** Half the width of the confidence band. */
  readonly bands: Readonly<Record<Tier, number>>;
  readonly dropMax: number;
  readonly kpis: Readonly<Record<Kpi, { readonly floor: number; readonly evidence: readonly Evidence[] }>>;
};

/** The model that counts. */
export const readModel = (): Model => readJson(join(root, "packages/pipeline/data/kpi-model.json"));
