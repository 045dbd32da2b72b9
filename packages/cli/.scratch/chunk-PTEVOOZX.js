import {
  inputError,
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/io/read.ts
import { readFile } from "node:fs/promises";
import { LIMITS, parseJson } from "@settld/protocol";
async function readInput(path, what) {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_INPUT", `${what}: expected a readable file, found ${reasonOf(error)}: ${path}`, error);
  }
}
function parseDocument(bytes) {
  return parseJson(bytes, { maxBytes: LIMITS.payloadBytes });
}

export {
  readInput,
  parseDocument
};
//# sourceMappingURL=chunk-PTEVOOZX.js.map