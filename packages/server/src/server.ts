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
import { daily } from "./daily.ts";
import { TEST_KEYS } from "./gen/test-keys.ts";
import { createApp, type RequestRecord } from "./http/app.ts";
import { DEFAULT_LIMITS, type Limits, type Services } from "./http/context.ts";
import { Accounts } from "./money/accounts.ts";
import { Holds } from "./money/holds.ts";
import { Payouts } from "./money/payouts.ts";
import { type Rail, testRail } from "./money/rail.ts";
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
  readonly limits?: Partial<Limits>;
  /** How long the settler's signer may take for one signature, in milliseconds. Default 10000. */
  readonly signerMs?: number;
  /** The clock; a test may bring its own. */
  readonly waiting?: Waiting;
  readonly crypto?: CryptoPort;
  /** Accepts keys that everybody knows. Only for tests. */
  readonly allowTestKeys?: boolean;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told of faults in the background; by default they go to standard error. */
  readonly onError?: (error: unknown) => void;
};

/** A settlement server without a socket: it answers `Request` objects. */
export type Server = {
  readonly services: Services;
  readonly fetch: (request: Request, address?: string) => Promise<Response>;
  /** Refuses further requests, lets background work end, and closes the store. */
  readonly close: () => Promise<void>;
};

const SIGNER_MS = 10_000;
const RAIL_MS = 30_000;
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
  const { store, settler: self, registry, rail = testRail(), waiting = realTime, crypto = defaultCrypto } = options;
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  const registrySigner = "signer" in registry ? registry.signer : undefined;
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
  const keys = new OwnKeys(
    trust,
    signers.map((signer) => guardedSigner(signer, options.signerMs ?? SIGNER_MS)),
  );
  const settler = new Settler({ store, trust, holds, crypto, id: self.id, keys, clock });
  const railMs = options.railMs ?? RAIL_MS;
  const accounts = new Accounts({ store, holds, crypto, id: self.id, keys, rail, railMs, waiting, onError });
  const timers = new Timers(store, settler, waiting, onError);
  const payouts = new Payouts(accounts, waiting, onError);
  const services: Services = {
    store,
    settler,
    trust,
    accounts,
    timers,
    payouts,
    crypto,
    clock,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    settlerKeys: signers.map(({ publicKey }) => publicKey),
    registryKey,
  };
  const app = createApp(services, options.onRequest ?? (() => {}));
  await timers.start();
  payouts.wake();
  const forgetting = daily(waiting, () => store.forgetAnswers(clock() - ANSWERS_KEPT_MS), onError);
  return {
    services,
    fetch: app.fetch,
    async close() {
      app.close();
      await timers.close();
      await payouts.close();
      await forgetting.close();
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
