import type { Digest } from "@settld/protocol";

/** Bytes that were taken and have their digest, but are not kept yet. */
export type StagedEvidence = {
  readonly size: number;
  /** Puts the bytes in their place, durably; bytes that are there already are the same. */
  readonly keep: () => Promise<void>;
  /** Drops the bytes. */
  readonly discard: () => Promise<void>;
};

/** Where the bytes of evidence are. Which of them count is said by the database. */
export type EvidencePlace = {
  /**
   * Takes bytes in chunks and checks them. A failure leaves nothing.
   *
   * @throws SettldError `BUNDLE_EVIDENCE_DIGEST`, `HTTP_TOO_LARGE`, or what `bytes` throws.
   */
  readonly stage: (digest: Digest, bytes: AsyncIterable<Uint8Array>, bytesMax: number) => Promise<StagedEvidence>;
  /**
   * The bytes in chunks, checked against their digest before the end.
   *
   * @throws SettldError `STORE_EVIDENCE_MISSING` when they are not there, `BUNDLE_EVIDENCE_DIGEST` when they are damaged.
   */
  readonly read: (digest: Digest) => AsyncIterable<Uint8Array>;
  /** Removes what uploads that broke off have left, given the digests of those that were about to be kept. */
  readonly sweep: (intended: readonly Digest[]) => Promise<void>;
};
