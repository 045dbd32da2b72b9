import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { areaOf, type CodeRegistry, readCodeRegistry } from "../gen/registry.ts";
import { isTestFile } from "../layers.ts";
import { type Clause, clausePattern, codePattern, readClauses } from "./clauses.ts";

/** Every place where codes and clauses are named. */
export type Names = {
  readonly registry: CodeRegistry;
  readonly clauses: readonly Clause[];
  /** Published sources by path: no tests, nothing generated. */
  readonly sources: ReadonlyMap<string, string>;
  /** Schema and vector files by path. */
  readonly data: ReadonlyMap<string, string>;
};

/** The closed list of areas. A new area is a decision of the design, not of whoever adds a code. */
export const areas: readonly string[] =
  "JSON JCS DIGEST KEY DSSE EVENT LOG STATE POLICY MONEY LEDGER TRUST TIME RECEIPT BUNDLE LIMIT HTTP STORE HOOK CONF REL CLI".split(
    " ",
  );

const readAll = (base: string, pattern: string): Map<string, string> =>
  new Map(
    globSync(pattern, { cwd: base, exclude: ["**/node_modules/**"] })
      .map((path) => path.replaceAll("\\", "/"))
      .sort()
      .map((path) => [path, readFileSync(join(base, path), "utf8")]),
  );

/** Packages that talk about codes without raising them: tooling, and vectors as somebody else's expectations. */
const talkers = [
  "packages/repo/",
  "packages/bench/",
  "packages/testkit/",
  "packages/vectors-build/",
  "packages/adequacy/",
  "packages/conform/src/fuzz/",
];

/** Reads all of it from the repository at `base`. */
export const readNames = (base: string): Names => ({
  registry: readCodeRegistry(base),
  clauses: readClauses(base),
  sources: new Map(
    [...readAll(base, "packages/*/src/**/*.ts")].filter(
      ([path]) => !isTestFile(path) && !path.includes("/src/gen/") && !talkers.some((dir) => path.startsWith(dir)),
    ),
  ),
  data: new Map([...readAll(base, "schemas/*.schema.json"), ...readAll(base, "vectors/**/*.json")]),
});

/** Codes in the strings (and property names) of a source file; comments and identifiers do not count. */
const codesIn = (path: string, text: string): { readonly literals: string[]; readonly keys: string[] } => {
  const isCode = new RegExp(`^${codePattern(areas).source}$`);
  const literals: string[] = [];
  const keys: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && isCode.test(node.text)) {
      literals.push(node.text);
    } else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && isCode.test(node.name.text)) {
      keys.push(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { literals, keys };
};

/** Checks that registry, code, specification, schemas and vectors name the same codes and clauses. */
export const checkNames = ({ registry, clauses, sources, data }: Names): string[] => {
  const wrong: string[] = [];
  const { codes } = registry;
  if (registry.areas.join(" ") !== areas.join(" ")) {
    wrong.push(`schemas/codes.json: areas differ from the closed list ${areas.join(", ")}`);
  }

  const places = new Map<string, Clause>();
  for (const clause of clauses) {
    const earlier = places.get(clause.id);
    const place = `${clause.file}:${clause.line}`;
    if (earlier !== undefined) {
      wrong.push(`${place}: clause ${clause.id} is also in ${earlier.file}:${earlier.line}`);
    }
    if (!areas.includes(clause.id.replace(/-.*$/, ""))) {
      wrong.push(`${place}: clause ${clause.id} is in no known area`);
    }
    places.set(clause.id, clause);
    for (const [code] of clause.text.matchAll(codePattern(areas))) {
      if (!(code in codes)) {
        wrong.push(`${place}: clause ${clause.id} names ${code}, which is not in schemas/codes.json`);
      }
    }
  }

  const used = new Set<string>();
  const clauseIds = clausePattern(areas);
  const checkClauseIds = (path: string, text: string): void => {
    for (const id of new Set([...text.matchAll(clauseIds)].map(([match]) => match))) {
      if (!places.has(id)) {
        wrong.push(`${path}: names clause ${id}, which is not in spec/`);
      }
    }
  };
  for (const [path, text] of sources) {
    const { literals, keys } = codesIn(path, text);
    for (const code of new Set(literals)) {
      if (!(code in codes)) {
        wrong.push(`${path}: uses ${code}, which is not in schemas/codes.json`);
      }
    }
    for (const code of [...literals, ...keys]) {
      used.add(code);
    }
    checkClauseIds(path, text);
  }
  for (const [path, text] of data) {
    checkClauseIds(path, text);
    for (const [, id = ""] of text.matchAll(/"\$id"\s*:\s*"([^"]*)"/g)) {
      if (!id.startsWith(registry.uriBase)) {
        wrong.push(`${path}: $id ${id} does not start with the uriBase of schemas/codes.json`);
      }
    }
    for (const [, revision] of text.matchAll(/"const"\s*:\s*"(\d{4}-\d{2}(?:-[a-z]+)?)"/g)) {
      if (revision !== registry.revision) {
        wrong.push(`${path}: revision ${revision} is not ${registry.revision}, as schemas/codes.json says`);
      }
    }
    for (const [, code = ""] of text.matchAll(/"code"\s*:\s*"([^"]*)"/g)) {
      if (new RegExp(`^${codePattern(areas).source}$`).test(code) && !(code in codes)) {
        wrong.push(`${path}: expects ${code}, which is not in schemas/codes.json`);
      }
    }
  }

  for (const [code, { clause, reserved }] of Object.entries(codes)) {
    if (!/^[A-Z]+(_[A-Z0-9]+)+$/.test(code) || !areas.includes(areaOf(code))) {
      wrong.push(`schemas/codes.json: ${code} is not AREA_CONDITION with a known area`);
    }
    if (!places.has(clause)) {
      wrong.push(`schemas/codes.json: ${code} refers to clause ${clause}, which is not in spec/`);
    }
    if (!used.has(code) && reserved === undefined) {
      wrong.push(`schemas/codes.json: ${code} is raised nowhere; use it, or say why it waits: "reserved": "reason"`);
    }
    if (used.has(code) && reserved !== undefined) {
      wrong.push(`schemas/codes.json: ${code} is in use, so it is not reserved any more`);
    }
  }
  return wrong;
};
