import type { Outcome, Trace } from "./runner.ts";
import type { SchemaEdit } from "./schema-mutants.ts";

/** What every worker needs once: the scripts of `bundle.ts`. */
export type Setup = {
  readonly root: string;
  /** The folder of the vectors, and how many there were at the beginning. */
  readonly vectors: string;
  readonly caseCount: number;
  readonly switched: string;
  readonly covering: string;
  /** The program as it is, for mutants of schemas. */
  readonly plain: string;
  readonly validators: string;
  readonly targets: Readonly<Record<string, string>>;
  readonly siteCount: number;
};

/** A mutant and the cases that it is judged by, in this order. */
export type Task = { readonly id: number; readonly cases: Uint16Array; readonly edit?: SchemaEdit };

/** What a worker is told. */
export type Order =
  | { readonly kind: "setup"; readonly setup: Setup }
  | { readonly kind: "trace"; readonly cases: readonly number[] }
  | { readonly kind: "turns"; readonly turns: readonly number[] }
  | { readonly kind: "judge"; readonly tasks: readonly Task[] };

/** What a worker says. */
export type Reply =
  | { readonly kind: "traced"; readonly load: Uint32Array; readonly traces: readonly Trace[] }
  /** Between two cases, about once a second. */
  | { readonly kind: "alive" }
  | { readonly kind: "outcome"; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: "failed"; readonly message: string };
