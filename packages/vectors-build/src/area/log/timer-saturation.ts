import type { Group } from "../../format.ts";
import { EMPTY, extend, type Log } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import { accept, decide, ESCROW_BALANCES, fund, offer, outcomes, submit, terms } from "../../story.ts";
import { at, HOUR } from "../../time.ts";
import { no, yes } from "./case.ts";

// Ten years and more: the review of this offer would end in the year 10000.
const FAR = terms({ acceptBy: at(24), fundBy: at(48), submitBy: "9999-12-31T23:00:00.000Z", reviewMs: 2 * HOUR });
const FAR_REVIEW: Log = extend(EMPTY, offer(FAR), accept(), fund(), {
  ...submit(),
  change: { at: "9999-12-31T22:59:59.999Z" },
});

/** A review that would end beyond the last instant. */
export const saturation: Group = after("A review that would end beyond the last instant.", FAR_REVIEW, [
  yes(
    "time-saturates",
    "TIME-6",
    "reviewBy is the last instant that can be written.",
    "let the year grow to 10000",
    "decided",
    ESCROW_BALANCES,
    decide(
      {
        due: "9999-12-31T23:59:59.999Z",
        requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
        gross: "0",
        outcome: "none",
        final: true,
      },
      { change: { at: "9999-12-31T23:59:59.999Z" } },
    ),
  ),
  no(
    "time-saturates-early",
    "STATE-17",
    "STATE_NOT_DUE",
    "/type",
    "time-saturates",
    "A millisecond before the last instant the review is open.",
    "wrap around",
    decide(
      {
        due: "9999-12-31T23:59:59.998Z",
        requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
        gross: "0",
        outcome: "none",
        final: true,
      },
      { change: { at: "9999-12-31T23:59:59.998Z" } },
    ),
  ),
]);
