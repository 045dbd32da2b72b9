import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkContract, writeContract } from "../contract.ts";
import { type Bump, bumpFor, isRaised, parseChangeset } from "./cover.ts";
import type { Level } from "./difference.ts";
import { lockFile } from "./lock.ts";

type Code = { clause: string; category: string; verdict: string; precedence: number; http: number; retryable: boolean };

/** Folders of the packages of the small repository; the kit has the vectors inside. */
const packages: Readonly<Record<string, string>> = {
  "@settld/schemas": "schemas",
  "@settld/vectors": "vectors",
  "@settld/spec": "spec",
  "@settld/verifier": "packages/verifier",
  "settld-conform": "packages/kit",
};

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
    $id: "https://example.test/schemas/event.schema.json",
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
  ops: "## Ops\n\n| op | input | facts |\n|---|---|---|\n| `digest` | `bytes` | `digest` |\n",
  vectors: {
    testGroups: [
      { now: "2026", tests: [{ id: "json-1", input: "AA==", code: "JSON_BOM", why: "marks are invisible" }] },
    ] as { now: string; tests: { id: string; input: string; code: string; why: string }[] }[],
  },
  requirements: { revision: "r1", profiles: { core: { scored: ["json-1"] } } } as {
    revision: string;
    profiles: Record<string, { scored: string[] }>;
  },
  archive: [{ name: "one", code: null }] as { name: string; code: string | null }[],
  archived: "a bundle",
  api: "type A = { readonly a: string; };\nexport type { A };\n",
  exports: { ".": { types: "./dist/index.d.ts" } } as Record<string, unknown>,
  changeset: undefined as string | undefined,
});

type Repository = ReturnType<typeof makeRepository>;

let base = "";

const write = (path: string, content: unknown): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), typeof content === "string" ? content : JSON.stringify(content));
};

/** The schema as three files: everyone writes an event, we write reports, others write baselines. */
const schemaFiles = ["event", "report", "conformance-baseline"];

const save = (repository: Repository): void => {
  write("pnpm-workspace.yaml", "packages:\n  - schemas\n  - vectors\n  - spec\n  - packages/*\n");
  for (const [name, dir] of Object.entries(packages)) {
    const exports = name === "@settld/verifier" ? { exports: repository.exports } : {};
    write(`${dir}/package.json`, { name, version: repository.version, private: name === "@settld/spec", ...exports });
  }
  write("packages/kit/tsup.config.ts", 'await cp("../../vectors", "dist/vectors");');
  write("packages/verifier/dist/index.d.ts", repository.api);
  write("schemas/codes.json", {
    uriBase: repository.uriBase,
    revision: repository.revision,
    areas: ["JSON"],
    codes: repository.codes,
  });
  for (const name of schemaFiles) write(`schemas/${name}.schema.json`, repository.schema);
  write("spec/json.md", repository.spec);
  write("spec/conformance.md", repository.ops);
  write("vectors/json.json", repository.vectors);
  write("vectors/requirements/r1.json", repository.requirements);
  rmSync(join(base, "fixtures"), { recursive: true, force: true });
  write("fixtures/archive/r1/manifest.json", { entries: repository.archive });
  for (const { name } of repository.archive) write(`fixtures/archive/r1/${name}.settld`, repository.archived);
  rmSync(join(base, ".changeset"), { recursive: true, force: true });
  write(".changeset/README.md", "---\n'@settld/schemas': major\n---\n");
  write(".changeset/config.json", {
    fixed: [["@settld/schemas", "@settld/vectors", "@settld/spec", "@settld/verifier"]],
  });
  if (repository.changeset !== undefined) {
    write(".changeset/brave-fox.md", repository.changeset);
  }
};

/** A changeset that names everything, as one for a whole new revision would. */
const changesetFor = (bump: Bump, ...names: readonly string[]): string =>
  `---\n${names.map((name) => `"${name}": ${bump}`).join("\n")}\n---\n\nEverything changed: \`*\`.\n`;

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

/** What a change means for documents that everyone writes, that we write, and that others write. */
type Levels = readonly [event: Level, report: Level, baseline: Level];

