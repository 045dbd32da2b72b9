import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One clause of the specification: from its bold id at the start of a line to the next clause or heading. */
export type Clause = {
  readonly id: string;
  /** Path of the file, relative to the root. */
  readonly file: string;
  /** Number of the line, from 1. */
  readonly line: number;
  /** The text without its id, white space collapsed, so that re-wrapping a paragraph is no change. */
  readonly text: string;
};

/** Matches one code of the given areas inside running text; `areas` come from the registry. */
export const codePattern = (areas: readonly string[]): RegExp =>
  new RegExp(`\\b(?:${areas.join("|")})_[A-Z0-9]+(?:_[A-Z0-9]+)*\\b`, "g");

/** Matches one clause id of the given areas inside running text. */
export const clausePattern = (areas: readonly string[]): RegExp =>
  new RegExp(`\\b(?:${areas.join("|")})-[1-9][0-9]*\\b`, "g");

/** The clauses of one Markdown text. */
export const parseClauses = (file: string, text: string): Clause[] => {
  const clauses: { id: string; file: string; line: number; lines: string[] }[] = [];
  let current: (typeof clauses)[number] | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [, id, rest] = /^(?:[-*] )?\*\*([A-Z]+-[1-9][0-9]*)\.?\*\*(.*)$/.exec(line) ?? [];
    if (id !== undefined && rest !== undefined) {
      current = { id, file, line: index + 1, lines: [rest] };
      clauses.push(current);
    } else if (/^#{1,6} /.test(line)) {
      current = undefined;
    } else {
      current?.lines.push(line);
    }
  }
  return clauses.map(({ lines, ...clause }) => ({ ...clause, text: lines.join(" ").replaceAll(/\s+/g, " ").trim() }));
};

/** Every clause of `spec/`, in file order. */
export const readClauses = (base: string): Clause[] =>
  globSync("spec/**/*.md", { cwd: base, exclude: ["**/node_modules/**", "**/CHANGELOG.md"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .flatMap((path) => parseClauses(path, readFileSync(join(base, path), "utf8")));
