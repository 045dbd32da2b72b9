import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { Listening, Server } from "@settld/server";
import { EXIT } from "../exit.ts";
import type { ServerLog } from "./request-log.ts";

/** What has to end. */
export type Serving = {
  readonly running: Server;
  readonly listening: Listening;
  readonly metrics: Listening | undefined;
};

/** How long the parts of an end may take, in milliseconds. */
export type ShutdownTimes = {
  /** Before the server stops taking requests, so that whoever sends them here learns of it. */
  readonly drainMs: number;
  /** For requests that are running. */
  readonly graceMs: number;
};

// For background work and the store: as long as a signer and a rail that hang may be waited for, and some more.
const CLOSE_MS = 20_000;

/**
 * Waits for a signal to end. A second one ends the process at once, for which the store is made; that is said here and
 * not left to the system, because the first process of a container has no such default.
 */
export function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (isAsked) process.exit(128 + constants.signals[signal]);
        isAsked = true;
        resolve();
      });
    }
  });
}

/**
 * Ends a server in order: it says that it is not ready, goes on for a while, takes no more connections, ends streams,
 * answers what is running, ends background work and closes the store. When that takes too long, the process ends
 * anyhow; nothing that was answered is lost then either (STORE-1).
 */
export async function shutDown(
  { running, listening, metrics }: Serving,
  { drainMs, graceMs }: ShutdownTimes,
  log: ServerLog,
): Promise<void> {
  running.drain();
  if (drainMs > 0) {
    log.onNotice(`draining for ${drainMs / 1e3} s`);
    await setTimeout(drainMs);
  }
  const bound = globalThis.setTimeout(() => {
    log.onError(new Error(`expected the server to end within ${(graceMs + CLOSE_MS) / 1e3} s, found that it does not`));
    process.exit(EXIT.internal);
  }, graceMs + CLOSE_MS);
  bound.unref();
  running.endStreams();
  await listening.close(graceMs);
  await running.close();
  await metrics?.close();
  clearTimeout(bound);
}
