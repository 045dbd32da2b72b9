import type { Step } from "../../log-builder.ts";
import type { LogCase } from "../../log-case.ts";

/** What every case states. */
type Common = { readonly id: string; readonly clause: string; readonly why: string; readonly kills: string };

/** An accepted event. */
export const fine = (common: Common, status: string, balances: object, ...steps: readonly Step[]): LogCase => ({
  ...common,
  status,
  balances,
  steps,
});

/** A refused event. */
export const wrong = (
  common: Common & { readonly code: string; readonly pointer: string; readonly twin: string },
  ...steps: readonly Step[]
): LogCase => ({ ...common, fault: common.id, steps });
