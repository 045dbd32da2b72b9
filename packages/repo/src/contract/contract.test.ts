import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkContract, writeContract } from "../contract.ts";
import { type Bump, bumpFor, parseChangeset } from "./cover.ts";
import { contractPackages, lockFile } from "./state.ts";

type Code = { clause: string; category: string; verdict: string; precedence: number; http: number; retryable: boolean };

/** A whole repository in small: what the contract is read from. Tests change it and write it again. */
const makeRepository = () => ({
  version: "0.3.0",
  revision: "r1",
  uriBase: "https://example.test/",
  codes: {
    JSON_BOM: { clause: "JSON-1", category: "syntax", verdict: "reject", precedence: 10, http: 400, retryable: false },
    JSON_DEPTH: {
      clause: "JSON-2",
      category: "syntax",
      verdict: "reject",
      precedence: 20,
      http: 400,
      retryable: false,
    },
  } as Record<string, Code & { summary?: string }>,
  schema: {
    $id: "https://example.test/schemas/a.schema.json",
    title: "A",
    type: "object",
    properties: {
      name: { type: "string", minLength: 2, maxLength: 8, pattern: "^[a-z]+$" },
      kind: { enum: ["x", "y"] },
      count: { type: "integer", minimum: 0, maximum: 9 },
      list: { type: "array", items: { type: "string" }, maxItems: 4 },
      one: { oneOf: [{ $ref: "#/$defs/p" }, { $ref: "#/$defs/q" }] },
      free: { type: "object", properties: { a: { type: "string" } } },
    },
    required: ["name"],
    additionalProperties: false,
    $defs: { p: { const: 1 }, q: { const: 2 }, r: { const: 3 } },
    // biome-ignore lint/suspicious/noExplicitAny: tests change arbitrary places of a schema.
  } as any,
  spec: "# JSON\n\n**JSON-1** A document MUST NOT start\nwith a mark.\n\n**JSON-2** Depth is counted from one.\n",
  vectors: {
    testGroups: [
      { now: "2026", tests: [{ id: "json-1", input: "AA==", code: "JSON_BOM", why: "marks are invisible" }] },
    ] as { now: string; tests: { id: string; input: string; code: string; why: string }[] }[],
  },
  changeset: undefined as string | undefined,
});

type Repository = ReturnType<typeof makeRepository>;

let base = "";

const write = (path: string, content: unknown): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), typeof content === "string" ? content : JSON.stringify(content));
};

const save = (repository: Repository): void => {
  write("pnpm-workspace.yaml", "packages:\n  - p/*\n");
  for (const name of contractPackages) {
    write(`p/${name.replace("/", "-")}/package.json`, { name, version: repository.version });
  }
  write("schemas/codes.json", {
    uriBase: repository.uriBase,
    revision: repository.revision,
    areas: ["JSON"],
    codes: repository.codes,
  });
  write("schemas/a.schema.json", repository.schema);
  write("spec/json.md", repository.spec);
  write("vectors/json.json", repository.vectors);
  rmSync(join(base, ".changeset"), { recursive: true, force: true });
  write(".changeset/README.md", "---\n'@settld/schemas': major\n---\n");
  if (repository.changeset !== undefined) {
    write(".changeset/brave-fox.md", repository.changeset);
  }
};

const changesetFor = (bump: Bump, ...names: readonly string[]): string =>
  `---\n${names.map((name) => `"${name}": ${bump}`).join("\n")}\n---\n\nWhat changed.\n`;

const locked = (version = "0.3.0"): Repository => {
  base = mkdtempSync(join(tmpdir(), "settld-contract-"));
  const repository = { ...makeRepository(), version };
  save(repository);
  expect(writeContract(base).ok).toBe(true);
  return repository;
};

const check = (repository: Repository): { ok: boolean; text: string } => {
  save(repository);
  const { ok, lines } = checkContract(base);
  return { ok, text: lines.join("\n") };
};

afterEach(() => rmSync(base, { recursive: true, force: true }));

type Rule = readonly [
  rule: string,
  level: "breaking" | "additive" | "notice",
  owner: string,
  change: (repository: Repository) => unknown,
  where: RegExp,
];

const schemas = "@settld/schemas";

