import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FromChild, ToChild } from "./messages.ts";
import type { DemoServer } from "./open-server.ts";

/** The process that the server of the story is, seen from its parent. */
export type ServerProcess = DemoServer & { readonly pid: number };

/**
 * Starts the server of the story as a process of its own, over a store in a temporary folder. The two share sockets and
 * a channel on which the parent says what time it is.
 */
export async function startServerProcess(): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), "settld-demo-server-"));
  const child = start(folder);
  const ended = once(child, "exit");
  const next = async (): Promise<FromChild> => {
    const [message] = (await Promise.race([once(child, "message"), ended.then(fail)])) as [FromChild];
    return message;
  };
  try {
    const first = await next();
    if (!("url" in first)) throw new Error("the server of the demo began with another message");
    return {
      ...first,
      pid: child.pid ?? 0,
      async advanceTo(now) {
        const reached = next();
        child.send({ advanceTo: now } satisfies ToChild);
        await reached;
      },
      async close() {
        child.disconnect();
        await ended;
      },
    };
  } catch (error) {
    child.kill();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function fail(): never {
  throw new Error("the server of the demo ended; what it said stands above");
}

function start(folder: string): ChildProcess {
  const here = import.meta.url;
  const fromSources = here.endsWith(".ts");
  const path = fileURLToPath(new URL(fromSources ? "./child.ts" : "./demo-server.js", here));
  return fork(path, [folder], {
    execArgv: fromSources ? ["--conditions=@settld/source"] : [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}
