import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { drift, generate } from "./build.ts";
import { expanded } from "./format.ts";
import { checkClauses, checkImports, checkTests, type Found, type Rules, uncovered } from "./lint.ts";

const root = resolve(import.meta.dirname, "../../..");
const base = join(root, "vectors");
const read = (path: string): string => readFileSync(path, "utf8");

type File = {
  readonly op: string;
  readonly testGroups: readonly {
    readonly input?: object;
    readonly tests: readonly (Omit<Found, "path" | "op"> & { readonly input: object })[];
  }[];
};

const paths = globSync("*/*.json", { cwd: base, exclude: ["node_modules/**", "requirements/**"] }).sort();
const files = paths.map((path) => [path.replaceAll("\\", "/"), JSON.parse(read(join(base, path))) as File] as const);
const tests: readonly Found[] = files.flatMap(([path, { op, testGroups }]) =>
  testGroups.flatMap((group) => group.tests.map((one) => ({ ...one, path, op }))),
);

const clauses = new Map(
  globSync("spec/*.md", { cwd: root }).flatMap((path) =>
    read(join(root, path))
      .split(/^(?=\*\*[A-Z]+-[1-9][0-9]*\*\*)|^(?=#)/m)
      .flatMap((part) => {
        const [, id] = /^\*\*([A-Z]+-[1-9][0-9]*)\*\*/.exec(part) ?? [];
        return id === undefined ? [] : [[id, part] as const];
      }),
  ),
);
const rules: Rules = {
  clauses,
  codes: (JSON.parse(read(join(root, "schemas/codes.json"))) as { codes: Rules["codes"] }).codes,
};

const untestable = JSON.parse(read(join(base, "untestable.json"))) as Record<string, string>;

const ajv = new Ajv2020({ strict: false });
ajv.addSchema(JSON.parse(read(join(base, "vector.schema.json"))) as object);
const schema = "https://settld.dev/schemas/vector.schema.json";

test("every file is what its source generates", () => {
  expect(drift(base, generate())).toEqual([]);
});

test("keys.json has every key that signs in an accepted envelope", () => {
  const known = JSON.parse(read(join(base, "keys.json"))) as Record<string, unknown>;
  const accepted = files
    .filter(([, { op }]) => op === "dsse.verify")
    .flatMap(([, { testGroups }]) => testGroups.flatMap((group) => group.tests))
    .flatMap(({ facts }) => (facts?.["keyids"] as string[] | undefined) ?? []);
  expect(accepted.length).toBeGreaterThan(0);
  expect(accepted.filter((keyid) => !(keyid in known))).toEqual([]);
});

const adapter = "https://settld.dev/schemas/adapter.schema.json";
const adapterSchema = JSON.parse(read(join(root, "schemas/adapter.schema.json"))) as {
  readonly $defs: Readonly<Record<string, object>>;
};
// A test declares the facts that it is about, so none of them is required here.
ajv.addSchema({
  ...adapterSchema,
  $defs: Object.fromEntries(
    Object.entries(adapterSchema.$defs).map(([name, definition]) => [
      name,
      name.startsWith("facts.") ? { ...definition, required: [] } : definition,
    ]),
  ),
});

test("what an adapter is sent, and the facts of accepts, match its schema", () => {
  const wrong: string[] = [];
  let facts = 0;
  for (const [path, { op, testGroups }] of files) {
    const input = ajv.getSchema(`${adapter}#/$defs/input.${op}`);
    const answer = ajv.getSchema(`${adapter}#/$defs/facts.${op}`);
    for (const group of testGroups) {
      for (const one of group.tests) {
        if (input?.(expanded({ ...group.input, ...one.input })) !== true) {
          wrong.push(`${path} ${one.id}: input ${JSON.stringify(input?.errors?.slice(0, 2))}`);
        }
        if (one.verdict !== "accept") continue;
        facts += 1;
        if (answer?.(one.facts) !== true) {
          wrong.push(`${path} ${one.id}: facts ${JSON.stringify(answer?.errors?.slice(0, 2))}`);
        }
      }
    }
  }
  expect(facts).toBeGreaterThan(200);
  expect(wrong).toEqual([]);
});

test("both schemas describe the same inputs", () => {
  const vectorSchema = JSON.parse(read(join(base, "vector.schema.json"))) as typeof adapterSchema;
  const inputs = (defs: Readonly<Record<string, object>>): unknown =>
    JSON.parse(
      // Recipes of bytes are for files; an adapter is sent the bytes.
      JSON.stringify(Object.fromEntries(Object.entries(defs).filter(([name]) => name.startsWith("input."))))
        .replaceAll("#/$defs/bytes", "#/$defs/Bytes")
        .replaceAll("#/$defs/base64", "#/$defs/Bytes"),
    );
  expect(inputs(vectorSchema.$defs)).toEqual(inputs(adapterSchema.$defs));
});

test("every file and every input matches the schema", () => {
  const wrong: string[] = [];
  const validate = ajv.getSchema(schema);
  for (const [path, file] of files) {
    if (validate?.(file) !== true) wrong.push(`${path}: ${JSON.stringify(validate?.errors?.slice(0, 2))}`);
    const input = ajv.getSchema(`${schema}#/$defs/input.${file.op}`);
    for (const group of file.testGroups) {
      for (const one of group.tests) {
        if (input?.({ ...group.input, ...one.input }) !== true) {
          wrong.push(`${path} ${one.id}: ${JSON.stringify(input?.errors?.slice(0, 2))}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("ids, twins, clauses, codes and faults fit together", () => {
  expect(checkTests(tests, rules)).toEqual([]);
});

test("every code that an adapter can return has two tests that differ", () => {
  expect(uncovered(tests, rules)).toEqual([]);
});

test("every clause that demands something has a test or a reason why it has none", () => {
  expect(clauses.size).toBeGreaterThan(150);
  expect(checkClauses(tests, rules, untestable)).toEqual([]);
});

test("vector number one is the forgery under a small-order key", () => {
  expect(files.find(([path]) => path === "dsse/ed25519.json")?.[1].testGroups[0]?.tests[0]?.id).toBe(
    "forged-under-small-order-key",
  );
});

test("aliases lead from ids that are gone to ids that exist", () => {
  const ids = new Set(tests.map(({ id }) => id));
  const aliases = Object.entries(JSON.parse(read(join(base, "ALIASES.json"))) as Record<string, string>);
  expect(aliases.filter(([old, now]) => ids.has(old) || !ids.has(now))).toEqual([]);
});

test("no generator imports an implementation of the rules", () => {
  const sources = globSync("**/*.ts", { cwd: import.meta.dirname }).filter((path) => !path.endsWith(".test.ts"));
  expect(sources.length).toBeGreaterThan(10);
  expect(sources.flatMap((path) => checkImports(path, read(join(import.meta.dirname, path))))).toEqual([]);
});

test.each([
  "@settld/kernel",
  "@settld/verifier",
  "@settld/verifier/sync",
  "@settld/testkit",
  "../../kernel/src/index.ts",
  "../../../packages/kernel/src/index.ts",
])("red: a generator that imports %s", (specifier) => {
  expect(checkImports("bad.ts", `import { x } from "${specifier}";`)).toHaveLength(1);
  expect(checkImports("bad.ts", `const x = await import("${specifier}");`)).toHaveLength(1);
});

test("an import is judged by where it ends", () => {
  const from = (specifier: string): string[] => checkImports("area/event/x.ts", `import { x } from "${specifier}";`);
  expect(["./row.ts", "../../cast.ts", "../../area/log/files.ts"].flatMap(from)).toEqual([]);
  expect(from("../../../package.json")).toHaveLength(1);
  expect(from("../../../../kernel/src/index.ts")).toHaveLength(1);
  expect(from("./../../../../kernel/src/index.ts")).toHaveLength(1);
  expect(checkImports("area\\event\\x.ts", 'import { x } from "../../cast.ts";')).toEqual([]);
});

const accepted: Found = {
  path: "json/a.json",
  op: "json.parse",
  id: "good",
  clause: "JSON-2",
  verdict: "accept",
  code: null,
  fault: null,
};
const rejected: Found = { ...accepted, id: "bad", verdict: "reject", code: "JSON_BOM", fault: "bom", twin: "good" };

test.each<[what: string, tests: readonly Found[], message: RegExp]>([
  ["an id twice", [accepted, accepted], /good: the id stands twice/],
  ["an unknown clause", [{ ...accepted, clause: "JSON-99" }], /no clause JSON-99/],
  ["an unknown code", [accepted, { ...rejected, code: "JSON_TYPO" }], /no code JSON_TYPO/],
  [
    "a clause of another rule",
    [accepted, { ...rejected, clause: "MONEY-1" }],
    /MONEY-1 has nothing to do with JSON_BOM/,
  ],
  ["no twin of that name", [rejected], /twin good is no accepted test/],
  ["a twin that is rejected", [{ ...rejected, twin: "bad" }], /twin bad is no accepted test/],
  [
    "the same fault twice",
    [accepted, rejected, { ...rejected, id: "again" }],
    /again: has clause, pointer and fault of bad/,
  ],
  ["two faults outside precedence/", [accepted, { ...rejected, over: "JSON_UTF8" }], /belong to precedence/],
  [
    "a doubt that is a rejection",
    [accepted, { ...rejected, verdict: "indeterminate" }],
    /no reason to be indeterminate/,
  ],
])("red: %s", (_what, broken, message) => {
  expect(checkTests([accepted, rejected], rules)).toEqual([]);
  expect(checkTests(broken, rules)).toContainEqual(expect.stringMatching(message));
});

test.each<[what: string, tests: readonly Found[], untestable: Record<string, string>, wrong: RegExp]>([
  ["a clause with neither", [], {}, /^JSON-2 has no test/],
  ["an entry for a clause with a test", [accepted], { "JSON-2": "x" }, /JSON-2 has a test/],
  ["an entry for no clause", [accepted], { "JSON-99": "x" }, /no clause JSON-99/],
  ["an entry without a reason", [], { "JSON-2": " " }, /JSON-2 has no reason/],
])("red: %s", (_what, some, entries, message) => {
  const few = { ...rules, clauses: new Map([["JSON-2", "The input MUST NOT"]]) };
  expect(checkClauses([accepted], few, {})).toEqual([]);
  expect(checkClauses([], few, { "JSON-2": "x" })).toEqual([]);
  expect(checkClauses(some, few, entries)).toContainEqual(expect.stringMatching(message));
});

test("red: a clause without MUST that a code of an answer names", () => {
  const few = { clauses: new Map([["JSON-2", "It starts so."]]), codes: {} };
  expect(checkClauses([], few, {})).toEqual([]);
  expect(checkClauses([], { ...few, codes: { JSON_BOM: { clause: "JSON-2", verdict: "reject" } } }, {})).toHaveLength(
    1,
  );
});

test("red: a code with one test, or two of one kind", () => {
  const few = { ...rules, codes: { JSON_BOM: { clause: "JSON-2", verdict: "reject" } } };
  expect(uncovered([rejected], few)).toEqual(["JSON_BOM"]);
  expect(uncovered([rejected, { ...rejected, id: "again" }], few)).toEqual(["JSON_BOM"]);
  expect(uncovered([rejected, { ...rejected, id: "other", fault: "other" }], few)).toEqual([]);
  expect(uncovered([], { ...rules, codes: { CONF_REPORT: { clause: "CONF-15", verdict: "error" } } })).toEqual([]);
});

test("red: a file that was edited, and one that nothing generates", () => {
  const generated = new Map(generate());
  generated.set("json/accept.json", "{}\n");
  generated.delete("json/reject.json");
  expect(drift(base, generated)).toEqual(["json/accept.json", "json/reject.json"]);
});
