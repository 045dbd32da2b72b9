import { expect, test } from "vitest";
import { startTestServer, type TestServer } from "../testing/index.ts";

const ask = (server: TestServer, apiKey: string): Promise<Response> =>
  server.server.fetch(
    new Request("http://settld.example/v1/account", { headers: { authorization: `Bearer ${apiKey}` } }),
    "the proxy",
  );

test("keys that are wrong use up their address's rate, and no valid key's behind the same address", async () => {
  const server = await startTestServer();
  try {
    const { apiKey } = await server.party("buyer", "buyer");
    const statuses: number[] = [];
    for (let round = 0; round < 30; round += 1) statuses.push((await ask(server, `settld_${"A".repeat(43)}`)).status);
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(10).fill(429)]);
    expect((await ask(server, apiKey)).status).toBe(200);
    expect((await ask(server, "no key")).status).toBe(429);
  } finally {
    await server.close();
  }
});

test("a tenant that is over its rate is told how long to wait, and served again after it", async () => {
  const server = await startTestServer({ limits: { requestsPerSecond: 0.1, requestsBurst: 2 } });
  try {
    const { apiKey } = await server.party("buyer", "buyer");
    const answers: (readonly [number, string | null])[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { status, headers } = await ask(server, apiKey);
      answers.push([status, headers.get("retry-after")]);
    }
    expect(answers).toEqual([[200, null], [200, null], ...Array(3).fill([429, "10"])]);
    server.time.advance(10_000);
    expect((await ask(server, apiKey)).status).toBe(200);
  } finally {
    await server.close();
  }
});

test("the API document is written once, however often it is asked for", async () => {
  const server = await startTestServer();
  const { stringify } = JSON;
  let written = 0;
  try {
    JSON.stringify = ((...all: Parameters<typeof stringify>) => {
      const text = stringify(...all);
      if ((text ?? "").length > 100_000) written += 1;
      return text;
    }) as typeof stringify;
    for (let round = 0; round < 3; round += 1) {
      const answer = await server.server.fetch(new Request("http://settld.example/openapi.json"));
      expect(((await answer.json()) as { readonly openapi: string }).openapi).toMatch(/^3\.1/);
    }
    expect(written).toBe(0);
  } finally {
    JSON.stringify = stringify;
    await server.close();
  }
});
