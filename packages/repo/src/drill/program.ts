import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../workspace.ts";

/** What a command printed, and how it ended. */
export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A `settld serve` that runs. */
export type Serving = {
  readonly url: string;
  /** The address of `/metrics`. */
  readonly metrics: string;
  readonly pid: number;
  readonly printed: () => string;
  /** Sends a signal and waits; gives the exit code, or the signal that ended it. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>;
};

const START_MS = 60_000;

// As it is in a tree of sources, which needs no build: the repository's, or a copy that stands for another version.
const command = (tree: string, args: readonly string[]): string[] => [
  "--conditions=@settld/source",
  join(tree, "packages/cli/src/bin.ts"),
  ...args,
];

const environment = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...process.env,
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  ...more,
});

/** Runs `settld` to its end. */
export function settld(args: readonly string[], tree: string = root, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command(tree, args), { env: environment(more) });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: stdout(), stderr: stderr() }));
  });
}

/** Starts `settld serve` with its metrics, on free ports, and waits until it listens. */
export async function serve(
  args: readonly string[],
  tree: string = root,
  more: NodeJS.ProcessEnv = {},
): Promise<Serving> {
  const ports = ["--port", "0", "--metrics-port", "0", "--log", "json"];
  const child: ChildProcess = spawn(process.execPath, command(tree, ["serve", ...ports, ...args]), {
    env: environment(more),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const began = Date.now();
  while (!stdout().includes("\n")) {
    if (child.exitCode !== null || Date.now() - began > START_MS) {
      child.kill("SIGKILL");
      throw new Error(`expected a server that listens, found: ${stderr()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { url, metrics } = JSON.parse(stdout()) as { readonly url: string; readonly metrics: string };
  return {
    url,
    metrics,
    pid: child.pid ?? 0,
    printed: stderr,
    async end(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  return () => text;
}

/** The value of a metric without labels, or summed over all that begin so. */
export async function metric({ metrics }: Serving, name: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
