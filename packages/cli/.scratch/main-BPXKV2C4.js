import {
  VERSION
} from "./chunk-F7NK5LYJ.js";
import {
  endOnBrokenPipe,
  printError
} from "./chunk-IHJL3MJG.js";
import {
  EXIT,
  exitCodeOf,
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/main.ts
import { Command, CommanderError } from "commander";
var COMMANDS = [
  {
    name: "demo",
    summary: "see money move: a whole paid job between strangers, offline",
    load: async () => (await import("./demo/command.ts")).demoCommand()
  },
  {
    name: "verify",
    summary: "check bundles offline: every signature, rule, decision and posting",
    load: async () => (await import("./verify-PE5UIXV4.js")).verifyCommand()
  },
  {
    name: "inspect",
    summary: "show what a bundle says, without judging it",
    load: async () => (await import("./inspect-NEQ4DWRH.js")).inspectCommand()
  },
  {
    name: "explain",
    summary: "explain a code",
    load: async () => (await import("./explain-WAQKXHNA.js")).explainCommand()
  },
  {
    name: "extract",
    summary: "take one event apart, to check its signatures with openssl",
    load: async () => (await import("./extract-ZQRF2OA7.js")).extractCommand()
  },
  {
    name: "keys",
    summary: "make keys and name them",
    load: async () => (await import("./keys-JTF6LLCC.js")).keysCommand()
  }
];
async function main(args) {
  endOnBrokenPipe();
  try {
    const program = await buildProgram(args);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}
async function buildProgram(args) {
  const program = new Command("settld").description("Checks and shows paid work between parties who do not trust each other.").version(VERSION, "-V, --version", "print the version").helpOption("-h, --help", "show help").helpCommand("help [command]", "show help for a command").exitOverride().configureOutput({ writeErr: () => {
  } }).addHelpText("after", HELP);
  const asked = args.find((arg) => !arg.startsWith("-") && arg !== "help");
  for (const { name, summary, load } of COMMANDS) {
    const command = name === asked ? await load() : new Command(name);
    inherit(command.summary(summary), program);
    program.addCommand(command);
  }
  return program;
}
function inherit(command, from) {
  command.copyInheritedSettings(from).helpOption("-h, --help", "show help");
  for (const child of command.commands) inherit(child, command);
}
var HELP = `
Exit codes:
  0   accepted, or done
  1   rejected
  2   wrong usage, invalid trust input, or bytes that could not be obtained
  3   indeterminate
  70  a bug in settld

Examples:
  settld verify deal.settld --trust trust.json
  settld explain BUNDLE_OPEN
  settld help verify`;
function report(error) {
  if (error instanceof CommanderError) return reportUsage(error);
  const exitCode = exitCodeOf(error);
  if (exitCode !== void 0) {
    const { code, message } = error;
    printError(code, message);
    return exitCode;
  }
  if (isSystemError(error)) {
    const code = error.syscall === "read" || error.syscall === "scandir" ? "CLI_INPUT" : "CLI_OUTPUT";
    printError(code, `${reasonOf(error)}: ${error.path ?? error.syscall}`);
    return EXIT.usage;
  }
  process.stderr.write(`settld: internal error, please report it
${error?.stack ?? error}
`);
  return EXIT.internal;
}
function reportUsage(error) {
  if (error.exitCode === 0) return EXIT.accept;
  if (error.code === "commander.help") {
    printError("CLI_USAGE", "expected a command, found none (settld --help lists them)");
  } else {
    const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
    printError("CLI_USAGE", `${[first, ...rest].join(" ").trim()} (settld --help)`);
  }
  return EXIT.usage;
}
export {
  main
};
//# sourceMappingURL=main-BPXKV2C4.js.map