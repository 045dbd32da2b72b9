import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Order, Reply, Setup, Task } from "./order.ts";
import type { Outcome, Trace } from "./runner.ts";

const HEAP_MB = 2048;
// Far above what the slowest vector needs: it ends what turns of loops do not show, such as integers that grow for ever.
const SILENCE_MS = 20_000;
const TASKS_AT_ONCE = 16;

/** What the cases do without a mutant. */
export type Traced = { readonly load: Uint32Array; readonly traces: readonly Trace[] };

/** Processes that judge mutants side by side. One that dies is replaced, and the mutant that it worked on has killed it. */
export class Pool {
  readonly #setup: Setup;
  readonly #count: number;
  readonly #workers = new Set<Worker>();
  #turns: readonly number[] = [];

  constructor(setup: Setup, count: number) {
    this.#setup = setup;
    this.#count = count;
  }

  /** Runs the cases without mutants, spread over the workers. */
  async trace(cases: readonly number[]): Promise<Traced> {
    const traces: Trace[] = [];
    let load: Uint32Array = new Uint32Array();
    await Promise.all(
      Array.from({ length: this.#count }, async (_, part) => {
        const mine = cases.filter((_case, index) => index % this.#count === part);
        const worker = this.#start();
        const reply = await worker.ask({ kind: "trace", cases: mine });
        if (reply?.kind !== "traced") throw new Error("a worker ended while it ran the vectors without a mutant");
        load = reply.load;
        for (const [index, trace] of reply.traces.entries()) traces[mine[index] ?? 0] = trace;
        this.#workers.add(worker);
      }),
    );
    this.#turns = Array.from(traces, (trace) => trace?.turns ?? 0);
    for (const worker of this.#workers) worker.tell({ kind: "turns", turns: this.#turns });
    return { load, traces };
  }

  /** Judges every task; the order of the outcomes does not matter to anybody. */
  async judge(tasks: readonly Task[], done: (id: number, outcome: Outcome) => void): Promise<void> {
    const waiting = [...tasks];
    const work = async (first: Worker): Promise<void> => {
      let worker = first;
      for (;;) {
        const batch = waiting.splice(0, TASKS_AT_ONCE);
        if (batch.length === 0) return;
        const left = await worker.judge(batch, done);
        if (left.length === 0) continue;
        // The first that is left was being worked on.
        const [fatal, ...later] = left;
        if (fatal !== undefined) done(fatal.id, { fate: worker.silent ? "timeout" : "crash", by: "(process)" });
        waiting.unshift(...later);
        this.#workers.delete(worker);
        worker = this.#start();
        worker.tell({ kind: "turns", turns: this.#turns });
        this.#workers.add(worker);
      }
    };
    await Promise.all([...this.#workers].map(work));
  }

  /** Ends every worker. */
  close(): void {
    for (const worker of this.#workers) worker.end();
    this.#workers.clear();
  }

  #start(): Worker {
    return new Worker(this.#setup);
  }
}

class Worker {
  /** Whether it was ended because it had said nothing for long. */
  silent = false;

  readonly #child: ChildProcess;
  #listen: (reply: Reply | undefined) => void = () => {};
  #ended = false;

  constructor(setup: Setup) {
    this.#child = fork(join(import.meta.dirname, "worker.ts"), {
      execArgv: ["--conditions=@settld/source", `--max-old-space-size=${HEAP_MB}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (reply: Reply) => this.#listen(reply));
    this.#child.on("exit", () => {
      this.#ended = true;
      this.#listen(undefined);
    });
    this.tell({ kind: "setup", setup });
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }

  /** The next reply, or `undefined` when the worker ends before. */
  ask(order: Order): Promise<Reply | undefined> {
    return new Promise((resolve, reject) => {
      this.#listen = (reply) => {
        if (reply?.kind === "failed") reject(new Error(reply.message));
        else resolve(reply);
      };
      this.tell(order);
    });
  }

  /** Judges tasks in order, and returns those that have no outcome because the worker ended. */
  judge(tasks: readonly Task[], done: (id: number, outcome: Outcome) => void): Promise<readonly Task[]> {
    return new Promise((resolve, reject) => {
      let finished = 0;
      let timer: NodeJS.Timeout | undefined;
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          this.silent = true;
          this.end();
        }, SILENCE_MS);
      };
      this.#listen = (reply) => {
        if (reply?.kind === "outcome") {
          done(reply.id, reply.outcome);
          finished += 1;
        }
        wait();
        if (reply?.kind === "failed") {
          clearTimeout(timer);
          reject(new Error(reply.message));
        }
        if (reply === undefined || finished === tasks.length) {
          clearTimeout(timer);
          resolve(tasks.slice(finished));
        }
      };
      if (this.#ended) return resolve(tasks);
      wait();
      this.tell({ kind: "judge", tasks });
    });
  }
}
