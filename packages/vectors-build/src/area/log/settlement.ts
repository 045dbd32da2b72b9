import type { VectorFile } from "../../format.ts";
import { funding } from "./settlement-funding.ts";
import { limits } from "./settlement-limit.ts";
import { parts } from "./settlement-part.ts";
import { returns } from "./settlement-return.ts";
import { roundings } from "./settlement-rounding.ts";

/** Funding, settlement, release and closing, to the last minor unit. */
export const money: VectorFile = {
  path: "money/settlement.json",
  op: "log.reduce",
  description: "Funding, settlement, release and closing, to the last minor unit.",
  groups: [funding, ...roundings, ...parts, ...limits, ...returns],
};
