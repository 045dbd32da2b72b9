import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { SettldError } from "@settld/protocol";
import { lineReader } from "./lines.ts";
import { LINE_BYTES_MAX, lineTooLong } from "./message.ts";
import type { OpenOptions } from "./session.ts";

/** What a child process does. The last call is `onEnd`. */
export type ChildEvents = {
  /** A whole line of standard output; `place` is `line N`. */
  readonly onLine: (line: Uint8Array, place: string) => void;
  /** A line that never ends; nothing more is read. */
  readonly onTooLong: (error: SettldError) => void;
  readonly onEnd: (end: ChildEnd) => void;
};

/** How a child process ended. */
export type ChildEnd = {
  /** Exit code 0 and no signal. */
  readonly clean: boolean;
  /** Such as `exit code 1` or `signal SIGKILL`. */
  readonly how: string;
  /** What it wrote after its last line feed. */
  readonly rest: Uint8Array;
  /** Where the rest stands, `line N`. */
  readonly place: string;
};

/** A running child process. */
export type Child = {
  readonly write: (text: string) => void;
  readonly endInput: () => void;
  /** Kills it with everything that it started, and waits for its end. */
  readonly kill: () => Promise<void>;
};

/**
 * Starts a program in a process group of its own, so that its children can be killed with it.
 *
 * @throws SettldError `CONF_ADAPTER_START` when it cannot be started.
 */
export const startChild = async (
  [program, ...args]: readonly [string, ...string[]],
  { stderr, signal: abort }: Pick<OpenOptions, "stderr" | "signal">,
  events: ChildEvents,
): Promise<Child> => {
  const child = spawn(program, args, { stdio: "pipe", detached: process.platform !== "win32", windowsHide: true });
  let count = 0;
  const place = (): string => `line ${count + 1}`;
  const reader = lineReader(LINE_BYTES_MAX, (line) => {
    const at = place();
    count += 1;
    events.onLine(line, at);
  });
  child.stdout.on("data", (chunk: Uint8Array) => {
    if (reader.push(chunk)) return;
    events.onTooLong(lineTooLong(reader.rest(), place()));
    // Nothing of the rest is of use, and it may have no end.
    child.stdout.removeAllListeners("data");
    killGroup(child);
  });
  child.stderr.on("data", (chunk: Uint8Array) => stderr.push(chunk));
  // A program may end before it has read everything; its end says so.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {});

  const kill = (): void => killGroup(child);
  const ended = new Promise<void>((resolve) => {
    child.once("close", (code, signal) => {
      LIVING.delete(child);
      abort.removeEventListener("abort", kill);
      const rest = reader.rest();
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      events.onEnd({ clean: code === 0, how, rest, place: place() });
      resolve();
    });
  });
  child.once("exit", () => {
    // What it leaves behind would keep the pipes open, and the run waiting.
    killGroup(child);
    setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, CLOSE_WAIT_MS).unref();
  });

  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new SettldError("CONF_ADAPTER_START", `expected to start ${program}, found ${reasonOf(cause)}`, { cause }),
      ),
    );
  });
  // From now on a failed kill is all that could be reported here.
  child.on("error", () => {});
  LIVING.add(child);
  abort.addEventListener("abort", kill);
  if (abort.aborted) kill();
  return {
    write: (text) => child.stdin.write(text),
    endInput: () => child.stdin.end(),
    kill: () => {
      kill();
      return ended;
    },
  };
};

// Time for the last output after the end of a process, in case somebody outside of its group holds the pipes.
const CLOSE_WAIT_MS = 1000;

const reasonOf = (error: NodeJS.ErrnoException): string =>
  error.code === "ENOENT" ? "no such program or folder (ENOENT)" : (error.code ?? error.message);

const killGroup = (child: ChildProcess): void => {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === "win32") {
    // Without groups, only the system's own tool finds the children of a process, and only while it lives.
    if (child.exitCode === null) spawnSync("taskkill", ["/pid", `${pid}`, "/t", "/f"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
};

const LIVING: Set<ChildProcess> = new Set();

// However this process ends, its adapters end with it.
process.on("exit", () => {
  for (const child of LIVING) killGroup(child);
});
