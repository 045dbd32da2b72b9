import { PAYLOAD_TYPES, type TombstonePayload } from "@settld/protocol";
import type { Tombstone } from "../gen/api.ts";
import { assertSame } from "../same.ts";
import type { TrustKeeper } from "./trust-keeper.ts";

/**
 * Checks that a tombstone is of the evidence that was asked for, and signed by the settler (STORE-11). Its form beyond
 * that is the settler's word like the rest of it: no page loads a schema for what few ever read.
 */
export async function checkTombstone(trust: TrustKeeper, answer: Tombstone, digest: string): Promise<void> {
  const { payload, digest: id } = await trust.openOfSettler<TombstonePayload>(
    answer.tombstone,
    PAYLOAD_TYPES.tombstone,
    Object,
    "purgedAt",
  );
  const { rule, purgedAt } = payload;
  assertSame(answer, { object: "tombstone", id, digest, kind: rule?.kind, purgedAt });
  assertSame(payload, { digest });
}
