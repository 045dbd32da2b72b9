import { startTestServer, type TestParty, type TestServer } from "@settld/server/testing";
import { Settld, type SettldOptions } from "../index.ts";

/** A server with the parties of a deal, and a client for each of them. */
export type World = {
  readonly server: TestServer;
  readonly buyer: TestParty;
  readonly seller: TestParty;
  readonly checker: TestParty;
  readonly arbiter: TestParty;
  readonly operator: Settld;
  /** A client of a party. Its clock is the server's. */
  readonly as: (party: TestParty, options?: Partial<SettldOptions>) => Settld;
  readonly close: () => Promise<void>;
};

/** When the tests take place. */
export const START: number = Date.UTC(2026, 10, 2, 9);

/** What the work of the tests is worth. */
export const AMOUNT = "480.00 USD";

/** Starts a server in memory with a buyer who has 1000.00 USD, a seller, a checker and an arbiter. */
export async function startWorld(): Promise<World> {
  const server = await startTestServer({ now: START });
  const buyer = await server.party("buyer", "buyer");
  const seller = await server.party("seller", "seller");
  const checker = await server.party("checker", "checker");
  const arbiter = await server.party("arbiter", "arbiter");
  await server.deposit(buyer.id, { value: "100000", assetCode: "USD", assetScale: 2 });
  const client = (apiKey: string, options: Partial<SettldOptions>): Settld =>
    new Settld({
      baseUrl: server.url,
      apiKey,
      registryKey: server.registryKey,
      ...options,
      // Tests do not wait: what would be slept through is skipped.
      platform: { now: server.time.now, sleep: async () => {}, ...options.platform },
    } as SettldOptions);
  return {
    server,
    buyer,
    seller,
    checker,
    arbiter,
    operator: client(server.operatorKey, {}),
    as: ({ id, apiKey, signer }, options = {}) => client(apiKey, { party: id, signer, ...options }),
    close: () => server.close(),
  };
}

/** A policy with one check by the checker `quality` over the item `a.csv`. */
export const CHECKED = {
  requirements: [{ id: "ok", kind: "check", checker: "quality", item: "a.csv", pointer: "/ok", op: "eq", value: true }],
} as const;

/** A policy with one approval by the buyer. */
export const APPROVED = { requirements: [{ id: "fine", kind: "approval", onTimeout: "pass" }] } as const;
