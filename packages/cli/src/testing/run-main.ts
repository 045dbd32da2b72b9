import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { main } from "../main.ts";

/** What a run of the CLI gave. */
export type Run = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Runs the CLI in this process, for tests: fast, with the streams and the exit code caught. Not at the same time twice. */
export async function runMain(...args: readonly string[]): Promise<Run> {
  const { stdout, stderr } = process;
  const before = { out: stdout.write, err: stderr.write, exitCode: process.exitCode };
  const caught = { out: "", err: "" };
  const catcher =
    (name: "out" | "err") =>
    (chunk: string | Uint8Array): boolean => {
      caught[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      return true;
    };
  process.exitCode = undefined;
  stdout.write = catcher("out");
  stderr.write = catcher("err");
  try {
    await main(args);
    return { exitCode: Number(process.exitCode ?? 0), stdout: caught.out, stderr: caught.err };
  } finally {
    stdout.write = before.out;
    stderr.write = before.err;
    process.exitCode = before.exitCode;
  }
}

/** How a child is run. */
export type ChildOptions = {
  /** Bytes for standard input. */
  readonly input?: Uint8Array;
  /** Closes standard output after the first bytes of it, as `head -1` does. */
  readonly closeEarly?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: that of this process. */
  readonly cwd?: string;
  /** The user to run it as, which only root may choose. */
  readonly uid?: number;
};

/** Runs the CLI from its sources as a process of its own. */
export function runChild(args: readonly string[], options: ChildOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const bin = fileURLToPath(new URL("../bin.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=@settld/source", bin, ...args], {
      env: { ...process.env, NO_COLOR: "", FORCE_COLOR: "0", ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
      if (options.closeEarly === true) child.stdout.destroy();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}
