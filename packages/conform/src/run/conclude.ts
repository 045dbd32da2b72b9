import type { AdapterHello } from "../gen/types.ts";
import { judge } from "../judge.ts";
import type { CaseResult, ConformanceReport, ProfileResult } from "../report/report.ts";
import { ofProfile, type Profile, type ProfileName, profileNames, type RequirementSet } from "../requirements.ts";
import type { Vector } from "../vectors.ts";

/** What a conclusion follows from. Everything but the vectors and the requirement set stands in the report. */
export type Findings = {
  readonly hello: AdapterHello | null;
  readonly cases: readonly CaseResult[];
  readonly vector: (id: string) => Vector | undefined;
  readonly requirements: RequirementSet;
  /** Profiles that were asked for; empty to judge what is claimed, and without a claim what is complete. */
  readonly asked: readonly ProfileName[];
  /** Whether filters left vectors out. */
  readonly filtered: boolean;
  readonly baseline: ConformanceReport["baseline"];
  readonly stopped: boolean;
};

/** Profiles, conclusion and exit code of a report (CONF-11 to CONF-14). */
export type Conclusion = Pick<ConformanceReport, "profiles" | "conclusion" | "exitCode">;

/** Concludes from cases. Pure, so that whoever has a report and the vectors can do it again. */
export const conclude = (findings: Findings): Conclusion => {
  const { hello, cases, requirements, asked, baseline } = findings;
  const results = new Map(cases.map((result) => [result.id, result]));
  const known = new Set(baseline?.known ?? []);
  const tallies = profileNames(requirements.profiles).map((name) =>
    tallyOf(name, ofProfile(requirements.profiles, name), findings, results, known),
  );
  const judged = judgedProfiles(tallies, asked);
  const profiles = Object.fromEntries(
    tallies.map((tally) => [tally.name, profileResult(tally, judged.includes(tally.name), hello)]),
  ) as Partial<Record<ProfileName, ProfileResult>>;
  const counting = tallies.filter(({ name }) => judged.includes(name));

  const conclusion = (): Conclusion["conclusion"] => {
    if (findings.stopped) return "broken";
    if (hello === null || counting.every(({ executed }) => executed === 0)) return "inconclusive";
    if (counting.some(({ failing }) => failing > 0) || (baseline?.stale.length ?? 0) > 0) return "fails";
    // Without a reason in the adapter, only whoever ran it can have ended it.
    if (cases.some(({ status }) => status === "not-run")) return "inconclusive";
    return findings.filtered || judged.some((name) => profiles[name]?.status !== "conforms") ? "partial" : "conforms";
  };
  const concluded = conclusion();
  return { profiles, conclusion: concluded, exitCode: EXIT_CODES[concluded] };
};

const EXIT_CODES: Readonly<Record<ConformanceReport["conclusion"], number>> = {
  conforms: 0,
  fails: 1,
  // A filter, or failures that were known: nothing is wrong, and nothing conforms by it.
  partial: 0,
  broken: 3,
  inconclusive: 4,
};

/** The vectors that a profile scores, counted. */
type Tally = {
  readonly name: ProfileName;
  readonly claimed: boolean;
  readonly missing: readonly string[];
  readonly scored: number;
  readonly passed: number;
  /** Failed, and the baseline does not know it. */
  readonly failing: number;
  /** Were put to the adapter. */
  readonly executed: number;
};

const tallyOf = (
  name: ProfileName,
  { ops, scale, scored }: Profile,
  { hello, vector }: Findings,
  results: ReadonlyMap<string, CaseResult>,
  known: ReadonlySet<string>,
): Tally => {
  let passed = 0;
  let failing = 0;
  let executed = 0;
  for (const id of scored) {
    const result = results.get(id);
    const expected = vector(id);
    if (result === undefined || expected === undefined || result.status === "not-run") continue;
    if (result.status !== "not-applicable") executed += 1;
    const { status, answer } = result;
    // Only `wrong-code` depends on the scale, and facts behind it have not been looked at yet.
    const good =
      status === "pass" ||
      (status === "wrong-code" && answer !== undefined && judge(expected, answer, scale) === "pass");
    if (good) passed += 1;
    else if (!known.has(id)) failing += 1;
  }
  const features = new Set(hello?.features ?? []);
  return {
    name,
    claimed: hello?.roles.includes(name) ?? false,
    missing: ops.filter((op) => !features.has(op)),
    scored: scored.length,
    passed,
    failing,
    executed,
  };
};

// CONF-12: what was asked for, else what is claimed, else what could be claimed.
const judgedProfiles = (tallies: readonly Tally[], asked: readonly ProfileName[]): ProfileName[] => {
  if (asked.length > 0) return [...asked];
  const claimed = tallies.filter((tally) => tally.claimed);
  const judged = claimed.length > 0 ? claimed : tallies.filter(({ missing }) => missing.length === 0);
  return judged.map(({ name }) => name);
};

const profileResult = (
  { claimed, missing, scored, passed, failing }: Tally,
  judged: boolean,
  hello: AdapterHello | null,
): ProfileResult => {
  const applies = hello !== null && (judged || claimed || missing.length === 0);
  const status = !applies
    ? "not-applicable"
    : failing > 0
      ? "fails"
      : passed < scored || scored === 0
        ? "partial"
        : "conforms";
  return { claimed, status, scored, passed, missing };
};
