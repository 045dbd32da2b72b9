import type { Waiting } from "../settler/timers.ts";
import type { Payout, PayoutResult, Rail } from "./rail.ts";

/** How long {@link askRail} waits. */
export type AskOptions = {
  readonly waiting: Waiting;
  /** In milliseconds. */
  readonly ms: number;
  /** Ends waiting at once. */
  readonly ending: AbortSignal;
};

/**
 * Asks a rail for a payout, and waits no longer than allowed: a rail that hangs must hold up neither other payouts nor
 * the end of the server. An answer that comes later is not heard; the rail gives it again when it is asked again.
 */
export async function askRail(rail: Rail, payout: Payout, { waiting, ms, ending }: AskOptions): Promise<PayoutResult> {
  const asking = new AbortController();
  const end = (why: string): void =>
    asking.abort(new Error(`expected an answer from the rail ${rail.name} for ${payout.id}, found none ${why}`));
  const atEnd = (): void => end("before the server ended");
  const cancel = waiting.at(waiting.now() + ms, () => end(`within ${ms} ms`));
  ending.addEventListener("abort", atEnd);
  try {
    if (ending.aborted) atEnd();
    asking.signal.throwIfAborted();
    return await new Promise<PayoutResult>((resolve, reject) => {
      asking.signal.addEventListener("abort", () => reject(asking.signal.reason));
      // A rail that throws at once rejects here as well.
      (async () => rail.pay(payout, asking.signal))().then(resolve, reject);
    });
  } finally {
    cancel();
    ending.removeEventListener("abort", atEnd);
  }
}
