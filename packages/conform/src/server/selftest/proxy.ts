import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request on its way through the proxy. */
export type Passing = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** An answer on its way back; `undefined` closes the connection instead, and `"silence"` never answers. */
export type Returning = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** What a cheat does with a request. */
export type Handle = (passing: Passing) => Promise<Returning | undefined | "silence">;

/** What a cheat has at hand. */
export type Cheating = {
  /** Asks the server behind. */
  readonly forward: (passing: Passing) => Promise<Returning>;
  /** An operator's key of it. */
  readonly operatorKey: string;
};

/** A running proxy. */
export type Proxy = { readonly url: string; readonly close: () => Promise<void> };

// Made by each hop anew.
const HOP_BY_HOP: readonly string[] = ["connection", "keep-alive", "transfer-encoding", "content-length", "host"];

const kept = (headers: IncomingMessage["headers"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.includes(name) ? [] : [[name, String(value)]],
    ),
  );

const readAll = async (stream: IncomingMessage): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Starts a proxy in front of a server on this machine that lets `cheat` handle every request. */
export const startProxy = async (
  target: string,
  operatorKey: string,
  cheat: (cheating: Cheating) => Handle,
): Promise<Proxy> => {
  const forward = (passing: Passing): Promise<Returning> =>
    new Promise((resolve, reject) => {
      const { method, path, headers, body } = passing;
      const length = body.length > 0 || method === "POST" || method === "PUT" ? { "content-length": body.length } : {};
      const wire = request(`${target}${path}`, { method, headers: { ...headers, ...length } }, (response) => {
        readAll(response).then((bytes) => {
          // Of HEAD the length is that of what is not sent.
          const size = method === "HEAD" ? response.headers["content-length"] : undefined;
          const headers = { ...kept(response.headers), ...(size === undefined ? {} : { "content-length": size }) };
          resolve({ status: response.statusCode ?? 0, headers, body: bytes });
        }, reject);
      });
      wire.on("error", reject);
      wire.end(body);
    });
  const handle = cheat({ forward, operatorKey });
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await readAll(incoming);
      const passing = {
        method: incoming.method ?? "GET",
        path: incoming.url ?? "/",
        headers: kept(incoming.headers),
        body,
      };
      const found = await handle(passing);
      if (found === "silence") return;
      if (found === undefined) {
        response.destroy();
        return;
      }
      const isHead = passing.method === "HEAD";
      const length = isHead ? {} : { "content-length": found.body.length };
      response.writeHead(found.status, { ...found.headers, ...length });
      response.end(isHead ? undefined : found.body);
    } catch {
      response.destroy();
    }
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** The body of a message as JSON, or an empty object. */
export const jsonOf = ({ body }: { readonly body: Uint8Array }): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** A message with another JSON body. */
export const withJson = <T extends { readonly body: Uint8Array }>(message: T, value: unknown): T => ({
  ...message,
  body: Buffer.from(JSON.stringify(value)),
});

/** A message with other headers; `undefined` takes one away. */
export const withHeaders = <T extends { readonly headers: Readonly<Record<string, string>> }>(
  message: T,
  changes: Readonly<Record<string, string | undefined>>,
): T => {
  const headers = Object.entries({ ...message.headers, ...changes }).filter(([, value]) => value !== undefined);
  return { ...message, headers: Object.fromEntries(headers) };
};

/** A text that is used once. */
export const fresh = (): string => randomUUID();
