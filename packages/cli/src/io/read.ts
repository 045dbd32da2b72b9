import { readFile } from "node:fs/promises";
import { isSystemError, reasonOf } from "@settld/output";
import { type JsonValue, LIMITS, parseJson } from "@settld/protocol";
import { inputError } from "../exit.ts";

/**
 * Reads a whole file.
 *
 * @param what - what the file is to the command, such as `--trust`.
 * @throws SettldError `CLI_INPUT` when the system does not give the bytes.
 */
export async function readInput(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_INPUT", `${what}: expected a readable file, found ${reasonOf(error)}: ${path}`, error);
  }
}

/** Parses a JSON document of the user's own, in any layout, of at most 1 MiB. */
export function parseDocument(bytes: Uint8Array): JsonValue {
  return parseJson(bytes, { maxBytes: LIMITS.payloadBytes });
}
