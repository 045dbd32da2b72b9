/** One page of a list. */
export type Page<T> = {
  readonly data: readonly T[];
  /** Whether there is another page. */
  readonly hasMore: boolean;
  /** What `cursor` is for the next page; null on the last one. */
  readonly nextCursor: string | null;
};

/**
 * A list that is read page by page as it is walked.
 *
 * - `for await (const one of list)` walks every item.
 * - `await list` is the first page.
 * - `list.pages()` walks the pages.
 */
export class List<T> implements AsyncIterable<T>, PromiseLike<Page<T>> {
  readonly #read: (cursor: string | undefined) => Promise<Page<T>>;
  readonly #cursor: string | undefined;
  #first: Promise<Page<T>> | undefined;

  constructor(read: (cursor: string | undefined) => Promise<Page<T>>, cursor?: string) {
    this.#read = read;
    this.#cursor = cursor;
  }

  /** The first page, or the one at the `cursor` that was asked for. It is read once. */
  page(): Promise<Page<T>> {
    this.#first ??= this.#read(this.#cursor);
    return this.#first;
  }

  // biome-ignore lint/suspicious/noThenProperty: a list is its first page when it is awaited.
  then<A = Page<T>, B = never>(
    onPage?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.page().then(onPage, onError);
  }

  /** Walks the pages, each read when it is asked for. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    let page = await this.page();
    yield page;
    while (page.hasMore && page.nextCursor !== null) {
      page = await this.#read(page.nextCursor);
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** Collects the items; `limit` bounds how many, because a list may be long. */
  async toArray({ limit }: { readonly limit: number }): Promise<T[]> {
    const found: T[] = [];
    for await (const one of this) {
      if (found.push(one) >= limit) break;
    }
    return found;
  }
}