const rules: readonly Rule[] = [
  [
    "property removed",
    "breaking",
    schemas,
    ({ schema }) => delete schema.properties.kind,
    /properties\/kind: .*removed/,
  ],
  [
    "new optional property",
    "additive",
    schemas,
    ({ schema }) => (schema.properties.more = true),
    /properties\/more: .*added/,
  ],
  [
    "new property in an open object",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.free.properties.b = { type: "string" }),
    /free\/properties\/b: .*free/,
  ],
  ["new required", "breaking", schemas, ({ schema }) => schema.required.push("kind"), /required: .*kind/],
  ["no longer required", "additive", schemas, ({ schema }) => schema.required.pop(), /required: /],
  [
    "pattern changed",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.name.pattern = "^[a-y]+$"),
    /name\/pattern/,
  ],
  ["pattern dropped", "additive", schemas, ({ schema }) => delete schema.properties.name.pattern, /name\/pattern/],
  [
    "upper limit tightened",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.name.maxLength = 7),
    /maxLength: .*tightened/,
  ],
  [
    "upper limit relaxed",
    "additive",
    schemas,
    ({ schema }) => (schema.properties.name.maxLength = 9),
    /maxLength: .*relaxed/,
  ],
  [
    "lower limit tightened",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.count.minimum = 1),
    /minimum: .*tightened/,
  ],
  [
    "lower limit relaxed",
    "additive",
    schemas,
    ({ schema }) => (schema.properties.name.minLength = 1),
    /minLength: .*relaxed/,
  ],
  ["new limit", "breaking", schemas, ({ schema }) => (schema.properties.list.minItems = 1), /list\/minItems/],
  ["limit dropped", "additive", schemas, ({ schema }) => delete schema.properties.list.maxItems, /list\/maxItems/],
  ["type changed", "breaking", schemas, ({ schema }) => (schema.properties.count.type = "string"), /count\/type/],
  [
    "more types",
    "additive",
    schemas,
    ({ schema }) => (schema.properties.count.type = ["integer", "string"]),
    /count\/type/,
  ],
  [
    "type of items changed",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.list.items.type = "integer"),
    /list\/items\/type/,
  ],
  ["enum value removed", "breaking", schemas, ({ schema }) => schema.properties.kind.enum.pop(), /kind\/enum/],
  ["new enum value", "additive", schemas, ({ schema }) => schema.properties.kind.enum.push("z"), /kind\/enum/],
  [
    "const instead of enum",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.kind = { const: "x" }),
    /kind\/enum/,
  ],
  [
    "object closed",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.free.additionalProperties = false),
    /free\/additional/,
  ],
  [
    "object opened",
    "additive",
    schemas,
    ({ schema }) => (schema.additionalProperties = { type: "string" }),
    /additionalProperties: .*opened/,
  ],
  ["alternative removed", "breaking", schemas, ({ schema }) => schema.properties.one.oneOf.pop(), /oneOf/],
  [
    "new alternative",
    "additive",
    schemas,
    ({ schema }) => schema.properties.one.oneOf.push({ $ref: "#/$defs/r" }),
    /oneOf/,
  ],
  [
    "reference changed",
    "breaking",
    schemas,
    ({ schema }) => (schema.properties.one.oneOf[0].$ref = "#/$defs/r"),
    /\$ref/,
  ],
  ["definition removed", "breaking", schemas, ({ schema }) => delete schema.$defs.r, /\$defs\/r/],
  ["new definition", "additive", schemas, ({ schema }) => (schema.$defs.s = {}), /\$defs\/s/],
  [
    "keyword without a rule",
    "breaking",
    schemas,
    ({ schema }) => (schema.not = { required: ["kind"] }),
    /not: .*no rule/,
  ],
  ["code removed", "breaking", schemas, ({ codes }) => delete codes["JSON_DEPTH"], /JSON_DEPTH: .*removed/],
  [
    "new code, before the others",
    "additive",
    schemas,
    ({ codes }) => (codes["JSON_UTF8"] = { ...(codes["JSON_BOM"] as Code), precedence: 5 }),
    /JSON_UTF8: .*added/,
  ],
  [
    "clause of a code",
    "breaking",
    schemas,
    ({ codes }) => Object.assign(codes["JSON_BOM"]!, { clause: "JSON-2" }),
    /clause changed/,
  ],
  [
    "category of a code",
    "breaking",
    schemas,
    ({ codes }) => Object.assign(codes["JSON_BOM"]!, { category: "x" }),
    /category changed/,
  ],
  [
    "HTTP status of a code",
    "breaking",
    schemas,
    ({ codes }) => Object.assign(codes["JSON_BOM"]!, { http: 422 }),
    /http changed/,
  ],
  [
    "order of precedence",
    "breaking",
    schemas,
    ({ codes }) => Object.assign(codes["JSON_BOM"]!, { precedence: 30 }),
    /precedence/,
  ],
  ["URI base", "breaking", schemas, (repository) => (repository.uriBase = "https://other.test/"), /URI base/],
  [
    "clause removed",
    "breaking",
    "@settld/spec",
    (repository) => (repository.spec = repository.spec.replace("**JSON-2**", "")),
    /spec JSON-2: .*removed/,
  ],
  [
    "new clause",
    "additive",
    "@settld/spec",
    (repository) => (repository.spec += "\n**JSON-3** Numbers are integers.\n"),
    /spec JSON-3: .*added/,
  ],
  [
    "text of a MUST clause",
    "additive",
    "@settld/spec",
    (repository) => (repository.spec = repository.spec.replace("a mark", "a BOM")),
    /spec JSON-1: .*MUST/,
  ],
  [
    "text of another clause",
    "notice",
    "@settld/spec",
    (repository) => (repository.spec = repository.spec.replace("one", "zero")),
    /spec JSON-2: notice/,
  ],
  [
    "vector removed",
    "breaking",
    "@settld/vectors",
    ({ vectors }) => vectors.testGroups[0]!.tests.pop(),
    /vectors json-1: .*removed/,
  ],
  [
    "expectation of a vector",
    "breaking",
    "@settld/vectors",
    ({ vectors }) => (vectors.testGroups[0]!.tests[0]!.code = "JSON_DEPTH"),
    /json-1: .*expectation/,
  ],
  [
    "input of a vector",
    "breaking",
    "@settld/vectors",
    ({ vectors }) => (vectors.testGroups[0]!.tests[0]!.input = "AQ=="),
    /json-1: .*input/,
  ],
  [
    "context of a group",
    "breaking",
    "@settld/vectors",
    ({ vectors }) => (vectors.testGroups[0]!.now = "2027"),
    /json-1: .*input/,
  ],
  [
    "new vector",
    "additive",
    "@settld/vectors",
    ({ vectors }) => vectors.testGroups[0]!.tests.push({ id: "json-2", input: "", code: "", why: "" }),
    /vectors json-2: .*added/,
  ],
];

