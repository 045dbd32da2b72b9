import { LIMITS, SettldError } from "@settld/protocol";

/** Bytes of a bundle: whole, or in chunks of any size. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** One line without its line feed. The bytes are only valid until the next line is asked for. */
export type Line = { readonly number: number; readonly bytes: Uint8Array };

const LF = 0x0a;

/** Cuts chunks into lines, holding at most one line and one chunk. */
export class LineSplitter {
  // One buffer that grows, not a list of pieces: bytes that arrive one by one must not cost an object each.
  #held: Uint8Array = new Uint8Array(0);
  #heldBytes = 0;
  #number = 0;

  /**
   * Yields the lines that a chunk completes.
   *
   * @throws SettldError `LIMIT_LINE_BYTES` as soon as a line is too long, complete or not (LIMIT-2).
   */
  *push(chunk: Uint8Array): Generator<Line, void, undefined> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LF, start);
      const piece = end < 0 ? chunk.subarray(start) : chunk.subarray(start, end);
      if (this.#heldBytes + piece.length > LIMITS.lineBytes) {
        throw new SettldError(
          "LIMIT_LINE_BYTES",
          `expected lines of at most ${LIMITS.lineBytes} bytes, found a longer one`,
        );
      }
      if (end < 0) {
        this.#hold(piece);
        return;
      }
      this.#number += 1;
      const bytes = this.#heldBytes === 0 ? piece : this.#join(piece);
      start = end + 1;
      yield { number: this.#number, bytes };
    }
  }

  /** The number of the line that {@link push} works on or would start next, from 1. */
  get current(): number {
    return this.#number + 1;
  }

  /** Tells whether bytes are left over that no line feed ended. */
  get unfinished(): boolean {
    return this.#heldBytes > 0;
  }

  // A copy, because the source may reuse its buffer once it is asked for the next chunk.
  #hold(piece: Uint8Array): void {
    const length = this.#heldBytes + piece.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.min(Math.max(length, 2 * this.#held.length), LIMITS.lineBytes));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(piece, this.#heldBytes);
    this.#heldBytes = length;
  }

  #join(last: Uint8Array): Uint8Array {
    this.#hold(last);
    // The buffer stays for the next line: a new one a line would leave megabytes to the garbage collector.
    const line = this.#held.subarray(0, this.#heldBytes);
    this.#heldBytes = 0;
    return line;
  }
}
