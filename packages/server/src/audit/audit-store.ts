import type { CryptoPort } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Store } from "../store/store.ts";
import { type AuditReport, type ReconcileOptions, reconcile } from "./reconcile.ts";

/** Whose store {@link auditStore} looks at, and when. */
export type AuditOptions = Omit<ReconcileOptions, "crypto"> & { readonly crypto?: CryptoPort };

/**
 * Reconciles a whole store as it stands at one instant (LEDGER-13). It reads only, so it may run beside a process that
 * serves the store.
 */
export function auditStore(
  store: Pick<Store, "snapshot">,
  { crypto = defaultCrypto, ...options }: AuditOptions,
): Promise<AuditReport> {
  return store.snapshot((view) => reconcile(view, { ...options, crypto }));
}
