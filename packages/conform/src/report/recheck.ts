import { canonicalBytes, isSettldError, REVISION, SettldError, URI_BASE } from "@settld/protocol";
import type { Outcome } from "../adapter/outcome.ts";
import { conclude } from "../run/conclude.ts";
import { resultOf } from "../run/result.ts";
import { select } from "../run/select.ts";
import type { Vector } from "../vectors.ts";
import { readFilterWords } from "./filter-words.ts";
import type { ReportContext } from "./formats/format.ts";
import { sameCanonically } from "./read-report.ts";
import type { CaseResult, ConformanceReport } from "./report.ts";

/** The vectors that a report is judged by. */
export type Vectors = ReportContext & {
  /** Sorted by id. */
  readonly all: readonly Vector[];
  /** As the report names them. */
  readonly digest: string;
};

/**
 * Judges a report anew from its own answers: statuses, selection, profiles, baseline, conclusion and exit code.
 *
 * What no answer decides, it cannot know: the names in hello, the texts of errors, how the adapter was reached, and
 * whether an answer that is wrong was wrong in this way. A signature covers these.
 *
 * @throws SettldError `CONF_REPORT` that names the first place which does not follow.
 */
export const recheckReport = (report: ConformanceReport, vectors: Vectors): void => {
  sameVectors(report, vectors);
  const { adapter, options, cases, baseline, stopped, stderr } = report;
  if (adapter.hello === null && stopped === null) throw wrong("/stopped", "a reason for a hello that is null", null);
  if (!options.profiles.every((name, at) => options.profiles.indexOf(name) === at)) {
    throw wrong("/options/profiles", "each profile once", options.profiles);
  }
  checkSelection(report, vectors);
  for (const [at, result] of cases.entries()) checkCase(report, result, vectors.vector(result.id), `/cases/${at}`);
  checkBaseline(report, vectors);
  const noisy = stopped !== null || cases.some(({ status }) => status === "crash" || status === "timeout");
  if (stderr !== "" && !noisy) throw wrong("/stderr", "no text where nothing crashed", stderr);

  const concluded = conclude({
    hello: adapter.hello,
    cases,
    vector: vectors.vector,
    requirements: vectors.requirements,
    asked: options.profiles,
    filtered: options.filters.length > 0,
    baseline,
    stopped: stopped !== null,
  });
  for (const member of ["profiles", "conclusion", "exitCode"] as const) {
    if (!sameCanonically(report[member], concluded[member])) {
      throw wrong(`/${member}`, JSON.stringify(concluded[member]), report[member]);
    }
  }
};

const sameVectors = (report: ConformanceReport, vectors: Vectors): void => {
  const schema = `${URI_BASE}schemas/conformance-report.schema.json`;
  if (report.schema !== schema) throw wrong("/schema", schema, report.schema);
  if (report.revision !== REVISION) throw wrong("/revision", REVISION, report.revision);
  if (report.vectors.digest !== vectors.digest) {
    const kit = `; settld-conform@${report.kit.version} made the report and can judge it`;
    throw wrong("/vectors/digest", `${vectors.digest}, the vectors of this kit`, report.vectors.digest, kit);
  }
  if (report.vectors.total !== vectors.all.length) {
    throw wrong("/vectors/total", `${vectors.all.length}`, report.vectors.total);
  }
};

// Which cases stand in a report follows from its filters, but for the earlier report that one of them may name.
const checkSelection = ({ options, cases }: ConformanceReport, { all, requirements }: Vectors): void => {
  const ids = cases.map(({ id }) => id);
  let expected: readonly string[];
  try {
    const read = readFilterWords(options.filters);
    if (read === undefined) throw wrong("/options/filters", "filters as a run writes them", options.filters);
    const selected = select(all, read.filters, options.profiles, requirements).map(({ id }) => id);
    const found = new Set(ids);
    expected = read.open ? selected.filter((id) => found.has(id)) : selected;
  } catch (error) {
    if (!isSettldError(error) || error.code === "CONF_REPORT") throw error;
    throw wrong("/options/filters", "filters that a run takes", options.filters, ` (${error.message})`);
  }
  const at = Array.from({ length: Math.max(ids.length, expected.length) }, (_, at) => at).find(
    (at) => ids[at] !== expected[at],
  );
  if (at !== undefined) {
    throw wrong(
      `/cases/${at}/id`,
      expected[at] === undefined ? "no more cases" : `case ${expected[at]}`,
      ids[at] ?? "none",
    );
  }
};

