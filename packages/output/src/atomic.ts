import { randomBytes } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** How {@link writeFileAtomic} writes. */
export type WriteOptions = {
  /** Permission bits of the new file. Default 0o666 less the umask. */
  readonly mode?: number;
  /** With `false`, fail with `EEXIST` when the file exists. Default `true`. */
  readonly overwrite?: boolean;
};

/** A name beside a path that no other process uses, for files and folders on their way to that path. */
export function stagingPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
}

/**
 * Writes a file so that others see the old one or the whole new one, never a part, whatever crashes.
 *
 * @throws the error of the file system; nothing is left behind.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  const staged = stagingPath(path);
  try {
    // "wx": the name is random, so whatever stands there is not ours to write through.
    const file = await open(staged, "wx", options.mode ?? 0o666);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link fails where a name exists, in one step; renaming after a look would race.
    if (options.overwrite === false) await link(staged, path);
    else await rename(staged, path);
  } finally {
    await rm(staged, { force: true });
  }
}
