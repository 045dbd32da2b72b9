import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyEncryption } from "../../sealing/key-encryption.ts";
import { openTestPostgresStore } from "../../testing-postgres/store.ts";
import { openPostgresStore } from "../postgres/postgres-store.ts";
import { openMemoryStore, openSqliteStore } from "../sqlite/sqlite-store.ts";
import type { Store } from "../store.ts";

/** A store that has to pass the contract tests. */
export type StoreUnderTest = {
  readonly name: string;
  /** Opens a new and empty store; closing it leaves nothing behind. */
  readonly open: (evidenceKeys?: KeyEncryption) => Promise<OpenedStore>;
  /** How often tests with chance try it, as a part of the usual, where making a store takes longer than what is tried. */
  readonly runs?: number;
};

/** A store, which can be opened once more beside itself when it is not in memory. */
export type OpenedStore = Store & { readonly beside?: (evidenceKeys: KeyEncryption) => Promise<Store> };

/** Every adapter of the store port. A new one is right when its row here passes all tests of this folder. */
export const STORES: readonly StoreUnderTest[] = [
  { name: "SQLite in a file", open: openInTemporaryFolder },
  { name: "SQLite in memory", open: openMemoryStore },
  { name: "PostgreSQL", open: openPostgres, runs: 0.25 },
];

async function openPostgres(evidenceKeys?: KeyEncryption): Promise<OpenedStore> {
  const store = await openTestPostgresStore({ evidenceKeys });
  return {
    ...store,
    beside: (keys) => openPostgresStore({ jobs: false, url: store.database.url, evidenceKeys: keys }),
  };
}

async function openInTemporaryFolder(evidenceKeys?: KeyEncryption): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), "settld-store-"));
  const store = await openSqliteStore({ folder, mode: "serve", evidenceKeys });
  return {
    ...store,
    beside: (keys) => openSqliteStore({ folder, mode: "admin", evidenceKeys: keys }),
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
