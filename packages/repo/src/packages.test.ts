import { expect, test } from "vitest";
import { budgets, checkBudget, checkFiles } from "./packages.ts";

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
