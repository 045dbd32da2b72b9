/** Chunks whose beginning was read: all of them, or the beginning and those that follow. */
export type Begun =
  | { readonly all: readonly Uint8Array[] }
  | { readonly more: AsyncIterable<Uint8Array> & { readonly end: () => Promise<void> } };

/**
 * Reads chunks until there are more than `bytesMax` bytes, or no more. Of the one or the other, `more` has every chunk,
 * the first ones again; its `end` gives up what was not read, whether or not anybody began to.
 */
export async function readBeginning(bytes: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Begun> {
  const iterator = bytes[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  for (let size = 0; size <= bytesMax; ) {
    const next = await iterator.next();
    if (next.done === true) return { all: begun };
    begun.push(next.value);
    size += next.value.length;
  }
  const end = async (): Promise<void> => void (await iterator.return?.());
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const value = begun.shift();
    return value === undefined ? iterator.next() : { done: false, value };
  };
  const rest = { next, return: async () => end().then(() => ({ done: true as const, value: undefined })) };
  return { more: { [Symbol.asyncIterator]: () => rest, end } };
}

/** Chunks that are all there, as a stream. */
export async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
