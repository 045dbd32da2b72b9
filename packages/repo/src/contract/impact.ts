import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { operationsOf, readOpenApi } from "../gen/openapi.ts";
import { type CodeRegistry, readCodeRegistry } from "../gen/registry.ts";
import { isTestFile } from "../layers.ts";
import { readJson, workspacePackages } from "../workspace.ts";
import { type Clause, clausePattern, codePattern, readClauses } from "./clauses.ts";
import { type Embeds, embeddersOf, readEmbeds } from "./embeds.ts";

type Vector = { readonly id: string; readonly file: string; readonly clause: string; readonly code: string | null };

/** A file and the codes, clauses and schema files that it names. */
type Mentions = { readonly path: string; readonly names: ReadonlySet<string> };

/** Everything that an impact map is drawn from. */
export type ImpactGraph = {
  readonly registry: CodeRegistry;
  readonly clauses: readonly Clause[];
  readonly vectors: readonly Vector[];
  readonly operations: readonly { readonly name: string; readonly codes: readonly string[]; readonly refs: string }[];
  readonly schemas: readonly Mentions[];
  readonly fixtures: readonly Mentions[];
  readonly sources: readonly Mentions[];
  readonly docs: readonly Mentions[];
  readonly folders: ReadonlyMap<string, string>;
  readonly embeds: Embeds;
};

type VectorFile = {
  readonly testGroups?: readonly {
    readonly tests: readonly { readonly id: string; readonly clause?: string; readonly code?: string | null }[];
  }[];
};

/** Documents of the protocol by the kind of file that holds them. */
const documents: readonly (readonly [pattern: RegExp, schemas: readonly string[]])[] = [
  [/\.settld$/, ["bundle", "event", "trust", "receipt", "common"]],
  [/receipt\.json$/, ["receipt", "common"]],
  [/trust[^/]*\.json$/, ["trust", "common"]],
  [/reports\//, ["report"]],
];

/** Reads the repository at `base`. */
export const readImpact = (base: string): ImpactGraph => {
  const registry = readCodeRegistry(base);
  const patterns = [
    codePattern(registry.areas),
    clausePattern(registry.areas),
    /\b[a-z-]+\.schema\.json|\bopenapi\.json/g,
  ];
  const read = (glob: string, wanted: (path: string) => boolean = () => true): Mentions[] =>
    globSync(glob, { cwd: base, exclude: ["**/node_modules/**", "**/dist/**"] })
      .map((path) => path.replaceAll("\\", "/"))
      .filter(wanted)
      .sort()
      .map((path) => {
        const text = readFileSync(join(base, path), "utf8");
        const names = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([name]) => name));
        const kinds = documents.filter(([kind]) => kind.test(path)).flatMap(([, schemas]) => schemas);
        return { path, names: new Set([...names, ...kinds.map((kind) => `${kind}.schema.json`)]) };
      });
  const document = readOpenApi(base);
  return {
    registry,
    clauses: readClauses(base),
    vectors: globSync("vectors/**/*.json", { cwd: base, exclude: ["**/node_modules/**"] })
      .map((path) => path.replaceAll("\\", "/"))
      .sort()
      .flatMap((file) =>
        (readJson<VectorFile>(join(base, file)).testGroups ?? []).flatMap(({ tests }) =>
          tests.map(({ id, clause = "", code = null }) => ({ id, file, clause, code })),
        ),
      ),
    operations:
      document === undefined
        ? []
        : operationsOf(document).map(({ method, path, operation, answers }) => ({
            name: `${method} ${path}`,
            codes: answers.flatMap(({ answer }) => answer["x-settld-codes"] ?? []),
            refs: JSON.stringify([operation, answers]),
          })),
    schemas: read("schemas/*.json", (path) => /\.schema\.json$|openapi\.json$/.test(path)),
    fixtures: read("fixtures/{golden,archive}/**/*.{json,settld,txt,csv,html}"),
    sources: read("packages/*/src/**/*.ts", (path) => !isTestFile(path) && !path.includes("/src/gen/")),
    docs: read("{*.md,docs/**/*.md,packages/*/README.md,schemas/README.md,vectors/README.md}"),
    folders: new Map(workspacePackages(base).map(({ dir, manifest }) => [dir, manifest.name])),
    embeds: readEmbeds(base),
  };
};

/** What one name touches. */
export type Impact = {
  readonly start: string;
  /** Whether the name is known at all. */
  readonly found: boolean;
  readonly clauses: readonly string[];
  readonly schemas: readonly string[];
  readonly codes: readonly string[];
  readonly operations: readonly string[];
  readonly vectors: readonly string[];
  readonly fixtures: readonly string[];
  readonly packages: readonly string[];
  readonly docs: readonly string[];
};

type Seeds = {
  readonly clauses: readonly string[];
  readonly codes: readonly string[];
  readonly schemas: readonly string[];
  readonly operations: readonly string[];
  readonly vectors: readonly Vector[];
  readonly folders: readonly string[];
};

const none: Seeds = { clauses: [], codes: [], schemas: [], operations: [], vectors: [], folders: [] };

