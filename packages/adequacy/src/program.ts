import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { rememberedCrypto } from "./remembered.ts";

/** What an answer of the program under test is judged by; more members may be there. */
export type Answer = {
  readonly verdict: "accept" | "reject" | "indeterminate";
  readonly code: string | null;
  readonly facts?: Readonly<Record<string, unknown>>;
};

/** The compiled schemas of the protocol, by name. */
export type Validators = Readonly<Record<string, (value: unknown) => boolean>>;

/** The one thing that a program under test exports. */
export type Exports = { readonly answer: (op: string, input: object) => Promise<Answer> | Answer };

/** A program that can be started anew for each mutant, with all its modules. */
export type Program = (mutant: number, runtime: Runtime) => Exports;

const builtIn = createRequire(import.meta.url);
const crypto = rememberedCrypto();
const require = (name: string): unknown => (name === "node:crypto" ? crypto : builtIn(name));

/** Compiles a script of `bundle.ts`. Instances share the compiled code and nothing else. */
export const compileProgram = (code: string): Program => {
  const start = compileFunction(code, ["$m", "$r", "require", "module", "exports"]) as (...args: unknown[]) => void;
  return (mutant, runtime) => {
    const module = { exports: {} };
    start(mutant, runtime, require, module, module.exports);
    return module.exports as Exports;
  };
};

/** A loop of the program took many more turns than without the mutant. */
export class Endless extends Error {}

/** What instrumented code talks to. */
export class Runtime {
  /** 1 for each site that was reached. */
  readonly reached: Uint8Array;
  readonly validators: Validators;
  #turns = 0;
  #turnsMax = Number.POSITIVE_INFINITY;

  constructor(sites: number, validators: Validators) {
    this.reached = new Uint8Array(sites);
    this.validators = validators;
  }

  /** Counts one turn of a loop. */
  turn(): void {
    this.#turns += 1;
    if (this.#turns > this.#turnsMax) throw new Endless(`more than ${this.#turnsMax} turns of loops`);
  }

  /** Whether more turns were taken than allowed, whoever caught the error. */
  get endless(): boolean {
    return this.#turns > this.#turnsMax;
  }

  get turns(): number {
    return this.#turns;
  }

  /** Starts to count anew, up to a limit. */
  restart(turnsMax: number): void {
    this.#turns = 0;
    this.#turnsMax = turnsMax;
  }

  /** The first of several. */
  *first<T>(items: Iterable<T>): Generator<T> {
    for (const item of items) {
      yield item;
      return;
    }
  }

  /** All but the first of several. */
  *rest<T>(items: Iterable<T>): Generator<T> {
    let later = false;
    for (const item of items) {
      if (later) yield item;
      later = true;
    }
  }
}
