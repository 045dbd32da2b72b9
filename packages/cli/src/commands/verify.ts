import { readdir } from "node:fs/promises";
import { isSystemError, printJson, printLines, reasonOf, stdoutColors } from "@settld/output";
import { isSettldError, parseInstant } from "@settld/protocol";
import { Command, Option } from "commander";
import { inputError } from "../exit.ts";
import { printError } from "../io/stdio.ts";
import { readTrustFile } from "../io/trust-file.ts";
import { readRoot } from "../keys/public-key.ts";
import { checkAll, workersFor } from "../verify/check-all.ts";
import type { CheckSettings } from "../verify/check-input.ts";
import { createHistoryStore } from "../verify/history-store.ts";
import { humanOutput } from "../verify/human-output.ts";
import { expandInputs, type Input } from "../verify/inputs.ts";
import { jsonOutput } from "../verify/json-output.ts";
import type { Output } from "../verify/output.ts";
import { startProgress } from "../verify/progress.ts";
import { sarifOutput } from "../verify/sarif-output.ts";
import { count, emptyTally, exitCodeFor } from "../verify/tally.ts";

type Format = "human" | "json" | "sarif";

type Options = {
  readonly trust?: string;
  readonly root?: string;
  readonly evidence?: string;
  readonly now?: string;
  readonly jobs?: string;
  readonly allowOpen?: true;
  readonly format: Format;
};

