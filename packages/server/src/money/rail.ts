import type { Amount, Digest } from "@settld/protocol";

/** A payment that a rail shall make. */
export type Payout = {
  /** Digest of the account entry that caused it. A rail carries out one payout of an id, however often it is told (LEDGER-12). */
  readonly id: Digest;
  readonly party: string;
  readonly amount: Amount;
  /** Where the money shall go, in the words of the rail. */
  readonly destination: string;
};

/**
 * How a payout ended: it was paid, or it was refused and never will be. An error that is thrown instead, any other
 * answer, and none in time mean "unknown", and the payout is tried again.
 */
export type PayoutResult = { readonly status: "paid" } | { readonly status: "refused"; readonly reason: string };

/** A way for money to come and go: a bank, a card network, a chain. Deposits are told to the server; payouts it asks for. */
export type Rail = {
  readonly name: string;
  /** `signal` is aborted when nobody waits for the answer any more. */
  readonly pay: (payout: Payout, signal: AbortSignal) => Promise<PayoutResult>;
};

/** The operator's rail for tests: pays everything at once, except to the destination `refuse`, and remembers it. */
export function testRail(): Rail & { readonly paid: ReadonlyMap<Digest, Payout> } {
  const paid = new Map<Digest, Payout>();
  return {
    name: "test",
    paid,
    async pay(payout) {
      if (payout.destination === "refuse")
        return { status: "refused", reason: "the test rail refuses this destination" };
      paid.set(payout.id, payout);
      return { status: "paid" };
    },
  };
}
