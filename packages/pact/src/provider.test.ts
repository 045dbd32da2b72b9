import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Verifier } from "@pact-foundation/pact";
import { expect, test } from "vitest";
import { PACT_FILE } from "./pact-file.ts";
import { makeWorld, type OpenStore, type ProviderWorld, STAGES, STORES } from "./provider-world.ts";

/** Holds a real server against a pact, each interaction in the state that it asks for. */
const verify = async (open: OpenStore, pactFile: string): Promise<string> => {
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
    return await new Verifier({
      provider: "settld-server",
      providerBaseUrl: `http://127.0.0.1:${port}`,
      pactUrls: [pactFile],
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
  } finally {
    await world?.close();
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
  }
};

test.each(STORES)("our server keeps the pact: %s", { timeout: 180_000 }, async (_, open) => {
  expect(typeof (await verify(open, PACT_FILE))).toBe("string");
});

test("red: a member that the client reads and the server calls otherwise", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-pact-"));
  try {
    const pact = JSON.parse(readFileSync(PACT_FILE, "utf8")) as { interactions: { description: string }[] };
    const [deposit] = pact.interactions.filter(({ description }) => description.startsWith("deposits.create"));
    const renamed = JSON.stringify({ ...pact, interactions: [deposit] }).replaceAll('"createdAt"', '"madeAt"');
    writeFileSync(join(folder, "pact.json"), renamed);
    const [[, open] = never()] = STORES;
    await expect(verify(open, join(folder, "pact.json"))).rejects.toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const never = (): never => {
  throw new Error("there is no store");
};
