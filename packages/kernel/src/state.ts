import type { AgreementOffered, Digest, EventPayload, Item, JsonValue, Totals } from "@settld/protocol";
import type { Balances } from "./ledger.ts";
import type { Status } from "./table.ts";

/** An event with its identity: the digest of its canonical payload. */
export type LoggedEvent = { readonly payload: EventPayload; readonly digest: Digest };

/** The submission under review, and what has been said about it. */
export type Submission = {
  readonly digest: Digest;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly items: readonly Item[];
  /** When the review ends, in milliseconds since 1970. */
  readonly reviewBy: number;
  /** Results by requirement id. */
  readonly results: ReadonlyMap<string, JsonValue>;
  /** Approvals by requirement id. */
  readonly approvals: ReadonlyMap<string, boolean>;
};

/** A decision, whether or not it is the final one. */
export type Decision = {
  readonly digest: Digest;
  readonly gross: bigint;
  readonly outcome: "full" | "partial" | "none";
  readonly final: boolean;
};

/**
 * Everything that the rules need to know about a log. Immutable; derived from the events alone.
 * Times are milliseconds since 1970, money is in minor units.
 */
export type AgreementState = {
  readonly status: Exclude<Status, "none">;
  /** Digest of the offer, which is the id of the agreement. */
  readonly agreement: Digest;
  /** Digest of the last event. */
  readonly head: Digest;
  /** Number of events so far, which is the next event's `seq`. */
  readonly seq: number;
  /** The last event's `at`. */
  readonly at: number;
  readonly offer: AgreementOffered;
  readonly amount: bigint;
  /** Submissions so far. */
  readonly attempts: number;
  readonly submission?: Submission;
  /** Size of every item digest that was named so far. */
  readonly itemSizes: ReadonlyMap<Digest, number>;
  /** The last decision. */
  readonly decision?: Decision;
  /** When the timer of `window` or `disputed` fires. */
  readonly timer?: number;
  /** The open or ruled dispute. */
  readonly dispute?: Digest;
  /** What the ruling gives the seller out of the holdback. */
  readonly ruling?: bigint;
  readonly cancelled: boolean;
  /** What the buyer paid into escrow. */
  readonly funded: bigint;
  readonly balances: Balances;
  /** Why the agreement closed. */
  readonly reason?: "settled" | "cancelled" | "offer-expired" | "unfunded";
};

/** Sums over all postings so far (LEDGER-8). At the end funded = toSeller + fee + toBuyer. */
export function totalsOf(state: AgreementState): Totals {
  const { seller, fee, buyer } = state.balances;
  return {
    funded: state.funded.toString(),
    toSeller: seller.toString(),
    fee: fee.toString(),
    // The buyer's account starts at zero and paid the funding, so what came back is the difference.
    toBuyer: (state.funded + buyer).toString(),
  };
}
