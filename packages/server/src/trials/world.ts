import { newApiKey, SCOPES, type Scope } from "../http/api-keys.ts";
import type { Store } from "../store/store.ts";
import { startTestServer, type TestParty, type TestServer, type TestServerOptions } from "../testing/index.ts";
import { type Answering, type Send, sendersOf, sendTo } from "./client.ts";
import { Job, type Players } from "./job.ts";
import { openTrialStore, type TrialStore } from "./trial-store.ts";

/** The parties of a tenant. */
export type Tenant = Readonly<Record<"buyer" | "seller" | "checker" | "arbiter", TestParty>>;

/** A server over a store that a trial can look into. */
export type World = Pick<TrialStore, "folder" | "admin" | "content" | "version"> & {
  readonly server: TestServer;
  readonly store: Store;
  /** Answers without a socket; each request comes from an address of its own, so that no failure limits another. */
  readonly answering: Answering;
  readonly base: string;
  readonly operator: Send;
  readonly send: (apiKey?: string) => Send;
  /** Adds an API key. */
  readonly key: (tenant: string, scopes: readonly Scope[]) => Promise<{ readonly key: string; readonly id: string }>;
  readonly tenant: (name: string) => Promise<Tenant>;
  readonly job: (tenant: Tenant, name: string) => Job;
  readonly deposit: (party: string, value: string, reference?: string) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** Scopes of a key that may do everything that a tenant may. */
export const TENANT_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== "operator");

/** What a trial may choose. */
export type WorldOptions = Pick<TestServerOptions, "limits" | "server"> & { readonly wrap?: (store: Store) => Store };

/** Starts a server over a new store. Its clock stands. */
export async function makeWorld({ wrap = (store) => store, ...options }: WorldOptions = {}): Promise<World> {
  const { folder, admin, content, version, remove, ...opened } = await openTrialStore();
  const store = wrap(opened.store);
  const server = await startTestServer({ store, now: Date.UTC(2026, 10, 2, 9), ...options });
  const base = "http://settld.example";
  let addresses = 0;
  const answering: Answering = (request) => {
    addresses += 1;
    return server.server.fetch(request, `address ${addresses}`);
  };
  const send = (apiKey?: string): Send => sendTo(answering, base, apiKey);
  const operator = send(server.operatorKey);
  return {
    server,
    store,
    folder,
    admin,
    content,
    version,
    answering,
    base,
    operator,
    send,
    async key(tenant, scopes) {
      const { key, row } = newApiKey(tenant, scopes, `${tenant} key`, server.time.now());
      await store.write({ apiKeys: [row] });
      return { key, id: row.id };
    },
    async tenant(name) {
      const party = (role: "buyer" | "seller" | "checker" | "arbiter"): Promise<TestParty> =>
        server.party(`${name}-${role}`, role, name);
      return {
        buyer: await party("buyer"),
        seller: await party("seller"),
        checker: await party("checker"),
        arbiter: await party("arbiter"),
      };
    },
    job(tenant, name) {
      const players: Players & Pick<Tenant, "arbiter"> = { ...tenant, settler: server.settler };
      return new Job(players, sendersOf(answering, base, tenant), name, server.time.now);
    },
    async deposit(party, value, reference = `reference ${party} ${value}`) {
      const body = { party, amount: { value, assetCode: "USD", assetScale: 2 }, reference };
      const reply = await operator("POST", "/v1/deposits", { body });
      if (reply.status !== 201) throw new Error(`deposit: ${reply.status} ${reply.text}`);
      return (reply.body as { readonly id: string }).id;
    },
    async close() {
      await server.close();
      await remove();
    },
  };
}
