import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Server } from "./server.ts";

/** Where a server listens. */
export type ListenOptions = {
  /** Default 127.0.0.1: whoever wants others to reach it says so. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
};

/** A server that listens. */
export type Listening = {
  /** `http://host:port`. */
  readonly url: string;
  /** Stops listening; requests that are running are answered first, but not for longer than `graceMs` (default 10 s). */
  readonly close: (graceMs?: number) => Promise<void>;
};

// A client that sends its head or body this slowly only holds a socket.
const HEADERS_MS = 10_000;
const REQUEST_MS = 300_000;
const GRACE_MS = 10_000;

/** Lets a server listen on a socket of Node. */
export function listen(
  server: Pick<Server, "fetch">,
  { host = "127.0.0.1", port = 0 }: ListenOptions = {},
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const http = serve(
      {
        fetch: (request, env) => {
          const { incoming } = env as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } };
          return server.fetch(request, incoming?.socket?.remoteAddress);
        },
        hostname: host,
        port,
        serverOptions: { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
      },
      (address: AddressInfo) => {
        const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
        resolve({ url: `http://${name}:${address.port}`, close });
      },
    );
    http.once("error", reject);
    const close = (graceMs: number = GRACE_MS): Promise<void> =>
      new Promise((done) => {
        const force = setTimeout(() => "closeAllConnections" in http && http.closeAllConnections(), graceMs);
        http.close(() => {
          clearTimeout(force);
          done();
        });
        if ("closeIdleConnections" in http) http.closeIdleConnections();
      });
  });
}
