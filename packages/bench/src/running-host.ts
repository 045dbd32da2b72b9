import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { base64urlDecode } from "@settld/protocol";
import { IDS } from "./recorded.ts";
import type { Host } from "./server-host.ts";
import type { Ask, Done } from "./settlement-worker.ts";

/** A server in a process of its own, with clients in a thread of theirs. */
export type RunningHost = {
  /** Lets so many clients settle so many jobs. */
  readonly settle: (ask: Omit<Ask, "known">) => Promise<Done>;
  readonly close: () => Promise<void>;
};

/** Starts a server over a folder, or over a database. */
export async function startHost(
  place: { readonly folder: string } | { readonly databaseUrl: string },
): Promise<RunningHost> {
  const program = fileURLToPath(new URL("./server-host.ts", import.meta.url));
  const [folder, env] =
    "folder" in place ? [place.folder, process.env] : ["", { ...process.env, SETTLD_DATABASE_URL: place.databaseUrl }];
  const child = spawn(process.execPath, [...process.execArgv, program, folder], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { url, operatorKey, settlerKey } = JSON.parse(String(line)) as Host;
  const known = { ...IDS, url, operatorKey, settlerKey: base64urlDecode(settlerKey) };
  const worker = new Worker(new URL("./settlement-worker.ts", import.meta.url));
  return {
    async settle(ask) {
      worker.postMessage({ known, ...ask } satisfies Ask);
      const [done] = await once(worker, "message");
      return done as Done;
    },
    async close() {
      await worker.terminate();
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
