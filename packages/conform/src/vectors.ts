import { base64Decode, base64Encode, concatBytes } from "@settld/protocol";
import type { Verdict } from "./gen/types.ts";

/** One conformance vector with everything that its group and file say about it. */
export type Vector = {
  /** Immutable, kebab-case, unique over all files. */
  readonly id: string;
  /** File below `vectors/`, such as `money/value.json`. */
  readonly path: string;
  readonly op: string;
  /** The clause of the specification that decides. */
  readonly clause: string;
  /** Why the vector matters, in a sentence. */
  readonly why: string;
  /** The revision that brought it. */
  readonly since: string;
  /** The one thing in which it differs from its twin. */
  readonly fault: string | null;
  readonly verdict: Verdict;
  readonly code: string | null;
  /** What an answer has to recompute, where it is declared. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** The accepted vector that differs in the fault only. */
  readonly twin?: string;
  /** The mistake that the vector is there to notice. */
  readonly kills?: string;
  /** JSON Pointer to the fault; for people. */
  readonly pointer?: string;
  /** Index of the offending event or transaction, from 0; for people. */
  readonly index?: number;
  /** The code that must not win, where two faults meet on purpose. */
  readonly over?: string;
  /** The input as the file has it, with recipes; {@link expand} makes plain base64 of them. */
  readonly input: Readonly<Record<string, unknown>>;
};

/** A file of vectors, as `vector.schema.json` describes it. */
export type VectorFile = {
  readonly op: string;
  readonly testGroups: readonly {
    readonly input?: Readonly<Record<string, unknown>>;
    readonly tests: readonly Omit<Vector, "path" | "op">[];
  }[];
};

/** The vectors of one file, each with the members that its group shares. */
export const vectorsOf = (path: string, { op, testGroups }: VectorFile): Vector[] =>
  testGroups.flatMap(({ input = {}, tests }) =>
    tests.map((test) => ({ ...test, path, op, input: { ...input, ...test.input } })),
  );

type Part = string | { readonly repeat: string; readonly times: number };

/**
 * Replaces every recipe `{"concat": [...]}` in an input by the base64 of the bytes that it describes, which is what an
 * adapter gets. Everything else stays as it is.
 */
export const expand = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== "object" || value === null) return value;
  if ("concat" in value) return base64Encode(concatBytes(...(value.concat as readonly Part[]).map(bytesOfPart)));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]));
};

const bytesOfPart = (part: Part): Uint8Array => {
  if (typeof part === "string") return base64Decode(part);
  const unit = base64Decode(part.repeat);
  const run = new Uint8Array(unit.length * part.times);
  run.set(unit.subarray(0, run.length));
  // Doubling what is there: a byte that is repeated ten million times would otherwise take ten million calls.
  for (let done = unit.length; done < run.length; done *= 2) run.copyWithin(done, 0, done);
  return run;
};
