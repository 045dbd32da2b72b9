import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { drift, generate } from "./build.ts";
import { checkImports, checkTests, type Found, type Rules, uncovered } from "./lint.ts";

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

const ajv = new Ajv2020({ strict: false });
ajv.addSchema(JSON.parse(read(join(base, "vector.schema.json"))) as object);
const schema = "https://settld.dev/schemas/vector.schema.json";

test("every file is what its source generates", () => {
  expect(drift(base, generate())).toEqual([]);
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

test("every code that can be reported has a test", () => {
  expect(uncovered(tests, rules)).toEqual([]);
});

test("every clause that refuses something has a test", () => {
  // What only a settler or a command line does cannot be judged from bytes.
  const refusing = [...new Set(Object.values(rules.codes).map(({ clause }) => clause))];
  const named = new Set(tests.map(({ clause }) => clause));
  expect(refusing.filter((clause) => !clause.startsWith("CLI-") && !named.has(clause))).toEqual([]);
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

test("red: a file that was edited, and one that nothing generates", () => {
  const generated = new Map(generate());
  generated.set("json/accept.json", "{}\n");
  generated.delete("json/reject.json");
  expect(drift(base, generated)).toEqual(["json/accept.json", "json/reject.json"]);
});
