import { spawn } from "node:child_process";
import { delimiter, join, resolve } from "node:path";

/** Absolute path of the repository root. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** How a program is run. */
export type RunOptions = {
  readonly cwd?: string;
  /** Added to the environment; undefined takes a name out of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Shows the output while it comes, instead of keeping it. */
  readonly show?: boolean;
  /** Exit codes that are no failure. */
  readonly accept?: readonly number[];
};

/** How a program ended. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A program that did not end as it should, with what it said. */
export class ProgramError extends Error {
  /** Its exit code, or 1 for what is no program. */
  readonly code: number;

  constructor(message: string, code: number = 1) {
    super(message);
    this.code = code;
  }
}

/** Exit code of a step that asks somebody who cannot be reached from here. */
export const UNREACHABLE: 4 = 4;

/** The environment of every program: the tools of the lockfile first, no colours, nothing that names another registry. */
export const environment = (more: RunOptions["env"] = {}): NodeJS.ProcessEnv => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|PNPM_|VITEST|NODE_OPTIONS$)/i.test(name),
  );
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    DO_NOT_TRACK: "1",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
  return { ...env, ...more };
};

/** Runs a program to its end. */
export const run = (
  [program, ...args]: readonly [string, ...string[]],
  { cwd = root, env, show = false, accept = [0] }: RunOptions = {},
): Promise<Ended> =>
  new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd,
      env: environment(env),
      stdio: show ? ["ignore", 2, 2] : ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", fail);
    child.on("close", (code, signal) => {
      const [stdout, stderr] = [out, err].map((chunks) => Buffer.concat(chunks).toString("utf8")) as [string, string];
      if (code !== null && accept.includes(code)) {
        done({ code, stdout, stderr });
      } else {
        const command = [program, ...args].join(" ").slice(0, 200);
        fail(new ProgramError(`${command}: ended with ${code ?? signal}\n${stdout}${stderr}`.trimEnd(), code ?? 1));
      }
    });
  });

/** pnpm, as whoever called this script runs it, or by npx. */
export const pnpm = (args: readonly string[], options: RunOptions = {}): Promise<Ended> => {
  const path = process.env["npm_execpath"] ?? "";
  const command: [string, ...string[]] = /pnpm[^/]*$/.test(path) ? [path] : ["npx", "-y", "pnpm@12"];
  return run([...command, ...args], options);
};
