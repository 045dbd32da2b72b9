import { bytes } from "./area/bytes.ts";
import { ed25519 } from "./area/ed25519.ts";
import { json } from "./area/json.ts";
import type { VectorFile } from "./format.ts";

/** Every file of vectors, in the order of the specification. */
export const files: readonly VectorFile[] = [...json, ...bytes, ...ed25519];
