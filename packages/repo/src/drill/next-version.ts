import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";
import { STORES, type StoreName } from "./place.ts";

// What `settld serve` is made of.
const PACKAGES = ["protocol", "kernel", "verifier", "output", "server", "cli"];

/** The version of the schema that the repository's program has. */
export function schemaVersion(store: StoreName): number {
  const source = readFileSync(join(root, `packages/server/src/store/${store}/migrations/migrations.ts`), "utf8");
  const steps = /MIGRATIONS[^=]*= \[([^\]]*)\]/
    .exec(source)?.[1]
    ?.split(",")
    .filter((name) => name.trim() !== "");
  if (steps === undefined || steps.length === 0) throw new Error("expected the list of migrations");
  return steps.length;
}

/**
 * Lays out the sources of a next version of the program: with one more step of the schema, and with a defect in an
 * answer, as a version has that one has to go back from.
 */
export function makeNextVersion(tree: string): string {
  for (const name of PACKAGES) {
    const [from, to] = [join(root, "packages", name), join(tree, "packages", name)];
    mkdirSync(to, { recursive: true });
    for (const part of ["src", "package.json", "node_modules"]) {
      // A package that depends on nothing has no modules.
      if (existsSync(join(from, part)))
        cpSync(join(from, part), join(to, part), { recursive: true, verbatimSymlinks: true });
    }
  }
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  for (const store of STORES) {
    const migrations = join(tree, `packages/server/src/store/${store}/migrations`);
    writeFileSync(
      join(migrations, "next.ts"),
      `import type { Migration } from "./migration.ts";
export const next: Migration = {
  version: ${schemaVersion(store) + 1},
  up: "CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT NOT NULL); ALTER TABLE agreements ADD COLUMN note TEXT",
  down: "ALTER TABLE agreements DROP COLUMN note; DROP TABLE notes",
};
`,
    );
    change(join(migrations, "migrations.ts"), [
      [
        'import type { Migration } from "./migration.ts";',
        'import type { Migration } from "./migration.ts";\nimport { next } from "./next.ts";',
      ],
      ["];", ", next];"],
    ]);
  }
  change(join(tree, "packages/server/src/http/resources/server.ts"), [
    [
      '"account.retrieve": async (context) => {',
      '"account.retrieve": async (context) => {\n    if (Date.now() > 0) throw new Error("the next version is wrong");',
    ],
  ]);
  return tree;
}

function change(path: string, changes: readonly (readonly [string, string])[]): void {
  let text = readFileSync(path, "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`expected ${from} in ${path}`);
    text = text.replace(from, to);
  }
  writeFileSync(path, text);
}
