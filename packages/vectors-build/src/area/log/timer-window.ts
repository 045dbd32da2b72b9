import type { Group } from "../../format.ts";
import { head } from "../../log-builder.ts";
import { after } from "../../log-case.ts";
import {
  DECIDED,
  DISPUTED,
  dispute,
  FULL_BALANCES,
  release,
  rule,
  settle,
  WINDOW,
  WINDOW_BALANCES,
} from "../../story.ts";
import { at } from "../../time.ts";
import { no, yes } from "./case.ts";

const late = (hours: number, ms = 0) => ({ change: { at: at(hours, ms) } });

/** Deadlines of the window, of a dispute, and of what follows late. */
export const window: readonly Group[] = [
  after("In the window; its end is hour 76.", WINDOW, [
    yes(
      "time-dispute-last-moment",
      "TIME-3",
      "One millisecond before the end is in time.",
      "release a millisecond early",
      "disputed",
      WINDOW_BALANCES,
      dispute({}, late(76, -1)),
    ),
    no(
      "time-dispute-at-end",
      "TIME-3",
      "TIME_TIMER_MISSING",
      "/at",
      "time-dispute-last-moment",
      "At the end of the window the timer wins.",
      "compare at <= windowEnd",
      dispute({}, { hours: 76 }),
    ),
    no(
      "time-release-early",
      "STATE-17",
      "STATE_NOT_DUE",
      "/type",
      "log-cause-release",
      "A millisecond before its end the window is open.",
      "release when the settler likes",
      release({}, late(76, -1)),
    ),
  ]),
  after("In dispute since hour 10; rulingBy is hour 58.", DISPUTED, [
    yes(
      "time-rule-last-moment",
      "TIME-3",
      "One millisecond before rulingBy is in time.",
      "release a millisecond early",
      "ruled",
      WINDOW_BALANCES,
      rule({}, late(58, -1)),
    ),
    no(
      "time-rule-at-deadline",
      "TIME-3",
      "TIME_TIMER_MISSING",
      "/at",
      "time-rule-last-moment",
      "At rulingBy the timer wins.",
      "compare at <= rulingBy",
      rule({}, { hours: 58 }),
    ),
    yes(
      "time-no-ruling",
      "MONEY-9",
      "No ruling in time means that the decision stands.",
      "give the holdback back",
      "closing",
      FULL_BALANCES,
      release({ due: at(58) }, { hours: 58 }),
    ),
    no(
      "time-no-ruling-window-end",
      "TIME-4",
      "TIME_DUE_MISMATCH",
      "/body/due",
      "time-no-ruling",
      "A dispute replaces the end of the window by rulingBy.",
      "keep the timer of the window",
      release({ due: at(76) }, { hours: 76 }),
    ),
  ]),
  after("A late settlement: what follows counts from when it was done.", DECIDED, [
    yes(
      "time-late-settlement",
      "TIME-4",
      "The settlement came two hours late, at hour 6; the window ends at 78 and not at 76.",
      "count the window from due",
      "disputed",
      WINDOW_BALANCES,
      settle({}, { hours: 6 }),
      dispute((log) => ({ decision: head(log, 5) }), { hours: 77 }),
    ),
    no(
      "time-late-settlement-release-early",
      "STATE-17",
      "STATE_NOT_DUE",
      "/type",
      "time-late-settlement",
      "The window of a late settlement ends later.",
      "count the window from due",
      settle({}, { hours: 6 }),
      release({}, { hours: 77 }),
    ),
    no(
      "time-settlement-due",
      "TIME-4",
      "TIME_DUE_MISMATCH",
      "/body/due",
      "time-late-settlement",
      "An immediate reaction was due when the event before it happened.",
      "compare due with at",
      settle({ due: at(6) }, { hours: 6 }),
    ),
  ]),
];
