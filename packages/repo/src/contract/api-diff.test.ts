import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readApi } from "./api.ts";
import { diffApi } from "./api-diff.ts";
import type { Level } from "./difference.ts";

/** [rule, level, before, after, place]; `export declare` is left out. */
const rules: readonly [rule: string, level: Level, before: string, after: string, place: string][] = [
  ["export removed", "breaking", "type A = 1; export declare type B = 1;", "type B = 1;", "A"],
  ["export added", "additive", "type A = 1;", "type A = 1; export declare type B = 1;", "B"],
  ["member removed", "breaking", "type A = { a: 1; b: 1 };", "type A = { a: 1 };", "A.b"],
  ["required member added", "breaking", "type A = { a: 1 };", "type A = { a: 1; b: 1 };", "A.b"],
  ["optional member added", "additive", "type A = { a: 1 };", "type A = { a: 1; b?: 1 };", "A.b"],
  ["member may be missing", "breaking", "type A = { a: 1 };", "type A = { a?: 1 };", "A.a"],
  ["member must be there", "breaking", "type A = { a?: 1 };", "type A = { a: 1 };", "A.a"],
  ["type of a member changed", "breaking", "type A = { a: string };", "type A = { a: number };", "A.a"],
  ["member is no longer readonly", "breaking", "type A = { readonly a: 1 };", "type A = { a: 1 };", "A.a"],
  ["type inside a type changed", "breaking", "type A = { a: { b: 1 } };", "type A = { a: { b: 2 } };", "A.a.b"],
  ["alternative removed", "breaking", "type A = 1 | 2;", "type A = 1;", "A"],
  ["new alternative", "breaking", "type A = 1 | 2;", "type A = 1 | 2 | 3;", "A"],
  ["new code of the registry", "additive", 'type A = "JSON_A";', 'type A = "JSON_A" | "JSON_B";', "A"],
  ["interface member added", "breaking", "interface A { a: 1 }", "interface A { a: 1; b: 1 }", "A.b"],
  ["optional interface member", "additive", "interface A { a: 1 }", "interface A { a: 1; b?: 1 }", "A.b"],
  ["type became an interface", "breaking", "type A = { a: 1 };", "interface A { a: 1 }", "A"],
  ["type parameter added", "breaking", "type A = 1;", "type A<T> = 1;", "A"],
  ["type parameter with a default", "additive", "type A = 1;", "type A<T = 1> = 1;", "A"],
  ["parameter removed", "breaking", "function f(a: 1, b: 1): 1;", "function f(a: 1): 1;", "f.parameter 2"],
  ["required parameter added", "breaking", "function f(a: 1): 1;", "function f(a: 1, b: 1): 1;", "f.parameter 2"],
  ["optional parameter added", "additive", "function f(a: 1): 1;", "function f(a: 1, b?: 1): 1;", "f.parameter 2"],
  ["parameter now optional", "additive", "function f(a: 1): 1;", "function f(a?: 1): 1;", "f.parameter 1"],
  ["parameter now required", "breaking", "function f(a?: 1): 1;", "function f(a: 1): 1;", "f.parameter 1"],
  ["parameter takes more", "additive", "function f(a: 1): 1;", "function f(a: 1 | 2): 1;", "f.parameter 1"],
  ["parameter takes less", "breaking", "function f(a: 1 | 2): 1;", "function f(a: 1): 1;", "f.parameter 1"],
  [
    "required member of an argument",
    "breaking",
    "function f(a: { b: 1 }): 1;",
    "function f(a: { b: 1; c: 1 }): 1;",
    "f.parameter 1.c",
  ],
  [
    "optional member of an argument",
    "additive",
    "function f(a: { b: 1 }): 1;",
    "function f(a: { b: 1; c?: 1 }): 1;",
    "f.parameter 1.c",
  ],
  ["result has more members", "additive", "function f(): { a: 1 };", "function f(): { a: 1; b: 1 };", "f.result.b"],
  ["result has fewer members", "breaking", "function f(): { a: 1; b: 1 };", "function f(): { a: 1 };", "f.result.b"],
  ["result may be more", "breaking", "function f(): 1;", "function f(): 1 | undefined;", "f.result"],
  ["result is less", "additive", "function f(): 1 | undefined;", "function f(): 1;", "f.result"],
  [
    "promise of more members",
    "additive",
    "function f(): Promise<{ a: 1 }>;",
    "function f(): Promise<{ a: 1; b: 1 }>;",
    "f.result.b",
  ],
  ["result waits", "breaking", "function f(): 1;", "function f(): Promise<1>;", "f.result"],
  ["new overload", "additive", "function f(a: 1): 1;", "function f(a: 1): 1; export declare function f(a: 2): 1;", "f"],
  [
    "an overload removed",
    "breaking",
    "function f(a: 1): 1; export declare function f(a: 2): 1;",
    "function f(a: 2): 1; export declare function f(a: 3): 1;",
    "f",
  ],
  ["method added", "additive", "class C { a(): 1 }", "class C { a(): 1; b(): 1 }", "C.b"],
  ["method removed", "breaking", "class C { a(): 1; b(): 1 }", "class C { a(): 1 }", "C.b"],
  [
    "constructor asks for more",
    "breaking",
    "class C { constructor(a: 1) }",
    "class C { constructor(a: 1, b: 1) }",
    "C.new.parameter 2",
  ],
  [
    "constructor takes more",
    "additive",
    "class C { constructor(a: 1) }",
    "class C { constructor(a: 1, b?: 1) }",
    "C.new.parameter 2",
  ],
  ["class extends another", "breaking", "class C extends A { }", "class C extends B { }", "C"],
  ["constant has more members", "additive", "const c: { a: 1 };", "const c: { a: 1; b: 2 };", "c.b"],
  ["value of a constant changed", "breaking", "const c: 1;", "const c: 2;", "c"],
  ["everything of another package removed", "breaking", 'const a: 1; export * from "b";', "const a: 1;", '* from "b"'],
  ["function became a constant", "breaking", "function f(): 1;", "const f: () => 1;", "f"],
  [
    "what an export uses changed",
    "breaking",
    "type A = B; declare type B = { b: 1 };",
    "type A = B; declare type B = { b: 2 };",
    "B.b",
  ],
  [
    "a callback gets less",
    "breaking",
    "function f(a: (x: { b: 1; c: 1 }) => 1): 1;",
    "function f(a: (x: { b: 1 }) => 1): 1;",
    "f.parameter 1.parameter 1.c",
  ],
  [
    "a callback gets more",
    "additive",
    "function f(a: (x: { b: 1 }) => 1): 1;",
    "function f(a: (x: { b: 1; c: 1 }) => 1): 1;",
    "f.parameter 1.parameter 1.c",
  ],
];

