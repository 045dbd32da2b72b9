import { concatBytes, type Digest, fromUtf8, SettldError, utf8 } from "@settld/protocol";

/** Which object it is that is sealed: the digest of its bytes, and the tenant that brought them first. */
export type SealedName = { readonly digest: Digest; readonly tenant: string };

/** The beginning of a sealed object (STORE-7). All of it is associated data of every chunk and of the wrapped key. */
export type SealHeader = SealedName & {
  /** Plain bytes in every chunk but the last. */
  readonly chunkBytes: number;
  /** 7 bytes, random for each object. */
  readonly noncePrefix: Uint8Array;
};

/** Length of the nonce prefix in bytes. */
export const PREFIX_BYTES = 7;
const MAGIC = utf8("Stld");
const VERSION = 1;
const AES_256_GCM = 1;
const CHUNK_BYTES_MAX = 1_048_576;

/** Bytes of a header before the tenant's name, the last of which says how long that is. */
export const HEADER_START_BYTES = 50;

/** Writes a header. */
export function writeHeader({ chunkBytes, noncePrefix, digest, tenant }: SealHeader): Uint8Array {
  const name = utf8(tenant);
  if (name.length > 255) throw new TypeError(`expected a tenant of at most 255 bytes, found ${name.length}`);
  const chunk = new Uint8Array(4);
  new DataView(chunk.buffer).setUint32(0, chunkBytes);
  const hash = Buffer.from(digest.slice("sha256:".length), "hex");
  return concatBytes(
    MAGIC,
    Uint8Array.of(VERSION, AES_256_GCM),
    chunk,
    noncePrefix,
    hash,
    Uint8Array.of(name.length),
    name,
  );
}

/** Length of the tenant's name, which follows the first {@link HEADER_START_BYTES} bytes. */
export function nameBytesOf(start: Uint8Array): number {
  return start[HEADER_START_BYTES - 1] ?? 0;
}

/**
 * Reads a header, and compares it with the object that it should stand before.
 *
 * @throws SettldError `STORE_SEAL_VERSION` for a version or algorithm that this program does not know, `STORE_SEAL_BROKEN`
 * for any other difference.
 */
export function readHeader(bytes: Uint8Array, expected: SealedName): SealHeader {
  if (bytes.length < HEADER_START_BYTES || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw broken(expected, "a sealed object");
  }
  const [version, algorithm] = [bytes[4], bytes[5]];
  if (version !== VERSION || algorithm !== AES_256_GCM) {
    const found = `found version ${version} with algorithm ${algorithm}`;
    throw new SettldError("STORE_SEAL_VERSION", `${expected.digest}: expected a seal of version 1, ${found}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunkBytes = view.getUint32(6);
  if (chunkBytes < 1 || chunkBytes > CHUNK_BYTES_MAX) throw broken(expected, "chunks of 1 to 1048576 bytes");
  const digest: Digest = `sha256:${Buffer.from(bytes.subarray(17, 49)).toString("hex")}`;
  if (digest !== expected.digest) throw broken(expected, "its own digest");
  const name = bytes.subarray(HEADER_START_BYTES);
  if (name.length !== nameBytesOf(bytes)) throw broken(expected, "the whole name of its tenant");
  if (tenantOf(name) !== expected.tenant) throw broken(expected, "the tenant that the store has for it");
  return { digest, tenant: expected.tenant, chunkBytes, noncePrefix: bytes.slice(10, 17) };
}

function tenantOf(name: Uint8Array): string | undefined {
  try {
    return fromUtf8(name);
  } catch {
    return undefined;
  }
}

/** The refusal of a sealed object that is not as it was sealed. */
export function broken({ digest }: SealedName, expected: string, cause?: unknown): SettldError {
  return new SettldError("STORE_SEAL_BROKEN", `${digest}: expected ${expected} under its seal, found something else`, {
    cause,
  });
}
