import { createReadStream } from "node:fs";
import { isSystemError, reasonOf } from "@settld/output";
import { inputError } from "../exit.ts";

/**
 * Opens a file, a pipe or, for `-`, standard input as chunks of bytes.
 *
 * @throws SettldError `CLI_INPUT` while reading, when the system does not give the bytes.
 */
export async function* openSource(path: string | Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  const stream: AsyncIterable<Uint8Array> = path === "-" ? process.stdin : createReadStream(path);
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      let step: IteratorResult<Uint8Array>;
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
    // A reader that stops early must not keep the file open.
    await chunks.return?.();
  }
}
