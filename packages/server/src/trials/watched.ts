import {
  canonicalBytes,
  formatInstant,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  type Signer,
  signEnvelope,
} from "@settld/protocol";
import { RETRIES_MS } from "../hooks/schedule.ts";
import type { Listening } from "../listen.ts";
import { type Payout, type PayoutResult, testRail } from "../money/rail.ts";
import { listenMetrics } from "../observe/listen-metrics.ts";
import type { Store, StoreFigures } from "../store/store.ts";
import { type TestServerOptions, testSigner } from "../testing/index.ts";
import { readMetrics, type Sample } from "./promql.ts";
import { makeWorld, type Tenant, type World } from "./world.ts";

/** What a trial breaks; everything works as long as nothing is set. */
export type Faults = {
  /** Thrown by every call of the store but those that end it. */
  store?: Error;
  /** Thrown by the settler's signer. */
  signer?: Error;
  /** How long the settler's signer takes. */
  signerMs?: number;
  /** What the settler's signer waits for. */
  signerGate?: Promise<void>;
  rail?: Error;
  /** What figures of the store say instead. */
  figures?: (found: StoreFigures) => StoreFigures;
};

/** A server whose `/metrics` are read over HTTP, and that can be broken. */
export type Watched = {
  readonly world: World;
  readonly faults: Faults;
  /** A scrape; with `up` as Prometheus adds it, and that alone when nobody answers. */
  readonly scrape: () => Promise<readonly Sample[]>;
  /** Where `/metrics` are. */
  readonly metrics: Listening;
  readonly close: () => Promise<void>;
};

export const SETTLER = "https://settler.example";

/** Starts a server that is watched. */
export async function makeWatched(server: TestServerOptions["server"] = {}): Promise<Watched> {
  const faults: Faults = {};
  const signer = await testSigner("settler");
  const rail = testRail();
  const world = await makeWorld({
    wrap: (store) => breakable(store, faults),
    server: {
      figuresMs: 0,
      settler: { id: SETTLER, signer: { ...signer, sign: (message) => sign(signer, faults, message) } },
      rail: { name: "test", pay: (payout) => pay(rail.pay, faults, payout) },
      onError: () => {},
      webhooks: { allowLoopback: true },
      ...server,
    },
  });
  const metrics = await listenMetrics(world.server.server);
  return {
    world,
    faults,
    metrics,
    async scrape() {
      try {
        const response = await fetch(`${metrics.url}/metrics`);
        const found = readMetrics(await response.text());
        return [...found, { name: "up", labels: { job: "settld" }, value: 1 }];
      } catch {
        return [{ name: "up", labels: { job: "settld" }, value: 0 }];
      }
    },
    async close() {
      delete faults.store;
      delete faults.signer;
      delete faults.signerMs;
      await metrics.close();
      await world.close();
    },
  };
}

async function sign(
  signer: Signer,
  { signer: error, signerMs, signerGate }: Faults,
  message: Uint8Array,
): Promise<Uint8Array> {
  await signerGate;
  if (signerMs !== undefined) await new Promise((resolve) => setTimeout(resolve, signerMs));
  if (error !== undefined) throw error;
  return signer.sign(message);
}

async function pay(
  by: (payout: Payout, signal: AbortSignal) => Promise<PayoutResult>,
  { rail: error }: Faults,
  payout: Payout,
): Promise<PayoutResult> {
  if (error !== undefined) throw error;
  return by(payout, new AbortController().signal);
}

const UNBREAKABLE = new Set(["close", "exclusively", "readEvidence"]);

function breakable(store: Store, faults: Faults): Store {
  const entries = Object.entries(store).map(([name, value]) => [
    name,
    typeof value !== "function" || UNBREAKABLE.has(name)
      ? value
      : async (...parameters: readonly unknown[]) => {
          if (faults.store !== undefined) throw faults.store;
          const found: unknown = await Reflect.apply(value, store, parameters);
          return name === "figures" && faults.figures !== undefined ? faults.figures(found as StoreFigures) : found;
        },
  ]);
  return Object.fromEntries(entries) as Store;
}

/** Imports a trust document with the settler alone, which expires after some milliseconds. */
export async function importTrust({ operator, server }: World, ms: number): Promise<void> {
  const [registry, settler] = await Promise.all([testSigner("registry"), testSigner("settler")]);
  const now = server.time.now();
  const key = {
    jwk: jwkFromPublicKey(settler.publicKey),
    notBefore: formatInstant(now),
    notAfter: formatInstant(Date.UTC(2100, 0)),
  };
  const document = {
    registry: { id: "https://registry.example", jwk: jwkFromPublicKey(registry.publicKey) },
    version: 1,
    issuedAt: formatInstant(now),
    expiresAt: formatInstant(now + ms),
    parties: [{ id: SETTLER, roles: ["settler"], keys: [key] }],
  };
  const body = await signEnvelope(PAYLOAD_TYPES.trust, canonicalBytes(document as never), [registry]);
  const { status, text } = await operator("PUT", "/v1/trust?tenant=acme", { body });
  if (status !== 200) throw new Error(`trust: ${status} ${text}`);
}

/** Asks a seller's money to be paid out. */
export async function withdraw({ send }: World, { seller }: Tenant): Promise<void> {
  const amount = { value: "100", assetCode: "USD", assetScale: 2 };
  const body = { party: seller.id, amount, destination: "bank" };
  const { status, text } = await send(seller.apiKey)("POST", "/v1/withdrawals", { body });
  if (status !== 201) throw new Error(`withdrawal: ${status} ${text}`);
}

/** Has a message posted to an address where nobody answers until it is given up. */
export async function deadLetter({ send, server }: World, apiKey: string): Promise<void> {
  const acme = send(apiKey);
  const made = await acme("POST", "/v1/webhook_endpoints", { body: { url: "http://127.0.0.1:9/hook" } });
  if (made.status !== 201) throw new Error(`endpoint: ${made.status} ${made.text}`);
  const { id } = made.body as { readonly id: string };
  const asked = await acme("POST", `/v1/webhook_endpoints/${id}/test`, { body: {} });
  if (asked.status >= 300) throw new Error(`test message: ${asked.status} ${asked.text}`);
  const { deliveries } = server.server.services;
  await deliveries.run();
  for (const ms of RETRIES_MS) {
    await server.advance(Math.ceil(ms * 1.2));
    await deliveries.run();
  }
}
