import { compareAnswers, type Disagreement } from "./compare-answers.ts";
import type { CaseResult, CaseStatus, ConformanceReport } from "./report.ts";

/** A case that two reports show differently. */
export type CaseChange = {
  readonly id: string;
  readonly op: string;
  readonly a: CaseStatus;
  readonly b: CaseStatus;
  readonly disagreements: readonly Disagreement[];
};

/** What is different between two reports, each list by id. */
export type ReportComparison = {
  /** Number of cases that were put to both. */
  readonly compared: number;
  /** Passed in the first, failed in the second. */
  readonly newlyFailing: readonly CaseChange[];
  readonly newlyPassing: readonly CaseChange[];
  /** Failed in both, with other answers, or not answered in one of them. */
  readonly otherwise: readonly CaseChange[];
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
};

/** What says nothing about an implementation: the case was not put to it. */
const SILENT: ReadonlySet<CaseStatus> = new Set(["not-applicable", "not-run"]);

/** Compares two reports case by case. */
export const compareReports = (a: ConformanceReport, b: ConformanceReport): ReportComparison => {
  const inB = new Map(b.cases.map((result) => [result.id, result]));
  const inA = new Set(a.cases.map(({ id }) => id));
  const changes = a.cases.flatMap((first) => {
    const second = inB.get(first.id);
    return second === undefined ? [] : changeOf(first, second);
  });
  const judged = changes.filter((change) => !SILENT.has(change.a) && !SILENT.has(change.b));
  return {
    compared: a.cases.filter(({ id, status }) => !SILENT.has(status) && !SILENT.has(inB.get(id)?.status ?? "not-run"))
      .length,
    newlyFailing: judged.filter((change) => change.a === "pass" && change.b !== "pass"),
    newlyPassing: judged.filter((change) => change.a !== "pass" && change.b === "pass"),
    otherwise: changes.filter(
      (change) => (change.a !== "pass" && change.b !== "pass") || SILENT.has(change.a) || SILENT.has(change.b),
    ),
    onlyA: a.cases.filter(({ id }) => !inB.has(id)).map(({ id }) => id),
    onlyB: b.cases.filter(({ id }) => !inA.has(id)).map(({ id }) => id),
  };
};

/** Whether two reports disagree about an answer (CONF-16). */
export const disagrees = ({ newlyFailing, newlyPassing, otherwise }: ReportComparison): boolean =>
  [...newlyFailing, ...newlyPassing, ...otherwise].some(({ disagreements }) => disagreements.length > 0);

const changeOf = (a: CaseResult, b: CaseResult): CaseChange[] => {
  const disagreements = disagreementsOf(a, b);
  if (a.status === b.status && disagreements.length === 0) return [];
  return [{ id: a.id, op: a.op, a: a.status, b: b.status, disagreements }];
};

const disagreementsOf = (a: CaseResult, b: CaseResult): Disagreement[] => {
  if (a.answer !== undefined && b.answer !== undefined) return compareAnswers(a.answer, b.answer);
  // Whoever crashes where the other one answers does not agree; whoever does not have the op says nothing.
  const silent = (result: CaseResult): boolean => SILENT.has(result.status) || result.status === "skipped";
  if (silent(a) || silent(b) || (a.answer === undefined && b.answer === undefined)) return [];
  return [{ about: "answer", a: answerOrStatus(a), b: answerOrStatus(b) }];
};

const answerOrStatus = ({ status, answer }: CaseResult): string => {
  if (answer === undefined) return `none: ${status}`;
  return answer.code === null ? answer.verdict : `${answer.verdict} ${answer.code}`;
};
