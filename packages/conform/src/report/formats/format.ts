import type { RequirementSet } from "../../requirements.ts";
import type { Vector } from "../../vectors.ts";
import type { ConformanceReport } from "../report.ts";

/** What a format may look up besides the report. */
export type ReportContext = {
  /** The vector of an id, or `undefined` when these vectors do not have it. */
  readonly vector: (id: string) => Vector | undefined;
  /** The requirement set of the report's revision: which profile scores which vectors. */
  readonly requirements: RequirementSet;
};

/** A way to write a report down. The same report gives the same text. */
export type ReportFormat = {
  /** Name of the option that asks for it, such as `junit` for `--junit FILE`. */
  readonly name: string;
  /** File name that people expect. */
  readonly file: string;
  readonly render: (report: ConformanceReport, context: ReportContext) => string;
};
