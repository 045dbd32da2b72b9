import { channel } from "node:diagnostics_channel";

/** Why a store tries something again by itself. */
export type RetryReason = "serialization" | "deadlock" | "connection";

/**
 * Where a store tells that it tries something again: a channel and no part of its port, because whoever uses a store has
 * nothing to do about it.
 */
export const storeRetries: ReturnType<typeof channel> = channel("settld:store-retry");
