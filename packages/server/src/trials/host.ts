import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const program = fileURLToPath(new URL("./server-child.ts", import.meta.url));

/** Runs one server after another over one folder or database, and kills them. */
export class Host {
  readonly #folder: string;
  readonly #database: string | undefined;
  #spare: Child | undefined;
  #running: Child | undefined;
  /** Where the present server listens, when it does. */
  url: string | undefined;
  /** What the servers complained about. */
  complaints = "";

  /**
   * @param folder - where the journal of the rail is, and without a database the store.
   * @param database - the URL of a database.
   */
  constructor(folder: string, database?: string) {
    this.#folder = folder;
    this.#database = database;
  }

  /** Where requests go. */
  route(): string | undefined {
    return this.url;
  }

  /** Lets a server open the store; fulfils at once. */
  start(): void {
    const child = this.#spare ?? this.#load();
    this.#spare = undefined;
    this.#running = child;
    child.stdin.write("open\n");
    // The next one loads its modules while this one serves.
    this.#spare = this.#load();
  }

  /** Kills the server and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.#running;
    this.#running = undefined;
    this.url = undefined;
    if (child === undefined) return;
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(
        `the server ended by itself, ${child.exitCode ?? child.signalCode}: ${this.complaints.slice(-4_000)}`,
      );
    }
    const gone = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    child.kill("SIGKILL");
    expect(await gone).toBe("SIGKILL");
  }

  async end(): Promise<void> {
    await this.kill();
    this.#running = this.#spare;
    await this.kill();
  }

  #load(): Child {
    const child = spawn(process.execPath, ["--conditions=@settld/source", program, this.#folder], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...(this.#database === undefined ? {} : { SETTLD_TRIAL_DATABASE: this.#database }) },
    });
    child.stdin.on("error", () => {});
    child.stderr.on("data", (data) => {
      this.complaints += data;
    });
    child.once("exit", () => {
      if (child === this.#running) this.url = undefined;
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (child === this.#running && line.startsWith("listening ")) this.url = line.slice("listening ".length);
    });
    return child;
  }
}
