import { type Code, type Digest, isSettldError } from "@settld/protocol";
import { breathe, pages } from "../audit/pages.ts";
import type { Store } from "../store/store.ts";
import type { KeyEncryption } from "./key-encryption.ts";
import { SEALING_REQUIRED, SEALING_SETTING } from "./setting.ts";

/** How much evidence is not under the present key. */
export type KeyDebt = {
  /** Sealed under other keys, which are still needed. */
  readonly old: number;
  readonly plain: number;
  /** Names of those other keys. */
  readonly needed: readonly string[];
};

/** What a change of keys did. */
export type RewrapReport = {
  readonly before: KeyDebt;
  readonly after: KeyDebt;
  /** Objects that were plain. */
  readonly sealed: number;
  /** Objects whose data key was wrapped anew. */
  readonly rewrapped: number;
  /** Objects that could not be brought under the present key; they are as they were. */
  readonly failed: readonly { readonly digest: Digest; readonly code: Code; readonly message: string }[];
};

/** How it is done. */
export type RewrapOptions = {
  /** Only counts. */
  readonly dryRun?: boolean;
  /** Told now and then how many objects were looked at. */
  readonly onProgress?: (objects: number) => void;
};

const PROGRESS_EVERY = 100;

/**
 * Brings all evidence under the present key (STORE-9), object by object: each is one durable step, so it may end anywhere
 * and be run again, beside a server and beside itself. When nothing is left that needs it, an old key can go.
 */
export async function rewrapStore(
  store: Store,
  keys: KeyEncryption,
  { dryRun = false, onProgress }: RewrapOptions = {},
): Promise<RewrapReport> {
  const before = await debtOf(store, keys);
  const done = { sealed: 0, rewrapped: 0, failed: [] as RewrapReport["failed"][number][] };
  if (dryRun) return { before, after: before, ...done };
  // First, so that nobody without keys adds anything plain meanwhile.
  await store.putSetting(SEALING_SETTING, SEALING_REQUIRED);
  await store.finishPurges();
  let seen = 0;
  for await (const { digest, key } of pages(store.listEvidence, (row) => row.digest)) {
    seen += 1;
    if (seen % PROGRESS_EVERY === 0) onProgress?.(seen);
    if (key === keys.current) continue;
    try {
      const result = await store.rewrapEvidence(digest);
      if (result === "sealed" || result === "rewrapped") done[result] += 1;
    } catch (error) {
      if (!isSettldError(error) || error.code === "HTTP_UNAVAILABLE") throw error;
      done.failed.push({ digest, code: error.code, message: error.message });
    }
    await breathe();
  }
  return { before, after: await debtOf(store, keys), ...done };
}

/** Counts what is not under the present key. */
export async function debtOf(store: Pick<Store, "evidenceKeys">, { current }: KeyEncryption): Promise<KeyDebt> {
  const debt = { old: 0, plain: 0, needed: [] as string[] };
  for (const { key, objects } of await store.evidenceKeys()) {
    if (key === undefined) debt.plain += objects;
    else if (key !== current) {
      debt.old += objects;
      debt.needed.push(key);
    }
  }
  return debt;
}
