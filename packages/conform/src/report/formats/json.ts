import { reportText } from "../read-report.ts";
import type { ReportFormat } from "./format.ts";

/** The report itself: what `verify-report` reads and a statement signs. */
export const json: ReportFormat = {
  name: "json",
  file: "conformance.json",
  render: reportText,
};
