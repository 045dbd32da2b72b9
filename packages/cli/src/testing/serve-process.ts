import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A `settld serve` that runs as a process of its own. */
export type ServeProcess = {
  readonly url: string;
  /** What it has printed so far. */
  readonly printed: () => { readonly stdout: string; readonly stderr: string };
  /** Sends a signal and waits for the end; gives the exit code, or the signal that ended it. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>;
};

const URL_LINE = /^(http:\/\/\S+)\n/;

/** Starts `settld serve` from its sources on a free port, in a folder, and waits until it listens. */
export async function startServe(
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ServeProcess> {
  const bin = fileURLToPath(new URL("../bin.ts", import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ["--conditions=@settld/source", bin, "serve", "--port", "0", ...args],
    { cwd, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const printed = { stdout: "", stderr: "" };
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      printed.stdout += chunk.toString("utf8");
      const found = URL_LINE.exec(printed.stdout)?.[1] ?? /"url":"([^"]+)"\}\n/.exec(printed.stdout)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      printed.stderr += chunk.toString("utf8");
    });
    child.on("error", reject);
    void ended.then((code) => reject(new Error(`settld serve ended with ${code}: ${printed.stderr}`)));
  });
  return {
    url,
    printed: () => ({ ...printed }),
    async end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
