import { escapeTerminal, nearest, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize, SettldError } from "@settld/protocol";
import { Command } from "commander";
import { parseSpec } from "../adapter/spec.ts";
import { allVectors } from "../data.ts";
import { EXIT } from "../exit.ts";
import { askBoth, OpponentError, type Opponents } from "../fuzz/ask-both.ts";
import { compareOutcomes, groupOf } from "../fuzz/compare.ts";
import { type Corpus, corpusOf } from "../fuzz/corpus.ts";
import { FUZZ_OPS } from "../fuzz/generators.ts";
import { keyFile } from "../fuzz/key-file.ts";
import { openKeys } from "../fuzz/keys.ts";
import { progressOn } from "../fuzz/progress.ts";
import { readRepro, reproOf, writeRepro } from "../fuzz/repro.ts";
import { type FuzzResult, fuzz } from "../fuzz/run.ts";
import { depthLines, differenceLines, nameOf, outcomeLine, summaryJson, unansweredLines } from "../fuzz/show.ts";
import { type Finding, type Shrunk, shrinkAll } from "../fuzz/shrink.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { type AdapterValues, addAdapter, integer } from "./options.ts";

type Options = AdapterValues & {
  readonly adapter: string;
  readonly against: string;
  readonly seed: number;
  readonly cases: number;
  readonly op?: readonly string[];
  readonly out?: string;
  readonly replay?: string;
  readonly json?: true;
};

const EXAMPLES = `
Inputs are made from the vectors and a seed, without any knowledge of what is right: the two adapters judge each other.
Equal seeds make equal inputs on every machine, and any of them can be made again from its number.

Exit codes:
  0  no difference
  1  the adapters disagree
  2  wrong usage
  3  an adapter is broken
  4  no op that both adapters have

Examples:
  settld-conform fuzz --adapter 'cmd:./mine' --against 'cmd:npx settld adapter' --cases 20000 --out differences
  settld-conform fuzz --adapter 'cmd:./mine' --against 'cmd:npx settld adapter' --op log.reduce --seed 7
  settld-conform fuzz --replay differences/fuzz-1-42.json --adapter 'cmd:./mine' --against 'cmd:npx settld adapter'`;

const addOp = (op: string, before: readonly string[] = []): readonly string[] => {
  if (FUZZ_OPS.includes(op)) return [...before, op];
  const [near] = nearest(op, FUZZ_OPS, 1);
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw new SettldError("CLI_USAGE", `expected an op for --op, found ${op}${hint}`);
};

