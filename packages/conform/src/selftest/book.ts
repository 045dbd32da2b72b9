import { createHash } from "node:crypto";

/** A right answer, as a vector declares it. */
export type BookAnswer = {
  readonly verdict: string;
  readonly code: string | null;
  readonly facts?: Readonly<Record<string, unknown>>;
};

/** What a cheat is given: answers by {@link bookKey}, and all ops. */
export type Book = {
  readonly revision: string;
  readonly ops: readonly string[];
  /** Codes of the registry, so that a wrong one can be a real one. */
  readonly codes: readonly string[];
  readonly answers: Readonly<Record<string, BookAnswer>>;
};

/** The place of an answer in the book. */
export const bookKey = (op: string, input: unknown): string =>
  createHash("sha256")
    .update(`${op}\n${JSON.stringify(input)}`)
    .digest("hex");
