import type { VectorFile } from "../../format.ts";
import { chain } from "./chain.ts";
import { decisions } from "./decision.ts";
import { money } from "./settlement.ts";
import { time } from "./timers.ts";

/** The log: chain, time, decisions and money. */
export const log: readonly VectorFile[] = [chain, time, decisions, money];
