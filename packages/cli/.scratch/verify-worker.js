import {
  prepareCheck
} from "./chunk-UTD362QR.js";
import "./chunk-Z3P7ZUU4.js";
import "./chunk-QAFWPTKF.js";

// src/verify/worker.ts
import { parentPort, workerData } from "node:worker_threads";
var check = prepareCheck(workerData, "alone");
parentPort?.on("message", async (batch) => {
  const results = [];
  for (const { index, path } of batch) {
    results.push({ index, outcome: await check(typeof path === "string" ? path : Buffer.from(path)) });
  }
  parentPort?.postMessage(results);
});
//# sourceMappingURL=verify-worker.js.map