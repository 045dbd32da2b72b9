import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** One request that came to a webhook. */
export type HookRequest = {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
};

/** What a webhook answers. */
export type HookAnswer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** One webhook of the kit. */
export type Hook = {
  readonly url: string;
  readonly requests: readonly HookRequest[];
  /** Waits until a request fits; `undefined` when none does in time. */
  readonly find: (fits: (request: HookRequest) => boolean, ms?: number) => Promise<HookRequest | undefined>;
};

/** Takes what a server delivers to webhooks, while a run goes on. */
export type HookReceiver = {
  /** Opens a webhook of its own; without `answer` it says 204. */
  readonly open: (answer?: (request: HookRequest, count: number) => HookAnswer) => Hook;
  readonly close: () => Promise<void>;
};

const BODY_BYTES_MAX = 1_048_576;
const REQUESTS_MAX = 2000;
const FIND_MS = 15_000;

/**
 * Starts a receiver.
 *
 * @param publicUrl - where the server reaches it; without it, loopback.
 * @param port - where it listens; 0 takes any free port.
 */
export const startHookReceiver = async (publicUrl: string | undefined, port: number): Promise<HookReceiver> => {
  type Place = {
    readonly requests: HookRequest[];
    readonly answer: (request: HookRequest, count: number) => HookAnswer;
  };
  const places = new Map<string, Place>();
  const server = createServer((incoming, response) => {
    const place = places.get((incoming.url ?? "").split("/").at(-1) ?? "");
    readBody(incoming).then(
      (body) => {
        const headers = new Map(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
        const request = { headers, body, at: Date.now() };
        if (place === undefined || place.requests.length >= REQUESTS_MAX) {
          response.writeHead(404).end();
          return;
        }
        place.requests.push(request);
        const { status, headers: more = {} } = place.answer(request, place.requests.length);
        response.writeHead(status, more).end();
      },
      () => response.destroy(),
    );
  });
  server.listen(port, publicUrl === undefined ? "127.0.0.1" : undefined);
  await once(server, "listening");
  const base = publicUrl ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    open(answer = () => ({ status: 204 })) {
      const name = randomBytes(9).toString("hex");
      const requests: HookRequest[] = [];
      places.set(name, { requests, answer });
      return {
        url: `${base.replace(/\/+$/, "")}/${name}`,
        requests,
        async find(fits, ms = FIND_MS) {
          for (const end = Date.now() + ms; ; ) {
            const found = requests.find(fits);
            if (found !== undefined || Date.now() > end) return found;
            await wait(50);
          }
        },
      };
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
};

const readBody = async (incoming: IncomingMessage): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) throw new Error("too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
