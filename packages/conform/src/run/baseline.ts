import {
  formatInstant,
  isSettldError,
  parseInstant,
  parseJson,
  REVISION,
  SettldError,
  URI_BASE,
} from "@settld/protocol";
import { resolveId } from "../data.ts";
import type { BaselineEntry, ConformanceBaseline } from "../gen/types.ts";
import { conformanceBaseline } from "../gen/validators.js";
import type { CaseResult, ConformanceReport } from "../report/report.ts";

/** The `schema` member of a baseline. */
export const BASELINE_SCHEMA = `${URI_BASE}schemas/conformance-baseline.schema.json` as ConformanceBaseline["schema"];

const BASELINE_BYTES_MAX = 16_777_216;

/**
 * Reads a list of known failures (CONF-14). Any layout will do, because people write in it; ids that were retired are
 * replaced.
 *
 * @param name - what to call it in an error.
 * @throws SettldError `CONF_BASELINE`, `CONF_VECTOR_UNKNOWN` for an id that `isKnown` does not know.
 */
export const parseBaseline = (bytes: Uint8Array, name: string, isKnown: (id: string) => boolean): BaselineEntry[] => {
  const entries = readEntries(bytes, name).map((entry) => ({ ...entry, id: resolveId(entry.id) }));
  const seen = new Set<string>();
  for (const { id, expires } of entries) {
    if (!isKnown(id)) throw new SettldError("CONF_VECTOR_UNKNOWN", `${name}: expected the id of a vector, found ${id}`);
    if (seen.has(id)) throw new SettldError("CONF_BASELINE", `${name}: expected each id once, found ${id} twice`);
    if (!isDay(expires)) throw new SettldError("CONF_BASELINE", `${name}: ${id}: expected a day, found ${expires}`);
    seen.add(id);
  }
  return entries;
};

const readEntries = (bytes: Uint8Array, name: string): readonly BaselineEntry[] => {
  try {
    const value: unknown = parseJson(bytes, { maxBytes: BASELINE_BYTES_MAX });
    if (!conformanceBaseline(value)) {
      const { instancePath = "", message = "" } = conformanceBaseline.errors?.[0] ?? {};
      throw new SettldError("CONF_BASELINE", `${name}: expected a list of known failures: ${instancePath} ${message}`);
    }
    if (value.revision !== REVISION) {
      throw new SettldError("CONF_BASELINE", `${name}: expected revision ${REVISION}, found ${value.revision}`);
    }
    return value.entries;
  } catch (error) {
    if (!isSettldError(error) || error.code === "CONF_BASELINE") throw error;
    throw new SettldError("CONF_BASELINE", `${name}: expected JSON: ${error.message}`);
  }
};

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export const isDay = (text: string): boolean => {
  try {
    const instant = `${text}T00:00:00.000Z`;
    return formatInstant(parseInstant(instant)) === instant;
  } catch {
    return false;
  }
};

/**
 * Holds a list of known failures against what happened. An entry whose case did not run only has to be in time.
 *
 * @param today - `YYYY-MM-DD`; an entry counts on its last day.
 */
export const compareBaseline = (
  entries: readonly BaselineEntry[],
  cases: readonly CaseResult[],
  today: string,
): NonNullable<ConformanceReport["baseline"]> => {
  const results = new Map(cases.map((result) => [result.id, result]));
  const judged = entries
    .map((entry) => ({ id: entry.id, why: whyStale(entry, results.get(entry.id), today) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    known: judged.flatMap(({ id, why }) => (why === undefined && fails(results.get(id)) ? [id] : [])),
    stale: judged.flatMap(({ id, why }) => (why === undefined ? [] : [{ id, why }])),
  };
};

const fails = (result: CaseResult | undefined): boolean => result !== undefined && result.status !== "not-run";

const whyStale = (entry: BaselineEntry, result: CaseResult | undefined, today: string): string | undefined => {
  if (today > entry.expires) return `expected to be mended by ${entry.expires}, and today is ${today}`;
  if (result === undefined || result.status === "not-run" || result.status === entry.status) return undefined;
  return `expected ${entry.status}, found ${result.status}`;
};

/** A list of the failures of a report, to be filled with reasons. */
export const baselineOf = (
  report: ConformanceReport,
  about: Pick<BaselineEntry, "reason" | "issue" | "expires">,
): ConformanceBaseline => ({
  schema: BASELINE_SCHEMA,
  revision: report.revision,
  entries: report.cases.flatMap(({ id, status }) =>
    status === "pass" || status === "not-applicable" || status === "not-run" ? [] : [{ id, status, ...about }],
  ),
});
