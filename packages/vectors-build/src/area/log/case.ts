import type { Step } from "../../log-builder.ts";
import type { LogCase } from "../../log-case.ts";

type Refusal = readonly [
  id: string,
  clause: string,
  code: string,
  pointer: string,
  twin: string,
  why: string,
  kills: string,
  ...steps: Step[],
];

/** A refused event. */
export const no = (...[id, clause, code, pointer, twin, why, kills, ...steps]: Refusal): LogCase => ({
  id,
  clause,
  code,
  fault: id,
  twin,
  pointer,
  why,
  kills,
  steps,
});

/** An accepted event. */
export const yes = (
  id: string,
  clause: string,
  why: string,
  kills: string,
  status: string,
  balances: object,
  ...steps: Step[]
): LogCase => ({ id, clause, why, kills, status, balances, steps });