/** `settld verify FILE...`: verdicts over bundles, offline. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "Checks bundles offline: every signature, rule, decision and posting is recomputed. Also finds settlers who " +
        "told two stories about one agreement, when it is shown both.",
    )
    .argument("<file...>", "bundles, folders (all *.settld in them), or - for standard input")
    .option("--trust <file>", "trust document of your own: whose keys count, and when", once("--trust"))
    .option(
      "--root <key>",
      "the registry's key, to use the newest trust document in the bundle that it signed: a JWK or PEM file, or the 43 characters of the JWK's x",
      once("--root"),
    )
    .option("--evidence <dir>", "folder with evidence that bundles withhold, found by digest", once("--evidence"))
    .option(
      "--now <instant>",
      "time of verification, such as 2026-11-30T12:00:00.000Z; default: the receipt's",
      once("--now"),
    )
    .option("--allow-open", "exit 0 also for bundles that are merely open (BUNDLE_OPEN, RECEIPT_MISSING)")
    .option("--jobs <n>", "threads for many files (default: one a core, at most 4; each takes some 25 MB)")
    .addOption(new Option("--format <format>", "output").choices(["human", "json", "sarif"]).default("human"))
    .addHelpText("after", HELP)
    .action(verify);
}

// The last of two values would win, and nobody would learn whom the first one trusted.
function once(name: string): (value: string, previous: string | undefined) => string {
  return (value, previous) => {
    if (previous === undefined) return value;
    throw inputError("CLI_USAGE", `expected ${name} once, found it twice: ${previous} and ${value}`);
  };
}

const HELP = `
Exit codes: 2 before 1 before 3 before 0
  0  every file is accepted
  1  a file is rejected (malformed files are), or two files contradict each other
  2  wrong usage, invalid trust input, or a file that could not be read; the others are verified all the same
  3  a file is indeterminate

--format json prints one line of canonical JSON a file, {"file", "report"} or {"error", "file"}; then
{"equivocation"} behind two files that contradict each other; last {"summary"}. The report follows
https://settld.dev/schemas/report.schema.json

Evidence files may have any name. One that is named by its digest (HEX, sha256-HEX, with any suffix) must have it.

Examples:
  settld verify deal.settld --trust trust.json
  settld verify archive/ --root registry.pem --format json > reports.jsonl
  curl https://example.com/deal.settld | settld verify - --trust trust.json --allow-open`;

async function verify(files: readonly string[], options: Options): Promise<void> {
  if (files.filter((file) => file === "-").length > 1) {
    throw inputError("CLI_USAGE", "expected - at most once, found it twice: standard input can be read once");
  }
  const settings = await readSettings(options);
  const jobs = options.jobs === undefined ? undefined : parseJobs(options.jobs);
  const inputs = await expandInputs(files);
  process.exitCode = await run(inputs, settings, workersFor(inputs.length, jobs), options);
}

async function run(
  inputs: readonly Input[],
  settings: CheckSettings,
  workers: number,
  options: Options,
): Promise<number> {
  const allowOpen = options.allowOpen === true;
  const output = outputFor(options.format, inputs.length, allowOpen);
  const print = options.format === "json" ? printEach : printLines;
  const tally = emptyTally();
  const histories = createHistoryStore();
  const progress = startProgress(inputs.length);
  try {
    await print(output.start());
    for await (const { index, input, outcome } of checkAll(inputs, settings, workers)) {
      const lines = [...output.result(input.name, outcome)];
      if ("unread" in outcome) {
        progress.clear();
        printError(outcome.unread.code, `${outcome.unread.message}: ${input.name}`);
      }
      const equivocation = "unread" in outcome ? undefined : histories.add(index, outcome.report);
      if (equivocation !== undefined) {
        const [a, b] = equivocation.histories;
        lines.push(...output.equivocation({ equivocation, files: [nameOf(inputs, a), nameOf(inputs, b)] }));
      }
      count(tally, outcome, equivocation, allowOpen);
      if (lines.length > 0 && process.stdout.isTTY === true) progress.clear();
      await print(lines);
      progress.update(tally.files);
    }
    const exitCode = exitCodeFor(tally);
    progress.clear();
    await print(output.end(tally, exitCode));
    return exitCode;
  } finally {
    progress.clear();
  }
}

function outputFor(format: Format, inputs: number, allowOpen: boolean): Output {
  if (format === "json") return jsonOutput();
  if (format === "sarif") return sarifOutput({ allowOpen });
  return humanOutput(stdoutColors(), { single: inputs === 1, allowOpen });
}

async function printEach(lines: readonly string[]): Promise<void> {
  for (const line of lines) await printJson(line);
}

function nameOf(inputs: readonly Input[], index: number): string {
  const input = inputs[index];
  if (input === undefined) throw new Error(`no input ${index}`);
  return input.name;
}

async function readSettings({ trust, root, now, evidence }: Options): Promise<CheckSettings> {
  return {
    ...(await readAnchor(trust, root)),
    ...(now === undefined ? {} : { now: parseNow(now) }),
    ...(evidence === undefined ? {} : { evidence: await checkFolder(evidence) }),
  };
}

async function readAnchor(
  trust: string | undefined,
  root: string | undefined,
): Promise<{ readonly trust: Uint8Array } | { readonly root: Uint8Array }> {
  if (trust !== undefined && root === undefined) return { trust: (await readTrustFile(trust)).bytes };
  if (root !== undefined && trust === undefined) return { root: await readRoot(root, "--root") };
  const found = trust === undefined ? "neither" : "both";
  throw inputError("CLI_USAGE", `expected exactly one of --trust and --root, found ${found}`);
}

async function checkFolder(path: string): Promise<string> {
  try {
    await readdir(path);
    return path;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_INPUT", `--evidence: expected a readable folder, found ${reasonOf(error)}: ${path}`, error);
  }
}

function parseNow(text: string): number {
  try {
    return parseInstant(text);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    // The clock would make the verdict depend on when it is asked; who wants that says so in the open.
    const hint = text === "now" ? '; for the clock, --now "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)"' : "";
    throw inputError("CLI_USAGE", `--now: ${error.message}${hint}`, error);
  }
}

function parseJobs(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw inputError("CLI_USAGE", `--jobs: expected a number from 1 to 99, found ${JSON.stringify(text)}`);
}
