import { once } from "node:events";
import { breakCiCommands } from "./ci.ts";
import { asciiJson } from "./json.ts";
import { reasonOf } from "./system-error.ts";
import { escapeTerminal } from "./terminal.ts";

/** What shells report for a program that SIGPIPE ended. */
const EXIT_BROKEN_PIPE = 141;
const EXIT_OUTPUT = 2;

/** Writes to standard output as it is and waits while the reader is behind, so that memory stays bounded. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/**
 * Prints lines for people. Untrusted parts must have gone through `escapeTerminal` already; commands that CI systems
 * look for in logs are broken here, in one place.
 */
export async function printLines(lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await writeOut(breakCiCommands(lines.map((line) => `${line}\n`).join("")));
}

/**
 * Prints one JSON text and a line feed. A terminal gets the same value with everything but ASCII escaped; files and
 * pipes get the text as it is, which is canonical where the caller made it so.
 */
export async function printJson(json: string): Promise<void> {
  await writeOut(`${process.stdout.isTTY === true ? asciiJson(json) : json}\n`);
}

/** Standard error of one program, and what happens when its output has nowhere to go. */
export type Stdio = {
  /** Prints the one line that every failure gets. */
  readonly printError: (code: string, message: string) => void;
  /**
   * Makes a reader that goes away, as in `... | head -1`, end the process quietly. Once is enough.
   * The exit code is that of a program ended by SIGPIPE, because a verdict that nobody took was not given.
   */
  readonly endOnBrokenPipe: () => void;
};

/** The standard streams of a program that calls itself `program` in front of its errors. */
export function stdioOf(program: string): Stdio {
  let watching = false;
  const printError = (code: string, message: string): void => {
    process.stderr.write(breakCiCommands(`${program}: ${code}: ${escapeTerminal(message)}\n`));
  };
  const endOnBrokenPipe = (): void => {
    if (watching) return;
    watching = true;
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(EXIT_BROKEN_PIPE);
      // An output that could not be written is no verdict, above all not exit code 1.
      printError("CLI_OUTPUT", `standard output: expected to write, found ${reasonOf(error)}`);
      process.exit(EXIT_OUTPUT);
    });
    // Nobody is left to hear about it.
    process.stderr.on("error", () => {});
  };
  return { printError, endOnBrokenPipe };
}
