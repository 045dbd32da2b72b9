/** The clients of the settlement bench, in a thread of their own. */
import { parentPort } from "node:worker_threads";
import type { Known } from "./settlement.ts";
import { SettlementClient } from "./settlement-client.ts";

/** Asks for settlements by so many clients. */
export type Ask = { readonly known: Known; readonly clients: number; readonly jobs: number };

/** How long all of it took and how long each settlement, in milliseconds. */
export type Done = { readonly ms: number; readonly latencies: readonly number[] };

const ready: SettlementClient[] = [];

parentPort?.on("message", async ({ known, clients, jobs }: Ask) => {
  while (ready.length < clients) {
    const client = new SettlementClient(known, `${ready.length}`);
    await client.prepare();
    ready.push(client);
  }
  const latencies: number[] = [];
  let left = jobs;
  const start = performance.now();
  await Promise.all(
    ready.slice(0, clients).map(async (client) => {
      while (left > 0) {
        left -= 1;
        const begin = performance.now();
        await client.settle();
        latencies.push(performance.now() - begin);
      }
    }),
  );
  const done: Done = { ms: performance.now() - start, latencies };
  parentPort?.postMessage(done);
});
