import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "./run.ts";
import { fileOf, publicPackages } from "./workspace.ts";

/** Packs every published package of the tree at `base` into a folder; they must have been built. */
export const packAll = async (base: string, folder: string, epoch: number): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  for (const { dir, manifest } of publicPackages(base)) {
    await pnpm(["pack", "--out", join(folder, `${fileOf(manifest)}.tgz`)], {
      cwd: join(base, dir),
      env: { SOURCE_DATE_EPOCH: `${epoch}` },
    });
  }
};

/** Integrity of a file, as registries write it. */
export const integrityOf = (path: string): string =>
  `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
