import type { LogCase } from "../../log-case.ts";
import { offer, terms } from "../../story.ts";

/** A change of the terms of the standard offer, and where and why it is refused. */
export type Row = readonly [
  fault: string,
  pointer: string | undefined,
  change: Record<string, unknown>,
  why: string,
  kills: string,
];

/** Offers that are refused for one clause and with one code, one for each row. */
export const refuse = (
  clause: string,
  code: string,
  rows: readonly Row[],
  twin = "event-offer",
  prefix = "event-offer",
): readonly LogCase[] =>
  rows.map(([fault, pointer, change, why, kills]) => ({
    id: `${prefix}-${fault}`,
    clause,
    code,
    fault,
    twin,
    ...(pointer === undefined ? {} : { pointer }),
    why,
    kills,
    steps: [offer(terms(change))],
  }));
