import type { Code, Digest, Envelope } from "@settld/protocol";

/** A party's signature over the pre-authentication encoding of a payload. */
export type PartySignature = { readonly keyid: string; readonly sig: Uint8Array };

/** What a settler answers to an event. Reactions that were due may have been appended also when it refuses. */
export type SettlerAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: Code; readonly message: string };

/**
 * All that the story needs from a settler. It never sees a party's private key, and the story believes nothing that it
 * says: the parties replay the log that it serves. One implementation runs in memory; another can speak HTTP.
 */
export type SettlerPort = {
  /** Lets the settler's clock reach a time, in milliseconds since 1970; timers that are due by then fire. */
  readonly advanceTo: (now: number) => Promise<void>;
  /** Hands over bytes of evidence; a submission is admitted only when the settler holds all of its items. */
  readonly putEvidence: (bytes: Uint8Array) => Promise<void>;
  /** Hands in an event of a party: the canonical payload and the actor's signature. The settler admits or refuses it. */
  readonly submitEvent: (payload: Uint8Array, signature: PartySignature) => Promise<SettlerAnswer>;
  /** Tells the settler that the buyer's deposit for an agreement has arrived; it attests the funding. */
  readonly fundEscrow: (
    agreement: Digest,
    funding: { readonly rail: string; readonly reference: string },
  ) => Promise<SettlerAnswer>;
  /** Serves the log of an agreement from a sequence number on, as signed envelopes. */
  readonly readLog: (agreement: Digest, from: number) => Promise<readonly Envelope[]>;
  /** Issues the signed receipt of a closed agreement. */
  readonly issueReceipt: (agreement: Digest) => Promise<Envelope>;
};
