import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { isSystemError, reasonOf, stagingPath, writeOut } from "@settld/output";
import { REVISION, SettldError } from "@settld/protocol";
import { Command } from "commander";
import { BYE_LINE, caseLine, helloLine } from "../adapter/session.ts";
import { hasVector } from "../data.ts";
import { expandQuestion, makePlan, type Plan } from "../run/plan.ts";
import { addPlan, type PlanValues, readPlan } from "./options.ts";

type Options = PlanValues & { readonly out?: string };

/** `settld-conform emit`: the lines of the runner, for adapters that cannot be started from here. */
export const emitCommand = (): Command =>
  addPlan(
    new Command("emit").description(
      "Writes the lines of a runner to a file. Feed them to an adapter anywhere, and judge the lines that it writes.",
    ),
  )
    .option("--out <file>", "where to write (default: standard output)")
    .addHelpText(
      "after",
      `
Examples:
  settld-conform emit --out cases.jsonl
  ./my-adapter < cases.jsonl > answers.jsonl
  settld-conform judge answers.jsonl

Filters, profiles, --repeat and --seed have to be the same for emit and judge.`,
    )
    .action(async (options: Options) => {
      const plan = makePlan(await readPlan(options, hasVector));
      if (options.out === undefined || options.out === "-") {
        for (const line of linesOf(plan)) await writeOut(line);
      } else await writeAll(options.out, linesOf(plan));
    });

// One at a time, because a few of them are large.
function* linesOf(plan: Plan): Generator<string, void, undefined> {
  yield helloLine(REVISION);
  for (const [at, planned] of plan.questions().entries()) {
    const { op, input } = expandQuestion(planned);
    yield caseLine(`${at + 1}`, op, input);
  }
  yield BYE_LINE;
}

const writeAll = async (path: string, lines: Iterable<string>): Promise<void> => {
  const staged = stagingPath(path);
  try {
    const stream = createWriteStream(staged, { flags: "wx", flush: true });
    for (const line of lines) if (!stream.write(line)) await once(stream, "drain");
    stream.end();
    await once(stream, "close");
    await rename(staged, path);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new SettldError("CLI_OUTPUT", `${path}: ${reasonOf(cause)}`, { cause });
  } finally {
    await rm(staged, { force: true });
  }
};
