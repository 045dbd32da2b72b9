/** A data key that was wrapped, as it is kept beside the object that it opens. */
export type WrappedKey = {
  /** Name of the key-encryption key. */
  readonly key: string;
  readonly wrapped: Uint8Array;
};

/**
 * Keys that wrap the data keys of evidence (STORE-6). What wraps may be far away, such as a key management service: it is
 * asked once for each object that is written or read, and sees 32 bytes.
 */
export type KeyEncryption = {
  /** Name of the key that wraps now. */
  readonly current: string;
  /** Whether it may open what a key wrapped. What nobody knows before asking is `true`. */
  readonly has: (key: string) => boolean;
  /** Keys that will not come back: a server starts without them, and what they sealed stays shut. */
  readonly lost?: readonly string[];
  /**
   * Wraps a data key of 32 bytes under the present key.
   *
   * @param context - what the data key is for; it opens with the same bytes alone.
   */
  readonly wrap: (dataKey: Uint8Array, context: Uint8Array) => Promise<WrappedKey>;
  /**
   * Opens a wrapped data key.
   *
   * @throws SettldError `STORE_KEY_MISSING` without the key that wrapped it, `STORE_SEAL_BROKEN` when it does not open.
   */
  readonly unwrap: (wrapped: WrappedKey, context: Uint8Array) => Promise<Uint8Array>;
};
