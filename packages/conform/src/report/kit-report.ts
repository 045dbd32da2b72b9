import { isSettldError, SettldError } from "@settld/protocol";
import { allVectors, requirements, vectorsDigest } from "../data.ts";
import { parseReport, readInput } from "./read-report.ts";
import { recheckReport, type Vectors } from "./recheck.ts";
import type { ConformanceReport } from "./report.ts";

/** Everything that reports are judged by, from the kit. */
export const kitVectors = (): Vectors => {
  const all = allVectors();
  const byId = new Map(all.map((vector) => [vector.id, vector]));
  return { all, digest: vectorsDigest(), requirements: requirements(), vector: (id) => byId.get(id) };
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
export const readCheckedReport = async (path: string, vectors: Vectors): Promise<ReadReport> =>
  readWith(path, (report) => recheckReport(report, vectors));

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
