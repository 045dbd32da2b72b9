import type { VectorFile } from "../../format.ts";
import { document } from "./document.ts";
import { embedded } from "./embedded.ts";
import { signers } from "./signers.ts";

/** Trust documents, and who may sign. */
export const trust: readonly VectorFile[] = [document, signers, embedded];
