import type { CryptoPort, Signer } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { OwnKeys } from "../settler/own-keys.ts";
import { TrustBook } from "../settler/trust-book.ts";
import type { Store } from "../store/store.ts";
import { type Applied, applyRetention } from "./apply.ts";
import { planRetention } from "./plan.ts";
import type { RetentionRule } from "./rule.ts";
import type { TombstoneSigner } from "./tombstone.ts";

/** What carrying out a rule needs. */
export type RetentionWork = {
  readonly store: Store;
  readonly signer: TombstoneSigner;
  readonly clock: () => number;
  readonly rule: RetentionRule;
};

/** Plans by a rule and applies the plan at once. Several processes may do so at the same time: each purge is done by one. */
export async function runRetention({ store, signer, clock, rule }: RetentionWork): Promise<Applied> {
  const plan = await planRetention(store, { settler: signer.id, rule, now: clock(), listKept: false });
  return applyRetention(plan, { store, signer, clock });
}

/** A signer of tombstones for whoever opens a store without serving it: with a key that may sign there now. */
export function tombstoneSigner(
  store: Store,
  { id, signer, clock }: { readonly id: string; readonly signer: Signer; readonly clock: () => number },
  crypto: CryptoPort = defaultCrypto,
): TombstoneSigner {
  const trust = new TrustBook({ store, registry: "", settler: { id: "" }, clock, crypto });
  return { id, keys: new OwnKeys(trust, [signer]), crypto };
}
