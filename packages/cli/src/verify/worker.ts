import { parentPort, workerData } from "node:worker_threads";
import { type CheckSettings, type Outcome, prepareCheck } from "./check-input.ts";

/** What a worker is asked: inputs by number. Paths that are not UTF-8 come as bytes. */
export type Batch = readonly { readonly index: number; readonly path: string | Uint8Array }[];

/** What a worker answers, in the order of the batch. */
export type BatchResult = readonly { readonly index: number; readonly outcome: Outcome }[];

const check = prepareCheck(workerData as CheckSettings, "alone");

parentPort?.on("message", async (batch: Batch) => {
  const results: { index: number; outcome: Outcome }[] = [];
  for (const { index, path } of batch) {
    results.push({ index, outcome: await check(typeof path === "string" ? path : Buffer.from(path)) });
  }
  parentPort?.postMessage(results satisfies BatchResult);
});
