import { expect, test } from "vitest";
import { budgets, checkBudget, checkBuiltIn, checkFiles } from "./packages.ts";

const good = {
  files: ["LICENSE", "README.md", "package.json", "dist/index.js", "src/index.ts"],
  manifest: { name: "a", version: "1.0.0", description: "What it does", dependencies: { b: "1.0.0" } },
};

test("a tarball with everything it needs and nothing else is green", () => {
  expect(checkFiles(good)).toEqual([]);
});

test.each([
  ["LICENSE is missing", { files: good.files.filter((file) => file !== "LICENSE") }],
  ["README.md is missing", { files: good.files.filter((file) => file !== "README.md") }],
  ["src/a.test.ts has no place in a tarball", { files: [...good.files, "src/a.test.ts"] }],
  ["src/a.fuzz.ts has no place in a tarball", { files: [...good.files, "src/a.fuzz.ts"] }],
  [".turbo/log has no place in a tarball", { files: [...good.files, ".turbo/log"] }],
  [
    "src is missing, so nobody can compare dist with it",
    { files: good.files.filter((file) => !file.startsWith("src/")) },
  ],
  ["package.json has no description", { manifest: { ...good.manifest, description: "" } }],
  ["dependency b is published as workspace:*", { manifest: { ...good.manifest, dependencies: { b: "workspace:*" } } }],
])("red: %s", (problem, change) => {
  expect(checkFiles({ ...good, ...change })).toEqual([problem]);
});

test("a package over its budget is named", () => {
  const { bytes = 0, dependencies = 0 } = budgets["settld-conform"] ?? {};
  expect(checkBudget("settld-conform", bytes, dependencies)).toEqual([]);
  expect(checkBudget("settld-conform", bytes + 1, dependencies + 1)).toHaveLength(2);
  expect(checkBudget("@settld/kernel", 1e9, 100)).toEqual([]);
});

test("a dependency that was built in is named, whether it is ours or not", () => {
  const manifest = { dependencies: { commander: "1.0.0" }, optionalDependencies: { "@settld/server": "1.0.0" } };
  const folders = { "@settld/server": "packages/server", "@settld/output": "packages/output" };
  const fine = ["packages/cli/src/bin.ts", "packages/output/src/csv.ts", "packages/server-like/src/x.ts"];
  expect(checkBuiltIn(manifest, { "dist/bin.js": fine }, folders)).toEqual([]);
  const made = {
    "dist/a.js": [...fine, "packages/server/src/index.ts"],
    "dist/b.js": ["node_modules/.pnpm/commander@1.0.0/node_modules/commander/index.js"],
  };
  expect(checkBuiltIn(manifest, made, folders)).toEqual([
    "dist/a.js contains @settld/server, which is a dependency as well",
    "dist/b.js contains commander, which is a dependency as well",
  ]);
});
