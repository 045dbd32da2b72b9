import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../workspace.ts";

/** Everything that the contract is read from, apart from the command lines, which only run beside their dependencies. */
const contract = [
  "schemas/*.json",
  "vectors/**/*.json",
  "spec/*",
  "package.json",
  "pnpm-workspace.yaml",
  ".changeset/*",
  "packages/*/package.json",
  "packages/*/tsup.config.ts",
  "packages/*/dist/**/*.d.ts",
  "fixtures/archive/**/*.*",
  "fixtures/package.json",
];

/** What a release writes besides, or reads to write it. */
const release = [
  "packages/repo/src/changelog.ts",
  ".github/actions/conform/action.yml",
  "packages/verifier-python/src/settld_verifier/__init__.py",
  "fixtures/golden/**/*.*",
];

/** Copies the part of the built repository that contract and releases are made of into a folder that a test may change. */
export const copyRepository = (): string => {
  if (!existsSync(join(root, "packages/verifier/dist/index.d.ts"))) {
    throw new Error(
      "packages/verifier/dist/index.d.ts is missing: the contract is read from what is built; run pnpm build",
    );
  }
  const base = mkdtempSync(join(tmpdir(), "settld-copy-"));
  for (const path of globSync([...contract, ...release], { cwd: root, exclude: ["**/node_modules/**"] })) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    cpSync(join(root, path), join(base, path), { recursive: true });
  }
  return base;
};
