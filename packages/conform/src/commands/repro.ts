import { asciiJson, escapeTerminal, formatTable, printLines, stdoutColors, writeOut } from "@settld/output";
import { CODES, type Code, REVISION, type SettldError } from "@settld/protocol";
import { Command } from "commander";
import { askAll, type Outcome } from "../adapter/ask.ts";
import { BYE_LINE, caseLine, helloLine } from "../adapter/session.ts";
import { parseSpec } from "../adapter/spec.ts";
import { findVector } from "../data.ts";
import { EXIT } from "../exit.ts";
import type { AdapterHello } from "../gen/types.ts";
import { answerText, viewCase } from "../report/case-view.ts";
import { inputLines, SCREEN } from "../report/input-text.ts";
import type { CaseResult } from "../report/report.ts";
import { STATUS_TEXT } from "../report/status-text.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { resultOf } from "../run/result.ts";
import { expand, type Vector } from "../vectors.ts";
import { type AdapterValues, integer } from "./options.ts";

type Options = Pick<AdapterValues, "timeout"> & {
  readonly adapter?: string;
  readonly raw?: true;
  readonly full?: true;
  readonly repeat: number;
};

/** `settld-conform repro`: one vector, with everything that there is to say about it. */
export const reproCommand = (): Command =>
  new Command("repro")
    .description(
      "Shows one vector and what an adapter answers to it. Without --adapter, prints the lines of the runner.",
    )
    .argument("<id>", "id of a vector, as list and reports show it")
    .option("--adapter <how>", "cmd:COMMAND, exec:COMMAND, node:MODULE, or the URL of an adapter")
    .option("--raw", "also show the lines that were sent and received")
    .option("--full", "show long values whole")
    .option("--repeat <n>", "ask so often", integer(1, 1000), 1)
    .option("--timeout <seconds>", "longest silence of the adapter (default: 60)", integer(1, 86_400))
    .addHelpText(
      "after",
      `
Exit codes: 0 passes, 1 does not, 2 wrong usage, 3 the adapter is broken, 4 the op is not declared

Examples:
  settld-conform repro money-decimal --adapter 'cmd:./my-adapter'
  settld-conform repro money-decimal | ./my-adapter`,
    )
    .action(repro);

const repro = async (id: string, options: Options): Promise<void> => {
  const vector = findVector(id);
  const input = expand(vector.input) as Readonly<Record<string, unknown>>;
  if (options.adapter === undefined) {
    const text = helloLine(REVISION) + caseLine("1", vector.op, input) + BYE_LINE;
    // A terminal gets the same values in ASCII.
    await writeOut(process.stdout.isTTY === true ? `${text.trimEnd().split("\n").map(asciiJson).join("\n")}\n` : text);
    return;
  }
  parseSpec(options.adapter);
  const { hello, outcomes, lines, stderr, stopped } = await ask(vector, input, options.adapter, options);
  const declared = hello?.features.includes(vector.op) ?? false;
  const result: CaseResult =
    hello !== null && !declared
      ? { id: vector.id, op: vector.op, status: "not-applicable" }
      : resultOf(
          vector,
          Array.from({ length: options.repeat }, (_, at) => outcomes[at]),
        );
  const raw = options.raw === true ? [caseLine("1", vector.op, input).trimEnd(), ...lines] : [];
  await printLines([
    ...aboutVector(vector, input, options.full === true),
    ...aboutResult(vector, result, stderr),
    ...raw.flatMap((line, at) => ["", at === 0 ? "sent" : "received", escapeTerminal(line)]),
  ]);
  if (stopped !== undefined) throw stopped;
  process.exitCode = EXIT_BY_STATUS[result.status] ?? EXIT.fails;
};

const EXIT_BY_STATUS: Readonly<Partial<Record<CaseResult["status"], number>>> = {
  pass: EXIT.conforms,
  "not-applicable": EXIT.inconclusive,
  "not-run": EXIT.interrupted,
};

const ask = async (
  vector: Vector,
  input: Readonly<Record<string, unknown>>,
  adapter: string,
  { timeout, repeat }: Options,
): Promise<{
  readonly hello: AdapterHello | null;
  readonly outcomes: readonly Outcome[];
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly stopped: SettldError | undefined;
}> => {
  const outcomes: Outcome[] = [];
  const lines: string[] = [];
  let features: readonly string[] = [];
  const questions = function* () {
    for (let at = 0; at < repeat && features.includes(vector.op); at += 1)
      yield { id: vector.id, op: vector.op, input };
  };
  const interrupt = onInterrupt();
  try {
    const asked = await askAll(adapter, questions(), {
      revision: REVISION,
      parallel: 1,
      timeoutMs: timeout === undefined ? undefined : timeout * 1000,
      signal: interrupt.signal,
      onHello: (hello) => {
        features = hello.features;
      },
      onOutcome: (_id, outcome) => outcomes.push(outcome),
      onLine: (_id, line) => lines.push(Buffer.from(line).toString("utf8")),
    });
    return { ...asked, outcomes, lines };
  } finally {
    interrupt.release();
  }
};

const aboutVector = (vector: Vector, input: Readonly<Record<string, unknown>>, full: boolean): string[] => {
  const { bold } = stdoutColors();
  const limits = full ? { linesMax: Number.MAX_SAFE_INTEGER, lengthMax: Number.MAX_SAFE_INTEGER } : SCREEN;
  const rows = [
    ["op", vector.op],
    ["clause", vector.clause],
    ["why", vector.why],
    ["fault", vector.fault ?? "none"],
    ...(vector.twin === undefined ? [] : [["twin", `${vector.twin}, which is accepted and differs in the fault only`]]),
    ...(vector.kills === undefined ? [] : [["notices", vector.kills]]),
    ...(vector.pointer === undefined ? [] : [["at", vector.pointer === "" ? "the whole value" : vector.pointer]]),
    ...(vector.over === undefined ? [] : [["not", `${vector.over}, which must not win`]]),
    ["file", vector.path],
    ...codeRows(vector.code),
  ];
  return [
    bold(escapeTerminal(vector.id)),
    ...formatTable(rows, { indent: 2 }),
    "",
    "input",
    ...indented(inputLines(input, limits)),
    "",
  ];
};

const codeRows = (code: string | null): string[][] => {
  if (code === null || !Object.hasOwn(CODES, code)) return [];
  const { summary, remedy } = CODES[code as Code];
  return [
    ["code", `${code}: ${summary}`],
    ["remedy", remedy],
  ];
};

const aboutResult = (vector: Vector, result: CaseResult, stderr: string): string[] => {
  const { bold, green, red } = stdoutColors();
  const { got, facts, detail } = viewCase(result, vector);
  const paint = result.status === "pass" ? green : red;
  const declared = vector.facts === undefined ? [] : [["facts", JSON.stringify(vector.facts)]];
  const rows = [
    ["expected", answerText(vector)],
    ...(result.status === "pass" ? [] : declared),
    ["got", got],
    ...facts.map((fact) => [
      `facts${fact.pointer}`,
      fact.got === "" ? fact.expected : `expected ${fact.expected}, got ${fact.got}`,
    ]),
    ...(detail === undefined ? [] : [["detail", detail]]),
  ];
  return [
    ...formatTable(rows, { indent: 2 }),
    ...(stderr === "" ? [] : ["", "standard error of the adapter", ...indented(stderr.trimEnd().split("\n"))]),
    "",
    paint(bold(STATUS_TEXT[result.status])),
  ];
};

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${escapeTerminal(line)}`);
