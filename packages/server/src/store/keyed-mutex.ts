/** Locks by name within one process. */
export type KeyedMutex = {
  /** Runs `work` while no other work of the same name runs; who came first is next. Fails as `work` does. */
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Number of names that are held or waited for. */
  readonly size: () => number;
};

/** Makes a {@link KeyedMutex}. A name costs memory only while somebody holds it or waits for it. */
export function keyedMutex(): KeyedMutex {
  // The last in the queue of each name; whoever comes next waits for it.
  const tails = new Map<string, Promise<void>>();
  return {
    async run(name, work) {
      const before = tails.get(name);
      let release: () => void = () => {};
      const tail = new Promise<void>((resolve) => {
        release = resolve;
      });
      tails.set(name, tail);
      try {
        await before;
        return await work();
      } finally {
        if (tails.get(name) === tail) tails.delete(name);
        release();
      }
    },
    size: () => tails.size,
  };
}
