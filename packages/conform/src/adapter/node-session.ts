import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { SettldError } from "@settld/protocol";
import { isBuilt } from "../version.ts";
import { type Inbox, inbox } from "./inbox.ts";
import { type Adapter, type OpenOptions, parseHello, replyEvent, type Session, type SessionEvent } from "./session.ts";

/** A module that answers in a worker thread (`node:`), so that one that hangs can be ended. */
export const nodeAdapter = (module: string): Adapter => ({
  sessionsMax: Number.POSITIVE_INFINITY,
  open: (options) => openWorker(module, options),
});

/** What a worker sends; see `node-worker.ts`. */
type Sent = { readonly line: string; readonly failed?: undefined } | { readonly failed: string };

type Happening = { readonly line: string } | { readonly end: string; readonly line?: undefined };

const openWorker = async (module: string, options: OpenOptions): Promise<Session> => {
  const { revision, timeoutMs, stderr, signal } = options;
  const events: Inbox<Happening> = inbox();
  const worker = new Worker(new URL(isBuilt ? "./node-worker.js" : "./node-worker.ts", import.meta.url), {
    workerData: { url: urlOf(module) },
    stdout: true,
    stderr: true,
  });
  // Messages come another way, so whatever the module prints is free text.
  for (const stream of [worker.stdout, worker.stderr]) stream.on("data", (chunk: Uint8Array) => stderr.push(chunk));
  let failed: string | undefined;
  worker.on("message", (sent: Sent) => {
    if (sent.failed === undefined) events.push({ line: sent.line });
    else {
      failed = sent.failed;
      void worker.terminate();
    }
  });
  worker.on("error", (error: unknown) => {
    failed = `uncaught ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  });
  worker.on("exit", (code) => {
    signal.removeEventListener("abort", stop);
    events.push({ end: failed ?? `exit code ${code}` });
  });
  const stop = async (): Promise<void> => {
    await worker.terminate();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) void stop();

  try {
    const first = await events.take(timeoutMs);
    if (first === undefined) {
      throw new SettldError("CONF_ADAPTER_HELLO", `expected a module that loads, found nothing in ${timeoutMs} ms`);
    }
    if (first.line === undefined) {
      throw new SettldError("CONF_ADAPTER_START", `expected a module that loads, found ${first.end}`);
    }
    const hello = parseHello(Buffer.from(first.line), "hello", revision);
    let count = 0;
    return {
      hello,
      window: hello.limits?.inFlight ?? 1,
      ask: (id, op, input) => {
        worker.postMessage({ id, op, input });
        return sizeOf(input);
      },
      next: async (ms): Promise<SessionEvent | undefined> => {
        const happening = await events.take(ms);
        if (happening === undefined) return undefined;
        if (happening.line === undefined) return { type: "ended", detail: `ended with ${happening.end}` };
        count += 1;
        return replyEvent(Buffer.from(happening.line), `answer ${count}`);
      },
      over: () => events.peek()?.line === undefined && events.peek() !== undefined,
      // A thread has no exit code of its own to look at, so there is nothing to wait for.
      bye: stop,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

// A rough measure: the texts at the top, where the large ones are.
const sizeOf = (input: Readonly<Record<string, unknown>>): number => {
  let size = 0;
  for (const value of Object.values(input)) size += typeof value === "string" ? value.length : 256;
  return size;
};

// A path as on a command line, or a package that is installed where the command is run.
const urlOf = (module: string): string => {
  if (module.startsWith("file:")) return module;
  const path = resolve(module);
  if (/^\.{0,2}[/\\]/.test(module) || existsSync(path)) return pathToFileURL(path).href;
  try {
    return pathToFileURL(createRequire(join(process.cwd(), "package.json")).resolve(module)).href;
  } catch (cause) {
    throw new SettldError("CONF_ADAPTER_START", `expected a file or an installed package, found neither: ${module}`, {
      cause,
    });
  }
};
