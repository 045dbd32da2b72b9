import { type Cell, formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize, SettldError } from "@settld/protocol";
import { Command } from "commander";
import { answerText } from "../report/case-view.ts";
import { askReports } from "../report/compare-adapters.ts";
import { type CaseChange, compareReports, disagrees, type ReportComparison } from "../report/compare-reports.ts";
import type { ReportContext } from "../report/formats/format.ts";
import { allContexts, readReport } from "../report/kit-report.ts";
import type { ConformanceReport } from "../report/report.ts";
import { type AdapterValues, addAdapter } from "./options.ts";

type Options = AdapterValues & {
  readonly adapter?: string;
  readonly against?: string;
  readonly json?: true;
};

/** `settld-conform compare`: what two reports, or two adapters, do not agree about. */
export const compareCommand = (): Command =>
  addAdapter(
    new Command("compare")
      .summary("compare two reports or two adapters, case by case")
      .description(
        "Compares two reports case by case: what passes in one only, and what is answered differently. With --adapter and --against both adapters are given every vector first, and all facts that both give are compared.",
      )
      .argument("[a]", "JSON report of a run")
      .argument("[b]", "JSON report of another run")
      .option("--adapter <how>", "the first adapter, such as cmd:./mine")
      .option("--against <how>", "the second adapter"),
  )
    .option("--json", "print one line of JSON with every difference")
    .addHelpText("after", HELP)
    .action(compare);

const HELP = `
Exit codes:
  0  no answer differs
  1  CONF_DISAGREEMENT: answers differ, or only one side has an answer where both have the op
  2  wrong usage, or a file that could not be read
  3  an adapter is broken
  4  nothing to compare

Examples:
  settld-conform compare before.json after.json
  settld-conform compare --adapter 'cmd:./mine' --against 'cmd:npx settld adapter'`;

const compare = async (a: string | undefined, b: string | undefined, options: Options): Promise<void> => {
  const [first, second] = await readSides(a, b, options);
  const comparison = compareReports(first, second);
  if (comparison.compared === 0) {
    throw new SettldError("CONF_NOTHING_EXECUTED", "expected a case that both were given, found none");
  }
  if (options.json === true) await printJson(canonicalize({ a: nameOf(first), b: nameOf(second), ...comparison }));
  else await printLines(linesOf([first, second], comparison, allContexts()));
  if (disagrees(comparison)) {
    const { newlyFailing, newlyPassing, otherwise } = comparison;
    const count = [...newlyFailing, ...newlyPassing, ...otherwise].filter(
      ({ disagreements }) => disagreements.length > 0,
    ).length;
    throw new SettldError(
      "CONF_DISAGREEMENT",
      `expected equal answers, found ${count} of ${comparison.compared} cases that differ`,
    );
  }
};

type Sides = readonly [ConformanceReport, ConformanceReport];

const readSides = async (
  a: string | undefined,
  b: string | undefined,
  { adapter, against, parallel, timeout }: Options,
): Promise<Sides> => {
  if (adapter !== undefined && against !== undefined && a === undefined) {
    return askReports(adapter, against, {
      parallel,
      timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    });
  }
  if (adapter === undefined && against === undefined && a !== undefined && b !== undefined) {
    const [first, second] = [await readReport(a), await readReport(b)];
    if (first.vectors.digest === second.vectors.digest) return [first, second];
    throw new SettldError(
      "CLI_USAGE",
      `expected reports by the same vectors, found ${first.vectors.digest} and ${second.vectors.digest}`,
    );
  }
  throw new SettldError("CLI_USAGE", "expected two reports, or --adapter and --against, found something else");
};

// With the way to it, because two versions of one implementation may well have one name.
const nameOf = ({ adapter: { hello, via } }: ConformanceReport): string =>
  hello === null ? via : `${hello.implementation.name} ${hello.implementation.version} (${via})`;

const ROWS_MAX = 40;

const linesOf = ([a, b]: Sides, comparison: ReportComparison, context: ReportContext): string[] => {
  const { bold } = stdoutColors();
  const { compared, newlyFailing, newlyPassing, otherwise, onlyA, onlyB } = comparison;
  const group = (title: string, changes: readonly CaseChange[]): string[] => {
    if (changes.length === 0) return [];
    const rows = changes.slice(0, ROWS_MAX).flatMap((change) => rowsOf(change, context));
    const more = changes.length - ROWS_MAX;
    return [
      "",
      bold(`${title}: ${changes.length}`),
      ...formatTable([["case", "about", "A", "B", "expected"], ...rows], { indent: 2 }),
      ...(more > 0 ? [`  and ${more} more (--json has all)`] : []),
    ];
  };
  const left = [
    ...(onlyA.length === 0 ? [] : [`${onlyA.length} are in A only`]),
    ...(onlyB.length === 0 ? [] : [`${onlyB.length} are in B only`]),
  ];
  const changed = newlyFailing.length + newlyPassing.length + otherwise.length;
  return [
    ...formatTable([
      ["A", nameOf(a)],
      ["B", nameOf(b)],
    ]),
    "",
    `${compared} cases were given to both; ${changed} are different${left.length === 0 ? "" : `, and ${left.join(", ")}`}.`,
    ...group("A passes, B does not (newly failing)", newlyFailing),
    ...group("B passes, A does not (newly passing)", newlyPassing),
    ...group("Different otherwise", otherwise),
  ];
};

const rowsOf = ({ id, a, b, disagreements }: CaseChange, { vector }: ReportContext): Cell[][] => {
  const found = vector(id);
  const expected = found === undefined ? "unknown" : answerText(found);
  if (disagreements.length === 0) return [[id, "status", a, b, expected]];
  return disagreements.map(({ about, a, b }) => [id, about, a, b, expected]);
};
