import {
  inputError,
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/io/source.ts
import { createReadStream } from "node:fs";
async function* openSource(path) {
  const stream = path === "-" ? process.stdin : createReadStream(path);
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (; ; ) {
      let step;
      try {
        step = await chunks.next();
      } catch (error) {
        if (!isSystemError(error)) throw error;
        const name = typeof path === "string" ? path : path.toString("utf8");
        throw inputError("CLI_INPUT", `expected a readable file, found ${reasonOf(error)}: ${name}`, error);
      }
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await chunks.return?.();
  }
}

export {
  openSource
};
//# sourceMappingURL=chunk-Z3P7ZUU4.js.map