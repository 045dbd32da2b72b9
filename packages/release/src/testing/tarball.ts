import { gzipSync } from "node:zlib";

const BLOCK = 512;

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);

/** One file of a tarball; `type` is the flag of its header, by default that of a plain file. */
export type TarEntry = { readonly path: string; readonly content: string; readonly type?: string };

/** A gzipped tarball with the files as they are given, for tests: also such as no packer would write. */
export const tarballOf = (entries: readonly TarEntry[]): Buffer => {
  const blocks = entries.flatMap(({ path, content, type = "0" }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(BLOCK);
    header.write(path, 0);
    header.write("000644 \0", 100);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write(type, 156);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, padded(bytes)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
};