type SchemaRule = readonly [
  rule: string,
  levels: Levels,
  change: (schema: Repository["schema"]) => unknown,
  where: RegExp,
];

const fewer: Levels = ["breaking", "additive", "breaking"];
const more: Levels = ["breaking", "breaking", "additive"];
const always: Levels = ["breaking", "breaking", "breaking"];

const schemaRules: readonly SchemaRule[] = [
  ["property removed", always, ({ properties }) => delete properties.kind, /#\/properties\/kind$/],
  [
    "new optional property",
    ["breaking", "additive", "additive"],
    ({ properties }) => (properties.more = true),
    /properties\/more$/,
  ],
  [
    "new property in an open object",
    ["breaking", "additive", "breaking"],
    ({ properties }) => (properties.free.properties.b = { type: "string" }),
    /free\/properties\/b$/,
  ],
  ["new required", fewer, ({ required }) => required.push("kind"), /required$/],
  ["no longer required", more, ({ required }) => required.pop(), /required$/],
  ["pattern changed", always, ({ properties }) => (properties.name.pattern = "^[a-y]+$"), /name\/pattern$/],
  ["pattern dropped", more, ({ properties }) => delete properties.name.pattern, /name\/pattern$/],
  ["new pattern", fewer, ({ properties }) => (properties.list.items.pattern = "^a"), /items\/pattern$/],
  ["upper limit tightened", fewer, ({ properties }) => (properties.name.maxLength = 7), /maxLength$/],
  ["upper limit relaxed", more, ({ properties }) => (properties.name.maxLength = 9), /maxLength$/],
  ["lower limit tightened", fewer, ({ properties }) => (properties.count.minimum = 1), /minimum$/],
  ["lower limit relaxed", more, ({ properties }) => (properties.name.minLength = 1), /minLength$/],
  ["new limit", fewer, ({ properties }) => (properties.list.minItems = 1), /list\/minItems$/],
  ["limit dropped", more, ({ properties }) => delete properties.list.maxItems, /list\/maxItems$/],
  ["type changed", always, ({ properties }) => (properties.count.type = "string"), /count\/type$/],
  ["more types", more, ({ properties }) => (properties.count.type = ["integer", "string"]), /count\/type$/],
  ["new type", fewer, ({ properties }) => (properties.kind.type = "string"), /kind\/type$/],
  ["type of items changed", always, ({ properties }) => (properties.list.items.type = "integer"), /list\/items\/type$/],
  ["value removed", fewer, ({ properties }) => properties.kind.enum.pop(), /kind\/enum$/],
  ["new value", more, ({ properties }) => properties.kind.enum.push("z"), /kind\/enum$/],
  ["other values", always, ({ properties }) => (properties.kind.enum = ["z"]), /kind\/enum$/],
  ["one value left", fewer, ({ properties }) => (properties.kind = { const: "x" }), /kind\/enum$/],
  [
    "object closed",
    fewer,
    ({ properties }) => (properties.free.additionalProperties = false),
    /free\/additionalProperties$/,
  ],
  ["object opened", more, (schema) => (schema.additionalProperties = { type: "string" }), /additionalProperties$/],
  ["alternative removed", fewer, ({ properties }) => properties.one.oneOf.pop(), /oneOf$/],
  ["new alternative", more, ({ properties }) => properties.one.oneOf.push({ $ref: "#/$defs/r" }), /oneOf$/],
  ["reference changed", always, ({ properties }) => (properties.one.oneOf[0].$ref = "#/$defs/r"), /\$ref$/],
  ["definition removed", always, ({ $defs }) => delete $defs.r, /\$defs\/r$/],
  ["new definition", ["additive", "additive", "additive"], ({ $defs }) => ($defs.s = {}), /\$defs\/s$/],
  ["keyword without a rule", always, (schema) => (schema.not = { required: ["kind"] }), /not$/],
];

describe.each(schemaRules)("schema: %s", (_rule, levels, change, where) => {
  test.each(schemaFiles.map((name, index) => [name, levels[index]] as const))("in %s it is %s", (name, level) => {
    const repository = locked();
    change(repository.schema);
    save(repository);
    const findings = checkContract(base).findings?.filter((one) => one.where.startsWith(`schemas/${name}.schema.json`));
    expect(findings).toMatchObject([{ level, where: expect.stringMatching(where), package: schemas }]);
    expect(findings?.[0]?.needs).toContain(`a ${level === "breaking" ? "minor" : "patch"} changeset for ${schemas}`);
  });
});

const rules: readonly Rule[] = [
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
    /spec\/json.md JSON-2: breaking, removed/,
  ],
  [
    "new clause",
    "additive",
    "@settld/spec",
    (repository) => (repository.spec += "\n**JSON-3** Numbers are integers.\n"),
    /spec\/json.md JSON-3: .*added/,
  ],
  [
    "text of a MUST clause",
    "additive",
    "@settld/spec",
    (repository) => (repository.spec = repository.spec.replace("a mark", "a BOM")),
    /spec\/json.md JSON-1: .*MUST/,
  ],
  [
    "text of another clause",
    "notice",
    "@settld/spec",
    (repository) => (repository.spec = repository.spec.replace("one", "zero")),
    /spec\/json.md JSON-2: notice/,
  ],
  [
    "op of the adapter protocol removed",
    "breaking",
    "@settld/spec",
    (repository) => (repository.ops = repository.ops.replace(/\n.*`bytes`.*/, "")),
    /spec\/conformance.md digest: breaking, removed/,
  ],
  [
    "new op of the adapter protocol",
    "additive",
    "@settld/spec",
    (repository) => (repository.ops += "| `digest.parse` | `text` | `digest` |\n"),
    /spec\/conformance.md digest.parse: .*added/,
  ],
  [
    "vector removed",
    "breaking",
    "@settld/vectors",
    ({ vectors }) => vectors.testGroups[0]!.tests.pop(),
    /vectors\/json.json json-1: .*removed/,
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
    /vectors\/json.json json-2: .*added/,
  ],
  [
    "vector scored no more",
    "breaking",
    "@settld/vectors",
    ({ requirements }) => requirements.profiles["core"]!.scored.pop(),
    /vectors\/requirements\/r1.json core: .*changed/,
  ],
  [
    "new profile",
    "additive",
    "@settld/vectors",
    ({ requirements }) => (requirements.profiles["full"] = { scored: [] }),
    /r1.json full: .*added/,
  ],
  [
    "archived bundle changed",
    "breaking",
    "@settld/verifier",
    (repository) => (repository.archived = "another"),
    /r1\/one.settld: .*archived/,
  ],
  [
    "archived verdict changed",
    "breaking",
    "@settld/verifier",
    ({ archive }) => (archive[0]!.code = "JSON_BOM"),
    /manifest.json one: .*archived/,
  ],
  [
    "archived bundle removed",
    "breaking",
    "@settld/verifier",
    ({ archive }) => archive.pop(),
    /r1\/one.settld: .*removed/,
  ],
  [
    "new archived bundle",
    "additive",
    "@settld/verifier",
    ({ archive }) => archive.push({ name: "two", code: null }),
    /r1\/two.settld: .*added/,
  ],
  [
    "export removed",
    "breaking",
    "@settld/verifier",
    (repository) => (repository.api = "export {};"),
    /packages\/verifier\/dist\/index.d.ts A: .*removed/,
  ],
  [
    "new export",
    "additive",
    "@settld/verifier",
    (repository) => (repository.api += "export declare const b: 1;"),
    /index.d.ts b: .*added/,
  ],
  [
    "subpath removed",
    "breaking",
    "@settld/verifier",
    (repository) => (repository.exports = {}),
    /packages\/verifier\/package.json exports .: .*removed/,
  ],
  [
    "new subpath",
    "additive",
    "@settld/verifier",
    ({ exports }) => (exports["./more.json"] = "./more.json"),
    /exports .\/more.json: .*added/,
  ],
];