describe.each(rules)("%s is %s", (_rule, level, owner, change, where) => {
  test("red without a changeset, and the output says where and what it takes", () => {
    const repository = locked();
    change(repository);
    const { ok, text } = check(repository);
    expect(ok).toBe(false);
    expect(text).toMatch(where);
    expect(text).toContain(`needs a ${level === "breaking" ? "minor" : "patch"} changeset for ${owner}`);
  });

  test("green with what it takes below 1.0", () => {
    const repository = locked();
    change(repository);
    repository.changeset = changesetFor(level === "breaking" ? "minor" : "patch", owner);
    if (level === "breaking") {
      const { ok, text } = check(repository);
      expect(ok).toBe(false);
      expect(text).toContain("needs a new revision");
      repository.revision = "r2";
    }
    expect(check(repository).ok).toBe(true);
  });

  test("from 1.0 on red with one bump less, green with the right one", () => {
    const needed = { breaking: "major", additive: "minor", notice: "patch" } as const;
    const less = { breaking: "minor", additive: "patch", notice: undefined } as const;
    const repository = locked("1.2.0");
    change(repository);
    const bump = less[level];
    repository.changeset = bump === undefined ? undefined : changesetFor(bump, owner);
    expect(check(repository).ok).toBe(false);
    repository.changeset = changesetFor(needed[level], owner);
    expect(check(repository).ok).toBe(true);
  });
});

