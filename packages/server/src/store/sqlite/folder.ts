import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { unavailable } from "./errors.ts";

/** Makes a folder and those above it, for this user alone, so that it is still there after a crash of the machine. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let folder = path; ; folder = dirname(folder)) {
    await flushFolder(dirname(folder));
    if (folder === first || folder === dirname(folder)) return;
  }
}

/** Makes the names in a folder durable: what was created, renamed or removed there stays so after a crash. */
export async function flushFolder(path: string): Promise<void> {
  // Windows opens no folders, and NTFS keeps names in a journal of its own.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes the bytes of a file durable. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Does something with files.
 *
 * @throws SettldError `HTTP_UNAVAILABLE` instead of the error of the file system.
 */
export async function withFiles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error);
  }
}
