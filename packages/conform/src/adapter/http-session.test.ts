import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL, ask, kinds, type Result } from "../testing/ask-vectors.ts";
import { declaredAnswer, ORACLE_HELLO } from "../testing/oracle.ts";

describe("a URL", () => {
  let server: Server;
  let behave: RequestListener | undefined;
  let count = 0;
  let most = 0;
  let now = 0;
  let window = 4;
  // What an earlier run left on its way is not counted in this one.
  let path = "/";
  let runs = 0;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk as Uint8Array);
      const message = JSON.parse(Buffer.concat(chunks).toString()) as {
        type: string;
        id: string;
        op: string;
        input: unknown;
      };
      if (message.type === "hello") {
        response.end(`${JSON.stringify({ ...ORACLE_HELLO, limits: { inFlight: window } })}\n`);
        return;
      }
      if (request.url !== path) return;
      count += 1;
      if (count === 3 && behave !== undefined) {
        behave(request, response);
        return;
      }
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      response.end(JSON.stringify({ type: "ok", id: message.id, ...declaredAnswer(message.op, message.input) }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const run = (how?: RequestListener, inFlight = 4): Promise<Result> => {
    behave = how;
    count = 0;
    most = 0;
    window = inFlight;
    runs += 1;
    path = `/run/${runs}`;
    return ask(url(), { parallel: 4, timeoutMs: 2000 });
  };

  test("answers, with as many cases in flight as it wants", async () => {
    expect(kinds(await run())).toEqual({ pass: ALL });
    expect(most).toBe(4);
  });

  test.each<[string, RequestListener, Record<string, number>]>([
    ["another status", (_, response) => response.writeHead(500).end("oops"), { pass: ALL - 1, crash: 1 }],
    ["a redirect", (_, response) => response.writeHead(302, { location: "/x" }).end(), { pass: ALL - 1, crash: 1 }],
    ["a connection that ends", (request) => request.socket.destroy(), { pass: ALL - 1, crash: 1 }],
    ["silence", () => {}, { pass: ALL - 1, timeout: 1 }],
  ])("%s is the case's", async (_name, how, counts) => {
    for (const inFlight of [1, 4]) {
      const found = await run(how, inFlight);
      expect(found.stopped).toBeUndefined();
      expect(kinds(found)).toEqual(counts);
    }
  });

  test.each<[string, RequestListener, RegExp]>([
    ["a body that is no message", (_, response) => response.end("<html>"), /^response \d+: .*found "<html>"/],
    ["a body without end", (_, response) => endless(response), /^response \d+: expected at most 16777216 bytes/],
    [
      "the answer to another case",
      (_, response) => response.end('{"type":"error","id":"99","message":""}'),
      /the id of a case that waits/,
    ],
  ])("%s breaks the protocol", async (_name, how, message) => {
    const found = await run(how);
    expect(found.stopped).toMatchObject({ code: "CONF_ADAPTER_MESSAGE" });
    expect(found.stopped?.message).toMatch(message);
  });

  test("where nobody listens", async () => {
    const found = await ask("http://127.0.0.1:1/");
    expect(found).toMatchObject({ hello: null, stopped: { code: "CONF_ADAPTER_START" } });
  });
});

const endless = (response: Parameters<RequestListener>[1]): void => {
  const part = Buffer.alloc(1_000_000, 0x61);
  const more = (): void => {
    while (!response.destroyed && response.write(part));
    if (!response.destroyed) response.once("drain", more);
  };
  response.on("error", () => {});
  more();
};
