import { expect, test } from "vitest";
import { allowedEdges, checkEngines, checkLayers, type FindManifest, readTree, type Tree } from "./layers.ts";
import { type Manifest, root, workspacePackages } from "./workspace.ts";

const pure = { version: "0.0.0", engines: { node: ">=20.19" } };

/** A small tree that breaks no rule. Each twin plants one violation into it. */
const clean: Tree = {
  rootDevDependencies: ["vitest", "fast-check", "@settld/testkit"],
  packages: [
    { dir: "packages/protocol", manifest: { ...pure, name: "@settld/protocol" } },
    {
      dir: "packages/kernel",
      manifest: { ...pure, name: "@settld/kernel", dependencies: { "@settld/protocol": "workspace:*" } },
    },
    {
      dir: "packages/verifier",
      manifest: {
        ...pure,
        name: "@settld/verifier",
        dependencies: { "@settld/kernel": "workspace:*", "@settld/protocol": "workspace:*" },
      },
    },
    {
      dir: "packages/testkit",
      manifest: { name: "@settld/testkit", private: true, dependencies: { "@settld/kernel": "workspace:*" } },
    },
    {
      dir: "packages/vectors-build",
      manifest: { name: "@settld/vectors-build", private: true, dependencies: { "@settld/protocol": "workspace:*" } },
    },
  ],
  sources: new Map([
    [
      "packages/protocol/src/index.ts",
      'export * from "./error.ts";\n// import "node:fs" in a comment counts for nothing\n',
    ],
    ["packages/protocol/src/error.ts", "export const error = 1;"],
    ["packages/protocol/src/crypto-node.ts", 'import { verify } from "node:crypto";'],
    [
      "packages/protocol/src/error.test.ts",
      'import "vitest"; import "node:fs"; import "@settld/testkit"; import "./error.ts";',
    ],
    ["packages/kernel/src/index.ts", 'import type { Code } from "@settld/protocol";'],
    ["packages/verifier/src/index.ts", 'import "@settld/kernel"; import "@settld/protocol/crypto";'],
    ["packages/verifier/src/sync.ts", 'import "node:fs";'],
    ["packages/testkit/src/index.ts", 'import "@settld/kernel"; import "node:fs";'],
    ["packages/vectors-build/src/index.ts", 'import "@settld/protocol"; import "node:fs";'],
  ]),
};

const withSource = (path: string, text: string): Tree => ({
  ...clean,
  sources: new Map([...clean.sources, [path, text]]),
});

const withManifest = (name: string, change: Partial<Manifest>): Tree => ({
  ...clean,
  packages: clean.packages.map((one) =>
    one.manifest.name === name ? { ...one, manifest: { ...one.manifest, ...change } } : one,
  ),
});

test("the repository breaks no rule", () => {
  const tree = readTree(root);
  expect(checkLayers(tree)).toEqual([]);
  expect(checkEngines(tree.packages, root)).toEqual([]);
});

test("every row of the table is a package or a planned one, and the stack is exactly this", () => {
  const names = workspacePackages(root).map(({ manifest }) => manifest.name);
  expect(Object.keys(allowedEdges)).toEqual(expect.arrayContaining(names));
  expect(allowedEdges["@settld/protocol"]).toEqual([]);
  expect(allowedEdges["@settld/kernel"]).toEqual(["@settld/protocol"]);
  expect(allowedEdges["@settld/verifier"]).toEqual(["@settld/kernel", "@settld/protocol"]);
  expect(allowedEdges["@settld/vectors-build"]).toEqual(["@settld/protocol"]);
});

test("the small tree breaks no rule", () => {
  expect(checkLayers(clean)).toEqual([]);
});

