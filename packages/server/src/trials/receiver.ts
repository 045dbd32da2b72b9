import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { PostError, type Poster } from "../hooks/post.ts";

/** A poster for trials that are about something else: no host is known, and no network is asked. */
export const NOWHERE: Poster = {
  post: async () => {
    throw new PostError("dns");
  },
  close: () => {},
};

/** A webhook as it arrived. */
export type Arrived = {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly type: string;
};

/** What a receiver answers: a status and headers, or nothing until it is closed. */
export type ReceiverReply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "silence";

/** A place on this machine to which webhooks are posted. */
export type Receiver = {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  /** Answers from now on. */
  reply: (arrived: Arrived) => ReceiverReply | Promise<ReceiverReply>;
  readonly close: () => Promise<void>;
};

/** Starts a receiver that says 204 to everything. */
export async function startReceiver(): Promise<Receiver> {
  const arrived: Arrived[] = [];
  const http = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const one = readArrived(request.headers, body);
    arrived.push(one);
    const reply = await receiver.reply(one);
    if (reply === "silence") return;
    response.writeHead(reply.status, reply.headers).end(reply.body ?? "");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook?a=1`,
    arrived,
    reply: () => ({ status: 204 }),
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
  return receiver;
}

function readArrived(all: IncomingHttpHeaders, body: string): Arrived {
  const headers = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
  return { id: headers["webhook-id"] ?? "", headers, body, type: (JSON.parse(body) as { type: string }).type };
}
