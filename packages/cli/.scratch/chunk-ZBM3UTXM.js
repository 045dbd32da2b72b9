import {
  readInput
} from "./chunk-PTEVOOZX.js";
import {
  inputError
} from "./chunk-QAFWPTKF.js";

// src/io/trust-file.ts
import { isSettldError } from "@settld/protocol";
import { parseTrust } from "@settld/verifier";
async function readTrustFile(path) {
  const bytes = await readInput(path, "--trust");
  try {
    return { bytes, trust: parseTrust(bytes) };
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw inputError(error.code, `--trust ${path}: ${error.message}`, error);
  }
}

export {
  readTrustFile
};
//# sourceMappingURL=chunk-ZBM3UTXM.js.map