import type { Outcome, Question } from "../adapter/outcome.ts";

/** Which of two adapters. */
export type Side = 0 | 1;

/** A case that both adapters finished. */
export type Pair<T> = { readonly item: T; readonly outcomes: readonly [Outcome, Outcome] };

type Waiting<T> = { readonly item: T; readonly question: Question; readonly outcomes: [Outcome?, Outcome?] };

/**
 * Gives the same questions to two readers that go at their own pace, and keeps only what one of them still has to
 * answer. Whoever is too far ahead waits and the other never does, so memory stays bounded however long the run is,
 * and the readers cannot wait for each other.
 */
export class Feed<T> {
  readonly #next: (index: number) => Promise<readonly [T, Question] | undefined>;
  readonly #done: (pair: Pair<T>) => void;
  readonly #leadMax: number;
  readonly #waiting = new Map<string, Waiting<T>>();
  readonly #made: (Waiting<T> | undefined)[] = [];
  /** Index of the first entry of `#made`: what both have read is gone. */
  #first = 0;
  readonly #positions: [number, number] = [0, 0];
  #ended = false;
  #making: Promise<void> = Promise.resolve();
  #wake: (() => void)[] = [];

  /**
   * @param next - makes the item with an index and its question, whose id nobody else has; `undefined` after the last.
   * @param done - takes each item with both outcomes, in the order in which they are finished.
   * @param leadMax - most items by which one reader is ahead of the other.
   */
  constructor(
    next: (index: number) => Promise<readonly [T, Question] | undefined>,
    done: (pair: Pair<T>) => void,
    leadMax: number,
  ) {
    this.#next = next;
    this.#done = done;
    this.#leadMax = leadMax;
  }

  /** Number of items that are kept: those that one side has not read yet, or not answered. */
  get kept(): number {
    return Math.max(this.#made.length, this.#waiting.size);
  }

  /** The questions, for one side. */
  async *read(side: Side): AsyncGenerator<Question, void, undefined> {
    const other = side === 0 ? 1 : 0;
    for (;;) {
      const index = this.#positions[side];
      while (index - this.#positions[other] >= this.#leadMax && !this.#ended) {
        await new Promise<void>((go) => this.#wake.push(go));
      }
      while (index - this.#first >= this.#made.length && !this.#ended) await this.#make(index);
      const entry = this.#made[index - this.#first];
      if (entry === undefined) return;
      this.#positions[side] = index + 1;
      this.#forget();
      this.#notify();
      yield entry.question;
    }
  }

  /** Takes an outcome of one side. */
  settle(side: Side, id: string, outcome: Outcome): void {
    const entry = this.#waiting.get(id);
    if (entry === undefined) return;
    entry.outcomes[side] = outcome;
    const [one, other] = entry.outcomes;
    if (one === undefined || other === undefined) return;
    this.#waiting.delete(id);
    this.#done({ item: entry.item, outcomes: [one, other] });
  }

  /** Ends both readers at what was made so far. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const go of wake) go();
  }

  // One at a time, or two readers at the same index would make it twice.
  #make(index: number): Promise<void> {
    this.#making = this.#making.then(async () => {
      if (this.#ended || index - this.#first < this.#made.length) return;
      const made = await this.#next(index);
      if (made === undefined) {
        this.end();
        return;
      }
      const [item, question] = made;
      const entry: Waiting<T> = { item, question, outcomes: [] };
      this.#waiting.set(question.id, entry);
      this.#made.push(entry);
    });
    return this.#making;
  }

  #forget(): void {
    const behind = Math.min(...this.#positions) - this.#first;
    this.#made.splice(0, behind);
    this.#first += behind;
  }
}
