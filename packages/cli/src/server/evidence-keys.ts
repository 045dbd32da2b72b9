import { isSettldError } from "@settld/protocol";
import type { KeyRing } from "@settld/server";
import { inputError } from "../exit.ts";
import { readInput } from "../io/read.ts";
import type { ServerPackage } from "./load-server.ts";

/** The variable that holds a key ring as text. */
export const EVIDENCE_KEYS = "SETTLD_EVIDENCE_KEYS";

/** The option that names the file of a key ring. */
export const EVIDENCE_KEYS_OPTION = "--evidence-keys";

/**
 * Reads the ring of evidence keys that the user named, in a file or in the environment, or `undefined` when there is none.
 *
 * @throws SettldError for exit code 2: `CLI_USAGE` for both, `CLI_INPUT`, `STORE_KEY_RING`, `KEY_TEST`.
 */
export async function openEvidenceKeys(
  { readKeyRing }: ServerPackage,
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<KeyRing | undefined> {
  const text = env[EVIDENCE_KEYS];
  const isInEnvironment = text !== undefined && text !== "";
  if (file !== undefined && isInEnvironment) {
    throw inputError(
      "CLI_USAGE",
      `expected evidence keys from one place, found ${EVIDENCE_KEYS_OPTION} and ${EVIDENCE_KEYS}`,
    );
  }
  try {
    if (isInEnvironment) return await readKeyRing(text, EVIDENCE_KEYS);
    if (file === undefined) return undefined;
    const bytes = await readInput(file, EVIDENCE_KEYS_OPTION);
    return await readKeyRing(new TextDecoder().decode(bytes), `${EVIDENCE_KEYS_OPTION} ${file}`);
  } catch (error) {
    throw isSettldError(error) ? inputError(error.code, error.message, error) : error;
  }
}
