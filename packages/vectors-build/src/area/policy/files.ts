import type { VectorFile } from "../../format.ts";
import { payouts } from "./payouts.ts";
import { requirements } from "./requirements.ts";

/** Policies over what was submitted and said. */
export const policy: readonly VectorFile[] = [requirements, payouts];
