import type { VectorFile } from "../../format.ts";
import { envelopes } from "./envelope.ts";

/** Envelopes by themselves. */
export const dsse: readonly VectorFile[] = [envelopes];
