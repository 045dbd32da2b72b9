import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Listening, ListenOptions } from "../listen.ts";
import type { Server } from "../server.ts";
import { METRICS_TYPE } from "./metrics.ts";

const SOCKET_MS = 10_000;

/**
 * Lets `/metrics` of a server be read at an address of its own. Figures say how much money moves and when, so they are
 * not for everybody who may reach the API, and a scraper must not need a key that could do more than read them: who may
 * reach this address decides.
 */
export function listenMetrics(
  server: Pick<Server, "metrics">,
  { host = "127.0.0.1", port = 0 }: ListenOptions = {},
): Promise<Listening> {
  const answer: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (pathname !== "/metrics" || !isRead) {
      response.writeHead(pathname === "/metrics" ? 405 : 404, { "content-type": "text/plain" }).end("see /metrics\n");
      return;
    }
    server.metrics().then(
      (text) => response.writeHead(200, { "content-type": METRICS_TYPE, "cache-control": "no-store" }).end(text),
      () => response.writeHead(503, { "content-type": "text/plain" }).end("no metrics just now\n"),
    );
  };
  return new Promise((resolve, reject) => {
    const http = createServer({ headersTimeout: SOCKET_MS, requestTimeout: SOCKET_MS }, answer);
    http.once("error", reject);
    http.listen(port, host, () => {
      const { family, address, port: found } = http.address() as AddressInfo;
      const close = (): Promise<void> =>
        new Promise((done) => {
          http.close(() => done());
          http.closeAllConnections();
        });
      resolve({ url: `http://${family === "IPv6" ? `[${address}]` : address}:${found}`, close });
    });
  });
}
