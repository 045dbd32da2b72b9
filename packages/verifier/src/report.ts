import type { Status } from "@settld/kernel";
import type { Code, Totals } from "@settld/protocol";

/** What the verifier says about a bundle as a whole. */
export type Verdict = "accept" | "reject" | "indeterminate";

/**
 * How one aspect of a bundle came out. `unknown` means that nothing is vouched for: either it was not reached,
 * or it rests on something that could not be established.
 */
export type FacetStatus = "pass" | "fail" | "open" | "partial" | "absent" | "unknown";

/** The aspects of a bundle, each with its own status. */
export type Facets = {
  /** Lines, sections, encodings, limits. */
  readonly container: FacetStatus;
  /** Every signature verifies, strictly. */
  readonly signatures: FacetStatus;
  /** Every signer was allowed to sign. */
  readonly trust: FacetStatus;
  /** Chain, states, times and timers. `open` while the agreement is not closed. */
  readonly log: FacetStatus;
  /** Every decision follows from policy and evidence. */
  readonly policy: FacetStatus;
  /** Every posting was recomputed and balances. */
  readonly ledger: FacetStatus;
  /** Evidence bytes match. `partial` when some are withheld and were not supplied. */
  readonly evidence: FacetStatus;
  /** The settler's receipt covers exactly this log. */
  readonly receipt: FacetStatus;
};

/** One thing that the verifier has to say, in the order of evaluation. */
export type Finding = {
  readonly code: Code;
  /** Line of the bundle, from 1; absent for the bundle as a whole. */
  readonly line?: number;
  /** Sequence number of the event, when the line is one. */
  readonly seq?: number;
  /** JSON Pointer into the payload or line. */
  readonly pointer?: string;
  readonly message: string;
};

/** What the log says, recomputed; present unless the bundle is rejected or of an unknown revision. */
export type Facts = {
  readonly agreement: string;
  readonly head: string;
  readonly events: number;
  readonly status: Exclude<Status, "none">;
  /** The last event's `at`. */
  readonly at: string;
  readonly buyer: string;
  readonly seller: string;
  readonly settler: string;
  readonly amount: { readonly value: string; readonly assetCode: string; readonly assetScale: number };
  readonly outcome: "full" | "partial" | "none";
  readonly reason?: "settled" | "cancelled" | "offer-expired" | "unfunded";
  readonly totals: Totals;
  /** Balances of the agreement ledger in minor units, by kind of account. */
  readonly balances: {
    readonly buyer: string;
    readonly seller: string;
    readonly escrow: string;
    readonly holdback: string;
    readonly fee: string;
  };
};

/**
 * The verifier's report. Deterministic: the same bundle, trust, evidence and time give the same bytes in
 * canonical form, on every runtime.
 */
export type Report = {
  /** Revision of the protocol that the verifier speaks. */
  readonly revision: string;
  readonly verdict: Verdict;
  /** The code that decided the verdict; `null` on accept. */
  readonly code: Code | null;
  readonly findings: readonly Finding[];
  readonly facets: Facets;
  /** The one trust document that was used; `null` when it was not reached. */
  readonly trust: {
    readonly digest: string;
    readonly version: number;
    readonly registry: string;
    readonly source: "own" | "embedded";
  } | null;
  /** The time of verification: as given, or else the receipt's or the head's `at`; `null` when not reached. */
  readonly time: string | null;
  readonly facts: Facts | null;
  readonly evidence: {
    readonly referenced: number;
    readonly inline: number;
    readonly withheld: number;
    /** Withheld items whose bytes were supplied beside the bundle and match. */
    readonly supplied: number;
  };
  /** Digest of the receipt's payload, when there is one. */
  readonly receipt: string | null;
  /** Digests of the events in order, as far as they were established; two files can be compared by it (LOG-7). */
  readonly chain: readonly string[];
};
