import { type CryptoPort, publicKeyFromJwk, thumbprint } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Store, StoreReads } from "../store/store.ts";
import { type AuditReport, reconcile } from "./reconcile.ts";

/**
 * Reconciles a whole store as it stands at one instant (LEDGER-13). It reads only, so it may run beside a process that
 * serves the store.
 */
export function auditStore(store: Pick<Store, "snapshot">, crypto: CryptoPort = defaultCrypto): Promise<AuditReport> {
  return store.snapshot((view) => reconcile(view, (keyid) => keyOf(view, keyid), crypto));
}

async function keyOf(store: Pick<StoreReads, "partyOfKey">, keyid: string): Promise<Uint8Array | undefined> {
  const party = await store.partyOfKey(keyid);
  return party?.keys.map(({ jwk }) => publicKeyFromJwk(jwk)).find((key) => thumbprint(key) === keyid);
}
