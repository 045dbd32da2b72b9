import { isSystemError, reasonOf } from "@settld/output";
import { Command, CommanderError } from "commander";
import { EXIT, exitCodeOf } from "./exit.ts";
import { endOnBrokenPipe, printError } from "./io/stdio.ts";
import { VERSION } from "./version.ts";

/** A command that is known by name and loaded only when it is used. */
type LazyCommand = { readonly name: string; readonly summary: string; readonly load: () => Promise<Command> };

const COMMANDS: readonly LazyCommand[] = [
  {
    name: "demo",
    summary: "see money move: a whole paid job between strangers, offline",
    load: async () => (await import("./demo/command.ts")).demoCommand(),
  },
  {
    name: "verify",
    summary: "check bundles offline: every signature, rule, decision and posting",
    load: async () => (await import("./commands/verify.ts")).verifyCommand(),
  },
  {
    name: "inspect",
    summary: "show what a bundle says, without judging it",
    load: async () => (await import("./commands/inspect.ts")).inspectCommand(),
  },
  {
    name: "explain",
    summary: "explain a code",
    load: async () => (await import("./commands/explain.ts")).explainCommand(),
  },
  {
    name: "extract",
    summary: "take one event apart, to check its signatures with openssl",
    load: async () => (await import("./commands/extract.ts")).extractCommand(),
  },
  {
    name: "keys",
    summary: "make keys and name them",
    load: async () => (await import("./commands/keys.ts")).keysCommand(),
  },
  {
    name: "serve",
    summary: "run a settlement server over a folder",
    load: async () => (await import("./commands/serve.ts")).serveCommand(),
  },
  {
    name: "listen",
    summary: "follow a server's messages and post them to a program of yours",
    load: async () => (await import("./commands/listen.ts")).listenCommand(),
  },
  {
    name: "admin",
    summary: "API keys of a server, and everything in it as files",
    load: async () => (await import("./commands/admin.ts")).adminCommand(),
  },
  {
    name: "reconcile",
    summary: "check a server's book against its signed logs",
    load: async () => (await import("./commands/reconcile.ts")).reconcileCommand(),
  },
  {
    name: "verify-release",
    summary: "check who made a release of Settld, and that it is whole; offline",
    load: async () => (await import("./commands/verify-release.ts")).verifyReleaseCommand(),
  },
  {
    name: "adapter",
    summary: "answer the cases of the conformance kit",
    load: async () => (await import("./commands/adapter.ts")).adapterCommand(),
  },
];

/**
 * Runs the CLI and sets the exit code of the process.
 *
 * @param args - the arguments after the name of the program.
 */
export async function main(args: readonly string[]): Promise<void> {
  endOnBrokenPipe();
  let program: Command | undefined;
  try {
    program = await buildProgram(args);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = report(error, program === undefined ? "settld" : calledName(program, args));
  }
}

/**
 * The program. Only the command that is asked for is loaded; the others are names and summaries for the help.
 *
 * @param all - loads every command, for whoever wants to read them: the contract records them.
 */
export async function buildProgram(args: readonly string[], all = false): Promise<Command> {
  const program = new Command("settld")
    .description("Settles, checks and shows paid work between parties who do not trust each other.")
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

/** The command that was called, with those above it: its help is the one that helps. */
function calledName(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let command = program;
  for (const arg of args) {
    const child = command.commands.find((one) => one.name() === arg);
    if (child === undefined) {
      if (arg.startsWith("-") || arg === "help") continue;
      break;
    }
    names.push(arg);
    command = child;
  }
  return names.join(" ");
}

const HELP = `
Exit codes:
  0   accepted, or done
  1   rejected, or something differs from what it must be
  2   wrong usage, invalid trust input, or bytes that could not be obtained
  3   indeterminate
  70  a bug in settld

Examples:
  settld verify deal.settld --trust trust.json
  settld explain BUNDLE_OPEN
  settld help verify`;

function report(error: unknown, called: string): number {
  if (error instanceof CommanderError) return reportUsage(error, called);
  const exitCode = exitCodeOf(error);
  if (exitCode !== undefined) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    printError(code, message);
    return exitCode;
  }
  if (isSystemError(error)) {
    const code = error.syscall === "read" || error.syscall === "scandir" ? "CLI_INPUT" : "CLI_OUTPUT";
    printError(code, `${reasonOf(error)}: ${error.path ?? error.syscall}`);
    return EXIT.usage;
  }
  // A bug: here the stack trace is the message, since somebody has to find it.
  process.stderr.write(`settld: internal error, please report it\n${(error as Error | undefined)?.stack ?? error}\n`);
  return EXIT.internal;
}

function reportUsage(error: CommanderError, called: string): number {
  // Help and version that were asked for end this way as well.
  if (error.exitCode === 0) return EXIT.accept;
  if (error.code === "commander.help") {
    printError("CLI_USAGE", `expected a command, found none (${called} --help lists them)`);
  } else {
    const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
    printError("CLI_USAGE", `${[first, ...rest].join(" ").trim()} (${called} --help)`);
  }
  return EXIT.usage;
}
