import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { zipSync } from "fflate";

/** Files of a folder by path, with forward slashes, sorted. */
export const readFolder = (folder: string): ReadonlyMap<string, Uint8Array> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).split(sep).join("/"), path] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, path]) => [name, new Uint8Array(readFileSync(path))]),
  );

/** Sums of files as `sha256sum` writes them. */
export const sumsOf = (files: ReadonlyMap<string, Uint8Array>): string =>
  [...files].map(([path, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${path}\n`).join("");

/**
 * A zip of files below one folder. The same files give the same bytes: the order is that of their names, the
 * compression is a library's and not the system's, and the only time in it is the first that a zip can hold.
 */
export const zipOf = (name: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  zipSync(
    Object.fromEntries([...files].map(([path, bytes]) => [`${name}/${path}`, bytes])),
    // A zip has local times, so this one is made of local parts.
    { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16 },
  );
