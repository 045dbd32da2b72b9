import { REVISION, URI_BASE } from "@settld/protocol";
import type { Outcome, Question } from "../adapter/outcome.ts";
import { type Catalogue, vectorCatalogue } from "../catalogue.ts";
import type { AdapterHello, BaselineEntry } from "../gen/types.ts";
import type { ReportContext } from "../report/formats/index.ts";
import type { CaseResult, ConformanceReport } from "../report/report.ts";
import type { ProfileName } from "../requirements.ts";
import { expand, type Vector } from "../vectors.ts";
import { VERSION } from "../version.ts";
import { compareBaseline } from "./baseline.ts";
import { conclude } from "./conclude.ts";
import { shuffled } from "./order.ts";
import { resultOf, withDeclaredFacts } from "./result.ts";
import { type Filters, filterWords, select } from "./select.ts";

/** What to run, and how it is judged. */
export type PlanOptions = {
  readonly filters: Filters;
  /** Profiles to judge and whose ops to run; empty for what is claimed, and all vectors. */
  readonly profiles: readonly ProfileName[];
  /** How often each case is asked, at least 1. */
  readonly repeat: number;
  /** Decides the order, an integer of at least 0. */
  readonly seed: number;
  readonly baseline?: { readonly entries: readonly BaselineEntry[]; readonly today: string } | undefined;
};

/** A question, by the name that its outcome is settled under. */
export type PlannedQuestion = { readonly key: string; readonly vector: Vector };

/** The question as it is sent. Recipes become bytes only here, because a few of them are large. */
export const expandQuestion = ({ key, vector }: PlannedQuestion): Question => ({
  id: key,
  op: vector.op,
  input: expand(vector.input) as Question["input"],
});

/** What happened while asking. */
export type Asking = {
  readonly hello: AdapterHello | null;
  readonly stderr: string;
  readonly stopped: { readonly code: string; readonly message: string } | undefined;
};

/** The cases of a run, the outcomes so far, and the report in the end. */
export type Plan = {
  /** Selected vectors, sorted by id. */
  readonly vectors: readonly Vector[];
  readonly context: ReportContext;
  /** The questions in the order in which they are asked; without a hello, also of ops that may not be declared. */
  readonly questions: (hello?: AdapterHello) => readonly PlannedQuestion[];
  /** Takes the outcome of a question. */
  readonly settle: (key: string, outcome: Outcome) => void;
  /** The report of what was settled so far. */
  readonly report: (via: string, asking: Asking) => ConformanceReport;
};

/**
 * Plans a run.
 *
 * @param catalogue - what is there to be asked; the vectors, or the scenarios of a server.
 * @throws SettldError `CLI_USAGE` or `CONF_VECTOR_UNKNOWN` for filters that name what is not there.
 */
export const makePlan = (
  { filters, profiles, repeat, seed, baseline }: PlanOptions,
  { all, requirements: required, digest }: Catalogue = vectorCatalogue(),
): Plan => {
  const vectors = select(all, filters, profiles, required);
  const byId = new Map(all.map((vector) => [vector.id, vector]));
  const context: ReportContext = { vector: (id) => byId.get(id), requirements: required };
  const outcomes = new Map<string, Outcome>();

  const caseOf = (vector: Vector, hello: AdapterHello | null): CaseResult => {
    const { id, op } = vector;
    if (hello !== null && !hello.features.includes(op)) return { id, op, status: "not-applicable" };
    return resultOf(
      vector,
      Array.from({ length: repeat }, (_, at) => outcomes.get(keyOf(id, at + 1))),
    );
  };
  return {
    vectors,
    context,
    questions: (hello) => {
      const chosen = hello === undefined ? vectors : vectors.filter(({ op }) => hello.features.includes(op));
      return Array.from({ length: repeat }, (_, at) =>
        shuffled(chosen, seed, at + 1).map((vector) => ({ key: keyOf(vector.id, at + 1), vector })),
      ).flat();
    },
    settle: (key, outcome) => {
      const vector = repeat === 1 ? byId.get(key) : undefined;
      // Facts that nobody declared only matter beside those of another repetition, and may be large.
      outcomes.set(key, vector === undefined ? outcome : withDeclaredFacts(vector, outcome));
    },
    report: (via, { hello, stderr, stopped }) => {
      const cases = vectors.map((vector) => caseOf(vector, hello));
      const words = filterWords(filters);
      const known = baseline === undefined ? null : compareBaseline(baseline.entries, cases, baseline.today);
      const failed = cases.some(({ status }) => status === "crash" || status === "timeout");
      return {
        schema: `${URI_BASE}schemas/conformance-report.schema.json`,
        revision: REVISION,
        kit: { name: "settld-conform", version: VERSION },
        vectors: { digest: digest(), total: all.length },
        adapter: { via, hello },
        options: { profiles, filters: words, repeat, seed },
        cases,
        baseline: known,
        stopped: stopped === undefined ? null : { code: stopped.code, message: stopped.message },
        stderr: failed || stopped !== undefined ? stderr : "",
        ...conclude({
          hello,
          cases,
          vector: context.vector,
          requirements: required,
          asked: profiles,
          filtered: words.length > 0,
          baseline: known,
          stopped: stopped !== undefined,
        }),
      };
    },
  };
};

// Only the first one goes by the plain id, which shows with its standard error in the report.
const keyOf = (id: string, repetition: number): string => (repetition === 1 ? id : `${id} #${repetition}`);
