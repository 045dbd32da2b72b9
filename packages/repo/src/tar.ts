import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

/** One entry of a tarball, as far as two packs could differ in it. */
type TarEntry = {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly modified: number;
  readonly type: string;
  readonly digest: string;
  readonly content: Uint8Array;
};

const text = (block: Uint8Array, from: number, length: number): string =>
  Buffer.from(block.subarray(from, from + length))
    .toString("latin1")
    .replace(/\0.*$/s, "")
    .trim();

/** Reads the entries of a gzipped tarball in the ustar form that npm and pnpm write. */
export const readTarball = (tarball: Uint8Array): TarEntry[] => {
  const bytes = gunzipSync(tarball);
  const entries: TarEntry[] = [];
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + 512);
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const prefix = text(header, 345, 155);
    const content = bytes.subarray(at + 512, at + 512 + size);
    entries.push({
      path: `${prefix === "" ? "" : `${prefix}/`}${text(header, 0, 100)}`,
      mode: text(header, 100, 8),
      owner: `${text(header, 108, 8)}:${text(header, 116, 8)} ${text(header, 265, 32)}:${text(header, 297, 32)}`,
      modified: Number.parseInt(text(header, 136, 12), 8),
      type: text(header, 156, 1),
      digest: createHash("sha256").update(content).digest("hex"),
      content,
    });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
};

const around = 60;

/** The first place where two contents differ, with some text around it. */
const firstDifference = (one: Uint8Array, other: Uint8Array): string => {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const show = (bytes: Uint8Array): string =>
    JSON.stringify(Buffer.from(bytes.subarray(Math.max(0, at - 20), at + around)).toString("latin1"));
  return `at byte ${at}: ${show(one)} and ${show(other)}`;
};

/** Says how two tarballs differ: nothing when they are byte-identical. */
export const diffTarballs = (one: Uint8Array, other: Uint8Array): string[] => {
  if (Buffer.compare(one, other) === 0) return [];
  const [first, second] = [readTarball(one), readTarball(other)];
  const names = (entries: readonly TarEntry[]): string[] => entries.map(({ path }) => path);
  const byPath = new Map(second.map((entry) => [entry.path, entry]));
  const found = first.flatMap((entry): string[] => {
    const twin = byPath.get(entry.path);
    if (twin === undefined) return [`${entry.path}: only in the first`];
    const fields = (["mode", "owner", "modified", "type"] as const).filter((field) => entry[field] !== twin[field]);
    return [
      ...fields.map((field) => `${entry.path}: ${field} ${entry[field]} and ${twin[field]}`),
      ...(entry.digest === twin.digest ? [] : [`${entry.path}: ${firstDifference(entry.content, twin.content)}`]),
    ];
  });
  const extra = names(second).filter((path) => !names(first).includes(path));
  found.push(...extra.map((path) => `${path}: only in the second`));
  if (found.length === 0 && names(first).join("\n") !== names(second).join("\n")) found.push("the order of the files");
  return found.length > 0 ? found : [`the compression: ${firstDifference(one, other)}`];
};
