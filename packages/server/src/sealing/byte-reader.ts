const NOTHING = new Uint8Array(0);

/** Reads a stream in pieces of a length of one's own. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = NOTHING;
  #isDone = false;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#iterator = bytes[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, or as many as there are. */
  async read(length: number): Promise<Uint8Array> {
    if (this.#rest.length >= length) return this.#take(length);
    const piece = new Uint8Array(length);
    let filled = 0;
    while (filled < length && !(await this.isAtEnd())) {
      const part = this.#take(length - filled);
      piece.set(part, filled);
      filled += part.length;
    }
    return piece.subarray(0, filled);
  }

  /** Whether nothing more comes; waits for the next byte to know. */
  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#isDone) {
      const next = await this.#iterator.next();
      if (next.done === true) this.#isDone = true;
      else this.#rest = next.value;
    }
    return this.#rest.length === 0;
  }

  /** Gives up what was not read. */
  async end(): Promise<void> {
    this.#isDone = true;
    this.#rest = NOTHING;
    await this.#iterator.return?.();
  }

  #take(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }
}
