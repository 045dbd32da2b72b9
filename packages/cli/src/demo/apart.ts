import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunApart } from "./verification.ts";

const ANSWER_MS_MAX = 60_000;

/** How to start this very program again: the built one, or its sources where they run. */
export function ownProgram(): readonly [string, ...string[]] {
  const here = import.meta.url;
  return here.endsWith(".ts")
    ? [process.execPath, "--conditions=@settld/source", fileURLToPath(new URL("../bin.ts", here))]
    : [process.execPath, fileURLToPath(new URL("./bin.js", here))];
}

/**
 * Runs `settld` as a process of its own in a folder that holds nothing but files of the story. The process shares no
 * memory with the one that made the files; it can only read them.
 *
 * @param program - the program and its first arguments.
 */
export function runApartWith([command, ...first]: readonly [string, ...string[]]): RunApart {
  return async (args, files) => {
    const folder = await mkdtemp(join(tmpdir(), "settld-demo-"));
    try {
      for (const [path, bytes] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), bytes);
      }
      return await answerOf(command, [...first, ...args], folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

function answerOf(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly exitCode: number | null; readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "ignore"], timeout: ANSWER_MS_MAX });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout: Buffer.concat(chunks).toString("utf8") }));
  });
}
