import type { CaseStatus } from "../../report/report.ts";
import type { Cheating, Handle, Passing } from "./proxy.ts";

/** A server that cheats in one thing, and the scenario that has to notice. */
export type ServerCheat = {
  readonly name: string;
  readonly does: string;
  /** Scenarios that have to fail; none for one that has to pass. */
  readonly caughtBy: readonly string[];
  /** With which status; any failure when absent. */
  readonly status?: CaseStatus;
  /** Why the run has to stop, instead. */
  readonly stopped?: string;
  /** It falls silent, which takes as long as one is willing to wait. */
  readonly silent?: true;
  readonly cheat: (cheating: Cheating) => Handle;
  /** What it makes of deliveries to webhooks, which do not come by the way of requests. */
  readonly delivers?: (delivery: Passing) => Passing;
};