const checkCase = (
  { adapter: { hello }, options: { repeat } }: ConformanceReport,
  result: CaseResult,
  vector: Vector | undefined,
  place: string,
): void => {
  if (vector === undefined) throw wrong(`${place}/id`, "the id of a vector", result.id);
  const undeclared = hello !== null && !hello.features.includes(vector.op);
  const { id, op } = vector;
  const expected: CaseResult = undeclared
    ? { id, op, status: "not-applicable" }
    : resultOf(vector, outcomesOf(result, repeat, place));
  if (sameCanonically(result, expected)) return;
  throw wrong(`${place} (${id})`, JSON.stringify(expected), result);
};

// What the adapter must have said for a case to look like this; anything impossible leads to another case.
const outcomesOf = (result: CaseResult, repeat: number, place: string): readonly (Outcome | undefined)[] => {
  const { status, answer, others = [], detail = "" } = result;
  const answers = [...(answer === undefined ? [] : [answer]), ...others].map(
    (one): Outcome => ({ kind: "answer", answer: one }),
  );
  switch (status) {
    case "error":
      return [{ kind: "error", message: detail }];
    case "crash":
    case "timeout":
      return [{ kind: status, detail }];
    case "skipped": {
      const colon = detail.indexOf(": ");
      return [{ kind: "skip", feature: detail.slice(0, Math.max(colon, 0)), reason: detail.slice(colon + 2) }];
    }
    case "nondeterministic": {
      if (repeat < 2) throw wrong(`${place}/status`, "another status where nothing was repeated", status);
      const kinds = detail === "" ? ["answer"] : detail.split(", then ");
      return kinds.flatMap((kind): readonly Outcome[] => {
        if (kind === "answer") return answers;
        return kind === "skip" ? [{ kind, feature: "", reason: "" }] : [{ kind: "error", message: "" }];
      });
    }
    case "not-run": {
      const [first] = answers;
      const ran = first === undefined ? 0 : Number(/^(\d+) of /.exec(detail)?.[1] ?? repeat);
      return Array.from({ length: repeat }, (_, at) => (at < ran ? first : undefined));
    }
    default:
      return answers.length === 1 ? answers : [undefined];
  }
};

const checkBaseline = ({ baseline, cases }: ConformanceReport, { vector }: Vectors): void => {
  if (baseline === null) return;
  const stale = baseline.stale.map(({ id }) => id);
  const unknown = stale.findIndex((id) => vector(id) === undefined);
  if (unknown !== -1) throw wrong(`/baseline/stale/${unknown}/id`, "the id of a vector", stale[unknown]);
  for (const [name, ids] of [["known", baseline.known] as const, ["stale", stale] as const]) {
    const at = ids.findIndex((id, at) => at > 0 && id <= (ids[at - 1] ?? ""));
    if (at !== -1) throw wrong(`/baseline/${name}/${at}`, "each id once, sorted", ids[at]);
  }
  const failing = new Set(
    cases.filter(({ status }) => !["pass", "not-applicable", "not-run"].includes(status)).map(({ id }) => id),
  );
  const known = baseline.known.findIndex((id) => !failing.has(id) || stale.includes(id));
  if (known !== -1) throw wrong(`/baseline/known/${known}`, "a case that fails as listed", baseline.known[known]);
};

const FOUND_MAX = 300;

const wrong = (place: string, expected: string, found: unknown, more: string = ""): SettldError => {
  const text = new TextDecoder().decode(canonicalBytes(found)).slice(0, FOUND_MAX);
  return new SettldError("CONF_REPORT", `${place}: expected ${expected.slice(0, FOUND_MAX)}, found ${text}${more}`);
};
