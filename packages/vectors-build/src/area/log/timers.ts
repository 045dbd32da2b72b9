import type { VectorFile } from "../../format.ts";
import { saturation } from "./timer-saturation.ts";
import { window } from "./timer-window.ts";
import { work } from "./timer-work.ts";

/** Time goes forward, timers win at equality, and reactions state when they were due. */
export const time: VectorFile = {
  path: "time/timers.json",
  op: "log.reduce",
  description: "Time goes forward, timers win at equality, and reactions state when they were due.",
  groups: [...work, ...window, saturation],
};
