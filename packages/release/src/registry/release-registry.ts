import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { readLockfile } from "../sbom/lockfile.ts";
import { publicPackages } from "../workspace.ts";
import { fetchLocked, type Registry, startRegistry } from "./registry.ts";

/**
 * Runs something against a registry that has exactly what the release needs: the locked versions of everything that it
 * installs and, unless they are still to be published, its own tarballs.
 *
 * @param work - gets the registry and an empty folder of its own; both are gone afterwards.
 */
export const withReleaseRegistry = async <T>(
  { tree, files }: Context,
  own: "published" | "not yet",
  work: (registry: Registry, folder: string) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), "settld-registry-"));
  try {
    const dirs = publicPackages(tree).map(({ dir }) => dir);
    const tarballs = await fetchLocked(
      readLockfile(join(tree, "pnpm-lock.yaml")).closure(dirs),
      join(folder, "locked"),
    );
    if (own === "published") {
      for (const name of readdirSync(files).filter((name) => name.endsWith(".tgz"))) {
        tarballs.set(name, join(files, name));
      }
    }
    const registry = await startRegistry(join(folder, "registry"), tarballs);
    try {
      return await work(registry, folder);
    } finally {
      await registry.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
