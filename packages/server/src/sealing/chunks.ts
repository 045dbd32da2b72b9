import { createCipheriv, createDecipheriv } from "node:crypto";
import { concatBytes } from "@settld/protocol";
import { ByteReader } from "./byte-reader.ts";
import { broken, type SealHeader } from "./header.ts";

const TAG_BYTES = 16;
const COUNTER_MAX = 0xffff_ffff;

/** What every chunk of one object shares. */
export type ChunkSeal = { readonly header: SealHeader; readonly headerBytes: Uint8Array; readonly dataKey: Uint8Array };

/**
 * Seals bytes chunk by chunk (STORE-7), as the STREAM construction does: the nonce of each chunk says where it stands
 * and whether it is the last, so that chunks can be neither moved nor left out. Of nothing it makes one empty chunk.
 */
export async function* sealChunks(
  plain: AsyncIterable<Uint8Array>,
  { header, headerBytes, dataKey }: ChunkSeal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(plain);
  try {
    for (let counter = 0; ; counter++) {
      const chunk = await reader.read(header.chunkBytes);
      const isLast = await reader.isAtEnd();
      const cipher = createCipheriv("aes-256-gcm", dataKey, nonceOf(header, counter, isLast));
      cipher.setAAD(headerBytes);
      yield concatBytes(cipher.update(chunk), cipher.final(), cipher.getAuthTag());
      if (isLast) return;
    }
  } finally {
    await reader.end();
  }
}

/**
 * Opens sealed chunks. Nothing of a chunk comes out before all of it was authenticated, and nothing after one that was not.
 *
 * @throws SettldError `STORE_SEAL_BROKEN`.
 */
export async function* openChunks(
  reader: ByteReader,
  { header, headerBytes, dataKey }: ChunkSeal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let counter = 0; ; counter++) {
    const sealed = await reader.read(header.chunkBytes + TAG_BYTES);
    const isLast = await reader.isAtEnd();
    if (sealed.length < TAG_BYTES || counter > COUNTER_MAX) throw broken(header, "a whole chunk");
    const body = sealed.subarray(0, sealed.length - TAG_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", dataKey, nonceOf(header, counter, isLast), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(headerBytes);
    decipher.setAuthTag(sealed.subarray(body.length));
    let plain: Uint8Array;
    try {
      plain = concatBytes(decipher.update(body), decipher.final());
    } catch (cause) {
      throw broken(header, `chunk ${counter} as it was`, cause);
    }
    if (plain.length > 0) yield plain;
    if (isLast) return;
  }
}

function nonceOf({ noncePrefix }: SealHeader, counter: number, isLast: boolean): Uint8Array {
  if (counter > COUNTER_MAX) throw new RangeError("an object of more chunks than a nonce can count");
  const nonce = new Uint8Array(12);
  nonce.set(noncePrefix);
  const view = new DataView(nonce.buffer);
  view.setUint32(7, counter);
  view.setUint8(11, isLast ? 1 : 0);
  return nonce;
}
