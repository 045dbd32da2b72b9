import { formatTable, nearest, printJson, printLines, stdoutColors } from "@settld/output";
import { CODES, type Code, canonicalize, URI_BASE } from "@settld/protocol";
import { Command, Option } from "commander";
import { inputError } from "../exit.ts";

type Options = { readonly list?: true; readonly format: "human" | "json" };

/** `settld explain CODE`: what the code registry says. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("Explains a code: what is wrong, which clause says so, and what to do about it.")
    .argument("[code]", "a code, such as BUNDLE_OPEN")
    .option("--list", "list every code")
    .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
    .addHelpText(
      "after",
      `
Examples:
  settld explain LOG_EQUIVOCATION
  settld explain --list
  settld explain TRUST_EXPIRED --format json`,
    )
    .action(async (code: string | undefined, options: Options) => {
      if (options.list === true) {
        if (code !== undefined) throw inputError("CLI_USAGE", `expected a code or --list, found both`);
        return list(options.format);
      }
      if (code === undefined) throw inputError("CLI_USAGE", "expected a code or --list, found neither");
      await explain(findCode(code), options.format);
    });
}

function findCode(text: string): Code {
  const code = text.toUpperCase();
  if (isCode(code)) return code;
  const near = nearest(code, Object.keys(CODES), 3);
  const hint = near.length === 0 ? "settld explain --list lists them" : `did you mean ${near.join(", ")}?`;
  throw inputError("CLI_CODE_UNKNOWN", `expected a code of the registry, found ${JSON.stringify(text)}: ${hint}`);
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}

/** What is known about a code, in the form of `--format json`. */
function describe(code: Code): Readonly<Record<string, string | number | boolean>> {
  return { code, ...CODES[code], uri: `${URI_BASE}codes/${code}` };
}

async function explain(code: Code, format: Options["format"]): Promise<void> {
  if (format === "json") return printJson(canonicalize(describe(code)));
  const { summary, remedy, clause, category, verdict, precedence, httpStatus, retryable } = CODES[code];
  const { bold } = stdoutColors();
  const rows = formatTable([
    ["what to do", remedy],
    ["verdict", verdict],
    ["clause", clause],
    ["category", `${category}, precedence ${precedence}`],
    ["over HTTP", `${httpStatus}${retryable ? ", may succeed later" : ""}`],
    ["more", `${URI_BASE}codes/${code}`],
  ]);
  await printLines([bold(code), summary, "", ...rows]);
}

async function list(format: Options["format"]): Promise<void> {
  const codes = Object.keys(CODES) as Code[];
  if (format === "json") {
    for (const code of codes) await printJson(canonicalize(describe(code)));
    return;
  }
  const { bold } = stdoutColors();
  await printLines(
    formatTable(codes.map((code) => [{ text: code, paint: bold }, CODES[code].verdict, CODES[code].summary])),
  );
}
