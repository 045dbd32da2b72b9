import type { Waiting } from "./settler/timers.ts";

const DAY_MS = 86_400_000;

/**
 * Does a work now and every day, in the background. One that fails is told and tried again the next day.
 *
 * @returns what ends it; work that goes on is waited for.
 */
export function daily(
  waiting: Waiting,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): { readonly close: () => Promise<void> } {
  let running = Promise.resolve();
  let cancel = (): void => {};
  let isClosed = false;
  const next = (): void => {
    running = running.then(async () => {
      if (isClosed) return;
      await work().catch(onError);
      if (!isClosed) cancel = waiting.at(waiting.now() + DAY_MS, next);
    });
  };
  next();
  return {
    async close() {
      isClosed = true;
      cancel();
      await running;
    },
  };
}
