import { randomBytes } from "node:crypto";
import { concatBytes, SettldError } from "@settld/protocol";
import { ByteReader } from "./byte-reader.ts";
import { openChunks, sealChunks } from "./chunks.ts";
import {
  broken,
  HEADER_START_BYTES,
  nameBytesOf,
  PREFIX_BYTES,
  readHeader,
  type SealedName,
  type SealHeader,
  writeHeader,
} from "./header.ts";
import type { KeyEncryption, WrappedKey } from "./key-encryption.ts";

const KEY_BYTES = 32;

// One chunk is in memory at a time, and 16 bytes in each are the seal.
const CHUNK_BYTES = 65_536;

/** A sealed object on its way: bytes to be stored, and the wrapped key to be kept beside them. */
export type Sealing = { readonly key: WrappedKey; readonly sealed: AsyncIterable<Uint8Array> };

/** Seals an object under a new data key (STORE-7). */
export async function seal(
  keys: KeyEncryption,
  name: SealedName,
  plain: AsyncIterable<Uint8Array>,
  chunkBytes: number = CHUNK_BYTES,
): Promise<Sealing> {
  const header: SealHeader = {
    digest: name.digest,
    tenant: name.tenant,
    chunkBytes,
    noncePrefix: randomBytes(PREFIX_BYTES),
  };
  const headerBytes = writeHeader(header);
  const dataKey = randomBytes(KEY_BYTES);
  const key = await keys.wrap(dataKey, headerBytes);
  return { key, sealed: stream() };

  async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield headerBytes;
      yield* sealChunks(plain, { header, headerBytes, dataKey });
    } finally {
      dataKey.fill(0);
    }
  }
}

/**
 * Opens a sealed object, chunk by chunk. What comes out was authenticated; that all of it came is known at the end.
 *
 * @throws SettldError `STORE_KEY_MISSING`, `STORE_SEAL_VERSION`, `STORE_SEAL_BROKEN`.
 */
export async function* openSeal(
  keys: KeyEncryption | undefined,
  name: SealedName,
  key: WrappedKey,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(sealed);
  try {
    const { header, headerBytes } = await takeHeader(reader, name);
    const dataKey = await dataKeyOf(keys, name, key, headerBytes);
    try {
      yield* openChunks(reader, { header, headerBytes, dataKey });
    } finally {
      dataKey.fill(0);
    }
  } finally {
    await reader.end();
  }
}

/** The data key of an object under the present key-encryption key. The object itself stays as it is. */
export async function rewrapKey(
  keys: KeyEncryption,
  name: SealedName,
  key: WrappedKey,
  sealed: AsyncIterable<Uint8Array>,
): Promise<WrappedKey> {
  const reader = new ByteReader(sealed);
  try {
    const { headerBytes } = await takeHeader(reader, name);
    const dataKey = await dataKeyOf(keys, name, key, headerBytes);
    try {
      return await keys.wrap(dataKey, headerBytes);
    } finally {
      dataKey.fill(0);
    }
  } finally {
    await reader.end();
  }
}

/** The refusal to go on without keys where there is something sealed, or everything has to be (STORE-8). */
export function withoutKeys(what: string): SettldError {
  return new SettldError(
    "STORE_KEY_MISSING",
    `expected the evidence keys with which this store is sealed, found ${what}`,
  );
}

async function takeHeader(
  reader: ByteReader,
  name: SealedName,
): Promise<{ readonly header: SealHeader; readonly headerBytes: Uint8Array }> {
  const start = await reader.read(HEADER_START_BYTES);
  const headerBytes = concatBytes(start, await reader.read(nameBytesOf(start)));
  return { header: readHeader(headerBytes, name), headerBytes };
}

async function dataKeyOf(
  keys: KeyEncryption | undefined,
  name: SealedName,
  key: WrappedKey,
  headerBytes: Uint8Array,
): Promise<Uint8Array> {
  if (keys === undefined) throw withoutKeys("none");
  const dataKey = await keys.unwrap(key, headerBytes);
  if (dataKey.length !== KEY_BYTES) throw broken(name, "a data key of 32 bytes");
  return dataKey;
}
