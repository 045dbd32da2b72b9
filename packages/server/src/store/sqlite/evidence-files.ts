import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, SettldError } from "@settld/protocol";
import { checkedBytes } from "./digest-stream.ts";
import type { EvidencePlace } from "./evidence-place.ts";
import { flushFolder, makeFolder, withFiles } from "./folder.ts";

const CHUNK_BYTES = 65_536;

/**
 * Evidence as files under their digests. Bytes arrive in a staging file, are flushed, and are renamed when they are
 * complete, so that a file under a digest is always whole. An upload that a crash breaks off leaves a staging file, or a
 * file under a digest that the database says was only intended; {@link EvidencePlace.sweep} removes both.
 */
export async function evidenceFiles(folder: string): Promise<EvidencePlace> {
  const staging = join(folder, "staging");
  await withFiles(() => makeFolder(staging));
  return {
    async stage(digest, bytes, bytesMax) {
      // A random name, because one digest may arrive several times at once.
      const path = join(staging, `${nameOf(digest)}.${randomBytes(8).toString("hex")}`);
      try {
        const size = await fill(path, checkedBytes(digest, bytes, bytesMax));
        return { size, keep: () => withFiles(() => keep(folder, path, digest)), discard: () => remove(path) };
      } catch (error) {
        await remove(path);
        throw error;
      }
    },
    read: (digest) => checkedBytes(digest, chunks(placeOf(folder, digest), digest), Number.POSITIVE_INFINITY),
    sweep: (intended) =>
      withFiles(async () => {
        for (const digest of intended) await remove(placeOf(folder, digest));
        for (const name of await readdir(staging)) await remove(join(staging, name));
      }),
  };
}

async function fill(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await withFiles(() => open(path, "wx", 0o600));
  try {
    let size = 0;
    for await (const chunk of bytes) {
      // Waiting for each write holds the sender back, so that memory stays bounded. `writeFile` writes all of a chunk.
      await withFiles(() => file.writeFile(chunk));
      size += chunk.length;
    }
    await withFiles(() => file.sync());
    return size;
  } finally {
    await file.close();
  }
}

async function keep(folder: string, staged: string, digest: Digest): Promise<void> {
  const path = placeOf(folder, digest);
  const shelf = join(path, "..");
  await makeFolder(shelf);
  await rename(staged, path);
  await flushFolder(shelf);
}

async function* chunks(path: string, digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await openToRead(path, digest);
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

async function openToRead(path: string, digest: Digest): Promise<FileHandle> {
  try {
    return await withFiles(() => open(path, "r"));
  } catch (cause) {
    const { cause: reason } = cause as SettldError;
    if (!(reason instanceof Error) || !("code" in reason) || reason.code !== "ENOENT") throw cause;
    throw new SettldError("STORE_EVIDENCE_MISSING", `expected the bytes of ${digest}, found none`, { cause });
  }
}

async function remove(path: string): Promise<void> {
  await withFiles(() => rm(path, { force: true }));
}

// 256 shelves keep folders small enough for every file system.
function placeOf(folder: string, digest: Digest): string {
  const name = nameOf(digest);
  return join(folder, name.slice(0, 2), name);
}

function nameOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}
