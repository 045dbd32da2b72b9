import { crc32 } from "node:zlib";

/** A file of an archive. */
export type ArchiveFile = { readonly path: string; readonly bytes: Buffer };

/** The time of every file: zip counts from here. */
const DATE = (1 << 5) | 1;

/** A zip archive without compression, whose bytes follow from names and contents alone. */
export const zipOf = (files: readonly ArchiveFile[]): Buffer => {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of files) {
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    // Names are UTF-8; nothing is compressed.
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), common, name, bytes);
    const entry = Buffer.alloc(16);
    // Unix, a plain file that everyone may read.
    entry.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    entry.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 3]);
    directory.push(Buffer.from("PK\x01\x02"), madeBy, common, entry.subarray(0, 14), name);
    offset += 4 + common.length + name.length + bytes.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, index, Buffer.from("PK\x05\x06"), end]);
};
