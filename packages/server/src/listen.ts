import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { REVISION, SettldError } from "@settld/protocol";
import { newRequestId, problemOf, problemResponse } from "./http/problem.ts";
import type { Server } from "./server.ts";

/** Where a server listens. */
export type ListenOptions = {
  /** Default 127.0.0.1: whoever wants others to reach it says so. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** How long a reader of a stream may take nothing before it is cut off, in milliseconds. Default 30000. */
  readonly stalledMs?: number;
};

/** A server that listens. */
export type Listening = {
  /** `http://host:port`. */
  readonly url: string;
  /** Stops listening; requests that are running are answered first, but not for longer than `graceMs` (default 10 s). */
  readonly close: (graceMs?: number) => Promise<void>;
};

// A client that sends its head this slowly only holds a socket.
const HEADERS_MS = 10_000;
// Bodies have a time of their own (HTTP-1); this is for the largest evidence on a slow line.
const REQUEST_MS = 3_600_000;
const GRACE_MS = 10_000;
// Twice as long as a stream is ever silent.
const STALLED_MS = 30_000;

/** Lets a server listen on a socket of Node. */
export function listen(
  server: Pick<Server, "fetch">,
  { host = "127.0.0.1", port = 0, stalledMs = STALLED_MS }: ListenOptions = {},
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const listener = getRequestListener(
      async (request, env) => {
        const { incoming, outgoing } = env as HttpBindings;
        const response = await server.fetch(request, incoming.socket.remoteAddress);
        // A reader that takes nothing would hold its socket and what is ready for it for ever.
        if (response.headers.get("content-type") === "text/event-stream") {
          outgoing.setTimeout(stalledMs, () => outgoing.destroy());
        }
        return response;
      },
      { hostname: host, errorHandler: () => unreadable() },
    );
    const http = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, listener);
    http.listen(port, host, () => {
      const address = http.address() as AddressInfo;
      const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve({ url: `http://${name}:${address.port}`, close });
    });
    http.once("error", reject);
    const close = (graceMs: number = GRACE_MS): Promise<void> =>
      new Promise((done) => {
        const force = setTimeout(() => http.closeAllConnections(), graceMs);
        http.close(() => {
          clearTimeout(force);
          done();
        });
        http.closeIdleConnections();
      });
  });
}

// A request whose target and Host make no URL reaches no route.
function unreadable(): Response {
  const refusal = new SettldError("HTTP_PARAMETER", "expected a target and a Host that make a URL, found others");
  const request = newRequestId();
  return problemResponse(problemOf(refusal, request), { "settld-request": request, "settld-revision": REVISION });
}
