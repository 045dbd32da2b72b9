import { lstat, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { isSystemError, makeFolder, stagingPath } from "@settld/output";
import { inputError } from "../exit.ts";

/** Tells that a folder is the demo's, and which files in it are: the next run replaces those. */
const MARKER = ".settld-demo";
const MARKER_HEAD = "# Written by `settld demo`, which replaces this folder and exactly these files:";

/**
 * Checks that a folder may be replaced: it does not exist, is empty, or holds nothing but what an earlier run wrote.
 *
 * @throws SettldError `CLI_OUTPUT` when something in it is not ours.
 */
export async function assertReplaceable(folder: string): Promise<void> {
  const found = await lstat(folder).catch(ignoreMissing);
  if (found === undefined) return;
  if (!found.isDirectory()) throw inputError("CLI_OUTPUT", `expected a folder or nothing at ${folder}, found a file`);
  const paths = await filesBelow(folder);
  if (paths.length === 0) return;
  const ours = new Set(await listedIn(folder));
  const foreign = paths.find((path) => !ours.has(path));
  if (foreign !== undefined) {
    throw inputError(
      "CLI_OUTPUT",
      `expected only files of an earlier demo in ${folder}, found ${foreign}: choose another --out`,
    );
  }
}

/**
 * Writes a folder as a whole: others see the old one or the new one, and nothing is left of the old.
 *
 * @throws SettldError `CLI_OUTPUT` as {@link assertReplaceable}, or the error of the file system.
 */
export async function replaceFolder(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  await assertReplaceable(folder);
  const all = new Map([...files, [MARKER, `${[MARKER_HEAD, ...[...files.keys()].sort()].join("\n")}\n`]]);
  const staged = stagingPath(folder);
  const former = stagingPath(folder);
  try {
    for (const [path, content] of all) {
      await makeFolder(dirname(join(staged, path)));
      await writeFile(join(staged, path), content);
    }
    const moved = await rename(folder, former).then(() => true, ignoreMissing);
    try {
      await rename(staged, folder);
    } catch (error) {
      if (moved === true) await rename(former, folder);
      throw error;
    }
  } finally {
    await rm(staged, { recursive: true, force: true });
    await rm(former, { recursive: true, force: true });
  }
}

async function listedIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, MARKER), "utf8").catch(ignoreMissing);
  if (text === undefined || !text.startsWith(`${MARKER_HEAD}\n`)) return [];
  return [MARKER, ...text.split("\n").slice(1)];
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  // A folder that is empty holds nothing that could be lost.
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function ignoreMissing(error: unknown): undefined {
  if (isSystemError(error) && error.code === "ENOENT") return undefined;
  throw error;
}
