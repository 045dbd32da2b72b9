import { availableParallelism } from "node:os";
import { join } from "node:path";
import { bundleProgram, bundleValidators, type Port, readSources, validatorTargets } from "./bundle.ts";
import { type Case, readCases } from "./cases.ts";
import { type Instrumented, instrument } from "./instrument.ts";
import type { Mutant } from "./mutant.ts";
import type { Task } from "./order.ts";
import { Pool } from "./pool.ts";
import type { Outcome } from "./runner.ts";
import { mutateSchemas, readSchemas, type SchemaEdit } from "./schema-mutants.ts";

/** Vectors with more turns of loops than this are the large ones at the limits. */
const FAST_TURNS_MAX = 1_000_000;

/** What a mutant is judged by. */
type Plan = { readonly port: Port; readonly cases: readonly number[] };

/** Which vectors judge a mutant: all that reach it, only fast ones, or all but some. */
export type Choice = (id: number) => "all" | "fast" | ReadonlySet<number>;

/** All mutants, all vectors, and the processes that put them together. */
export class Campaign {
  readonly mutants: readonly Mutant[];
  /** Mutants that were left out because they would change only what people read. */
  readonly messages: number;
  readonly cases: readonly Case[];
  readonly #edits: ReadonlyMap<number, SchemaEdit>;
  readonly #plans: ReadonlyMap<number, Plan>;
  readonly #pools: ReadonlyMap<Port, Pool>;
  readonly #fast: ReadonlySet<number>;

  private constructor(
    mutants: readonly Mutant[],
    messages: number,
    cases: readonly Case[],
    edits: ReadonlyMap<number, SchemaEdit>,
    plans: ReadonlyMap<number, Plan>,
    pools: ReadonlyMap<Port, Pool>,
    fast: ReadonlySet<number>,
  ) {
    this.mutants = mutants;
    this.messages = messages;
    this.cases = cases;
    this.#edits = edits;
    this.#plans = plans;
    this.#pools = pools;
    this.#fast = fast;
  }

  /** Mutates the sources below `root`, builds them, and finds out what each vector reaches. */
  static async prepare(root: string, vectors: string = join(root, "vectors")): Promise<Campaign> {
    const instrumented = instrument(readSources(root));
    const cases = readCases(vectors);
    const schemaMutants = mutateSchemas(readSchemas(root), instrumented.mutants.length);
    const node = await startPool(root, vectors, cases.length, instrumented, "node");
    const all = [...cases.keys()];
    const traced = await node.trace(all);
    const turns = traced.traces.map((trace) => trace.turns);
    const order = all.sort((a, b) => (turns[a] ?? 0) - (turns[b] ?? 0) || a - b);
    const fast = order.filter((index) => (turns[index] ?? 0) <= FAST_TURNS_MAX);
    const web = await startPool(root, vectors, cases.length, instrumented, "web");
    const tracedOnWeb = await web.trace(fast);

    const plans = new Map<number, Plan>();
    const ports = [
      ["node", traced, order],
      ["web", tracedOnWeb, fast],
    ] as const;
    for (const [port, { load, traces }, indices] of ports) {
      const bySite = new Map<number, number[]>();
      for (const index of indices) {
        for (const site of traces[index]?.sites ?? []) {
          const known = bySite.get(site);
          if (known === undefined) bySite.set(site, [index]);
          else known.push(index);
        }
      }
      // What loading reaches may show anywhere.
      for (const site of load) bySite.set(site, [...indices]);
      for (const { id } of instrumented.mutants) {
        const found = bySite.get(instrumented.sites[id - 1] ?? -1);
        if (found !== undefined && !plans.has(id)) plans.set(id, { port, cases: found });
      }
    }
    for (const { mutant } of schemaMutants) plans.set(mutant.id, { port: "node", cases: order });
    return new Campaign(
      [...instrumented.mutants, ...schemaMutants.map(({ mutant }) => mutant)],
      instrumented.messages,
      cases,
      new Map(schemaMutants.map(({ mutant, edit }) => [mutant.id, edit])),
      plans,
      new Map([
        ["node", node],
        ["web", web],
      ]),
      new Set(fast),
    );
  }

  /** Whether any vector reaches a mutant. */
  reached = (id: number): boolean => this.#plans.has(id);

  /** The vectors that reach a mutant, fast ones first. */
  covering(id: number): readonly Case[] {
    return (this.#plans.get(id)?.cases ?? []).flatMap((index) => this.cases[index] ?? []);
  }

  /** Runs mutants; `done` is told of each when it is known, in any order. */
  async run(
    mutants: readonly Mutant[],
    choice: Choice,
    done: (id: number, outcome: Outcome) => void = () => {},
  ): Promise<ReadonlyMap<number, Outcome>> {
    const outcomes = new Map<number, Outcome>();
    const finish = (id: number, outcome: Outcome): void => {
      outcomes.set(id, outcome);
      done(id, outcome);
    };
    const tasks: Record<Port, Task[]> = { node: [], web: [] };
    for (const { id } of mutants) {
      const plan = this.#plans.get(id);
      const edit = this.#edits.get(id);
      const cases = Uint16Array.from(this.#chosen(plan?.cases ?? [], choice(id)));
      if (plan === undefined) finish(id, { fate: "not reached" });
      else tasks[plan.port].push({ id, cases, ...(edit === undefined ? {} : { edit }) });
    }
    for (const [port, pool] of this.#pools) await pool.judge(tasks[port], finish);
    return outcomes;
  }

  #chosen(cases: readonly number[], choice: ReturnType<Choice>): readonly number[] {
    if (choice === "all") return cases;
    return cases.filter((index) => (choice === "fast" ? this.#fast.has(index) : !choice.has(index)));
  }

  /** Ends the processes. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close();
  }
}

const startPool = async (
  root: string,
  vectors: string,
  caseCount: number,
  instrumented: Instrumented,
  port: Port,
): Promise<Pool> => {
  const [switched, covering, plain, validators] = await Promise.all([
    bundleProgram(root, instrumented.switched, port),
    bundleProgram(root, instrumented.covering, port),
    bundleProgram(root, new Map(), port),
    bundleValidators(root),
  ]);
  const targets = validatorTargets(root);
  const siteCount = instrumented.siteCount;
  return new Pool(
    { root, vectors, caseCount, switched, covering, plain, validators, targets, siteCount },
    Math.min(2, availableParallelism()),
  );
};
