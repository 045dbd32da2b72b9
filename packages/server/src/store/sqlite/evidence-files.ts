import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, SettldError } from "@settld/protocol";
import type { EvidencePlace } from "./evidence-place.ts";
import { flushFolder, makeFolder, withFiles } from "./folder.ts";

const CHUNK_BYTES = 65_536;

/**
 * Evidence as files that are named by their digests, and by chance beside: a name stands for the same bytes for ever,
 * whoever removes or seals evidence meanwhile. Bytes arrive in a staging file, are flushed, and are renamed when they
 * are complete, so that a file in its place is whole. The database knows of each file before it is in its place.
 */
export async function evidenceFiles(folder: string): Promise<EvidencePlace> {
  const staging = join(folder, "staging");
  await withFiles(() => makeFolder(staging));
  const newName = (digest: Digest): string => `${digest.slice("sha256:".length)}.${randomBytes(8).toString("hex")}`;
  const write: EvidencePlace["write"] = async (name, bytes) => {
    const shelf = shelfOf(folder, name);
    await withFiles(() => makeFolder(shelf));
    await fill(join(shelf, name), bytes);
    await withFiles(() => flushFolder(shelf));
  };
  return {
    newName,
    write,
    async stage(digest, bytes) {
      const name = newName(digest);
      const path = join(staging, name);
      try {
        await fill(path, bytes);
        return { name, keep: () => withFiles(() => keep(folder, path, name)), discard: () => remove(path) };
      } catch (error) {
        await remove(path);
        throw error;
      }
    },
    read: (name) => chunks(join(shelfOf(folder, name), name)),
    async remove(name) {
      const shelf = shelfOf(folder, name);
      await withFiles(() => makeFolder(shelf));
      await remove(join(shelf, name));
      await withFiles(() => flushFolder(shelf));
    },
    sweep: () =>
      withFiles(async () => {
        for (const name of await readdir(staging)) await remove(join(staging, name));
      }),
  };
}

async function fill(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await withFiles(() => open(path, "wx", 0o600));
  try {
    for await (const chunk of bytes) {
      // Waiting for each write holds the sender back, so that memory stays bounded. `writeFile` writes all of a chunk.
      await withFiles(() => file.writeFile(chunk));
    }
    await withFiles(() => file.sync());
  } finally {
    await file.close();
  }
}

async function keep(folder: string, staged: string, name: string): Promise<void> {
  const shelf = shelfOf(folder, name);
  await makeFolder(shelf);
  await rename(staged, join(shelf, name));
  await flushFolder(shelf);
}

async function* chunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await openToRead(path);
  try {
    while (true) {
      const { bytesRead, buffer } = await withFiles(() => file.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await withFiles(() => open(path, "r"));
  } catch (cause) {
    const { cause: reason } = cause as SettldError;
    if (!(reason instanceof Error) || !("code" in reason) || reason.code !== "ENOENT") throw cause;
    throw new SettldError("STORE_EVIDENCE_MISSING", "expected the bytes of evidence in their place, found none", {
      cause,
    });
  }
}

async function remove(path: string): Promise<void> {
  await withFiles(() => rm(path, { force: true }));
}

// 256 shelves keep folders small enough for every file system.
/** The folder in which a file of evidence is. */
export function shelfOf(folder: string, name: string): string {
  return join(folder, name.slice(0, 2));
}
