import { isSettldError } from "@settld/protocol";
import type { Command } from "commander";

/** What a command did. */
export type CommandRun = {
  readonly exitCode: number;
  readonly stdout: string;
  /** Code and message of the error that ended it. */
  readonly error: string | undefined;
};

/** Runs one command by itself in this process, for tests; not at the same time twice. */
export const runCommand = async (command: Command, ...args: readonly string[]): Promise<CommandRun> => {
  const { write } = process.stdout;
  const { exitCode } = process;
  let stdout = "";
  process.exitCode = undefined;
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    stdout += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    return true;
  };
  try {
    await command.exitOverride().parseAsync(args, { from: "user" });
    return { exitCode: Number(process.exitCode ?? 0), stdout, error: undefined };
  } catch (error) {
    if (!isSettldError(error)) throw error;
    return { exitCode: -1, stdout, error: `${error.code}: ${error.message}` };
  } finally {
    process.stdout.write = write;
    process.exitCode = exitCode;
  }
};
