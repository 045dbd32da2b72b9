import type { Rail } from "../money/rail.ts";
import type { Metrics } from "./metrics.ts";
import { inChildSpan } from "./tracing.ts";

/** The same rail, with what it was asked for counted and timed, and in spans when somebody traces. */
export function observedRail(rail: Rail, metrics: Metrics): Rail {
  return {
    name: rail.name,
    async pay(payout, signal) {
      const end = metrics.railSeconds.startTimer();
      let outcome = "unknown";
      try {
        const result = await inChildSpan("rail pay", {}, async () => rail.pay(payout, signal));
        if (result.status === "paid" || result.status === "refused") outcome = result.status;
        return result;
      } finally {
        end({ outcome });
      }
    },
  };
}
