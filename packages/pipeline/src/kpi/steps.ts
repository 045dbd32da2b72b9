import { isOverdue } from "../issues/review.ts";
import { type Issue, labelOf } from "../issues/snapshot.ts";
import { KPIS, type Kpi, type Severity } from "../plan-data.ts";
import type { Result, Results } from "../results.ts";
import type { Evidence, Model, Tier, Value } from "./model.ts";

/** A piece of evidence as it counts. */
export type Shown = {
  readonly command: string | null;
  /** Where its result is recorded, and the digest of that entry. */
  readonly file: string | null;
  readonly digest: string | null;
  readonly standing: "passed" | "failed" | "old" | "missing";
  readonly tier: Tier;
  readonly weight: number;
  /** 0 to 10. */
  readonly score: number;
  readonly note: string;
};

/** One figure, step by step: each number follows from those before it. */
export type Row = {
  readonly kpi: Kpi;
  readonly evidence: readonly Shown[];
  readonly base: number;
  readonly credit: number;
  readonly debt: number;
  /** After credit and debt, and after the cap of an open P0. */
  readonly capped: number;
  readonly isCapped: boolean;
  /** What the evidence can carry. */
  readonly ceiling: number;
  readonly score: number;
  readonly band: readonly [number, number];
  readonly floor: number;
};

/** Two decimals: sums of fractions are the same on every machine. */
export const round = (value: number): number => Math.round((value + Number.EPSILON) * 100) / 100;

const clamp = (value: number): number => Math.min(10, Math.max(0, value));

/** What a figure of a result is worth, 0 to 10. A figure that was not printed is worth nothing. */
export const scoreOf = ({ measure, per, aim, atMost }: Value, { measures }: Pick<Result, "measures">): number => {
  const found = measures[measure];
  const by = per === undefined ? 1 : measures[per];
  if (found === undefined || by === undefined || by === 0) return 0;
  const value = found / by;
  if (atMost !== undefined) return round(clamp((10 * atMost) / Math.max(value, atMost)));
  return round(clamp((10 * value) / (aim ?? 1)));
};

/** A weighted mean of what evidence has. */
const mean = (evidence: readonly Shown[], of: (one: Shown) => number): number => {
  const weights = evidence.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0 ? 0 : evidence.reduce((sum, one) => sum + of(one) * one.weight, 0) / weights;
};

/** Step 1: what the evidence shows. */
export const base = (evidence: readonly Shown[]): number => round(mean(evidence, ({ score }) => score));

const weightOf = (issue: Issue, { severityWeights, typeWeights }: Model): number =>
  (severityWeights[labelOf(issue, "sev") as Severity] ?? 0) * (typeWeights[labelOf(issue, "type") ?? ""] ?? 0);

/** Step 2: credit for closed issues. */
export const credit = (issues: readonly Issue[], model: Model): number =>
  round(
    issues
      .filter(({ state }) => state === "CLOSED")
      .reduce((sum, issue) => sum + model.credit * weightOf(issue, model), 0),
  );

/** Step 3: debt of open ones, more of overdue ones. An issue of unknown age is overdue. */
export const debt = (issues: readonly Issue[], model: Model, asOf: string): number =>
  round(
    issues
      .filter(({ state }) => state === "OPEN")
      .reduce((sum, issue) => {
        const late = isOverdue(issue, asOf, model.slaDays);
        return sum + model.debt * weightOf(issue, model) * (late ? model.overdueFactor : 1);
      }, 0),
  );

/** Step 4: the cap while a P0 of the figure is open. */
export const cap = (value: number, issues: readonly Issue[], { p0OpenCap }: Model): number => {
  const isOpen = issues.some((issue) => issue.state === "OPEN" && labelOf(issue, "sev") === "P0");
  return round(clamp(isOpen ? Math.min(value, p0OpenCap) : value));
};

/** Step 5: what evidence of its tiers can carry at most. */
export const ceiling = (evidence: readonly Shown[], { tiers }: Model): number =>
  round(mean(evidence, ({ tier }) => tiers[tier]));

/** Step 6: how sure the score is. */
export const band = (score: number, evidence: readonly Shown[], { bands }: Model): readonly [number, number] => {
  const half = mean(evidence, ({ tier }) => bands[tier]);
  return [round(clamp(score - half)), round(clamp(score + half))];
};

/** What the steps start from. */
export type Input = {
  readonly asOf: string;
  readonly model: Model;
  readonly issues: readonly Issue[];
  readonly results: Results;
  /** Commands whose result is about another tree: it passed, and does not count as shown. */
  readonly old: readonly string[];
  /** Path of the results, and digest of one of them. */
  readonly file: string;
  readonly digest: (result: Result) => string;
};

const show = ({ command, tier, weight, value, missing }: Evidence, input: Input): Shown => {
  const result = command === null ? undefined : input.results[command];
  if (command === null || result === undefined) {
    const note = missing ?? "never recorded";
    return { command, file: null, digest: null, standing: "missing", tier: "unverified", weight, score: 0, note };
  }
  const shown = { command, file: input.file, digest: input.digest(result), weight };
  const score = value === undefined ? 10 : scoreOf(value, result);
  const per = value?.per === undefined ? "" : ` of ${result.measures[value.per] ?? "none"}`;
  const figure =
    value === undefined ? result.last : `${value.measure}: ${result.measures[value.measure] ?? "none"}${per}`;
  if (result.exit !== 0) return { ...shown, standing: "failed", tier: "unverified", score: 0, note: result.last };
  if (input.old.includes(command)) return { ...shown, standing: "old", tier: "unverified", score, note: figure };
  return { ...shown, standing: "passed", tier, score, note: figure };
};

/** All figures, step by step. */
export const compute = (input: Input): Row[] =>
  KPIS.map((kpi) => {
    const { model, asOf } = input;
    const { evidence: list, floor } = model.kpis[kpi];
    const evidence = list.map((one) => show(one, input));
    const issues = input.issues.filter((issue) => labelOf(issue, "kpi") === kpi);
    const steps = { base: base(evidence), credit: credit(issues, model), debt: debt(issues, model, asOf) };
    const open = round(clamp(steps.base + steps.credit - steps.debt));
    const capped = cap(open, issues, model);
    const most = ceiling(evidence, model);
    const score = round(Math.min(capped, most));
    return {
      kpi,
      evidence,
      ...steps,
      capped,
      isCapped: capped < open,
      ceiling: most,
      score,
      band: band(score, evidence, model),
      floor,
    };
  });

/** Scores by figure. */
export type Scores = Readonly<Record<Kpi, number>>;

/** The scores of rows. */
export const scoresOf = (rows: readonly Row[]): Scores =>
  Object.fromEntries(rows.map(({ kpi, score }) => [kpi, score])) as Scores;

/** Step 7, the gate: below a floor, or more below the last accepted release than is allowed. */
export const gate = (rows: readonly Row[], last: Scores | undefined, { dropMax }: Model): string[] =>
  rows.flatMap(({ kpi, score, floor }) => {
    const before = last?.[kpi];
    return [
      ...(score < floor ? [`${kpi}: expected at least ${floor}, found ${score}`] : []),
      ...(before !== undefined && round(before - score) > dropMax
        ? [`${kpi}: expected at most ${dropMax} below the last accepted ${before}, found ${score}`]
        : []),
    ];
  });
