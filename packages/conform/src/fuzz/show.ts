import { type Colors, escapeTerminal, formatTable } from "@settld/output";
import type { Outcome } from "../adapter/outcome.ts";
import type { AdapterHello } from "../gen/types.ts";
import type { FuzzResult } from "./run.ts";
import type { Shrunk } from "./shrink.ts";
import type { OpTally } from "./tally.ts";

/** What an adapter calls itself, or how it is reached when it never said. */
export const nameOf = (hello: AdapterHello | null, spec: string): string =>
  hello === null ? spec : `${hello.implementation.name} ${hello.implementation.version}`;

const tallyRows = (tallies: readonly OpTally[]): string[][] => {
  const rows = tallies.map(({ op, cases, accept, reject, indeterminate, other, codes }) => [
    op,
    ...[cases, accept, reject, indeterminate, other].map(String),
    `${[...codes.keys()].filter((code) => code !== "accept").length}`,
  ]);
  const sum = (pick: (tally: OpTally) => number): string => `${tallies.reduce((all, one) => all + pick(one), 0)}`;
  const total = [
    "total",
    sum((one) => one.cases),
    sum((one) => one.accept),
    sum((one) => one.reject),
    sum((one) => one.indeterminate),
    sum((one) => one.other),
    "",
  ];
  return [["op", "cases", "accept", "reject", "indeterminate", "other", "codes"], ...rows, total];
};

/** How deep a run went: cases and verdicts by op, and the codes of the registry that no answer had. */
export const depthLines = ({ tally }: Pick<FuzzResult, "tally">, colors: Colors): string[] => {
  const align = ["left", "right", "right", "right", "right", "right", "right"] as const;
  const [head = "", ...rows] = formatTable(tallyRows(tally.ops), { align });
  const missed = tally.missed.length === 0 ? "" : `; never: ${tally.missed.join(" ")}`;
  return [
    colors.bold(head),
    ...rows,
    "",
    `${tally.reached} of ${tally.reached + tally.missed.length} codes occurred${missed}`,
  ];
};

/** A word of a command line, in quotes where a shell would take it apart. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The command that shows a difference again. */
export const replayCommand = (path: string, [adapter, against]: readonly [string, string]): string =>
  escapeTerminal(
    ["settld-conform", "fuzz", "--replay", path, "--adapter", adapter, "--against", against].map(shellWord).join(" "),
  );

/** What one adapter made of an input, in a line. */
export const outcomeLine = (outcome: Outcome): string => {
  if (outcome.kind === "answer") {
    const { verdict, code, facts } = outcome.answer;
    const what = code === null ? verdict : `${verdict} ${code}`;
    return escapeTerminal(facts === undefined ? what : `${what} ${cut(JSON.stringify(facts))}`);
  }
  const detail = outcome.kind === "error" ? outcome.message : outcome.kind === "skip" ? outcome.reason : outcome.detail;
  return escapeTerminal(`${outcome.kind}: ${cut(detail)}`);
};

const CHARS_MAX = 600;

const cut = (text: string): string => (text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}...` : text);

/** That neither adapter answered some cases, and what both said to one of them. */
export const unansweredLines = ({ unanswered: { count, first } }: Pick<FuzzResult, "unanswered">): string[] =>
  first === undefined
    ? []
    : [
        "",
        `${count === 1 ? "1 case" : `${count} cases`} that neither answered, first ${first.item.number} of ${first.item.op}`,
        `  adapter  ${outcomeLine(first.outcomes[0])}`,
        `  against  ${outcomeLine(first.outcomes[1])}`,
      ];

/** What is known about the differences of a run. */
export type Found = {
  readonly result: FuzzResult;
  readonly shrunk: readonly Shrunk[];
  /** Files of findings, where they were written. */
  readonly paths: ReadonlyMap<Shrunk, string>;
};

/** The differences by kind: how often, the first cases, both answers, and how to see one again. */
export const differenceLines = (
  { result, shrunk, paths, specs }: Found & { readonly specs: readonly [string, string] },
  colors: Colors,
): string[] =>
  result.groups.flatMap(({ name, count, first }) => {
    const numbers = first.map(({ found }) => found.number).join(", ");
    const examples = shrunk.filter(({ group }) => group === name);
    return [
      "",
      colors.red(`${escapeTerminal(name)}: ${count === 1 ? `case ${numbers}` : `${count} cases, first ${numbers}`}`),
      ...examples
        .slice(0, 1)
        .flatMap(({ outcomes }) => [
          `  adapter  ${outcomeLine(outcomes[0])}`,
          `  against  ${outcomeLine(outcomes[1])}`,
        ]),
      ...examples.flatMap((example) => {
        const path = paths.get(example);
        return path === undefined ? [] : [`  ${replayCommand(path, specs)}`];
      }),
    ];
  });

/** The run as data, for `--json`. */
export const summaryJson = ({
  result,
  seed,
  names,
  shrunk,
  paths,
}: Found & { readonly seed: number; readonly names: readonly [string, string] }): object => ({
  seed,
  cases: result.done,
  adapter: names[0],
  against: names[1],
  ops: result.tally.ops.map(({ codes, ...tally }) => ({ ...tally, codes: Object.fromEntries([...codes].sort()) })),
  missed: [...result.tally.missed],
  unanswered: result.unanswered.count,
  differences: result.groups.map(({ name, count, first }) => ({
    kind: name,
    count,
    cases: first.map(({ found }) => found.number),
    files: shrunk.filter(({ group }) => group === name).flatMap((one) => paths.get(one) ?? []),
  })),
});
