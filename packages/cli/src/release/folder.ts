import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, reasonOf } from "@settld/output";
import { inputError } from "../exit.ts";
import { Rejection, shown } from "./finding.ts";

/** Name of the file with the signature (REL-2). */
export const BUNDLE_FILE = "release.sigstore.json";

/** Name of the file with the digests (REL-13). */
export const SUMS_FILE = "SHA256SUMS";

/** Digests of one file, in lower-case hexadecimal. */
export type FileDigests = { readonly sha256: string; readonly sha512: string };

/** A release folder: where it is, and the digests of its files by name, in order of names. */
export type ReleaseFolder = { readonly path: string; readonly files: ReadonlyMap<string, FileDigests> };

const NAME = /^[0-9A-Za-z_+-][0-9A-Za-z._+-]{0,199}$/;

/**
 * Lists a release folder and hashes its files.
 *
 * @throws Rejection `REL_FOLDER`.
 * @throws SettldError `CLI_INPUT` when the system does not give names or bytes.
 */
export async function readFolder(path: string): Promise<ReleaseFolder> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const files = new Map<string, FileDigests>();
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!entry.isFile()) {
        throw new Rejection("REL_FOLDER", entry.name, "expected plain files only, found something else");
      }
      if (!NAME.test(entry.name)) {
        throw new Rejection("REL_FOLDER", entry.name, `expected a name that REL-1 allows, found ${shown(entry.name)}`);
      }
      files.set(entry.name, await digestsOf(join(path, entry.name)));
    }
    if (!files.has(BUNDLE_FILE)) {
      throw new Rejection("REL_FOLDER", BUNDLE_FILE, `expected the file, found ${files.size} others`);
    }
    return { path, files };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_INPUT", `expected a readable release folder, found ${reasonOf(error)}: ${path}`, error);
  }
}

async function digestsOf(path: string): Promise<FileDigests> {
  const [sha256, sha512] = [createHash("sha256"), createHash("sha512")];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    sha512.update(chunk);
  }
  return { sha256: sha256.digest("hex"), sha512: sha512.digest("hex") };
}
