import { canonicalBytes, canonicalize, PAYLOAD_TYPES, signEnvelope, utf8 } from "@settld/protocol";
import { loadServer } from "../../server/load-server.ts";
import { STORY_START } from "../acts.ts";
import { CAST, demoSigner, demoTrust, roleOf } from "../cast.ts";
import { TENANTS, type Tenant } from "./messages.ts";

/** The server of the story: it listens, and its clock goes where it is told. */
export type DemoServer = {
  readonly url: string;
  /** An API key of each tenant. */
  readonly apiKeys: Readonly<Record<Tenant, string>>;
  /** Lets the clock reach a time, in milliseconds since 1970, and everything happen that is due by then. */
  readonly advanceTo: (now: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Opens a server over a folder. It differs from `settld serve` in what no server takes from outside: its clock stands
 * where the story says, and its keys are the demo's, which everybody knows. Both are arguments of the library; no
 * option of the program reaches them.
 */
export async function openServer(folder: string): Promise<DemoServer> {
  const { createServer, listen, newApiKey, openSqliteStore, SCOPES } = await loadServer();
  const { testTime } = await import("@settld/server/testing");
  const registry = await demoSigner("registry");
  const time = testTime(STORY_START);
  const store = await openSqliteStore({ folder, mode: "serve" });
  const server = await createServer({
    store,
    settler: { id: CAST.settler.id, signer: await demoSigner("settler") },
    registry: { publicKey: registry.publicKey },
    waiting: time,
    allowTestKeys: true,
    // A clock that stands still never allows another request.
    limits: { requestsPerSecond: 1e6, requestsBurst: 1e6 },
  });
  const document = await demoTrust();
  const envelope = await signEnvelope(PAYLOAD_TYPES.trust, canonicalBytes(document), [registry]);
  // Strangers are tenants of their own: each acts for itself alone.
  await server.services.trust.adopt(document, utf8(canonicalize(envelope)), (party) => roleOf(party) ?? "operator");
  const apiKeys: Partial<Record<Tenant, string>> = {};
  for (const tenant of TENANTS) {
    const scopes = SCOPES.filter((scope) => (scope === "operator") === (tenant === "operator"));
    const { key, row } = newApiKey(tenant, scopes, "demo", time.now());
    await store.write({ apiKeys: [row] });
    apiKeys[tenant] = key;
  }
  const listening = await listen(server);
  return {
    url: listening.url,
    apiKeys: apiKeys as Readonly<Record<Tenant, string>>,
    async advanceTo(now) {
      time.advanceTo(now);
      await server.services.timers.run();
    },
    async close() {
      await listening.close(0);
      await server.close();
    },
  };
}
