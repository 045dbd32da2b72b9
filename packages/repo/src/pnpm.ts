import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** pnpm says where it is; without it (a script that is run by hand) npx finds it. */
export const pnpmCommand = (): readonly [string, ...string[]] => {
  const path = process.env["npm_execpath"] ?? "";
  return basename(path).startsWith("pnpm") ? [path] : ["npx", "-y", "pnpm@12"];
};

/** Runs pnpm in a folder and gives what it prints. */
export const pnpm = async (
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> => {
  const [command, ...first] = pnpmCommand();
  const { stdout } = await exec(command, [...first, ...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
};

/** Output of a tool that ended with an error, for people. */
export const outputOf = (error: unknown): string => {
  const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
  return `${stdout}${stderr}`.trim() || message;
};