test("a breaking schema change with only a patch changeset is red, its additive twin is green", () => {
  const breaking = locked();
  delete breaking.schema.properties.kind;
  breaking.revision = "r2";
  breaking.changeset = changesetFor("patch", schemas);
  const { ok, text } = check(breaking);
  expect(ok).toBe(false);
  expect(text).toContain("needs a minor changeset for @settld/schemas (there is only a patch one)");
  rmSync(base, { recursive: true });

  const additive = locked();
  additive.schema.properties.more = { type: "string" };
  additive.changeset = changesetFor("patch", schemas);
  expect(check(additive).ok).toBe(true);
});

test.each<[what: string, change: (repository: Repository) => unknown]>([
  ["nothing", () => undefined],
  ["titles and descriptions", ({ schema }) => Object.assign(schema, { title: "B", description: "new words" })],
  [
    "order of properties",
    ({ schema }) => (schema.properties = Object.fromEntries(Object.entries(schema.properties).reverse())),
  ],
  ["enum of one value for const", ({ schema }) => (schema.$defs.p = { enum: [1] })],
  ["summary of a code", ({ codes }) => Object.assign(codes["JSON_BOM"]!, { summary: "other words" })],
  ["precedence numbers in the same order", ({ codes }) => Object.assign(codes["JSON_DEPTH"]!, { precedence: 99 })],
  ["line breaks of a clause", (repository) => (repository.spec = repository.spec.replace("start\nwith", "start with"))],
  ["the reason of a vector", ({ vectors }) => (vectors.testGroups[0]!.tests[0]!.why = "other words")],
])("green: %s is no difference", (_what, change) => {
  const repository = locked();
  change(repository);
  const { ok, text } = check(repository);
  expect(text).toBe("0 differences to the last released contract, 0 not announced");
  expect(ok).toBe(true);
});

test("a raised version covers, a version raised too little does not", () => {
  const repository = locked();
  repository.schema.properties.kind.enum.pop();
  repository.revision = "r2";
  repository.version = "0.3.1";
  expect(check(repository).ok).toBe(false);
  repository.version = "0.4.0";
  expect(check(repository).ok).toBe(true);
});

test("a changeset for another package covers nothing", () => {
  const repository = locked();
  repository.schema.$defs.s = {};
  repository.changeset = changesetFor("minor", "@settld/vectors");
  expect(check(repository).ok).toBe(false);
  repository.changeset = changesetFor("patch", "@settld/vectors", schemas);
  expect(check(repository).ok).toBe(true);
});

test("the lock of a release cannot be rewritten to hide a change; before a release and with raised versions it can", () => {
  const repository = locked();
  repository.schema.properties.kind.enum.pop();
  save(repository);
  expect(writeContract(base)).toMatchObject({ ok: false, lines: [expect.stringContaining("@settld/schemas")] });
  repository.version = "0.4.0";
  save(repository);
  expect(writeContract(base).ok).toBe(true);
  expect(check(repository).ok).toBe(true);
  rmSync(base, { recursive: true });

  const unreleased = locked("0.0.0");
  unreleased.schema.properties.kind.enum.pop();
  save(unreleased);
  expect(writeContract(base).ok).toBe(true);
});

test("without a lock only a tree without releases is green", () => {
  const repository = locked("0.0.0");
  rmSync(join(base, lockFile));
  expect(check(repository).ok).toBe(true);
  repository.version = "0.1.0";
  expect(check(repository).ok).toBe(false);
  expect(existsSync(join(base, lockFile))).toBe(false);
});

test("one test id twice stops the reading", () => {
  const repository = locked();
  repository.vectors.testGroups.push(repository.vectors.testGroups[0]!);
  expect(() => check(repository)).toThrow(/json-1 is used twice/);
});

test("front matter of a changeset: names and known bumps only, empty allowed", () => {
  expect(parseChangeset(`---\n"@settld/schemas": minor\nsettld: patch\nx: none\n---\ntext`)).toEqual({
    "@settld/schemas": "minor",
    settld: "patch",
  });
  expect(parseChangeset("---\n---\n")).toEqual({});
  expect(parseChangeset("no front matter")).toEqual({});
});

test("bumps by level and age", () => {
  expect((["notice", "additive", "breaking"] as const).map((level) => bumpFor(level, "0.9.9"))).toEqual([
    "patch",
    "patch",
    "minor",
  ]);
  expect((["notice", "additive", "breaking"] as const).map((level) => bumpFor(level, "1.0.0"))).toEqual([
    "patch",
    "minor",
    "major",
  ]);
});
