import { REVISION, SettldError } from "@settld/protocol";
import { type AskOptions, askAll, type Outcome, type Question } from "../adapter/ask.ts";
import type { AdapterHello } from "../gen/types.ts";
import { expandQuestion, makePlan } from "../run/plan.ts";
import { NO_FILTERS } from "../run/select.ts";
import type { ConformanceReport } from "./report.ts";

type AskLimits = Pick<AskOptions, "parallel" | "timeoutMs">;

/**
 * Gives every vector to two adapters and returns a report of each. Unlike those of a run, their answers have all facts,
 * also those that no vector declares, because two implementations can disagree about these as well.
 *
 * @throws SettldError the code of whichever adapter is broken.
 */
export const askReports = async (
  a: string,
  b: string,
  options: AskLimits,
): Promise<readonly [ConformanceReport, ConformanceReport]> =>
  Promise.all([askReport("--adapter", a, options), askReport("--against", b, options)]);

const askReport = async (option: string, via: string, limits: AskLimits): Promise<ConformanceReport> => {
  const plan = makePlan({ filters: NO_FILTERS, profiles: [], repeat: 1, seed: 0 });
  const outcomes = new Map<string, Outcome>();
  let said: AdapterHello | undefined;
  const questions = function* (): Generator<Question, void, undefined> {
    // Begins after hello, so that undeclared ops are left out.
    for (const question of plan.questions(said)) yield expandQuestion(question);
  };
  const { hello, stderr, stopped } = await askAll(via, questions(), {
    revision: REVISION,
    ...limits,
    onHello: (hello) => {
      said = hello;
    },
    onOutcome: (id, outcome) => {
      outcomes.set(id, outcome);
      plan.settle(id, outcome);
    },
  });
  if (stopped !== undefined)
    throw new SettldError(stopped.code, `${option} ${via}: ${stopped.message}`, { cause: stopped });
  const report = plan.report(via, { hello, stderr, stopped });
  return {
    ...report,
    cases: report.cases.map((result) => {
      const outcome = outcomes.get(result.id);
      return outcome?.kind === "answer" ? { ...result, answer: outcome.answer } : result;
    }),
  };
};
