import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource } from "@settld/verifier";

/** Finds the bytes of withheld evidence; `undefined` when they are not there. */
export type FindEvidence = (digest: string, size: number) => Promise<ByteSource | undefined>;

type Index = { readonly byHex: ReadonlyMap<string, string>; readonly bySize: ReadonlyMap<number, readonly string[]> };

// `<hex>`, `sha256-<hex>` or `sha256_<hex>`, with any suffix.
const DIGEST_NAME = /^(?:sha256[-_:])?([0-9a-f]{64})(?:\.|$)/;

/**
 * Looks for evidence in a folder and below: first a file that is named by the digest, which must then have it, and
 * else any file of that size whose SHA-256 is the digest. The folder is listed once, when something is looked for.
 */
export function evidenceFolder(folder: string): FindEvidence {
  let index: Promise<Index> | undefined;
  const digests = new Map<string, Promise<string>>();
  return async (digest, size) => {
    index ??= indexFolder(folder);
    const { byHex, bySize } = await index;
    const named = byHex.get(digest.slice("sha256:".length));
    if (named !== undefined) return createReadStream(named);
    for (const path of bySize.get(size) ?? []) {
      let found = digests.get(path);
      if (found === undefined) {
        found = hashFile(path);
        digests.set(path, found);
      }
      if ((await found) === digest) return createReadStream(path);
    }
    return undefined;
  };
}

async function indexFolder(folder: string): Promise<Index> {
  const byHex = new Map<string, string>();
  const bySize = new Map<number, string[]>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const found = entry.isFile() || entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined;
    if (found === undefined || !found.isFile()) continue;
    const hex = DIGEST_NAME.exec(entry.name)?.[1];
    if (hex !== undefined) byHex.set(hex, path);
    const sameSize = bySize.get(found.size);
    if (sameSize === undefined) bySize.set(found.size, [path]);
    else sameSize.push(path);
  }
  return { byHex, bySize };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}
