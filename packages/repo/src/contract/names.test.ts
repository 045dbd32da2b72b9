import { expect, test } from "vitest";
import { root } from "../workspace.ts";
import { parseClauses } from "./clauses.ts";
import { areas, checkNames, type Names, readNames } from "./names.ts";

const source = {
  clause: "JSON-1",
  category: "syntax",
  verdict: "reject",
  precedence: 1,
  http: 400,
  retryable: false,
  summary: "",
  remedy: "",
};

const spec = "# JSON\n\n**JSON-1** A document MUST NOT start with a mark (`JSON_BOM`).\n\n**JSON-2** Depth.\n";

const clean: Names = {
  registry: {
    uriBase: "https://example.test/",
    revision: "2026-11",
    areas,
    codes: {
      JSON_BOM: source,
      JSON_DEPTH: { ...source, clause: "JSON-2" },
      CLI_USAGE: { ...source, clause: "JSON-2", reserved: "no command line yet" },
    },
  },
  clauses: parseClauses("spec/json.md", spec),
  sources: new Map([
    ["packages/a/src/a.ts", '// JSON_NOT_A_CODE in a comment (JSON-1)\nthrow new SettldError("JSON_BOM", `x`);'],
    ["packages/a/src/b.ts", "const table = { JSON_DEPTH: 1 }; const JSON_TABLE = table;"],
  ]),
  data: new Map([["schemas/a.schema.json", '{"$id":"https://example.test/a","const":"2026-11","title":"(JSON-2)"}']]),
};

const withCodes = (codes: Names["registry"]["codes"]): Names => ({
  ...clean,
  registry: { ...clean.registry, codes: { ...clean.registry.codes, ...codes } },
});

test("registry, code, specification, schemas and vectors name the same codes and clauses", () => {
  expect(checkNames(readNames(root))).toEqual([]);
});

test("the small tree is clean", () => {
  expect(checkNames(clean)).toEqual([]);
});

test.each<[what: string, names: Names, message: RegExp]>([
  [
    "a code that the registry does not have",
    { ...clean, sources: new Map([...clean.sources, ["packages/a/src/c.ts", 'reject("LEDGER_TYPO")']]) },
    /c\.ts: uses LEDGER_TYPO/,
  ],
  ["a code that nothing raises", withCodes({ JSON_UTF8: source }), /JSON_UTF8 is raised nowhere/],
  ["a reserved code in use", withCodes({ JSON_BOM: { ...source, reserved: "later" } }), /JSON_BOM is in use/],
  ["a code of an unknown area", withCodes({ HOLD_LATE: { ...source, reserved: "later" } }), /HOLD_LATE is not AREA_/],
  ["a code whose clause is not in the spec", withCodes({ JSON_BOM: { ...source, clause: "JSON-9" } }), /JSON-9, which/],
  [
    "one clause twice",
    { ...clean, clauses: [...clean.clauses, ...parseClauses("spec/b.md", "**JSON-2** Again.")] },
    /spec\/b\.md:1: clause JSON-2 is also in spec\/json\.md:5/,
  ],
  [
    "a clause that names an unknown code",
    { ...clean, clauses: [...clean.clauses, ...parseClauses("spec/b.md", "- **JSON-3** It MUST be `JSON_TYPO`.")] },
    /clause JSON-3 names JSON_TYPO/,
  ],
  [
    "a clause of an unknown area",
    { ...clean, clauses: [...clean.clauses, ...parseClauses("spec/b.md", "**HOLD-1** Text.")] },
    /HOLD-1 is in no known area/,
  ],
  [
    "a comment that names an unknown clause",
    { ...clean, sources: new Map([...clean.sources, ["packages/a/src/c.ts", "// as JSON-77 says"]]) },
    /c\.ts: names clause JSON-77/,
  ],
  [
    "a schema that names an unknown clause",
    { ...clean, data: new Map([["schemas/a.schema.json", '{"description":"See (JSON-78)."}']]) },
    /a\.schema\.json: names clause JSON-78/,
  ],
  [
    "a vector that expects an unknown code",
    { ...clean, data: new Map([["vectors/a.json", '{"clause":"JSON-1","code":"JSON_TYPO"}']]) },
    /vectors\/a\.json: expects JSON_TYPO/,
  ],
  [
    "a schema of another revision",
    { ...clean, data: new Map([["schemas/a.schema.json", '{"const": "2026-11-draft"}']]) },
    /revision 2026-11-draft is not 2026-11/,
  ],
  [
    "a schema under another URI",
    { ...clean, data: new Map([["schemas/a.schema.json", '{"$id": "https://other.test/a"}']]) },
    /does not start with the uriBase/,
  ],
  [
    "another list of areas",
    { ...clean, registry: { ...clean.registry, areas: [...areas, "HOLD"] } },
    /areas differ from the closed list/,
  ],
])("red: %s", (_what, names, message) => {
  expect(checkNames(names)).toContainEqual(expect.stringMatching(message));
});

test("a clause ends at the next clause or heading, and its line breaks do not count", () => {
  expect(parseClauses("x.md", "**JSON-1** a\nb\n\nc\n**JSON-2.** d\n## H\ne\n")).toEqual([
    { id: "JSON-1", file: "x.md", line: 1, text: "a b c" },
    { id: "JSON-2", file: "x.md", line: 5, text: "d" },
  ]);
});
