import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type ArchiveManifest, missingFrom } from "./archive.ts";
import { readCodeRegistry } from "./gen/registry.ts";
import { readJson, root } from "./workspace.ts";

const revisions = [
  ...readFileSync(join(root, "spec/versioning.md"), "utf8").matchAll(/^\| `(\d{4}-\d{2})` \| \d{4}/gm),
].map(([, revision = ""]) => revision);
const manifests = globSync("fixtures/archive/*/manifest.json", { cwd: root });

test("the table of revisions, the archive and the registry of codes name the same revisions", () => {
  expect(revisions).toContain(readCodeRegistry(root).revision);
  expect(manifests.map((path) => basename(dirname(path))).sort()).toEqual([...revisions].sort());
});

test("every file of the archive is named by its list, and every name leads to a file", () => {
  for (const path of manifests) {
    const folder = join(root, dirname(path));
    const { entries } = readJson<ArchiveManifest>(join(root, path));
    const named = entries.flatMap(({ bundle, trust, evidence = {} }) => [
      bundle,
      ...(trust === undefined ? [] : [trust]),
      ...Object.values(evidence),
    ]);
    const found = globSync("*/*", { cwd: folder }).map((file) => file.replaceAll("\\", "/"));
    expect([...new Set(named)].sort()).toEqual(found.sort());
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  }
});

test("what the next release would add has new names, so nothing that is there changes", () => {
  const { entries } = missingFrom(root);
  const known = new Set(
    manifests.flatMap((path) => readJson<ArchiveManifest>(join(root, path)).entries.map(({ name }) => name)),
  );
  expect(entries.filter(({ name }) => known.has(name))).toEqual([]);
});
