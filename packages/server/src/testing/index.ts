/**
 * A settlement server for tests: in memory, with a clock that the test moves and keys that everybody knows.
 */
import { type Amount, type Jwk, jwkFromPublicKey, type Signer, sha256, signerFromSeed, utf8 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { newApiKey, type Scope } from "../http/api-keys.ts";
import type { Limits } from "../http/context.ts";
import { type Listening, listen } from "../listen.ts";
import { createServer, type Server, type ServerOptions } from "../server.ts";
import { openMemoryStore } from "../store/sqlite/sqlite-store.ts";
import type { PartyRow, Store } from "../store/store.ts";
import { type TestTime, testTime } from "./test-time.ts";

export type { PartyRow } from "../store/store.ts";
export { type TestTime, testTime } from "./test-time.ts";

/** How a test server starts. */
export type TestServerOptions = {
  /** Where the clock stands, in milliseconds since 1970. Default: the real time when it starts. */
  readonly now?: number;
  readonly limits?: Partial<Limits>;
  /** Default: a new one in memory. */
  readonly store?: Store;
  /** What else the server is made of, in the place of what a test server brings: another rail, another signer. */
  readonly server?: Partial<Omit<ServerOptions, "store" | "limits">>;
};

/** A party with its key, its tenant and an API key of that tenant. */
export type TestParty = {
  readonly id: string;
  readonly signer: Signer;
  readonly tenant: string;
  readonly apiKey: string;
};

/** A running test server. */
export type TestServer = {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly server: Server;
  readonly time: TestTime;
  /** The settler's party id, for offers. */
  readonly settler: string;
  /** The registry's public key, to pin when bundles are verified. */
  readonly registryKey: Uint8Array;
  /** An API key with the scope `operator`. */
  readonly operatorKey: string;
  /** Registers a party with a key of its own and gives its tenant an API key with every other scope. */
  readonly party: (name: string, role: PartyRow["roles"][number], tenant?: string) => Promise<TestParty>;
  /** Puts money into a party's account. */
  readonly deposit: (party: string, amount: Amount) => Promise<void>;
  /** Moves the clock and lets everything happen that is due by then. */
  readonly advance: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

const NOT_BEFORE = "2020-01-01T00:00:00.000Z";
const NOT_AFTER = "2100-01-01T00:00:00.000Z";
const PARTY_SCOPES: readonly Scope[] = [
  "agreements:read",
  "agreements:write",
  "evidence:read",
  "evidence:write",
  "money:read",
  "money:write",
  "parties:write",
  "messages:read",
  "webhooks:write",
];

/** Starts a server in memory. One line in a test: `const server = await startTestServer()`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const time = testTime(options.now ?? Date.now());
  const store = options.store ?? (await openMemoryStore());
  const settler = "https://settler.example";
  const registry = await testSigner("registry");
  const server = await createServer({
    store,
    settler: { id: settler, signer: await testSigner("settler") },
    registry: { id: "https://registry.example", signer: registry },
    waiting: time,
    allowTestKeys: true,
    ...options.server,
    webhooks: { allowLoopback: true, ...options.server?.webhooks },
    limits: { requestsPerSecond: 1e6, requestsBurst: 1e6, ...options.limits },
  });
  const { services } = server;
  const addKey = async (tenant: string, scopes: readonly Scope[]): Promise<string> => {
    const { key, row } = newApiKey(tenant, scopes, "test", time.now());
    await store.write({ apiKeys: [row] });
    return key;
  };
  const listening: Listening = await listen(server);
  let deposits = 0;
  return {
    url: listening.url,
    server,
    time,
    settler,
    registryKey: registry.publicKey,
    operatorKey: await addKey("operator", ["operator"]),
    async party(name, role, tenant = name) {
      const signer = await testSigner(`server ${name}`);
      const id = `https://${name}.example`;
      const jwk: Jwk = jwkFromPublicKey(signer.publicKey);
      await services.trust.register([
        { id, tenant, roles: [role], keys: [{ jwk, notBefore: NOT_BEFORE, notAfter: NOT_AFTER }] },
      ]);
      return { id, signer, tenant, apiKey: await addKey(tenant, PARTY_SCOPES) };
    },
    async deposit(party, amount) {
      deposits += 1;
      const id = `dep_test_${deposits}`;
      await services.accounts.deposit({ id, tenant: "operator", party, amount, reference: `test ${deposits}` });
    },
    async advance(ms) {
      time.advance(ms);
      await services.timers.run();
      await services.payouts.run();
      await services.deliveries.run();
    },
    async close() {
      await listening.close(0);
      await server.close();
    },
  };
}

/** A signer whose seed is the hash of a known text. A server outside of tests refuses the settler's. */
export function testSigner(name: string): Promise<Signer> {
  return signerFromSeed(sha256(utf8(`settld test key, never use it: ${name}`)), defaultCrypto);
}
