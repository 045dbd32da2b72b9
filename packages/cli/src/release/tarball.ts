import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { isSettldError, type JsonValue, parseJson } from "@settld/protocol";
import { Rejection, shown } from "./finding.ts";

/** What a package says about itself. */
export type PackedManifest = {
  readonly name: string;
  readonly version: string;
  /** Versions of what it installs, by name: dependencies, optional and peer ones. */
  readonly dependencies: ReadonlyMap<string, string>;
};

// 64 MiB: some thirty times our largest package.
const UNPACKED_MAX = 67_108_864;
const BLOCK = 512;
const MANIFEST = "package/package.json";

/**
 * Reads the manifest of an npm tarball whose digest holds already.
 *
 * @throws Rejection `REL_TARBALL`.
 */
export async function readTarball(path: string, file: string): Promise<PackedManifest> {
  const bad = (message: string): Rejection => new Rejection("REL_TARBALL", file, message);
  let bytes: Buffer;
  try {
    bytes = await promisify(gunzip)(await readFile(path), { maxOutputLength: UNPACKED_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw bad(`expected a gzip stream of at most ${UNPACKED_MAX} bytes unpacked, found ${(error as Error).message}`);
  }
  const manifests: Buffer[] = [];
  for (let offset = 0; offset + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const { path: name, type, size } = readHeader(header, bad);
    if (type !== "0" || !name.startsWith("package/") || name.split("/").includes("..")) {
      throw bad(`expected plain files below package/, found ${shown(name)} of type ${shown(type)}`);
    }
    const content = bytes.subarray(offset + BLOCK, offset + BLOCK + size);
    if (content.length !== size) throw bad(`expected ${size} bytes of ${shown(name)}, found ${content.length}`);
    if (name === MANIFEST) manifests.push(content);
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  const [manifest] = manifests;
  if (manifest === undefined || manifests.length !== 1)
    throw bad(`expected one ${MANIFEST}, found ${manifests.length}`);
  return readManifest(manifest, file, bad);
}

function readHeader(
  header: Buffer,
  bad: (message: string) => Rejection,
): { readonly path: string; readonly type: string; readonly size: number } {
  const text = (from: number, to: number): string => {
    const field = header.subarray(from, to);
    const end = field.indexOf(0);
    return field.subarray(0, end < 0 ? field.length : end).toString("utf8");
  };
  // The sum is taken with spaces in its own place; a header that was bent shows here at the latest.
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  const size = text(124, 136).trim();
  if (Number.parseInt(text(148, 156).trim(), 8) !== sum || !/^[0-7]+$/.test(size)) {
    throw bad("expected a tar header, found other bytes");
  }
  const prefix = text(257, 262) === "ustar" ? text(345, 500) : "";
  const name = text(0, 100);
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    type: text(156, 157) === "" ? "0" : text(156, 157),
    size: Number.parseInt(size, 8),
  };
}

function readManifest(bytes: Buffer, file: string, bad: (message: string) => Rejection): PackedManifest {
  const manifest = parse(bytes, bad);
  const { name, version } = manifest;
  if (typeof name !== "string" || typeof version !== "string") throw bad("expected name and version, found less");
  const expected = `${name.replace(/^@/, "").replaceAll("/", "-")}-${version}.tgz`;
  if (expected !== file) throw bad(`expected the file name ${shown(expected)} of its manifest, found ${shown(file)}`);
  const dependencies = new Map<string, string>();
  for (const key of ["dependencies", "optionalDependencies", "peerDependencies"]) {
    for (const [dependency, range] of Object.entries(manifest[key] ?? {})) {
      if (typeof range === "string") dependencies.set(dependency, range);
    }
  }
  return { name, version, dependencies };
}

function parse(bytes: Buffer, bad: (message: string) => Rejection): { readonly [name: string]: JsonValue } {
  try {
    const manifest = parseJson(bytes);
    if (typeof manifest === "object" && manifest !== null && !Array.isArray(manifest)) {
      return manifest as { readonly [name: string]: JsonValue };
    }
    throw bad(`expected an object in ${MANIFEST}, found ${shown(manifest)}`);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw bad(`expected JSON in ${MANIFEST}, found ${error.code}: ${error.message}`);
  }
}
