import { request as requestHttp } from "node:http";
import { createParser } from "eventsource-parser";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../testing/index.ts";
import { type Send, sendTo } from "../trials/client.ts";

let server: TestServer;
let apiKey: string;
let operator: Send;
let stops: AbortController[];

beforeEach(async () => {
  server = await startTestServer();
  apiKey = (await server.party("acme", "buyer")).apiKey;
  operator = sendTo(fetch, server.url, server.operatorKey);
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) stop.abort();
  await server.close();
});

type Seen = {
  readonly ids: string[];
  readonly types: string[];
  readonly messages: { id: string; data: { deposit: string } }[];
};

/** Follows the stream until it ends; what it shows grows. */
const follow = async (query = "", headers: Record<string, string> = {}, key = apiKey) => {
  const stop = new AbortController();
  stops.push(stop);
  const response = await fetch(`${server.url}/v1/messages/stream${query}`, {
    headers: { authorization: `Bearer ${key}`, ...headers },
    signal: stop.signal,
  });
  const seen: Seen = { ids: [], types: [], messages: [] };
  const cursor = { last: "" };
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      seen.ids.push(id ?? "");
      seen.types.push(event ?? "");
      seen.messages.push(JSON.parse(data));
    },
  });
  const ended = (async () => {
    try {
      for await (const chunk of response.body ?? []) {
        const text = decoder.decode(chunk as Uint8Array, { stream: true });
        // The parser keeps to itself what moves the cursor alone.
        for (const [, id = ""] of text.matchAll(/^id: (\S+)$/gm)) cursor.last = id;
        parser.feed(text);
      }
      return "ended";
    } catch {
      return "broken";
    }
  })();
  return { response, seen, ended, cursor, stop };
};

let payments = 0;
const deposit = async (party = "https://acme.example") => {
  payments += 1;
  const body = { party, amount: { value: "1", assetCode: "USD", assetScale: 2 }, reference: `payment ${payments}` };
  return (await operator("POST", "/v1/deposits", { body })).body.id as string;
};

test("a stream starts at the end, and shows what happens then", async () => {
  await deposit();
  const { response, seen, cursor } = await follow();
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  await expect.poll(() => cursor.last).toBe("cur_1");
  const id = await deposit();
  await expect.poll(() => seen.messages.length).toBe(1);
  expect(seen).toMatchObject({ ids: ["cur_2"], types: ["deposit.booked"], messages: [{ data: { deposit: id } }] });
});

test("a reader that comes back with its cursor gets everything once, however often it goes", async () => {
  const wanted: string[] = [];
  const got: string[] = [];
  let last = "cur_0";
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 4; n++) wanted.push(await deposit());
    const { seen, stop, ended } = await follow(
      round % 2 === 0 ? `?cursor=${last}` : "",
      round % 2 === 0 ? {} : { "last-event-id": last },
    );
    // It goes at any moment, also in the middle.
    await expect.poll(() => seen.messages.length).toBeGreaterThanOrEqual(1);
    stop.abort();
    await ended;
    got.push(...seen.messages.map(({ data }) => data.deposit));
    last = seen.ids.at(-1) ?? last;
  }
  const { seen } = await follow("?cursor=cur_0", { "last-event-id": last });
  await expect.poll(() => got.length + seen.messages.length).toBe(wanted.length);
  expect([...got, ...seen.messages.map(({ data }) => data.deposit)]).toEqual(wanted);
});

test("a stream has only the types and the time that were asked for, and its cursor goes on", async () => {
  await deposit();
  server.time.advance(60_000);
  const since = new Date(server.time.now()).toISOString();
  const second = await deposit();
  const timed = await follow(`?since=${since}`);
  await expect.poll(() => timed.seen.messages.map(({ data }) => data.deposit)).toEqual([second]);
  const other = await follow("?cursor=cur_0&types=escrow.funded,receipt.issued");
  await expect.poll(() => other.cursor.last).toBe("cur_2");
  expect(other.seen.messages).toEqual([]);
});