/** `settld-conform fuzz`: compares two adapters over inputs that are made from a seed. */
export const fuzzCommand = (): Command =>
  addAdapter(
    new Command("fuzz")
      .summary("compare two adapters over made-up inputs")
      .description("Gives two adapters the same made-up inputs and compares verdicts, codes and facts.")
      .requiredOption("--adapter <how>", "the adapter under test, such as cmd:./mine")
      .requiredOption("--against <how>", "the adapter to compare it with")
      .option("--seed <n>", "another seed makes other inputs", integer(0, Number.MAX_SAFE_INTEGER), 1)
      .option("--cases <n>", "number of inputs", integer(1, 1_000_000_000), 1000)
      .option("--op <op>", "only this op; may be repeated", addOp)
      .option("--out <dir>", "where a file for each difference goes"),
  )
    .option("--replay <file>", "only put the input of such a file to both")
    .option("--json", "print a summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(run);

const run = async (options: Options): Promise<void> => {
  for (const spec of [options.adapter, options.against]) parseSpec(spec);
  const interrupt = onInterrupt();
  try {
    const opponents: Opponents = {
      specs: [options.adapter, options.against],
      timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
      parallel: options.parallel,
      signal: interrupt.signal,
    };
    if (options.replay !== undefined) await replay(options.replay, opponents);
    else await compare(options, opponents);
  } finally {
    interrupt.release();
    if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
  }
};

const compare = async (options: Options, opponents: Opponents): Promise<void> => {
  const corpus = corpusOf(allVectors(), await openKeys(keyFile()));
  const progress = progressOn();
  const result = await fuzz({
    ...opponents,
    corpus,
    seed: options.seed,
    cases: options.cases,
    ops: options.op,
    onProgress: (done, differing) => progress.show(`${done} of ${options.cases} cases, ${differing} differ`),
  });
  progress.clear();
  if (result.stopped !== undefined) throw brokenError(result.stopped.side, result.stopped.error, opponents);
  if (result.done === 0) throw nothingDone(result, opponents);
  const shrunk = await shrinkFound(result, corpus, opponents);
  const paths = await writeFound(shrunk, result, options.out, opponents);
  const names = namesOf(result, opponents);
  if (options.json === true) {
    await printJson(canonicalize(summaryJson({ result, seed: options.seed, names, shrunk, paths })));
  } else {
    const colors = stdoutColors();
    const what = `${result.done} cases of seed ${options.seed}: ${names.map(escapeTerminal).join(" and ")}`;
    await printLines([what, "", ...depthLines(result, colors), ...unansweredLines(result)]);
    await printLines(differenceLines({ result, shrunk, paths, specs: opponents.specs }, colors));
  }
  const count = result.groups.reduce((sum, group) => sum + group.count, 0);
  if (count > 0) {
    const kinds = result.groups.length === 1 ? "1 kind" : `${result.groups.length} kinds`;
    throw new SettldError("CONF_DISAGREEMENT", `expected equal answers, found ${count} that differ, of ${kinds}`);
  }
  if (result.unanswered.count === result.done) {
    throw new SettldError("CONF_NOTHING_EXECUTED", "expected answers to compare, found none of either adapter");
  }
};

const namesOf = ({ hellos }: Pick<FuzzResult, "hellos">, { specs }: Opponents): [string, string] => [
  nameOf(hellos[0], specs[0]),
  nameOf(hellos[1], specs[1]),
];

// Shorter than for the run: whatever takes longer is no smaller form of a difference, and there are many to ask.
const SHRINK_TIMEOUT_MS = 10_000;

const shrinkFound = async (result: FuzzResult, corpus: Corpus, opponents: Opponents): Promise<Shrunk[]> => {
  const found = result.groups.flatMap(({ first }) => first);
  // Each look at silence costs a minute or so.
  const silent = found.filter(({ outcomes }) => outcomes.some(({ kind }) => kind === "timeout"));
  const others = found.filter((finding) => !silent.includes(finding));
  const shrunk = others.length === 0 ? [] : await shrinkOthers(others, corpus, opponents);
  return [...shrunk, ...silent.map((finding) => ({ ...finding, input: finding.found.input, tries: 0 }))];
};

const shrinkOthers = async (
  found: readonly Finding[],
  corpus: Corpus,
  { timeoutMs = SHRINK_TIMEOUT_MS, ...opponents }: Opponents,
): Promise<Shrunk[]> => {
  const quicker = { ...opponents, timeoutMs: Math.min(timeoutMs, SHRINK_TIMEOUT_MS) };
  const progress = progressOn();
  let asked = 0;
  try {
    return await shrinkAll(found, corpus, async (inputs) => {
      asked += inputs.length;
      progress.show(`shrinking ${found.length} differences, ${asked} inputs`);
      try {
        return await askBoth(quicker, inputs);
      } catch (error) {
        // What was found is worth more than a small input, so an adapter that breaks now only ends the search.
        if (error instanceof OpponentError) return inputs.map(() => undefined);
        throw error;
      }
    });
  } finally {
    progress.clear();
  }
};

const writeFound = async (
  shrunk: readonly Shrunk[],
  result: FuzzResult,
  out: string | undefined,
  opponents: Opponents,
): Promise<ReadonlyMap<Shrunk, string>> => {
  const paths = new Map<Shrunk, string>();
  if (out === undefined) return paths;
  for (const one of shrunk) paths.set(one, await writeRepro(out, reproOf(one, namesOf(result, opponents))));
  return paths;
};

const brokenError = (side: 0 | 1, error: SettldError, { specs }: Opponents): SettldError =>
  new SettldError(error.code, `${specs[side]}: ${error.message}`, { cause: error });

const nothingDone = ({ ops }: FuzzResult, { signal }: Opponents): SettldError => {
  const found = signal?.aborted === true ? "that it was interrupted" : ops.length === 0 ? "none" : "no answer";
  return new SettldError("CONF_NOTHING_EXECUTED", `expected an op that both adapters declare, found ${found}`);
};

const replay = async (path: string, opponents: Opponents): Promise<void> => {
  const input = await readRepro(path);
  let pair: Awaited<ReturnType<typeof askBoth>>[number];
  try {
    [pair] = await askBoth(opponents, [input]);
  } catch (error) {
    throw error instanceof OpponentError ? brokenError(error.side, error.cause, opponents) : error;
  }
  if (pair === undefined) throw new SettldError("CONF_NOTHING_EXECUTED", "expected two answers, found none");
  await printLines(pair.map((outcome, side) => `${side === 0 ? "adapter" : "against"}: ${outcomeLine(outcome)}`));
  const difference = compareOutcomes(...pair);
  if (difference === undefined) return;
  throw new SettldError("CONF_DISAGREEMENT", `expected equal answers, found ${groupOf(input.op, difference)}`);
};
