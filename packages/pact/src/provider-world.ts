import { openMemoryStore, type Store } from "@settld/server";
import { openPostgresStore } from "@settld/server/postgres";
import { startTestServer } from "@settld/server/testing";
import { makeDatabase } from "@settld/testkit/postgres";
import {
  AGREEMENT,
  acceptance,
  event,
  idOf,
  offer,
  PLAYERS,
  type Player,
  START,
  WORK,
  WORK_DIGEST,
} from "./fixtures.ts";

/** How far the agreement of a state has come. */
export const STAGES = ["not offered", "offered", "accepted", "funded", "closed"] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** A real server in a known state. */
export type ProviderWorld = {
  readonly url: string;
  /** API keys by the name that stands in the pact. */
  readonly keys: Readonly<Record<string, string>>;
  /** Ids that only this server knows, by the names of the pact. */
  readonly ids: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** Makes an empty store; closing it leaves nothing behind. */
export type OpenStore = () => Promise<Store>;

/** The stores by which the contract is kept. */
export const STORES: readonly (readonly [string, OpenStore])[] = [
  ["SQLite", openMemoryStore],
  ["PostgreSQL", openDatabase],
];

let template: Promise<string> | undefined;

// Migrated once; the others begin as copies of it.
async function makeTemplate(): Promise<string> {
  const { url } = await makeDatabase();
  await (await openPostgresStore({ url, jobs: false, pool: { max: 2 } })).close();
  return new URL(url).pathname.slice(1);
}

async function openDatabase(): Promise<Store> {
  template ??= makeTemplate();
  const database = await makeDatabase(await template);
  const store = await openPostgresStore({ url: database.url, jobs: false, pool: { max: 2 } });
  return {
    ...store,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

type Sent = {
  readonly id: string;
  readonly agreement?: { readonly head: string; readonly submission: { readonly digest: string } };
};

/** Starts a server and brings it into a state. */
export async function makeWorld(open: OpenStore, stage: Stage): Promise<ProviderWorld> {
  const server = await startTestServer({ now: START, store: await open() });
  const keys: Record<string, string> = { operator: server.operatorKey };
  for (const name of PLAYERS) keys[name] = (await server.party(name, name)).apiKey;
  let requests = 0;
  const send = async (as: string, method: string, path: string, body?: unknown): Promise<Sent> => {
    requests += 1;
    const isBytes = body instanceof Uint8Array;
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${keys[as]}`,
        ...(method === "POST" ? { "idempotency-key": `state-${requests}` } : {}),
        ...(body === undefined ? {} : { "content-type": isBytes ? "application/octet-stream" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: isBytes ? body.slice() : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Sent;
  };
  const money = (value: string) => ({ value, assetCode: "USD", assetScale: 2 });
  const deposit = await send("operator", "POST", "/v1/deposits", {
    party: idOf("buyer"),
    amount: money("100000"),
    reference: "wire 1",
  });
  const payment = { party: idOf("buyer"), amount: money("100"), destination: "account 17" };
  const withdrawal = await send("buyer", "POST", "/v1/withdrawals", payment);
  await send("seller", "PUT", `/v1/evidence/${WORK_DIGEST}`, WORK);
  const key = await send("operator", "POST", "/v1/keys", { tenant: "buyer", scopes: ["money:read"], name: "spare" });
  const hook = { url: "http://127.0.0.1:9/hook", types: ["webhook_endpoint.test"], description: "production" };
  const endpoint = await send("buyer", "POST", "/v1/webhook_endpoints", hook);
  const delivery = await send("buyer", "POST", `/v1/webhook_endpoints/${endpoint.id}/test`, {});
  const accounts = (await send(
    "buyer",
    "GET",
    `/v1/accounts?owner=${encodeURIComponent(idOf("buyer"))}`,
  )) as unknown as {
    readonly data: readonly { readonly id: string }[];
  };

  const path = `/v1/agreements/${AGREEMENT}`;
  const reached = STAGES.indexOf(stage);
  const append = async (by: Player, envelope: unknown) => send(by, "POST", `${path}/events`, envelope);
  if (reached >= 1) await send("buyer", "POST", "/v1/agreements", await offer());
  if (reached >= 2) await append("seller", await acceptance());
  if (reached >= 3) {
    const funded = await send("buyer", "POST", `${path}/fund`, {});
    if (reached >= 4) {
      const item = { name: "a.csv", mediaType: "text/csv", digest: WORK_DIGEST, size: WORK.length };
      const work = { attempt: 1, items: [item] };
      const sent = await append(
        "seller",
        await event("seller", 3, funded.agreement?.head ?? "", "work.submitted", work),
      );
      const result = {
        submission: sent.agreement?.submission.digest,
        subject: WORK_DIGEST,
        requirement: "ok",
        result: { ok: true },
      };
      await append("checker", await event("checker", 4, sent.agreement?.head ?? "", "evidence.attested", result));
    }
  }
  return {
    url: server.url,
    keys,
    ids: {
      deposit: deposit.id,
      withdrawal: withdrawal.id,
      key: key.id,
      endpoint: endpoint.id,
      delivery: delivery.id,
      account: accounts.data[0]?.id ?? "",
    },
    close: () => server.close(),
  };
}
