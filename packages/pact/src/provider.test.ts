import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Verifier } from "@pact-foundation/pact";
import { expect, test } from "vitest";
import { PACT_FILE } from "./pact-file.ts";
import { makeWorld, type ProviderWorld, STAGES, STORES } from "./provider-world.ts";

test.each(STORES)("our server keeps the pact: %s", { timeout: 120_000 }, async (_, open) => {
  let world: ProviderWorld | undefined;
  // The pact knows API keys by the names of those who hold them; here they become real ones.
  const front = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    // A state that could not be made fails its interaction, and nothing else.
    if (world === undefined) {
      response.writeHead(503).end();
      return;
    }
    const { authorization = "", ...headers } = incoming.headers;
    const key = world.keys[authorization.replace("Bearer ", "")] ?? authorization;
    const behind = httpRequest(
      `${world.url}${incoming.url}`,
      { method: incoming.method, headers: { ...headers, authorization: `Bearer ${key}` } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    behind.on("error", () => response.destroy());
    incoming.pipe(behind);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const { port } = front.address() as AddressInfo;
  try {
    const output = await new Verifier({
      provider: "settld-server",
      providerBaseUrl: `http://127.0.0.1:${port}`,
      pactUrls: [PACT_FILE],
      logLevel: "error",
      stateHandlers: Object.fromEntries(
        STAGES.map((stage) => [
          `an agreement that is ${stage}`,
          async () => {
            await world?.close();
            world = undefined;
            world = await makeWorld(open, stage);
            return world.ids;
          },
        ]),
      ),
    }).verifyProvider();
    expect(typeof output).toBe("string");
  } finally {
    await world?.close();
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
  }
});
