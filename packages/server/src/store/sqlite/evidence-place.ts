import type { Digest } from "@settld/protocol";

/** Bytes that were taken, but are not in their place yet. */
export type StagedEvidence = {
  /** Under which they will be found; no other bytes ever have this name. */
  readonly name: string;
  /** Puts the bytes in their place, durably. */
  readonly keep: () => Promise<void>;
  /** Drops the bytes. */
  readonly discard: () => Promise<void>;
};

/** Where the bytes of evidence are, plain or sealed. Which of them count is said by the database. */
export type EvidencePlace = {
  /** Takes bytes in chunks. A failure leaves nothing, and throws what `bytes` throws. */
  readonly stage: (digest: Digest, bytes: AsyncIterable<Uint8Array>) => Promise<StagedEvidence>;
  /** A name that nothing has yet. */
  readonly newName: (digest: Digest) => string;
  /** Writes bytes in their place at once, durably. A failure may leave a part of them under the name. */
  readonly write: (name: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /**
   * The bytes in chunks, as they are.
   *
   * @throws SettldError `STORE_EVIDENCE_MISSING` when they are not there.
   */
  readonly read: (name: string) => AsyncIterable<Uint8Array>;
  /** Removes bytes, durably; those that are not there are removed already. */
  readonly remove: (name: string) => Promise<void>;
  /** Removes what was staged and not kept. */
  readonly sweep: () => Promise<void>;
};
