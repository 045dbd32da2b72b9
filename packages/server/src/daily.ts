import type { Waiting } from "./settler/timers.ts";
import type { Jobs } from "./store/jobs.ts";

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

/**
 * Does works every day. Where several processes share the work, each of them sees to it that there are jobs, and a job
 * is done by one of them; a process that starts may do it once more.
 *
 * @param works - by the ids of their jobs.
 */
export async function dailyWorks(
  jobs: Jobs | undefined,
  waiting: Waiting,
  works: ReadonlyMap<string, () => Promise<unknown>>,
  onError: (error: unknown) => void,
): Promise<ReturnType<typeof daily>> {
  if (jobs !== undefined) {
    await jobs.work("daily", async (id) => void (await works.get(id)?.().catch(onError)));
    const put = [...works.keys()].map((id) => ({ kind: "daily" as const, id }));
    return daily(waiting, () => jobs.put(put.map((job) => ({ ...job, at: waiting.now() }))), onError);
  }
  const each = [...works.values()].map((work) => daily(waiting, work, onError));
  return { close: async () => void (await Promise.all(each.map(({ close }) => close()))) };
}