/** Who has to announce what happens to a package: it, and the kit that has the vectors inside. */
const announcers = (owner: string): string[] => (owner === "@settld/vectors" ? [owner, "settld-conform"] : [owner]);

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
    repository.changeset = changesetFor(level === "breaking" ? "minor" : "patch", ...announcers(owner));
    if (level === "breaking" && !/dist|package.json/.test(where.source)) {
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
    if (level === "breaking") repository.revision = "r2";
    const bump = less[level];
    repository.changeset = bump === undefined ? undefined : changesetFor(bump, ...announcers(owner));
    expect(check(repository).ok).toBe(false);
    repository.changeset = changesetFor(needed[level], ...announcers(owner));
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
  additive.schema.$defs.more = { type: "string" };
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
  ["width of a table", (repository) => (repository.ops = repository.ops.replace("| `bytes` ", "|   `bytes`   "))],
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

test("front matter of a changeset: names and known bumps only, empty allowed; the text behind it", () => {
  expect(parseChangeset(`---\n"@settld/schemas": minor\nsettld: patch\nx: none\n---\ntext`)).toEqual({
    bumps: { "@settld/schemas": "minor", settld: "patch" },
    text: "text",
  });
  expect(parseChangeset("---\n---\n")).toEqual({ bumps: {}, text: "" });
  expect(parseChangeset("no front matter")).toEqual({ bumps: {}, text: "" });
});

test("one pending changeset does not hide another break: what breaks is named", () => {
  const repository = locked();
  repository.revision = "r2";
  repository.vectors.testGroups[0]!.tests[0]!.code = "JSON_DEPTH";
  repository.requirements.profiles["core"]!.scored.pop();
  const front = '---\n"@settld/vectors": minor\n"settld-conform": minor\n---\n\n';
  repository.changeset = `${front}A mark is too deep: \`vectors/json.json json-1\`.\n`;
  const { ok, text } = check(repository);
  expect(ok).toBe(false);
  expect(text).toContain("vectors/json.json json-1: breaking, expectation changed; announced");
  expect(text).toContain(
    "vectors/requirements/r1.json core: breaking, changed; needs a minor changeset of @settld/vectors with `vectors/requirements/r1.json core` in its text",
  );
  repository.changeset += "No longer scored: `vectors/requirements/*`.\n";
  expect(check(repository).ok).toBe(true);
});

test("what is built into another package takes that package along, unless both move as one", () => {
  const repository = locked();
  repository.vectors.testGroups[0]!.tests.push({ id: "json-2", input: "", code: "", why: "" });
  repository.changeset = changesetFor("patch", "@settld/vectors");
  const { ok, text } = check(repository);
  expect(ok).toBe(false);
  expect(text).toContain("vectors/json.json json-2: additive, added; needs a patch changeset for settld-conform");
  repository.changeset = changesetFor("patch", "@settld/vectors", "settld-conform");
  expect(check(repository).ok).toBe(true);
  // The twin: nobody has the specification inside.
  const twin = makeRepository();
  save(twin);
  twin.spec = twin.spec.replace("a mark", "a BOM");
  twin.changeset = changesetFor("patch", "@settld/spec");
  expect(check(twin).ok).toBe(true);
});

test.each([
  ["changed", () => appendFileSync(join(base, "contract/codes.json"), " "), "contract/codes.json was changed by hand"],
  ["gone", () => rmSync(join(base, "contract/codes.json")), "contract/codes.json is missing"],
  ["new", () => writeFileSync(join(base, "contract/extra.json"), "{}"), "contract/extra.json is not listed"],
])("a part of the lock that is %s is red, for a check and for a new lock", (_what, damage, message) => {
  locked();
  damage();
  expect(checkContract(base)).toMatchObject({ ok: false, lines: [expect.stringContaining(message)] });
  expect(writeContract(base).ok).toBe(false);
});

test("a pre-release is on its way to its version and covers what that covers", () => {
  expect(isRaised("0.1.0", "0.2.0-next.0", "minor")).toBe(true);
  expect(isRaised("0.1.0", "0.1.1-next.0", "minor")).toBe(false);
  expect(isRaised("0.1.0", "0.1.0", "patch")).toBe(false);
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
