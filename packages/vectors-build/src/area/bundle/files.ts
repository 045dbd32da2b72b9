import type { VectorFile } from "../../format.ts";
import { container } from "./container.ts";
import { content } from "./content.ts";
import { equivocation } from "./equivocation.ts";
import { evidence } from "./evidence.ts";
import { opens } from "./open.ts";
import { receipt } from "./receipt.ts";

/** Whole bundles. */
export const bundle: readonly VectorFile[] = [container, content, opens, evidence, receipt, equivocation];