/** What a name stands for: a clause, a code, a file, a vector, an operation, or the place of a difference. */
const seedsOf = (graph: ImpactGraph, start: string): Seeds => {
  const [file = "", ...rest] = start.split(" ");
  const place = rest.join(" ");
  const plain = file.replace(/#.*$/, "");
  const name = place === "" ? file : place;
  if (name in graph.registry.codes) return { ...none, codes: [name] };
  if (graph.clauses.some(({ id }) => id === name)) return { ...none, clauses: [name] };
  const vectors = graph.vectors.filter((one) => one.id === name || (place === "" && one.file === plain));
  if (vectors.length > 0) return { ...none, vectors };
  const operation = graph.operations.find(
    (one) => start === one.name || place === one.name || place.startsWith(`${one.name} `),
  );
  if (operation !== undefined) return { ...none, operations: [operation.name] };
  const inFile = graph.clauses.filter((clause) => clause.file === plain).map(({ id }) => id);
  if (inFile.length > 0) return { ...none, clauses: inFile };
  if (graph.schemas.some(({ path }) => path === plain)) {
    // A component of the API touches the operations that speak of it.
    const refs = graph.operations.filter((one) => place !== "" && one.refs.includes(`/${place.replace(/#.*$/, "")}"`));
    return { ...none, schemas: [plain], operations: refs.map((one) => one.name) };
  }
  if (plain === "schemas/codes.json") return { ...none, codes: Object.keys(graph.registry.codes) };
  const folder = [...graph.folders.keys()].find((dir) => plain === dir || plain.startsWith(`${dir}/`));
  return folder === undefined ? none : { ...none, folders: [folder] };
};

const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** What `start` touches, from the text of the specification to the pages that speak of it. */
export const impactOf = (graph: ImpactGraph, start: string): Impact => {
  const seeds = seedsOf(graph, start);
  const schemaNames = seeds.schemas.map((path) => path.replace(/^.*\//, ""));
  const operations = graph.operations.filter(({ name }) => seeds.operations.includes(name));
  const named = graph.schemas.filter(({ path }) => seeds.schemas.includes(path) && path !== "schemas/openapi.json");
  const clauses = unique([
    ...seeds.clauses,
    ...seeds.codes.map((code) => graph.registry.codes[code]?.clause ?? ""),
    ...seeds.vectors.map(({ clause }) => clause),
    ...graph.clauses.map(({ id }) => id).filter((id) => named.some(({ names }) => names.has(id))),
  ]).filter((id) => id !== "");
  const texts = graph.clauses.filter(({ id }) => seeds.clauses.includes(id)).map(({ text }) => text);
  const codes = unique([
    ...seeds.codes,
    ...seeds.vectors.flatMap(({ code }) => (code === null ? [] : [code])),
    ...operations.flatMap((one) => one.codes),
    ...Object.keys(graph.registry.codes).filter(
      (code) =>
        (seeds.clauses.length > 0 && seeds.clauses.includes(graph.registry.codes[code]?.clause ?? "")) ||
        (named.length > 0 && clauses.includes(graph.registry.codes[code]?.clause ?? "")) ||
        texts.some((text) => new RegExp(`\\b${code}\\b`).test(text)),
    ),
  ]);
  const wide = seeds.operations.length === 0 && seeds.vectors.length === 0;
  const vectors =
    seeds.vectors.length > 0
      ? seeds.vectors
      : graph.vectors.filter(
          ({ clause, code }) => wide && (clauses.includes(clause) || (code !== null && codes.includes(code))),
        );
  // What names one of them is touched; an operation is named by its document alone.
  const names = wide || seeds.vectors.length > 0 ? [...clauses, ...codes, ...schemaNames] : ["openapi.json"];
  const touches = (one: Mentions): boolean => names.some((name) => one.names.has(name));
  const schemas = unique([
    ...seeds.schemas,
    ...(operations.length > 0 ? ["schemas/openapi.json"] : []),
    ...graph.schemas.filter((one) => wide && touches(one)).map(({ path }) => path),
  ]);
  const owners = unique([
    ...seeds.folders.map((folder) => graph.folders.get(folder) ?? ""),
    ...(seeds.clauses.length > 0 ? ["@settld/spec"] : []),
    ...(schemas.length + codes.length > 0 ? ["@settld/schemas"] : []),
    ...(vectors.length > 0 ? ["@settld/vectors"] : []),
  ]);
  const users = graph.sources
    .filter(touches)
    .map(({ path }) => graph.folders.get(path.split("/").slice(0, 2).join("/")) ?? "");
  const touched = [
    ...schemas,
    ...(codes.length > 0 ? ["schemas/codes.json"] : []),
    ...unique(vectors.map(({ file }) => file)),
    ...seeds.folders,
  ];
  return {
    start,
    found: Object.values(seeds).some((list) => list.length > 0),
    clauses,
    schemas,
    codes,
    operations: unique([
      ...operations.map(({ name }) => name),
      ...graph.operations
        .filter((one) => wide && one.codes.some((code) => codes.includes(code)))
        .map(({ name }) => name),
    ]),
    vectors: vectors.map(({ id }) => id),
    fixtures: graph.fixtures.filter(touches).map(({ path }) => path),
    packages: unique([...owners, ...touched.flatMap((path) => embeddersOf(graph.embeds, path)), ...users]).filter(
      (name) => name !== "",
    ),
    docs: graph.docs.filter(touches).map(({ path }) => path),
  };
};

const rows = ["clauses", "schemas", "codes", "operations", "vectors", "fixtures", "packages", "docs"] as const;

const width = 100;

/** A map as a table for people: how many of each kind, and the first of them. */
export const impactLines = (impact: Impact): string[] => [
  impact.start,
  ...(impact.found
    ? rows.map((row) => {
        const names = impact[row];
        let shown = 0;
        let text = "";
        while (shown < names.length && (shown === 0 || text.length + (names[shown]?.length ?? 0) < width)) {
          text += `${shown === 0 ? "" : ", "}${names[shown]}`;
          shown += 1;
        }
        const more = names.length - shown;
        return `  ${row.padEnd(10)} ${String(names.length).padStart(5)}  ${text}${more > 0 ? ` and ${more} more` : ""}`.trimEnd();
      })
    : ["  no clause, code, file, vector or operation of this name"]),
  "",
];
