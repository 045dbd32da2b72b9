/** Values that wait to be taken, in order; at its end stands an error that every later taker gets. */
export type Inbox<T> = {
  readonly push: (value: T) => void;
  /** What takers get when nothing is left. Later values and errors are dropped. */
  readonly fail: (error: unknown) => void;
  /**
   * The next value, or `undefined` when none came in time.
   *
   * @param timeoutMs - longest wait, in milliseconds.
   */
  readonly take: (timeoutMs: number) => Promise<T | undefined>;
  /** The next value without taking it, when it is there already. */
  readonly peek: () => T | undefined;
};

/** Makes an inbox for one taker at a time. */
export const inbox = <T>(): Inbox<T> => {
  const values: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const arrive = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push: (value) => {
      if (failure !== undefined) return;
      values.push(value);
      arrive();
    },
    fail: (error) => {
      failure ??= { error };
      arrive();
    },
    take: async (timeoutMs) => {
      if (values.length === 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      if (values.length > 0) return values.shift();
      if (failure !== undefined) throw failure.error;
      return undefined;
    },
    peek: () => values[0],
  };
};
