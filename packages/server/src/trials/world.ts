import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newApiKey, SCOPES, type Scope } from "../http/api-keys.ts";
import { type Connection, connect } from "../store/sqlite/connection.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { startTestServer, type TestParty, type TestServer, type TestServerOptions } from "../testing/index.ts";
import { type Answering, type Send, sendersOf, sendTo } from "./client.ts";
import { Job, type Players } from "./job.ts";

/** The parties of a tenant. */
export type Tenant = Readonly<Record<"buyer" | "seller" | "checker" | "arbiter", TestParty>>;

/** A server over a folder that a trial can look into. */
export type World = {
  readonly server: TestServer;
  readonly store: Store;
  /** Where the store is. */
  readonly folder: string;
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
  /** Everything that the store holds, as text; the same text is the same content. */
  readonly content: () => Promise<string>;
  /** Changes whenever anything was written; cheap. */
  readonly version: () => number;
  readonly close: () => Promise<void>;
};

/** Scopes of a key that may do everything that a tenant may. */
export const TENANT_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== "operator");

/** What a trial may choose. */
export type WorldOptions = Pick<TestServerOptions, "limits" | "server"> & { readonly wrap?: (store: Store) => Store };

/** Starts a server over a new folder. Its clock stands. */
export async function makeWorld({ wrap = (store) => store, ...options }: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "settld-world-"));
  const store = wrap(await openSqliteStore({ folder, mode: "serve" }));
  const server = await startTestServer({ store, now: Date.UTC(2026, 10, 2, 9), ...options });
  const watch: Connection = await connect(join(folder, "store.db"), { readOnly: true });
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
    content: async () => `${dump(watch)}\n${await filesOf(join(folder, "evidence"))}`,
    version: () => Number(watch.sql("PRAGMA data_version").get()?.["data_version"]),
    async close() {
      watch.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every row of every table, as text. */
export function dump({ sql }: Connection): string {
  const tables = sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const lines: string[] = [];
  for (const { name } of tables) {
    for (const row of sql(`SELECT * FROM "${String(name)}"`).all()) {
      const cells = Object.values(row).map((cell) =>
        cell instanceof Uint8Array ? Buffer.from(cell).toString("latin1") : cell,
      );
      lines.push(`${String(name)} ${JSON.stringify(cells)}`);
    }
  }
  return lines.join("\n");
}

async function filesOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map(({ name }) => name)
    .sort()
    .join("\n");
}
