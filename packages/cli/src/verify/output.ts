import type { Equivocation } from "@settld/verifier";
import type { Outcome } from "./check-input.ts";
import type { Tally } from "./tally.ts";

/** A contradiction between the histories in two files. */
export type FoundEquivocation = { readonly equivocation: Equivocation; readonly files: readonly [string, string] };

/** One way to write results. Each part returns lines; what it returns is printed and forgotten. */
export type Output = {
  readonly start: () => readonly string[];
  readonly result: (name: string, outcome: Outcome) => readonly string[];
  readonly equivocation: (found: FoundEquivocation) => readonly string[];
  readonly end: (tally: Tally, exitCode: number) => readonly string[];
};
