import { judge, type Scale } from "../judge.ts";
import { ofProfile, type ProfileName, profileNames } from "../requirements.ts";
import type { Vector } from "../vectors.ts";
import type { ReportContext } from "./formats/format.ts";
import type { CaseResult, ConformanceReport } from "./report.ts";

/**
 * What a case means for the conclusion:
 *
 * - `passes`: its status is `pass`
 * - `fails`: a profile that counts scores it, and it does not pass there
 * - `known`: the same, but the baseline lists it
 * - `uncounted`: it does not pass, but no profile that counts minds: none scores it, or the scale forgives its code
 * - `left-out`: it was not put to the implementation, because the op is not declared or the run ended before
 */
export type Standing = "passes" | "fails" | "known" | "uncounted" | "left-out";

/** A case of a report with its vector and what it means. */
export type JudgedCase = {
  readonly result: CaseResult;
  readonly vector: Vector | undefined;
  readonly standing: Standing;
};

/** Tells what each case of a report means, in the order of the report. */
export const judgedCases = (
  report: ConformanceReport,
  { vector, requirements }: ReportContext,
): readonly JudgedCase[] => {
  const profiles = countingProfiles(report).map((name) => {
    const { scored, scale } = ofProfile(requirements.profiles, name);
    return { scored: new Set(scored), scale };
  });
  const known = new Set(report.baseline?.known ?? []);
  return report.cases.map((result) => {
    const found = vector(result.id);
    return { result, vector: found, standing: standingOf(result, found) };
  });

  function standingOf({ id, status, answer }: CaseResult, found: Vector | undefined): Standing {
    if (status === "pass") return "passes";
    if (status === "not-applicable" || status === "not-run") return "left-out";
    const forgiven = (scale: Scale): boolean =>
      status === "wrong-code" && found !== undefined && answer !== undefined && judge(found, answer, scale) === "pass";
    const counts = profiles.some(({ scored, scale }) => scored.has(id) && !forgiven(scale));
    if (!counts) return "uncounted";
    return known.has(id) ? "known" : "fails";
  }
};

/** The profiles that decide (CONF-12): those that were asked for, else the claimed ones, else the complete ones. */
export const countingProfiles = ({ options, profiles }: ConformanceReport): readonly ProfileName[] => {
  if (options.profiles.length > 0) return options.profiles;
  const names = profileNames(profiles);
  const claimed = names.filter((name) => profiles[name]?.claimed);
  return claimed.length > 0 ? claimed : names.filter((name) => profiles[name]?.status !== "not-applicable");
};

/** Area of a vector: the first folder of its file, such as `money`. */
export const areaOf = (vector: Pick<Vector, "path">): string => vector.path.split("/", 1)[0] ?? vector.path;
