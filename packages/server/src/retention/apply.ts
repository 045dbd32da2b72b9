import type { Digest } from "@settld/protocol";
import type { Store } from "../store/store.ts";
import { activeHolds, decide, type Holds } from "./decide.ts";
import { type PlannedPurge, planned, type RetentionPlan } from "./plan.ts";
import type { RetentionRule } from "./rule.ts";
import { signTombstones, type TombstoneSigner } from "./tombstone.ts";

/** What became of one evidence of a plan. */
export type AppliedItem = {
  readonly digest: Digest;
  readonly size: number;
  /** `gone` it was purged before, `changed` it is otherwise than the plan says, `held` a legal hold stands on it. */
  readonly result: "purged" | "gone" | "changed" | "held";
};

/** How much of a plan was carried out. */
export type Applied = Readonly<Record<AppliedItem["result"], number>> & {
  /** Bytes that were purged. */
  readonly bytes: number;
  /** Objects whose end an earlier run that broke off had begun. */
  readonly finished: number;
};

/** How a plan is applied. */
export type ApplyOptions = {
  readonly store: Store;
  readonly signer: TombstoneSigner;
  readonly clock: () => number;
  /** Digest of the plan's file; absent when the server carries out its own rule. */
  readonly plan?: Digest;
  /** Looks at everything and changes nothing. */
  readonly dryRun?: boolean;
  readonly onItem?: (item: AppliedItem) => void;
};

/**
 * Carries out a plan, item by item and as far as it still holds (STORE-10): each is looked at again, by the plan's rule and
 * the present clock, and once more in the transaction in which its tombstones are written. It may end anywhere and be
 * run again, also beside a server and beside itself.
 */
export async function applyRetention(
  { rule, purge }: Pick<RetentionPlan, "rule" | "purge">,
  options: ApplyOptions,
): Promise<Applied> {
  const applied = { purged: 0, gone: 0, changed: 0, held: 0, bytes: 0, finished: 0 };
  if (options.dryRun !== true) applied.finished = await options.store.finishPurges();
  // Those that are placed from now on are seen in the transaction of each purge.
  const holds = await activeHolds(options.store);
  for (const item of purge) {
    const result = await applyItem(rule, item, holds, options);
    applied[result] += 1;
    if (result === "purged") applied.bytes += item.size;
    options.onItem?.({ digest: item.digest, size: item.size, result });
  }
  // Only now is what the database wrote over gone from its log too.
  if (options.dryRun !== true && applied.purged > 0) await options.store.finishPurges();
  return applied;
}

async function applyItem(
  rule: RetentionRule,
  item: PlannedPurge,
  holds: Holds,
  { store, signer, clock, plan, dryRun = false }: ApplyOptions,
): Promise<AppliedItem["result"]> {
  const row = await store.evidence(item.digest);
  if (row === undefined) return "gone";
  const now = clock();
  const decision = await decide(store, row, rule, now, holds);
  if ("keep" in decision) return decision.keep.some(({ reason }) => reason === "hold") ? "held" : "changed";
  if (JSON.stringify(planned(row.digest, row.size, decision)) !== JSON.stringify(asPlanned(item))) return "changed";
  if (dryRun) return "purged";
  const { agreements, uploads } = decision;
  const tombstones = await signTombstones(store, signer, item, uploads, { at: now, rule, plan });
  return store.purgeEvidence({ digest: item.digest, agreements, uploads, tombstones });
}

// In the order of members in which it was planned: a file has them sorted.
function asPlanned({ digest, size, kind, since, agreements, uploads }: PlannedPurge): PlannedPurge {
  return { digest, size, kind, since, agreements, uploads: uploads.map(({ tenant, at }) => ({ tenant, at })) };
}
