import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, reasonOf } from "@settld/output";
import { inputError } from "../exit.ts";

/**
 * Checks that this user may work in the folder of a store, as far as there is one: the store itself says only that it
 * does not open.
 *
 * @returns whether the folder is there.
 * @throws SettldError `CLI_INPUT` for exit code 2: it is a file, or belongs to somebody else.
 */
export async function checkStoreFolder(dir: string): Promise<boolean> {
  const all = constants.R_OK | constants.W_OK;
  const isThere = await checkAccess(dir, "folder", all | constants.X_OK);
  if (isThere) await checkAccess(join(dir, "store.db"), "file", all);
  return isThere;
}

async function checkAccess(path: string, kind: "folder" | "file", mode: number): Promise<boolean> {
  let owner = "";
  try {
    const found = await stat(path);
    if (found.isDirectory() !== (kind === "folder")) {
      const other = kind === "folder" ? "file" : "folder";
      throw inputError("CLI_INPUT", `expected a ${kind}, found a ${other}: ${path}`);
    }
    owner = ` (it belongs to user ${found.uid}, mode 0${(found.mode & 0o777).toString(8)})`;
    await access(path, mode);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === "ENOENT") return false;
    const what = `expected a ${kind} that you may read and write`;
    throw inputError("CLI_INPUT", `${what}, found ${reasonOf(error)}: ${path}${owner}`, error);
  }
}
