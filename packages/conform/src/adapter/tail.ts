/** The end of a stream of text that may be long. */
export type Tail = {
  readonly push: (chunk: Uint8Array) => void;
  /** The last bytes as text; what is no UTF-8 becomes U+FFFD. */
  readonly text: () => string;
  readonly clear: () => void;
};

/** Most of a standard error that is kept, in bytes (CONF-1). */
export const STDERR_BYTES_MAX = 16_384;

/** Keeps the last bytes of a stream. */
export const tail = (bytesMax: number = STDERR_BYTES_MAX): Tail => {
  let kept: Uint8Array = new Uint8Array();
  return {
    push: (chunk) => {
      const both = Buffer.concat([kept, chunk.subarray(Math.max(0, chunk.length - bytesMax))]);
      kept = both.subarray(Math.max(0, both.length - bytesMax));
    },
    text: () => Buffer.from(kept).toString("utf8"),
    clear: () => {
      kept = new Uint8Array();
    },
  };
};
