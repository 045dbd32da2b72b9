import { existsSync, globSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { readJson, root, workspacePackages } from "../workspace.ts";
import { embeddersOf, readEmbeds } from "./embeds.ts";

const embeds = readEmbeds(root);

test.each<[path: string, outer: readonly string[]]>([
  ["vectors/bundle/bytes.json", ["settld-conform"]],
  ["vectors/keys.json", ["@settld/server", "settld-conform"]],
  ["packages/verifier/dist/index.d.ts", ["@settld/sdk"]],
  ["packages/protocol/dist/index.d.ts", ["@settld/sdk", "settld-conform"]],
  ["spec/bytes.md", []],
  ["packages/sdk/dist/index.d.ts", []],
])("%s is inside %j", (path, outer) => {
  expect(embeddersOf(embeds, path)).toEqual(outer);
});

test("schemas are inside what was generated from them, and what has that inside", () => {
  const outer = embeddersOf(embeds, "schemas/event.schema.json");
  expect(outer).toEqual(
    expect.arrayContaining(["@settld/protocol", "@settld/sdk", "@settld/server", "settld-conform"]),
  );
  expect(outer).not.toContain("@settld/kernel");
});

// What builds say of themselves: every source of ours in a source map is in the package or in something that it embeds.
test("nothing is built in that is not derived", () => {
  const dirs = new Map(workspacePackages(root).map(({ dir, manifest }) => [manifest.name, dir]));
  const wrong: string[] = [];
  let sources = 0;
  for (const [name, inside] of embeds) {
    const dir = dirs.get(name) ?? "";
    for (const map of globSync(`${dir}/dist/**/*.js.map`, { cwd: root })) {
      for (const source of readJson<{ readonly sources: readonly string[] }>(join(root, map)).sources) {
        const path = posix.join(posix.dirname(map.replaceAll("\\", "/")), source);
        if (path.includes("node_modules") || path.startsWith(`${dir}/`) || !existsSync(join(root, path))) continue;
        sources += 1;
        if (![...inside].some((part) => path === part || path.startsWith(`${part}/`))) wrong.push(`${name}: ${path}`);
      }
    }
  }
  expect(sources).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});
