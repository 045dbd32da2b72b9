import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { main } from "../main.ts";

/** What a run of the program gave. */
export type Run = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Runs the program in this process, for tests: fast, with the streams and the exit code caught. Not at the same time twice. */
export const runMain = async (...args: readonly string[]): Promise<Run> => {
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
};

/** A process of the program, from its sources. */
export type ChildRun = {
  readonly done: Promise<Run>;
  /** Sends a signal to it. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves once a text stands in its standard error or output. */
  readonly saw: (text: string) => Promise<void>;
};

/** Starts the program from its sources as a process of its own. */
export const startChild = (
  args: readonly string[],
  options: {
    readonly input?: Uint8Array | string;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): ChildRun => {
  const bin = fileURLToPath(new URL("../bin.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@settld/source", bin, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", GITHUB_STEP_SUMMARY: "", ...options.env },
  });
  let stdout = "";
  let stderr = "";
  const waiting: { readonly text: string; readonly wake: () => void }[] = [];
  const look = (): void => {
    for (const { text, wake } of waiting) if (`${stdout}${stderr}`.includes(text)) wake();
  };
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    look();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
    look();
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  return {
    done: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    }),
    signal: (name) => child.kill(name),
    saw: (text) =>
      new Promise((wake) => {
        waiting.push({ text, wake });
        look();
      }),
  };
};

const SOURCE = `"${process.execPath}" --conditions=@settld/source`;

/** The spec of the adapter that is wrong where it is told to be; see `faulty-adapter.ts`. */
export const faulty = (
  fault: string = "none",
  id: string = "*",
  window: number = 1,
  kind: "cmd" | "exec" = "cmd",
): string =>
  `${kind}:${SOURCE} "${fileURLToPath(new URL("./faulty-adapter.ts", import.meta.url))}" ${fault} "${id}" ${window}`;

/** The spec of the reference implementation, which is data to this package. */
export const REFERENCE: string = `cmd:${SOURCE} "${fileURLToPath(new URL("../../../cli/src/bin.ts", import.meta.url))}" adapter`;
