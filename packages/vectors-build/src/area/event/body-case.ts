import type { LogCase } from "../../log-case.ts";

type Refusal = {
  readonly id: string;
  readonly clause: string;
  readonly code: string;
  readonly fault: string;
  readonly pointer: string;
  readonly twin: string;
  readonly why: string;
  readonly kills: string;
};

/** A refused event. */
export const no = (refusal: Refusal, ...steps: LogCase["steps"]): LogCase => ({ ...refusal, steps });

/** An accepted event. */
export const yes = (
  id: string,
  clause: string,
  why: string,
  status: string,
  balances: object,
  ...steps: LogCase["steps"]
): LogCase => ({ id, clause, why, status, balances, steps });