test("another tenant's stream is its own, and an operator's has everything", async () => {
  const stranger = (await server.party("other", "seller")).apiKey;
  const ids = [await deposit(), await deposit("https://other.example")];
  const [mine, theirs, all] = [
    await follow("?cursor=cur_0"),
    await follow("?cursor=cur_0", {}, stranger),
    await follow("?cursor=cur_0", {}, server.operatorKey),
  ];
  const shown = ({ seen }: { seen: Seen }) => seen.messages.map(({ data }) => data.deposit);
  await expect.poll(() => [shown(mine), shown(theirs), shown(all)]).toEqual([[ids[0]], [ids[1]], ids]);
  // The place says nothing about how much others do.
  expect(theirs.seen.ids).toEqual(["cur_1"]);
});

test.each([
  ["?cursor=cur_2", 410, "HOOK_CURSOR"],
  ["?cursor=2", 400, "HTTP_PARAMETER"],
  ["?cursor=cur_01", 400, "HTTP_PARAMETER"],
  ["?types=deposit.lost", 400, "HTTP_PARAMETER"],
  ["?since=yesterday", 400, "HTTP_PARAMETER"],
])("%s is refused", async (query, status, code) => {
  await deposit();
  const { status: found, body } = await sendTo(fetch, server.url, apiKey)("GET", `/v1/messages/stream${query}`);
  expect([found, body.code]).toEqual([status, code]);
});

test("a cursor from before what is kept is refused", async () => {
  await deposit();
  server.time.advance(86_400_000 * 31);
  await deposit();
  await expect.poll(() => server.server.services.store.feedRange("acme")).toEqual({ first: 1, last: 2 });
  const ask = (cursor: string) => sendTo(fetch, server.url, apiKey)("GET", `/v1/messages/stream?cursor=${cursor}`);
  expect((await ask("cur_0")).body.code).toBe("HOOK_CURSOR");
  const { seen } = await follow("?cursor=cur_1");
  await expect.poll(() => seen.ids).toEqual(["cur_2"]);
});

test("a revoked key shows nothing more", async () => {
  const { seen, ended } = await follow("?cursor=cur_0");
  await deposit();
  await expect.poll(() => seen.messages.length).toBe(1);
  const { body } = await sendTo(fetch, server.url, apiKey)("GET", "/v1/account");
  await operator("DELETE", `/v1/keys/${body.key.id}`);
  await deposit();
  expect(await ended).toBe("ended");
  expect(seen.messages).toHaveLength(1);
});

test("a stream ends when the server says so, and something comes every 15 seconds before", async () => {
  const { cursor, ended } = await follow();
  await expect.poll(() => cursor.last).toBe("cur_0");
  cursor.last = "";
  await expect
    .poll(() => {
      server.time.advance(1_000);
      return cursor.last;
    })
    .toBe("cur_0");
  server.server.endStreams();
  expect(await ended).toBe("ended");
});

test("a tenant has at most 32 streams, and one that ends makes room", async () => {
  const open = await Promise.all(Array.from({ length: 32 }, () => follow()));
  const refused = await sendTo(fetch, server.url, apiKey)("GET", "/v1/messages/stream");
  expect([refused.status, refused.body.code]).toEqual([429, "HTTP_RATE_LIMITED"]);
  open[0]?.stop.abort();
  await expect.poll(async () => (await follow()).response.status).toBe(200);
});

test("a reader that takes nothing costs no memory", async () => {
  for (let n = 0; n < 300; n++) await deposit();
  const { store } = server.server.services;
  let reads = 0;
  const { messages } = store;
  (store as { messages: typeof messages }).messages = (...parameters) => {
    reads += 1;
    return messages(...parameters);
  };
  const request = requestHttp(`${server.url}/v1/messages/stream?cursor=cur_0`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const response = await new Promise<import("node:http").IncomingMessage>((resolve) =>
    request.on("response", resolve).end(),
  );
  response.pause();
  await expect.poll(() => reads).toBeGreaterThan(0);
  // What the sockets hold is read once; afterwards nothing is asked of the store for a reader that takes nothing.
  await expect
    .poll(async () => {
      const before = reads;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return reads - before;
    })
    .toBe(0);
  request.destroy();
});