test.each<[what: string, tree: Tree, violation: RegExp]>([
  [
    "an import against the layers",
    withSource("packages/kernel/src/bad.ts", 'import { verifyBundle } from "@settld/verifier";'),
    /kernel\/src\/bad\.ts: @settld\/kernel must not import @settld\/verifier/,
  ],
  [
    "a type import against the layers",
    withSource("packages/kernel/src/bad.ts", 'import type { Report } from "@settld/verifier/sync";'),
    /must not import @settld\/verifier/,
  ],
  [
    "a dynamic import against the layers",
    withSource("packages/protocol/src/bad.ts", 'export const load = () => import("@settld/kernel");'),
    /@settld\/protocol must not import @settld\/kernel/,
  ],
  [
    "testkit outside tests",
    withSource("packages/kernel/src/bad.ts", 'import "@settld/testkit";'),
    /must not import @settld\/testkit/,
  ],
  [
    "a vector generator that imports the kernel",
    withSource("packages/vectors-build/src/bad.ts", 'import "@settld/kernel";'),
    /@settld\/vectors-build must not import @settld\/kernel/,
  ],
  [
    "a vector generator that imports the verifier",
    withSource("packages/vectors-build/src/bad.ts", 'import "@settld/verifier";'),
    /@settld\/vectors-build must not import @settld\/verifier/,
  ],
  [
    "a relative import into another package",
    withSource("packages/kernel/src/bad.ts", 'import "../../protocol/src/error.ts";'),
    /reaches outside its package/,
  ],
  [
    "a circle of files",
    withSource("packages/protocol/src/error.ts", 'import "./index.ts";'),
    /index\.ts -> .*error\.ts -> .*index\.ts: files import each other/,
  ],
  [
    "a module of Node in protocol",
    withSource("packages/protocol/src/bad.ts", 'import { readFileSync } from "node:fs";'),
    /"node:fs" is a module of Node/,
  ],
  [
    "a module of Node under its short name",
    withSource("packages/protocol/src/bad.ts", 'import { createHash } from "crypto";'),
    /"crypto" is a module of Node/,
  ],
  [
    "a module of Node in kernel",
    withSource("packages/kernel/src/crypto-node.ts", 'import "node:crypto";'),
    /"node:crypto" is a module of Node/,
  ],
  [
    "a module of Node in verifier outside sync.ts",
    withSource(
      "packages/verifier/src/index.ts",
      'import "@settld/kernel"; import "@settld/protocol"; import "node:fs";',
    ),
    /verifier\/src\/index\.ts: "node:fs"/,
  ],
  [
    "an import that is not declared",
    withSource("packages/testkit/src/bad.ts", 'import "left-pad";'),
    /imports left-pad, which packages\/testkit\/package\.json does not declare/,
  ],
  [
    "a development tool in published code",
    withSource("packages/kernel/src/bad.ts", 'import "fast-check";'),
    /imports fast-check, which packages\/kernel\/package\.json does not declare/,
  ],
  [
    "a declared dependency without an import",
    withManifest("@settld/testkit", { dependencies: { "@settld/kernel": "workspace:*", yaml: "1" } }),
    /testkit\/package\.json: declares yaml, which no source imports/,
  ],
  [
    "a dependency against the layers",
    withManifest("@settld/protocol", { dependencies: { "@settld/kernel": "workspace:*" } }),
    /@settld\/protocol must not depend on @settld\/kernel/,
  ],
  [
    "a third-party dependency of a pure package",
    withManifest("@settld/protocol", { dependencies: { canonicalize: "1" } }),
    /@settld\/protocol has no third-party dependencies/,
  ],
  [
    "a package without a row",
    { ...clean, packages: [...clean.packages, { dir: "packages/new", manifest: { name: "@settld/new" } }] },
    /package @settld\/new has no row/,
  ],
])("red: %s", (_what, tree, violation) => {
  expect(checkLayers(tree)).toContainEqual(expect.stringMatching(violation));
});

test("engines: a dependency that wants a newer Node than the package promises is red, at any depth", () => {
  const tree = withManifest("@settld/kernel", { dependencies: { a: "1" } });
  const kernel = tree.packages.filter(({ manifest }) => manifest.name === "@settld/kernel");
  const find =
    (range: string): FindManifest =>
    (_from, name) => ({
      dir: `/installed/${name}`,
      manifest:
        name === "a"
          ? { name, engines: { node: ">=18" }, dependencies: { b: "1" }, peerDependencies: { c: "1" } }
          : { name, engines: { node: range }, dependencies: { a: "1" } },
    });
  expect(checkEngines(kernel, "/base", find(">=20"))).toEqual([]);
  expect(checkEngines(kernel, "/base", find("^22.18.0 || >=24"))).toEqual([
    "packages/kernel: promises Node 20.19.0, but b wants ^22.18.0 || >=24",
    "packages/kernel: promises Node 20.19.0, but c wants ^22.18.0 || >=24",
  ]);
  expect(checkEngines(kernel, "/base", () => undefined)).toEqual(["packages/kernel: dependency a is not installed"]);
  const silent = withManifest("@settld/kernel", { engines: {}, dependencies: {} }).packages;
  expect(checkEngines(silent, "/base")).toContainEqual("packages/kernel/package.json: states no engines.node");
});
