import type { Step } from "../../log-builder.ts";
import type { LogCase } from "../../log-case.ts";

type Two = readonly [
  id: string,
  clause: string,
  code: string,
  over: string,
  twin: string,
  why: string,
  ...steps: Step[],
];

/** A step with the two faults that the id names: `code` wins over `over`. */
export const two = (...[id, clause, code, over, twin, why, ...steps]: Two): LogCase => ({
  id: `precedence-${id}`,
  clause,
  code,
  over,
  fault: id,
  twin,
  why,
  kills: `report ${over} first`,
  steps,
});

/** The same step with other members of the event. */
export const bend = (step: Step, change: Record<string, unknown>): Step => ({ ...step, change });
