/** A process that judges mutants for `pool.ts`. What a mutant does to it stays in it. */
import { setImmediate } from "node:timers/promises";
import { readCases } from "./cases.ts";
import type { Order, Reply, Setup } from "./order.ts";
import { compileProgram, Runtime, type Validators } from "./program.ts";
import { Runner } from "./runner.ts";
import { SchemaJudge } from "./schema-judge.ts";
import { readSchemas } from "./schema-mutants.ts";

const ALIVE_MS = 1_000;

let said = 0;

const send = (reply: Reply): void => void process.send?.(reply);

const sayAlive = async (): Promise<void> => {
  const now = performance.now();
  if (now - said < ALIVE_MS) return;
  said = now;
  send({ kind: "alive" });
  // Cases may follow each other without a turn of the event loop; that a parent is gone is only heard in one.
  await setImmediate();
};

/** Everything that a setup makes. */
class Bench {
  readonly runner: Runner;
  readonly turns: number[] = [];
  readonly #setup: Setup;
  readonly #validators: Validators;
  readonly #cases: ReturnType<typeof readCases>;
  #schemas: Promise<SchemaJudge> | undefined;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#cases = readCases(setup.vectors);
    if (this.#cases.length !== setup.caseCount) throw new Error("the vectors changed during the run");
    this.#validators = compileProgram(setup.validators)(0, new Runtime(0, {})) as unknown as Validators;
    const [switched, covering] = [compileProgram(setup.switched), compileProgram(setup.covering)];
    this.runner = new Runner(switched, covering, setup.siteCount, this.#validators, this.#cases, sayAlive);
  }

  /** Made when the first mutant of a schema comes, because it takes a run of all cases. */
  schemas(): Promise<SchemaJudge> {
    this.#schemas ??= this.#prepare();
    return this.#schemas;
  }

  async #prepare(): Promise<SchemaJudge> {
    const { root, targets, plain } = this.#setup;
    const schemas = readSchemas(root);
    // Schemas of the server are compiled with the others, and no op asks for them.
    const ours = Object.entries(targets).filter(([, target]) => schemas.has(target.split("#")[0] ?? ""));
    const judge = new SchemaJudge(schemas, Object.fromEntries(ours), this.#validators);
    await judge.prepare(compileProgram(plain), this.#cases, sayAlive);
    return judge;
  }
}

let bench: Bench | undefined;
let queue: Promise<void> = Promise.resolve();

const obey = async (order: Order): Promise<void> => {
  if (order.kind === "setup") {
    bench = new Bench(order.setup);
    return;
  }
  if (bench === undefined) throw new Error("expected a setup first");
  if (order.kind === "turns") {
    bench.turns.splice(0, bench.turns.length, ...order.turns);
    return;
  }
  if (order.kind === "trace") return send({ kind: "traced", ...(await bench.runner.trace(order.cases)) });
  for (const { id, cases, edit } of order.tasks) {
    if (edit === undefined) {
      send({ kind: "outcome", id, outcome: await bench.runner.run(id, cases, bench.turns) });
      continue;
    }
    const allowed = new Set(cases);
    const edited = (await bench.schemas()).edit(edit);
    if (edited === undefined) {
      // Schemas that cannot be compiled refuse everything.
      send({ kind: "outcome", id, outcome: { fate: "crash", by: "(load)" } });
      continue;
    }
    const { validators, cases: found } = edited;
    const chosen = [...found].filter((index) => allowed.has(index)).sort((a, b) => turnsOf(a) - turnsOf(b));
    send({ kind: "outcome", id, outcome: await bench.runner.runSchema(validators, chosen, bench.turns) });
  }
};

const turnsOf = (index: number): number => bench?.turns[index] ?? 0;

process.on("message", (order: Order) => {
  queue = queue
    .then(() => obey(order))
    .catch((error: unknown) => {
      send({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
});
// Without its parent a worker has nothing to do.
process.on("disconnect", () => process.exit());
// A mutant may throw where nobody waits for it. The case that waits then says what came of it.
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
