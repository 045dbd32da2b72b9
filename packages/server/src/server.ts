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
import { TEST_KEYS } from "./gen/test-keys.ts";
import { createApp, type RequestRecord } from "./http/app.ts";
import { DEFAULT_LIMITS, type Limits, type Services } from "./http/context.ts";
import { Accounts } from "./money/accounts.ts";
import { Holds } from "./money/holds.ts";
import { Payouts } from "./money/payouts.ts";
import { type Rail, testRail } from "./money/rail.ts";
import { guardedSigner } from "./settler/guarded-signer.ts";
import { Settler } from "./settler/settler.ts";
import { realTime, Timers, type Waiting } from "./settler/timers.ts";
import { TrustBook } from "./settler/trust-book.ts";
import type { Store } from "./store/store.ts";

/** What a server is made of. */
export type ServerOptions = {
  readonly store: Store;
  /** The party under which the server acts, and its key. */
  readonly settler: { readonly id: string; readonly signer: Signer };
  /** Who says whose key is whose: with a signer the server itself, else documents signed by the key are imported. */
  readonly registry: { readonly id: string; readonly signer: Signer } | { readonly publicKey: Uint8Array };
  /** Default: the test rail. */
  readonly rail?: Rail;
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

// From when the settler's own key is valid in documents that the server signs.
const SETTLER_KEY_NOT_AFTER = "9999-12-31T23:59:59.999Z";

/**
 * Makes a server over a store, fires the timers that became due meanwhile, and takes up payouts again.
 *
 * @throws SettldError `KEY_TEST` for a published test key.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { store, settler: self, registry, rail = testRail(), waiting = realTime, crypto = defaultCrypto } = options;
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  const registrySigner = "signer" in registry ? registry.signer : undefined;
  const registryKey = "publicKey" in registry ? registry.publicKey : registry.signer.publicKey;
  if (options.allowTestKeys !== true) {
    for (const [role, keyid] of [
      ["settler", self.signer.keyid],
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
  const signer = guardedSigner(self.signer, options.signerMs ?? SIGNER_MS);
  const settler = new Settler({ store, trust, holds, crypto, id: self.id, signer, clock });
  const accounts = new Accounts({ store, holds, crypto, id: self.id, signer, rail, clock, onError });
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
    settlerKeys: [self.signer.publicKey],
    registryKey,
  };
  const app = createApp(services, options.onRequest ?? (() => {}));
  await timers.start();
  payouts.wake();
  return {
    services,
    fetch: app.fetch,
    async close() {
      app.close();
      await timers.close();
      await payouts.close();
      await store.close();
    },
  };
}

// The settler is a party like the others; its key stands in every trust document.
async function registerSettler(
  store: Store,
  trust: TrustBook,
  { id, signer }: ServerOptions["settler"],
  now: number,
): Promise<void> {
  const row = await store.party(id);
  const owner = await store.partyOfKey(signer.keyid);
  if (owner?.id === id) return;
  const key = {
    jwk: jwkFromPublicKey(signer.publicKey),
    notBefore: formatInstant(Math.floor(now / 1000) * 1000),
    notAfter: formatInstant(parseInstant(SETTLER_KEY_NOT_AFTER)),
  };
  const tenant = row?.tenant ?? "operator";
  await trust.register([{ id, tenant, roles: row?.roles ?? ["settler"], keys: [...(row?.keys ?? []), key] }]);
}
