const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines. */
export type LineReader = {
  /** Takes the next bytes; returns `false` once a line is too long, and takes nothing more. */
  readonly push: (chunk: Uint8Array) => boolean;
  /** What stands after the last line feed, at most the longest line and one chunk. */
  readonly rest: () => Uint8Array;
};

/**
 * Makes a reader that never holds more than one line and one chunk, however long the adapter makes its line.
 *
 * @param bytesMax - longest line, its line feed not counted.
 * @param onLine - gets each line without its line feed.
 */
export const lineReader = (bytesMax: number, onLine: (line: Uint8Array) => void): LineReader => {
  let parts: Uint8Array[] = [];
  let size = 0;
  let tooLong = false;
  const take = (): Uint8Array => {
    const line = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size);
    parts = [];
    size = 0;
    return line;
  };
  const keep = (part: Uint8Array): boolean => {
    if (part.length > 0) parts.push(part);
    size += part.length;
    tooLong = size > bytesMax;
    return !tooLong;
  };
  return {
    push: (chunk) => {
      if (tooLong) return false;
      let from = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
        if (!keep(chunk.subarray(from, end))) return false;
        onLine(take());
        from = end + 1;
      }
      return keep(chunk.subarray(from));
    },
    rest: () => take(),
  };
};
