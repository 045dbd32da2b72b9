import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request on its way. */
const FATES = [
  "pass",
  "slow",
  "reset before the server",
  "reset after the server",
  "silence after the server",
  "half of the answer",
  "twice at once",
  "again later",
  "500 instead",
  "500 after the server",
  "429 in seconds",
  "429 as a date",
  "503 of a gateway",
] as const;

/** A proxy that does to requests what networks do. */
export type FaultyProxy = {
  readonly url: string;
  /** How often each thing happened. */
  readonly met: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
};

/**
 * Starts a proxy before a server. About half of the requests pass; what happens to the others is drawn.
 *
 * @param random - gives a number below its argument.
 */
export async function startFaultyProxy(target: string, random: (below: number) => number): Promise<FaultyProxy> {
  const met = new Map<string, number>();
  const later: Promise<unknown>[] = [];

  const forward = async (request: IncomingMessage, body: Buffer): Promise<Response> => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === "string" && !["host", "connection", "content-length", "transfer-encoding"].includes(name)) {
        headers.set(name, value);
      }
    }
    const { method = "GET" } = request;
    const hasBody = method !== "GET" && method !== "HEAD";
    return fetch(`${target}${request.url}`, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) });
  };

  const reply = async (response: ServerResponse, answer: Response): Promise<void> => {
    const bytes = Buffer.from(await answer.arrayBuffer());
    for (const [name, value] of answer.headers) {
      if (!["connection", "transfer-encoding", "content-length"].includes(name)) response.setHeader(name, value);
    }
    response.writeHead(answer.status).end(bytes);
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const fate = random(2) === 0 ? "pass" : (FATES[random(FATES.length)] ?? "pass");
    met.set(fate, (met.get(fate) ?? 0) + 1);
    switch (fate) {
      case "slow":
        await new Promise((resolve) => setTimeout(resolve, random(20)));
        return reply(response, await forward(request, body));
      case "reset before the server":
        return void request.socket.destroy();
      case "reset after the server":
        await forward(request, body);
        return void request.socket.destroy();
      case "silence after the server":
        return void (await forward(request, body));
      case "half of the answer": {
        const answer = await forward(request, body);
        const bytes = Buffer.from(await answer.arrayBuffer());
        response.writeHead(answer.status, {
          "content-type": answer.headers.get("content-type") ?? "",
          "content-length": String(bytes.length),
        });
        response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
        return void setTimeout(() => request.socket.destroy(), 1);
      }
      case "twice at once": {
        const [first, second] = await Promise.all([forward(request, body), forward(request, body)]);
        return reply(response, random(2) === 0 ? first : second);
      }
      case "again later": {
        const answer = await forward(request, body);
        const wait = random(40);
        later.push(new Promise((resolve) => setTimeout(resolve, wait)).then(() => forward(request, body)));
        return reply(response, answer);
      }
      case "500 instead":
        return void response.writeHead(500, { "content-type": "text/html" }).end("<html>oops</html>");
      case "500 after the server":
        await forward(request, body);
        return void response.writeHead(500).end();
      case "429 in seconds":
        return void response.writeHead(429, { "retry-after": "1" }).end();
      case "429 as a date":
        return void response.writeHead(429, { "retry-after": new Date(Date.now() + 900).toUTCString() }).end();
      case "503 of a gateway":
        return void response.writeHead(503, { "content-type": "text/plain" }).end("try again");
      default:
        return reply(response, await forward(request, body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    met,
    async close() {
      await Promise.all(later);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
