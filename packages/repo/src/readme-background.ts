/** Commands of a page that go on, as a server does, and the port at which they listen. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A command that goes on. */
export type Background = {
  /** What it had printed when the page went on. */
  readonly output: string;
  /** Asks it to end, and waits until it has. */
  readonly end: () => Promise<void>;
};

/** The port in the text of pages; what runs uses one that is free. */
export const PAGE_PORT = "8402";

const PAUSE_MS = 50;
const START_MS_MAX = 60_000;

/**
 * Starts a command and comes back when it has printed a text.
 *
 * @throws Error with what it printed instead.
 */
export const startInBackground = (
  [program, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: NodeJS.ProcessEnv,
  until: string,
): Background => {
  const log = join(mkdtempSync(join(tmpdir(), "settld-page-log-")), "out");
  const out = openSync(log, "w");
  // A process group of its own, so that what a shell starts ends with it.
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", out, out], detached: true });
  closeSync(out);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const end = async (): Promise<void> => {
    try {
      process.kill(-(child.pid ?? Number.NaN), "SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await closed;
    rmSync(dirname(log), { recursive: true, force: true });
  };
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < START_MS_MAX; waited += PAUSE_MS) {
    const output = readFileSync(log, "utf8");
    if (output.includes(until)) return { output, end };
    Atomics.wait(clock, 0, 0, PAUSE_MS);
  }
  const output = readFileSync(log, "utf8");
  void end();
  throw new Error(`expected "${until}" from ${args.at(-1)}, found\n${output}`);
};

/** A port that nobody uses now. */
export const freePort = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? `${address?.port}` : ""));
    });
  });
