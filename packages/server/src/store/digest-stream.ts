import { createHash } from "node:crypto";
import { concatBytes, type Digest, SettldError } from "@settld/protocol";

/**
 * Passes bytes on and checks them on the way: it throws instead of ending when they are not those of the digest.
 *
 * @throws SettldError `BUNDLE_EVIDENCE_DIGEST`; `HTTP_TOO_LARGE` as soon as there are more than `bytesMax`.
 */
export async function* checkedBytes(
  digest: Digest,
  bytes: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > bytesMax) {
      throw new SettldError("HTTP_TOO_LARGE", `expected at most ${bytesMax} bytes of evidence, found more`);
    }
    hash.update(chunk);
    yield chunk;
  }
  const found = `sha256:${hash.digest("hex")}`;
  if (found !== digest) {
    throw new SettldError("BUNDLE_EVIDENCE_DIGEST", `expected bytes of ${digest}, found those of ${found}`);
  }
}

/** All bytes of a stream. */
export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return concatBytes(...parts);
}

/** Passes bytes on and tells how long each chunk is. */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  count: (length: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    count(chunk.length);
    yield chunk;
  }
}
