import { isSettldError } from "@settld/protocol";
import { parseTrust, type Trust } from "@settld/verifier";
import { inputError } from "../exit.ts";
import { readInput } from "./read.ts";

/** A trust document of the user's own, as bytes and read. */
export type TrustFile = { readonly bytes: Uint8Array; readonly trust: Trust };

/**
 * Reads the file that `--trust` names.
 *
 * @throws SettldError for exit code 2, with the code that says what is wrong with it.
 */
export async function readTrustFile(path: string): Promise<TrustFile> {
  const bytes = await readInput(path, "--trust");
  try {
    return { bytes, trust: parseTrust(bytes) };
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw inputError(error.code, `--trust ${path}: ${error.message}`, error);
  }
}
