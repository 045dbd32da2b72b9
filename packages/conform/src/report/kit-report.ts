import { isSettldError, SettldError } from "@settld/protocol";
import { type Catalogue, vectorCatalogue } from "../catalogue.ts";
import { scenarioCatalogue } from "../server/catalogue.ts";
import type { ReportContext } from "./formats/format.ts";
import { parseReport, readInput } from "./read-report.ts";
import { recheckReport, type Vectors } from "./recheck.ts";
import type { ConformanceReport } from "./report.ts";

/** Everything that reports about vectors are judged by, from the kit. */
export const kitVectors = (): Vectors => vectorsIn(vectorCatalogue());

/** Everything that one report is judged by: the vectors, or the scenarios when it is about a server. */
export const vectorsFor = (report: ConformanceReport): Vectors =>
  report.profiles.server === undefined ? kitVectors() : vectorsIn(scenarioCatalogue());

/** Everything that reports of several kinds are shown by. */
export const allContexts = (): ReportContext => {
  const [vectors, scenarios] = [kitVectors(), vectorsIn(scenarioCatalogue())];
  return {
    requirements: {
      ...vectors.requirements,
      profiles: { ...vectors.requirements.profiles, ...scenarios.requirements.profiles },
    },
    vector: (id) => vectors.vector(id) ?? scenarios.vector(id),
  };
};

const vectorsIn = ({ all, digest, requirements }: Catalogue): Vectors => {
  const byId = new Map(all.map((vector) => [vector.id, vector]));
  return { all, digest: digest(), requirements, vector: (id) => byId.get(id) };
};

/**
 * Reads a report without judging it.
 *
 * @throws SettldError `CONF_REPORT` that names the file, `CLI_INPUT`.
 */
export const readReport = async (path: string): Promise<ConformanceReport> => (await readWith(path, () => {})).report;

/**
 * Reads a report and judges it anew.
 *
 * @throws SettldError `CONF_REPORT` that names the file, `CLI_INPUT`.
 */
export const readCheckedReport = async (path: string): Promise<ReadReport> =>
  readWith(path, (report) => recheckReport(report, vectorsFor(report)));

/** A report and the bytes of its file. */
export type ReadReport = { readonly bytes: Uint8Array; readonly report: ConformanceReport };

const readWith = async (path: string, check: (report: ConformanceReport) => void): Promise<ReadReport> => {
  const bytes = await readInput(path);
  const report = parseReport(bytes, path);
  try {
    check(report);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw new SettldError(error.code, `${path}: ${error.message}`, { cause: error });
  }
  return { bytes, report };
};
