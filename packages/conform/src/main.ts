import { isSystemError, reasonOf } from "@settld/output";
import { isSettldError } from "@settld/protocol";
import { Command, CommanderError } from "commander";
import { EXIT, exitCodeOf } from "./exit.ts";
import { endOnBrokenPipe, printError } from "./stdio.ts";
import { VERSION } from "./version.ts";

/** A command that is known by name and loaded only when it is used. */
type LazyCommand = { readonly name: string; readonly summary: string; readonly load: () => Promise<Command> };

const COMMANDS: readonly LazyCommand[] = [
  {
    name: "run",
    summary: "judge an implementation through an adapter",
    load: async () => (await import("./commands/run.ts")).runCommand(),
  },
  {
    name: "repro",
    summary: "show one vector, and what an adapter answers to it",
    load: async () => (await import("./commands/repro.ts")).reproCommand(),
  },
  {
    name: "list",
    summary: "list the vectors",
    load: async () => (await import("./commands/list.ts")).listCommand(),
  },
  {
    name: "emit",
    summary: "write the lines of a runner to a file",
    load: async () => (await import("./commands/emit.ts")).emitCommand(),
  },
  {
    name: "judge",
    summary: "judge the lines that an adapter wrote",
    load: async () => (await import("./commands/judge.ts")).judgeCommand(),
  },
  {
    name: "baseline",
    summary: "keep lists of known failures",
    load: async () => (await import("./commands/baseline.ts")).baselineCommand(),
  },
  {
    name: "selftest",
    summary: "see the kit refuse adapters that cheat",
    load: async () => (await import("./commands/selftest.ts")).selftestCommand(),
  },
  {
    name: "fuzz",
    summary: "compare two adapters on inputs made from the vectors by a seed",
    load: async () => (await import("./commands/fuzz.ts")).fuzzCommand(),
  },
  {
    name: "compare",
    summary: "compare two reports or two adapters, case by case",
    load: async () => (await import("./commands/compare.ts")).compareCommand(),
  },
  {
    name: "matrix",
    summary: "put the reports of several implementations side by side",
    load: async () => (await import("./commands/matrix.ts")).matrixCommand(),
  },
  {
    name: "verify-report",
    summary: "judge a report anew, and check who signed it",
    load: async () => (await import("./commands/verify-report.ts")).verifyReportCommand(),
  },
  {
    name: "init",
    summary: "write the skeleton of an adapter, and a workflow that runs it",
    load: async () => (await import("./commands/init.ts")).initCommand(),
  },
];

/**
 * Runs the program and sets the exit code of the process.
 *
 * @param args - the arguments after the name of the program.
 */
export async function main(args: readonly string[]): Promise<void> {
  endOnBrokenPipe();
  try {
    const program = await buildProgram(args);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * The program. Only the command that is asked for is loaded; the others are names and summaries for the help.
 *
 * @param all - loads every command, for whoever wants to read them: the contract records them.
 */
export async function buildProgram(args: readonly string[], all = false): Promise<Command> {
  const program = new Command("settld-conform")
    .description("Shows whether an implementation of the Settld protocol, in any language, follows its specification.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText("after", HELP);
  const asked = args.find((arg) => !arg.startsWith("-") && arg !== "help");
  for (const { name, summary, load } of COMMANDS) {
    const command = all || name === asked ? await load() : new Command(name);
    inherit(command.summary(summary), program);
    program.addCommand(command);
  }
  return program;
}

// `addCommand` does not hand down what makes errors come to us.
function inherit(command: Command, from: Command): void {
  command.copyInheritedSettings(from).helpOption("-h, --help", "show help");
  for (const child of command.commands) inherit(child, command);
}

const HELP = `
Exit codes:
  0   conforms, or done
  1   does not conform
  2   wrong usage, or a file that could not be read or written
  3   the adapter is broken
  4   inconclusive: something that counts was not executed
  70  a bug in settld-conform

Examples:
  settld-conform run --adapter 'cmd:./my-adapter'
  settld-conform repro forged-under-small-order-key --adapter 'cmd:./my-adapter'
  settld-conform help run`;

function report(error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(error);
  const exitCode = exitCodeOf(error);
  if (exitCode !== undefined && isSettldError(error)) {
    printError(error.code, error.message);
    return exitCode;
  }
  if (isSystemError(error)) {
    const code = error.syscall === "read" || error.syscall === "scandir" ? "CLI_INPUT" : "CLI_OUTPUT";
    printError(code, `${reasonOf(error)}: ${error.path ?? error.syscall}`);
    return EXIT.usage;
  }
  // A bug: here the stack trace is the message, since somebody has to find it.
  process.stderr.write(
    `settld-conform: internal error, please report it\n${(error as Error | undefined)?.stack ?? error}\n`,
  );
  return EXIT.internal;
}

function reportUsage(error: CommanderError): number {
  // Help and version that were asked for end this way as well.
  if (error.exitCode === 0) return EXIT.conforms;
  if (error.code === "commander.help") {
    printError("CLI_USAGE", "expected a command, found none (settld-conform --help lists them)");
  } else {
    const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
    printError("CLI_USAGE", `${[first, ...rest].join(" ").trim()} (settld-conform --help)`);
  }
  return EXIT.usage;
}
