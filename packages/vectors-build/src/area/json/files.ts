import type { VectorFile } from "../../format.ts";
import { accept } from "./accept.ts";
import { pointer } from "./pointer.ts";
import { reject } from "./reject.ts";

/** Strict JSON and pointers. */
export const json: readonly VectorFile[] = [accept, reject, pointer];
