import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkContract, writeContract } from "../contract.ts";
import { copyRepository } from "../testing/copy.ts";

/**
 * The real repository in a copy that pretends a release: whoever edits one line of the contract there has to see red,
 * with the file, the rule, and the bump that it takes.
 */
let base = "";
const released = "0.3.0";

const paths = (pattern: string): string[] =>
  globSync(pattern, { cwd: base, exclude: ["**/node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();

const read = (path: string): string => readFileSync(join(base, path), "utf8");
const write = (path: string, text: string): void => writeFileSync(join(base, path), text);

beforeAll(() => {
  base = copyRepository();
  for (const path of paths("{packages/*,schemas,vectors,spec}/package.json")) {
    write(path, read(path).replace(/"version": "[^"]*"/, `"version": "${released}"`));
  }
  for (const path of [...paths(".changeset/*.md"), ...paths("contract.lock.json")]) rmSync(join(base, path));
  expect(writeContract(base).ok).toBe(true);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

/** One edit: the file, its new text, and what the check has to say about it. */
type Edit = { readonly path: string; readonly text: string; readonly says: RegExp };

// biome-ignore lint/suspicious/noExplicitAny: edits go to arbitrary places of documents.
type Any = any;

const json = (value: unknown): string => JSON.stringify(value, null, 2);

const pick = <T>(list: readonly T[], seed: number): T => list[seed % list.length] as T;

/** Every object below a node that passes a test, with the key that leads to it. */
const objectsIn = (node: Any, wanted: (node: Any) => boolean): Any[] =>
  typeof node !== "object" || node === null
    ? []
    : [...(wanted(node) ? [node] : []), ...Object.values(node).flatMap((child) => objectsIn(child, wanted))];

/** Schemas below a node whose properties are described: one of them loses a property. */
const dropProperty = (document: Any, seed: number): void => {
  const found = objectsIn(
    document,
    ({ type, properties }) => type === "object" && Object.keys(properties ?? {}).length > 0,
  );
  const { properties } = pick(found, seed);
  delete properties[pick(Object.keys(properties), seed)];
};

const otherType = (document: Any, seed: number): void => {
  const found = objectsIn(document, ({ type }) => type === "string" || type === "integer");
  const schema = pick(found, seed);
  schema.type = schema.type === "string" ? "integer" : "string";
};

const schemaEdit = (seed: number): Edit => {
  const path = pick(paths("{schemas,vectors}/*.schema.json"), seed);
  const document = JSON.parse(read(path));
  (objectsIn(document, ({ type, properties }) => type === "object" && properties !== undefined).length > 0 &&
    seed % 2 === 0
    ? dropProperty
    : otherType)(document, seed >> 3);
  return { path, text: json(document), says: /removed|type/ };
};

const vectorFiles = (): string[] => paths("vectors/*/*.json").filter((path) => read(path).includes('"testGroups"'));

const testOf = (document: Any, seed: number): Any =>
  pick(
    document.testGroups.flatMap(({ tests }: Any) => tests),
    seed,
  );

const vectorEdit = (seed: number): Edit => {
  const path = pick(vectorFiles(), seed);
  const document = JSON.parse(read(path));
  const one = testOf(document, seed >> 3);
  const verdict = one.verdict === "accept" ? "reject" : "accept";
  Object.assign(one, pick([{ verdict }, { code: "JSON_BOM_TOO" }, { facts: { digest: "x" } }], seed));
  return { path, text: json(document), says: new RegExp(`${one.id}: breaking, expectation changed`) };
};

const codeEdit = (seed: number): Edit => {
  const path = "schemas/codes.json";
  const document = JSON.parse(read(path));
  const code = pick(Object.keys(document.codes), seed >> 3);
  const entry = document.codes[code];
  const edits: (() => void)[] = [
    () => delete document.codes[code],
    () => (entry.http += 1),
    () => (entry.retryable = !entry.retryable),
    () => (entry.category = `${entry.category}s`),
  ];
  pick(edits, seed)();
  return { path, text: json(document), says: new RegExp(`${code}: breaking`) };
};

const openApiEdit = (seed: number): Edit => {
  const path = "schemas/openapi.json";
  const document = JSON.parse(read(path));
  const url = pick(Object.keys(document.paths), seed >> 3);
  const item = document.paths[url];
  const operation = item[pick(Object.keys(item), seed)];
  const edits: (() => void)[] = [
    () => delete document.paths[url],
    () => Object.assign(document.paths, { [`${url}s`]: item, [url]: undefined }),
    () => (operation.operationId += "Now"),
    () => delete operation.responses["200"] && delete operation.responses["201"],
    () => (operation.parameters = [{ name: "x", in: "query", required: true, description: "", schema: {} }]),
    () => dropProperty(document.components.schemas, seed >> 3),
  ];
  pick(edits, seed)();
  return { path, text: json(document), says: /breaking/ };
};

const typeEdit = (seed: number): Edit => {
  const path = pick(
    paths("packages/*/dist/index.d.ts").filter((one) => /^export (?:type )?\{ \w/m.test(read(one))),
    seed,
  );
  const text = read(path);
  // Either an export goes, or a member of something gets another name.
  const members = [...text.matchAll(/^ {4}readonly \w+\??: /gm)];
  if (seed % 2 === 0 && members.length > 0) {
    const { index, 0: match } = pick(members, seed >> 3);
    const renamed = match.replace(/readonly (\w+)/, "readonly $1Renamed");
    return { path, text: text.slice(0, index) + renamed + text.slice(index + match.length), says: /removed|declar/ };
  }
  const exports = [...text.matchAll(/^export (?:type )?\{ (.*) \};$/gm)];
  const { 0: line, 1: names = "" } = pick(exports, seed >> 3);
  const kept = names.split(", ").filter((_, index, all) => index !== (seed >> 5) % all.length);
  return { path, text: text.replace(line, line.replace(names, kept.join(", "))), says: /removed|no longer exported/ };
};

const with_ = (edit: { readonly path: string; readonly text: string }): ReturnType<typeof checkContract> => {
  const before = read(edit.path);
  try {
    write(edit.path, edit.text);
    return checkContract(base);
  } finally {
    write(edit.path, before);
  }
};

const runs = (short: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: process.env["SETTLD_FULL"] === "1" ? short * 10 : short,
  seed: 2026,
});

test.each([
  ["schema", schemaEdit],
  ["vector", vectorEdit],
  ["code", codeEdit],
  ["OpenAPI path", openApiEdit],
  ["exported type", typeEdit],
])(
  "a breaking edit of a %s anywhere is red, with the file, the rule and the bump",
  (_what, edit) => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const one = edit(seed);
        const { ok, lines } = with_(one);
        const red = lines.filter((line) => line.startsWith(one.path) && line.includes(": breaking, "));
        expect(red, `${one.path} with seed ${seed}`).not.toEqual([]);
        expect(ok).toBe(false);
        expect(red.join("\n")).toMatch(one.says);
        for (const line of red) expect(line).toMatch(/; needs a minor changeset (for|of) (@settld\/|settld)/);
      }),
      runs(6),
    );
  },
  600_000,
);

/** Edits of the same files that change words only. */
const twins: readonly [what: string, edit: (seed: number) => { readonly path: string; readonly text: string }][] = [
  [
    "description in a schema",
    (seed) => {
      const path = pick(paths("schemas/*.schema.json"), seed);
      const document = JSON.parse(read(path));
      const found = objectsIn(document, ({ type }) => typeof type === "string");
      pick(found, seed).description = "Other words.";
      return { path, text: json(document) };
    },
  ],
  [
    "reason of a vector",
    (seed) => {
      const path = pick(vectorFiles(), seed);
      const document = JSON.parse(read(path));
      testOf(document, seed).why = "Other words.";
      return { path, text: json(document) };
    },
  ],
  [
    "summary of a code",
    (seed) => {
      const document = JSON.parse(read("schemas/codes.json"));
      pick(Object.values<Any>(document.codes), seed).summary = "Other words.";
      return { path: "schemas/codes.json", text: json(document) };
    },
  ],
  [
    "summary of an operation",
    (seed) => {
      const document = JSON.parse(read("schemas/openapi.json"));
      pick(Object.values<Any>(pick(Object.values<Any>(document.paths), seed)), seed).summary = "Other words.";
      return { path: "schemas/openapi.json", text: json(document) };
    },
  ],
  [
    "comment on an exported type",
    (seed) => {
      const path = pick(paths("packages/*/dist/index.d.ts"), seed);
      return { path, text: read(path).replaceAll("/**", "/** Other words.") };
    },
  ],
];

test.each(twins)("twin: a %s is no difference", (_what, edit) => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (seed) => {
      const { ok, lines } = with_(edit(seed));
      expect(lines).toEqual(["0 differences to the last released contract, 0 not announced"]);
      expect(ok).toBe(true);
    }),
    runs(1),
  );
});
