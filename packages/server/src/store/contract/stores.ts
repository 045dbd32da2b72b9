import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openMemoryStore, openSqliteStore } from "../sqlite/sqlite-store.ts";
import type { Store } from "../store.ts";

/** A store that has to pass the contract tests. */
export type StoreUnderTest = {
  readonly name: string;
  /** Opens a new and empty store; closing it leaves nothing behind. */
  readonly open: () => Promise<Store>;
};

/** Every adapter of the store port. A new one is right when its row here passes all tests of this folder. */
export const STORES: readonly StoreUnderTest[] = [
  { name: "SQLite in a file", open: openInTemporaryFolder },
  { name: "SQLite in memory", open: openMemoryStore },
];

async function openInTemporaryFolder(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "settld-store-"));
  const store = await openSqliteStore({ folder, mode: "serve" });
  return {
    ...store,
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
