import { ofProfile, type ProfileName, profileNames } from "../requirements.ts";
import type { ReportContext } from "./formats/format.ts";
import type { ConformanceReport, ProfileResult } from "./report.ts";
import { areaOf } from "./standing.ts";

/** How much of something passed. */
export type Score = { readonly passed: number; readonly total: number };

/** One implementation of a matrix. */
export type MatrixColumn = {
  /** Name and version of the implementation. */
  readonly implementation: string;
  readonly conclusion: ConformanceReport["conclusion"];
  readonly profiles: Readonly<Partial<Record<ProfileName, Score & Pick<ProfileResult, "status" | "claimed">>>>;
  /** By area; cases that the implementation does not declare are in the total. */
  readonly areas: Readonly<Record<string, Score>>;
};

/** Implementations beside each other, in the order of their reports. */
export type Matrix = { readonly areas: readonly string[]; readonly columns: readonly MatrixColumn[] };

/** Counts what passed, by profile and by area of the vectors. */
export const matrixOf = (reports: readonly ConformanceReport[], context: ReportContext): Matrix => {
  const columns = reports.map((report) => columnOf(report, context));
  return { areas: [...new Set(columns.flatMap(({ areas }) => Object.keys(areas)))].sort(), columns };
};

const columnOf = (report: ConformanceReport, { vector }: ReportContext): MatrixColumn => {
  const { name, version } = report.adapter.hello?.implementation ?? { name: "unknown", version: "" };
  const areas = new Map<string, { passed: number; total: number }>();
  for (const { id, status } of report.cases) {
    const found = vector(id);
    const area = found === undefined ? "unknown" : areaOf(found);
    const score = areas.get(area) ?? { passed: 0, total: 0 };
    score.total += 1;
    if (status === "pass") score.passed += 1;
    areas.set(area, score);
  }
  const profiles = Object.fromEntries(
    profileNames(report.profiles).map((profile) => {
      const { status, claimed, passed, scored } = ofProfile(report.profiles, profile);
      return [profile, { status, claimed, passed, total: scored }];
    }),
  );
  return {
    implementation: `${name} ${version}`.trim(),
    conclusion: report.conclusion,
    profiles: profiles as MatrixColumn["profiles"],
    areas: Object.fromEntries([...areas].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};

/** The rows of a table: a heading, the conclusions, the profiles, the areas. Untrusted text. */
export const matrixRows = ({ areas, columns }: Matrix): readonly (readonly string[])[] => [
  ["", ...columns.map(({ implementation }) => implementation)],
  ["conclusion", ...columns.map(({ conclusion }) => conclusion)],
  ...profileNames(Object.assign({}, ...columns.map(({ profiles }) => profiles))).map((profile) => [
    profile,
    ...columns.map(({ profiles }) => {
      const found = profiles[profile];
      if (found === undefined || found.status === "not-applicable") return "-";
      return `${found.status} ${found.passed}/${found.total}`;
    }),
  ]),
  ...areas.map((area) => [
    area,
    ...columns.map((column) => {
      const score = column.areas[area];
      return score === undefined ? "-" : `${score.passed}/${score.total}`;
    }),
  ]),
];
