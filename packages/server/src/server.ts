import {
  type CryptoPort,
  formatInstant,
  jwkFromPublicKey,
  parseInstant,
  SettldError,
  type Signer,
  thumbprint,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { checkSigner } from "@settld/verifier";
import { dailyWorks } from "./daily.ts";
import { TEST_KEYS } from "./gen/test-keys.ts";
import { makeHooks, tellingStore, type WebhookOptions } from "./hooks/hooks.ts";
import { createApp, type RequestRecord } from "./http/app.ts";
import { DEFAULT_LIMITS, type Limits, type Services } from "./http/context.ts";
import { Accounts } from "./money/accounts.ts";
import { Holds } from "./money/holds.ts";
import { Payouts } from "./money/payouts.ts";
import { type Rail, testRail } from "./money/rail.ts";
import { figures } from "./observe/figures.ts";
import { Metrics } from "./observe/metrics.ts";
import { observedRail } from "./observe/observed-rail.ts";
import { observedSigner } from "./observe/observed-signer.ts";
import { observedStore } from "./observe/observed-store.ts";
import { type Readiness, readiness } from "./observe/readiness.ts";
import type { RetentionRule } from "./retention/rule.ts";
import { runRetention } from "./retention/run.ts";
import { guardedSigner } from "./settler/guarded-signer.ts";
import { OwnKeys } from "./settler/own-keys.ts";
import { Settler, SKEW_MS } from "./settler/settler.ts";
import { realTime, Timers, type Waiting } from "./settler/timers.ts";
import { TrustBook } from "./settler/trust-book.ts";
import type { Store } from "./store/store.ts";

/** What a server is made of. */
export type ServerOptions = {
  readonly store: Store;
  /**
   * The party under which the server acts, and its key. Keys that it had before sign where the newer one may not: for
   * agreements whose offer pins them.
   */
  readonly settler: { readonly id: string; readonly signer: Signer; readonly oldSigners?: readonly Signer[] };
  /** Who says whose key is whose: with a signer the server itself, else documents signed by the key are imported. */
  readonly registry: { readonly id: string; readonly signer: Signer } | { readonly publicKey: Uint8Array };
  /** Default: the test rail. */
  readonly rail?: Rail;
  /** How long the rail may take to answer for one payout, in milliseconds. Default 30000. */
  readonly railMs?: number;
  /** Pays nothing out; withdrawals are booked and wait. For an operator who does not trust his book just now. */
  readonly holdPayouts?: boolean;
  readonly limits?: Partial<Limits>;
  /** How long the settler's signer may take for one signature, in milliseconds. Default 10000. */
  readonly signerMs?: number;
  /** The clock; a test may bring its own. */
  readonly waiting?: Waiting;
  readonly crypto?: CryptoPort;
  /** Accepts keys that everybody knows. Only for tests. */
  readonly allowTestKeys?: boolean;
  /** What evidence is purged every day (STORE-10). Default: nothing. */
  readonly retention?: RetentionRule;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Messages to tenants: what is kept, and where they may be posted. */
  readonly webhooks?: WebhookOptions;
  /** How old the figures of the store in {@link Server.metrics} may be, in milliseconds. Default 15000. */
  readonly figuresMs?: number;
  /** Told of faults in the background; by default they go to standard error. */
  readonly onError?: (error: unknown) => void;
};

/** A settlement server without a socket: it answers `Request` objects. */
export type Server = {
  readonly services: Services;
  readonly fetch: (request: Request, address?: string) => Promise<Response>;
  /** What is wrong with each part, as `/readyz` tells it. */
  readonly ready: () => Promise<Readiness>;
  /** Everything that is counted, in the text format of Prometheus. It is not for everybody: figures are the operator's. */
  readonly metrics: () => Promise<string>;
  /** Begins to end: from now on the server says that it is not ready, so that nobody new is sent to it, and goes on. */
  readonly drain: () => void;
  /** Ends streams, which would never end by themselves; whoever reads one goes on elsewhere. */
  readonly endStreams: () => void;
  /** Refuses further requests, lets background work end, and closes the store. */
  readonly close: () => Promise<void>;
};

const SIGNER_MS = 10_000;
const RAIL_MS = 30_000;
const FIGURES_MS = 15_000;
// How long an answer is kept at least (HTTP-7).
const ANSWERS_KEPT_MS = 86_400_000;

// Until when the settler's own key is valid in documents that the server signs.
const SETTLER_KEY_NOT_AFTER = "9999-12-31T23:59:59.999Z";

/**
 * Makes a server over a store, fires the timers that became due meanwhile, and takes up payouts again.
 *
 * @throws SettldError `KEY_TEST` for a published test key, and where the server holds the registry's key also the TRUST
 * code with which the settler's key may not sign.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { settler: self, registry, waiting = realTime, crypto = defaultCrypto } = options;
  const metrics = new Metrics();
  let wrote = (): void => {};
  const store = tellingStore(observedStore(options.store, metrics), () => wrote());
  const rail = observedRail(options.rail ?? testRail(), metrics);
  const onError = (error: unknown): void => {
    metrics.faults.inc();
    if (options.onError === undefined) console.error(error);
    else options.onError(error);
  };
  const registrySigner = "signer" in registry ? observedSigner(registry.signer, "registry", metrics) : undefined;
  const registryKey = "publicKey" in registry ? registry.publicKey : registry.signer.publicKey;
  if (options.allowTestKeys !== true) {
    for (const [role, keyid] of [
      ...[self.signer, ...(self.oldSigners ?? [])].map(({ keyid }) => ["settler", keyid] as const),
      ["registry", registrySigner?.keyid ?? thumbprint(registryKey)],
    ] as const) {
      if (TEST_KEYS.has(keyid)) {
        throw new SettldError(
          "KEY_TEST",
          `expected a key of your own for the ${role}, found the published test key ${keyid}`,
        );
      }
    }
  }
  const clock = waiting.now;
  const trust = new TrustBook({
    store,
    clock,
    crypto,
    registry: "signer" in registry ? registry.id : "",
    settler: { id: self.id },
    ...(registrySigner === undefined ? {} : { signer: registrySigner }),
  });
  if (trust.signs) await registerSettler(store, trust, self, clock());
  const holds = new Holds(store);
  const signers = [self.signer, ...(self.oldSigners ?? [])];
  const guarded = signers.map((signer) =>
    observedSigner(guardedSigner(signer, options.signerMs ?? SIGNER_MS), "settler", metrics),
  );
  const keys = new OwnKeys(trust, guarded);
  const settler = new Settler({ store, trust, holds, crypto, id: self.id, keys, clock });
  const railMs = options.railMs ?? RAIL_MS;
  const accounts = new Accounts({ store, holds, crypto, id: self.id, keys, rail, railMs, waiting, onError });
  const timers = new Timers(store, settler, waiting, onError);
  const payouts = new Payouts(accounts, waiting, onError, options.holdPayouts);
  const ending = new AbortController();
  const ownKeys = new Set([...signers.map(({ keyid }) => keyid), thumbprint(registryKey)]);
  const hooks = makeHooks({ store, waiting, ending: ending.signal, ownKeys, onError, options: options.webhooks ?? {} });
  const { feed, deliveries, endpoints } = hooks;
  wrote = () => {
    feed.wake();
    deliveries.wake();
  };
  let isDraining = false;
  const [signer = self.signer] = guarded;
  const ready = readiness({ store, signer, isEnding: () => isDraining });
  const maySign = async (): Promise<boolean> =>
    !("code" in (await keys.find({ party: self.id, role: "settler", pinned: undefined }, clock(), "")));
  const periodMs = options.figuresMs ?? FIGURES_MS;
  const refresh = figures(metrics, { store, trust, ready, maySign, clock, periodMs });
  const services: Services = {
    store,
    metrics,
    ready,
    ending: ending.signal,
    settler,
    trust,
    accounts,
    timers,
    payouts,
    feed,
    deliveries,
    endpoints,
    crypto,
    clock,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    settlerKeys: signers.map(({ publicKey }) => publicKey),
    registryKey,
  };
  const app = createApp(services, options.onRequest ?? (() => {}));
  await timers.start();
  await payouts.start();
  await deliveries.start();
  const works = new Map<string, () => Promise<unknown>>([
    ["answers", () => store.forgetAnswers(clock() - ANSWERS_KEPT_MS)],
    ["messages", hooks.forget],
  ]);
  const rule = options.retention;
  if (rule !== undefined) {
    works.set("retention", () => runRetention({ store, signer: { id: self.id, keys, crypto }, clock, rule }));
  }
  const everyDay = await dailyWorks(store.jobs, waiting, works, onError);
  return {
    services,
    async fetch(request, address) {
      const response = await app.fetch(request, address);
      // So that the next request of this client opens a connection to a server that goes on.
      if (isDraining) response.headers.set("connection", "close");
      return response;
    },
    ready,
    async metrics() {
      await refresh();
      return metrics.text();
    },
    drain() {
      isDraining = true;
    },
    endStreams: () => ending.abort(),
    async close() {
      isDraining = true;
      ending.abort();
      app.close();
      await timers.close();
      await payouts.close();
      await deliveries.close();
      await everyDay.close();
      metrics.close();
      await store.close();
    },
  };
}

// The settler is a party like the others; its key stands in every trust document.
async function registerSettler(
  store: Store,
  trust: TrustBook,
  { id, signer, oldSigners = [] }: ServerOptions["settler"],
  now: number,
): Promise<void> {
  const row = await store.party(id);
  for (const { keyid } of oldSigners) {
    if ((await store.partyOfKey(keyid))?.id !== id) {
      throw new SettldError("TRUST_KEY_UNKNOWN", `expected an old key of ${id}, found one that it never had: ${keyid}`);
    }
  }
  if ((await store.partyOfKey(signer.keyid))?.id !== id) {
    const key = {
      jwk: jwkFromPublicKey(signer.publicKey),
      // A party's clock may be behind, and what it signs there has to be admitted with this key (LOG-10).
      notBefore: formatInstant(Math.floor((now - SKEW_MS) / 1000) * 1000),
      notAfter: formatInstant(parseInstant(SETTLER_KEY_NOT_AFTER)),
    };
    const tenant = row?.tenant ?? "operator";
    await trust.register([{ id, tenant, roles: row?.roles ?? ["settler"], keys: [...(row?.keys ?? []), key] }]);
  }
  const key = await trust.key(signer.keyid);
  if (key === undefined) throw new Error("a key was lost");
  const rejection = checkSigner(key, { party: id, role: "settler", pinned: undefined }, now, `the key of ${id}`);
  if (rejection !== undefined) throw new SettldError(rejection.code, rejection.message);
}
