import type { Equivocation } from "@settld/verifier";
import { EXIT } from "../exit.ts";
import type { Outcome } from "./check-input.ts";

/** Counts over all inputs. `allowedOpen` is the part of `indeterminate` that `--allow-open` excuses. */
export type Tally = {
  files: number;
  accept: number;
  reject: number;
  indeterminate: number;
  allowedOpen: number;
  /** Inputs whose bytes could not be obtained. */
  unread: number;
  equivocations: number;
};

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { files: 0, accept: 0, reject: 0, indeterminate: 0, allowedOpen: 0, unread: 0, equivocations: 0 };
}

/** Tells whether `--allow-open` excuses an outcome: integrity holds, and only the end is missing. */
export function isMerelyOpen(outcome: Outcome): boolean {
  if ("unread" in outcome || outcome.report.verdict !== "indeterminate") return false;
  return outcome.report.code === "BUNDLE_OPEN" || outcome.report.code === "RECEIPT_MISSING";
}

/** Counts one outcome. */
export function count(
  tally: Tally,
  outcome: Outcome,
  equivocation: Equivocation | undefined,
  allowOpen: boolean,
): void {
  tally.files += 1;
  if ("unread" in outcome) tally.unread += 1;
  else tally[outcome.report.verdict] += 1;
  if (allowOpen && isMerelyOpen(outcome)) tally.allowedOpen += 1;
  if (equivocation !== undefined) tally.equivocations += 1;
}

/** The exit code over all inputs: 2 before 1 before 3 before 0. Two histories that contradict each other reject. */
export function exitCodeFor(tally: Tally): number {
  if (tally.unread > 0) return EXIT.usage;
  if (tally.reject > 0 || tally.equivocations > 0) return EXIT.reject;
  return tally.indeterminate > tally.allowedOpen ? EXIT.indeterminate : EXIT.accept;
}
