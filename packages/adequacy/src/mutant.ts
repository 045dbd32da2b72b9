/** What a mutant changes, so that results can be read by kind of fault. */
export type Operator =
  | "condition"
  | "comparison"
  | "logical"
  | "arithmetic"
  | "constant"
  | "code"
  | "text"
  | "regex"
  | "removed statement"
  | "emptied body"
  | "return value"
  | "removed member"
  | "call"
  | "iteration"
  | "case"
  | "schema";

/** What may take the place of a piece of source text. */
export type Change = {
  readonly operator: Operator;
  readonly text: string;
  /** How the change is shown and named, where its text is long. */
  readonly shown?: string;
};

/** One small fault in one place. */
export type Mutant = {
  /** Number in this run, from 1. It changes with the sources; {@link key} does not. */
  readonly id: number;
  /** Names the mutant by file, function, original and replacement, without line numbers. */
  readonly key: string;
  /** Path without `packages/` and `src/`, such as `protocol/json.ts`, or `schemas/NAME`. */
  readonly file: string;
  /** The innermost function with a name, `Class.method`, or the variable of a module. */
  readonly where: string;
  readonly operator: Operator;
  readonly original: string;
  readonly replacement: string;
  /** Place of the original in the text of its file, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
};

/** What stands in a key for nothing at all. */
export const REMOVED = "(removed)";

const EXCERPT_MAX = 110;
const HEAD = 70;

/** Source text on one line; of a long one the beginning and the end. */
export const excerpt = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= EXCERPT_MAX ? line : `${line.slice(0, HEAD)} ... ${line.slice(HEAD - EXCERPT_MAX)}`;
};

/** Gives mutants their keys: equal ones in one function are told apart by their order. */
export class Keys {
  readonly #seen = new Map<string, number>();

  /** The key of the next mutant of this description. */
  next({ file, where, original, replacement }: Pick<Mutant, "file" | "where" | "original" | "replacement">): string {
    const key = `${file} ${where}: ${excerpt(original)} => ${excerpt(replacement)}`;
    const count = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, count);
    return count === 1 ? key : `${key} #${count}`;
  }
}