const isCode = (name: string): boolean => name.startsWith("JSON_");

test.each(rules)("%s is %s", (_rule, level, before, after, place) => {
  const findings = diffApi("x.d.ts", `export declare ${before}`, `export declare ${after}`, isCode);
  expect(findings).toMatchObject([{ level, where: `x.d.ts ${place}` }]);
});

test.each<[what: string, before: string, after: string]>([
  ["names of parameters", "function f(a: 1, b?: 2): 1;", "function f(x: 1, y?: 2): 1;"],
  ["names of parameters in a predicate", "function f(a: unknown): a is 1;", "function f(b: unknown): b is 1;"],
  ["words of another import", 'const a: 1; import { B } from "b";', 'const a: 1; import { C } from "c";'],
  ["order of members", "type A = { a: 1; b: 2 };", "type A = { b: 2; a: 1 };"],
  ["order of alternatives", 'type A = "a" | "b";', 'type A = "b" | "a";'],
  ["order of members inside", "type A = 1 | { a: 1; b: 2 };", "type A = { b: 2; a: 1 } | 1;"],
  ["comments", "type A = { a: 1 };", "type A = { /** More words. */ a: 1 };"],
  ["white space", "type A = { a: 1; b: 2 };", "type A = {\n  a: 1;\n  b: 2;\n};"],
  ["brackets", "type A = { a: (1 | 2)[] };", "type A = { a: ((1 | 2))[] };"],
  ["an inner type that nobody uses", "type A = 1; declare type B = 1;", "type A = 1; declare type C = 1;"],
])("twin: %s are no difference", (_what, before, after) => {
  expect(diffApi("x.d.ts", `export declare ${before}`, `export declare ${after}`)).toEqual([]);
});

const withPackage = <T>(files: Readonly<Record<string, string>>, use: (base: string) => T): T => {
  const base = mkdtempSync(join(tmpdir(), "settld-api-"));
  try {
    const manifest = { name: "p", version: "1.0.0", exports: { ".": { types: "./dist/index.d.ts" } } };
    const all = { ...files, "package.json": JSON.stringify(manifest) };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(base, "p", path)), { recursive: true });
      writeFileSync(join(base, "p", path), text);
    }
    writeFileSync(join(base, "pnpm-workspace.yaml"), "packages:\n  - p\n");
    return use(base);
  } finally {
    rmSync(base, { recursive: true });
  }
};

test("built files are read through their chunks: public names, what they use, and nothing else", () => {
  const text = withPackage(
    {
      "dist/index.d.ts": [
        'import { T as Chunk } from "./chunk-Xy12.js";',
        'import { Far } from "elsewhere";',
        "/** Words. */",
        "type Digest = { readonly d: 1 };",
        "type Digest$1 = string;",
        "declare class C { #secret; private hidden; constructor(far: Far); open(): Chunk }",
        "declare const used: Digest;",
        "declare const unused: 1;",
        'export { C, used as value };\nexport type { Digest$1 as Digest };\nexport { Other } from "elsewhere";\nexport * from "all";',
      ].join("\n"),
      "dist/chunk-Xy12.d.ts": "type T = { t: 1 };\nexport type { T };\n",
    },
    (base) => readApi(base)["p"]?.["."],
  );
  expect(text?.split("\n")).toEqual([
    'import { Far } from "elsewhere";',
    'export * from "all";',
    "export declare class C {",
    "    constructor(far: Far);",
    "    open(): T;",
    "}",
    "export declare type Digest = string;",
    'export { Other } from "elsewhere";',
    "export declare const value: Digest__2;",
    "declare type Digest__2 = {",
    "    readonly d: 1;",
    "};",
    "declare type T = {",
    "    t: 1;",
    "};",
    "export {};",
    "",
  ]);
});

test("names that bundlers make say nothing: other chunks and other numbers give the same text", () => {
  const index = (chunk: string, local: string): string =>
    `import { a as T } from "./${chunk}.js";\ntype ${local} = { a: T };\nexport type { ${local} as Public };\n`;
  const read = (chunk: string, local: string): unknown =>
    withPackage(
      {
        "dist/index.d.ts": index(chunk, local),
        [`dist/${chunk}.d.ts`]: "type Inner$3 = 1;\nexport type { Inner$3 as a };",
      },
      readApi,
    );
  expect(read("chunk-A", "Public$1")).toEqual(read("chunk-B", "Public$2"));
});

test("a package that is not built is named", () => {
  expect(() => withPackage({}, readApi)).toThrow(/p\/dist\/index\.d\.ts is missing.*pnpm build/);
});
