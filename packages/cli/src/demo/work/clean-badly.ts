import { type CleaningStep, cleanDataset, type Delivery } from "./clean.ts";
import type { QualitySpec } from "./spec.ts";

/**
 * What a seller in a hurry does: trims, upper-cases, reads the numbers, and throws away every row that makes trouble.
 * It is the same pipeline with fewer steps, so adding the missing ones is the whole correction.
 */
export const HASTY_STEPS: readonly CleaningStep[] = [
  "text",
  "codes",
  "gtins",
  "quantities",
  "amounts",
  "emails",
  "missing",
];

/** Delivers the hasty work. */
export function cleanHastily(source: Uint8Array, spec: QualitySpec): Delivery {
  return cleanDataset(source, spec, HASTY_STEPS);
}
