import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandFault } from "./commands.ts";
import { digestOf } from "./files.ts";
import type { Coverage, CoverageRow } from "./plan-data.ts";

/** Lines that name what follows and ask for nothing: headings, rules of tables, fences, "Issues:". */
const isFrame = (line: string): boolean =>
  /^\s*$|^#|^```|^\|[\s|-]+\|$|^\| Layer \|/.test(line) || /^(?:[A-Z][\w -]*|[^.]*\)):$/.test(line.trim());

/** Lines of a document that ask for something, by their number. */
export const requirementLines = (text: string): ReadonlyMap<number, string> =>
  new Map(text.split("\n").flatMap((line, index) => (isFrame(line) ? [] : [[index + 1, line.trim()] as const])));

/** What is wrong with what a row says. */
const rowFaults = (base: string, { command, file, deferred }: CoverageRow): string[] => {
  const faults: string[] = [];
  if (command === undefined && file === undefined && deferred === undefined) {
    faults.push("expected a command, a file, or why it is deferred; found none");
  }
  const fault = command === undefined ? undefined : commandFault(base, command);
  if (fault !== undefined) faults.push(`command: ${fault}`);
  if (file !== undefined && !existsSync(join(base, file))) faults.push(`file: expected ${file}, found none`);
  return faults;
};

/** Everything in which the coverage is not complete or not true. */
export const coverageFaults = (base: string, { documents, rows }: Coverage): string[] => {
  const faults: string[] = [];
  const ids = new Set<string>();
  for (const row of rows) {
    const at = `planning/coverage.json: ${row.id}`;
    if (ids.has(row.id)) faults.push(`${at}: stands twice`);
    ids.add(row.id);
    faults.push(...rowFaults(base, row).map((fault) => `${at}: ${fault}`));
    if (documents[row.document] === undefined) faults.push(`${at}: no document ${row.document}`);
  }
  for (const [name, { path, sha256 }] of Object.entries(documents)) {
    if (!existsSync(join(base, path))) {
      faults.push(`${path}: expected the owner's document, found none`);
      continue;
    }
    const text = readFileSync(join(base, path), "utf8");
    if (digestOf(text) !== `sha256:${sha256}`) faults.push(`${path}: expected ${sha256}, found ${digestOf(text)}`);
    const quotes = rows.filter(({ document }) => document === name);
    const present = new Set(text.split("\n").map((line) => line.trim()));
    for (const { id, quote } of quotes) {
      if (!present.has(quote))
        faults.push(`planning/coverage.json: ${id}: no line of ${path} is ${JSON.stringify(quote)}`);
    }
    const left = quotes.map(({ quote }) => quote);
    for (const [number, line] of requirementLines(text)) {
      // A line that stands twice needs two rows.
      const at = left.indexOf(line);
      if (at < 0) faults.push(`${path}:${number}: no row of planning/coverage.json quotes ${JSON.stringify(line)}`);
      else left.splice(at, 1);
    }
  }
  return faults;
};
