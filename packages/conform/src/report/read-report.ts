import { readFile } from "node:fs/promises";
import { isSystemError, reasonOf } from "@settld/output";
import { canonicalBytes, canonicalize, isSettldError, type JsonValue, parseJson, SettldError } from "@settld/protocol";
import { conformanceReport } from "../gen/validators.js";
import type { ConformanceReport } from "./report.ts";

/** Longest report that is read, in bytes. One with every vector and all its facts takes well below 1 MiB. */
const REPORT_BYTES_MAX = 67_108_864;

/**
 * Reads a file that the user named.
 *
 * @param what - what the file is to the command, such as `--key`.
 * @throws SettldError `CLI_INPUT`.
 */
export const readInput = async (path: string, what?: string): Promise<Uint8Array> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const place = what === undefined ? "" : `${what}: `;
    const message = `${place}expected a readable file, found ${reasonOf(error)}: ${path}`;
    throw new SettldError("CLI_INPUT", message, { cause: error });
  }
};

/** The bytes of a report as text: canonical JSON and nothing behind it (CONF-15). */
export const reportText = (report: ConformanceReport): string => canonicalize(report);

/**
 * Reads the bytes of a report: canonical JSON that matches the schema. Whether it follows from its own answers is
 * for `recheckReport` to say.
 *
 * @param name - what to call it in an error.
 * @throws SettldError `CONF_REPORT` for anything else.
 */
export const parseReport = (bytes: Uint8Array, name: string): ConformanceReport => {
  let value: JsonValue;
  try {
    value = parseJson(bytes, { canonical: true, maxBytes: REPORT_BYTES_MAX });
  } catch (cause) {
    if (!isSettldError(cause)) throw cause;
    throw new SettldError("CONF_REPORT", `${name}: expected canonical JSON, found ${cause.code}: ${cause.message}`, {
      cause,
    });
  }
  if (conformanceReport(value)) return value as unknown as ConformanceReport;
  const { instancePath = "", message = "" } = conformanceReport.errors?.[0] ?? {};
  throw new SettldError("CONF_REPORT", `${name}: expected a report by its schema, found: ${instancePath} ${message}`, {
    pointer: instancePath,
  });
};

/** Whether two values have the same canonical form. */
export const sameCanonically = (a: unknown, b: unknown): boolean => {
  const [first, second] = [canonicalBytes(a), canonicalBytes(b)];
  return first.length === second.length && first.every((byte, at) => byte === second[at]);
};
