import { SettldError } from "@settld/protocol";
import type { StoreReads } from "../store/store.ts";
import type { KeyEncryption } from "./key-encryption.ts";
import { withoutKeys } from "./seal.ts";

/** The setting of a store that says that evidence has to be sealed in it (STORE-5). */
export const SEALING_SETTING = "evidence.sealing";

/** What that setting says then. */
export const SEALING_REQUIRED = "required";

/** Whether evidence has to be sealed, by the value of its setting. */
export function isSealingRequired(value: string | undefined): boolean {
  return value !== undefined;
}

/**
 * Looks whether a process may serve a store with these keys (STORE-8).
 *
 * @throws SettldError `STORE_KEY_MISSING` without a key that something is sealed under, unless it is called lost.
 */
export async function checkEvidenceKeys(
  store: Pick<StoreReads, "setting" | "evidenceKeys">,
  keys: KeyEncryption | undefined,
): Promise<void> {
  if (keys === undefined && isSealingRequired(await store.setting(SEALING_SETTING))) throw withoutKeys("none");
  for (const { key, objects } of await store.evidenceKeys()) {
    if (key === undefined || keys?.has(key) === true || keys?.lost?.includes(key) === true) continue;
    throw new SettldError(
      "STORE_KEY_MISSING",
      `expected the evidence key ${key}, under which ${objects} objects are sealed, found ${keys === undefined ? "none" : "others only"}`,
    );
  }
}
