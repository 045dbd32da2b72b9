import { AsyncLocalStorage } from "node:async_hooks";
import {
  type CryptoPort,
  canonicalBytes,
  canonicalize,
  formatInstant,
  jwkFromPublicKey,
  LIMITS,
  openPublicKey,
  PAYLOAD_TYPES,
  parseEnvelope,
  parseInstant,
  parseJson,
  publicKeyFromJwk,
  SettldError,
  type Signer,
  signEnvelope,
  type TrustDocument,
  thumbprint,
  utf8,
  type VerifyingKey,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { readTrust, type TrustedKey } from "@settld/verifier";
import { refuseWebhookKeys } from "../hooks/endpoints.ts";
import type { KeptAnswer, PartyRow, Store, TrustRow } from "../store/store.ts";

/** A key that may sign, ready to verify with. */
export type ActingKey = TrustedKey & { readonly opened: VerifyingKey | Uint8Array };

// What is known of one version of the registry.
type Known = {
  readonly version: number | undefined;
  readonly keys: Map<string, ActingKey>;
  readonly tenants: Map<string, string>;
  readonly parties: Map<string, readonly string[]>;
  /** Until when the imported document of this version is valid; asked for once. */
  expiresAt?: Promise<number | undefined>;
};

const nothingKnown = (version: number | undefined): Known => ({
  version,
  keys: new Map(),
  tenants: new Map(),
  parties: new Map(),
});

function keysOf(parties: readonly Pick<PartyRow, "keys">[]): string[] {
  return parties.flatMap(({ keys }) => keys.map(({ jwk }) => thumbprint(publicKeyFromJwk(jwk))));
}

type TrustParty = TrustDocument["parties"][number];

const DAY_MS = 86_400_000;
// How long a document that the server signs is valid. It is signed anew every day, so none that is handed out is old.
const VALID_MS = 30 * DAY_MS;
const SIGNED_KEPT_MAX = 1_000;
// A document of an agreement has one or two thousand bytes; what is much longer is signed when it is asked for.
const SIGNED_BYTES_MAX = 16_384;
const KNOWN_MAX = 10_000;
const PARTIES_PAGE = 1_000;

// The one that was put in first goes first; all of them can be read again.
function keepBounded<V>(map: Map<string, V>, name: string, value: V): void {
  map.set(name, value);
  const [first] = map.keys();
  if (map.size > KNOWN_MAX && first !== undefined) map.delete(first);
}

/** What a {@link TrustBook} is made of. */
export type TrustBookOptions = {
  readonly store: Store;
  /** Id of the registry in documents that the server signs. */
  readonly registry: string;
  /** The registry's key, when the server holds it; else documents are imported (HTTP-14). */
  readonly signer?: Signer;
  /** The settler's own entry, which every document lists. */
  readonly settler: { readonly id: string };
  readonly clock: () => number;
  readonly crypto?: CryptoPort;
};

/** Whose keys the server accepts, and the signed documents that say so to others (HTTP-14). */
export class TrustBook {
  readonly #options: TrustBookOptions;
  readonly #signed = new Map<string, Promise<Uint8Array>>();
  readonly #scope = new AsyncLocalStorage<{ known?: Promise<Known> | undefined }>();
  #kept: Known = nothingKnown(undefined);

  constructor(options: TrustBookOptions) {
    this.#options = options;
  }

  /** Whether the server signs trust documents itself. */
  get signs(): boolean {
    return this.#options.signer !== undefined;
  }

  /** Id of the registry in documents that the server signs. */
  get registry(): string {
    return this.#options.registry;
  }

  /**
   * Runs work that asks for the version of the registry once, when it first needs to know: what was revoked before it
   * began counts, what is revoked meanwhile may not yet. Within it, work that waited begins anew.
   */
  within<T>(work: () => Promise<T>): Promise<T> {
    return this.#scope.run({}, work);
  }

  /** A key that may sign, by its thumbprint. */
  async key(keyid: string): Promise<ActingKey | undefined> {
    const { keys } = await this.#known();
    const found = keys.get(keyid);
    if (found !== undefined) return found;
    const party = await this.#options.store.partyOfKey(keyid);
    for (const { jwk, notBefore, notAfter, revoked } of party?.keys ?? []) {
      const publicKey = publicKeyFromJwk(jwk);
      if (party === undefined || thumbprint(publicKey) !== keyid) continue;
      const key: ActingKey = {
        thumbprint: keyid,
        publicKey,
        opened: await this.#open(publicKey),
        party: party.id,
        roles: party.roles,
        notBefore: parseInstant(notBefore),
        notAfter: parseInstant(notAfter),
        ...(revoked === undefined ? {} : { revoked: { at: parseInstant(revoked.at), reason: revoked.reason } }),
      };
      keepBounded(keys, keyid, key);
      return key;
    }
    return undefined;
  }

  /** Until when the server may admit by the document that it imported; `undefined` where there is none to expire. */
  async expiresAt(): Promise<number | undefined> {
    if (this.signs) return undefined;
    const known = await this.#known();
    known.expiresAt ??= this.#expiresAt().catch((error: unknown) => {
      delete known.expiresAt;
      throw error;
    });
    return known.expiresAt;
  }

  async #expiresAt(): Promise<number | undefined> {
    const envelope = (await this.#options.store.trust())?.envelope;
    if (envelope === undefined) return undefined;
    const { payload } = parseEnvelope(parseJson(envelope, { maxBytes: envelope.length }), {
      payloadType: PAYLOAD_TYPES.trust,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const { expiresAt } = parseJson(payload, { canonical: true }) as unknown as TrustDocument;
    return parseInstant(expiresAt);
  }

  /** The tenant that acts for a party. */
  async tenantOf(party: string): Promise<string | undefined> {
    const { tenants } = await this.#known();
    const found = tenants.get(party);
    if (found !== undefined) return found;
    const row = await this.#options.store.party(party);
    if (row !== undefined) keepBounded(tenants, party, row.tenant);
    return row?.tenant;
  }

  /** Ids of all parties that a tenant acts for, in order. */
  async partiesOf(tenant: string): Promise<readonly string[]> {
    const { parties } = await this.#known();
    const found = parties.get(tenant);
    if (found !== undefined) return found;
    const ids: string[] = [];
    for (;;) {
      const after = ids.at(-1);
      const page = { limit: PARTIES_PAGE, ...(after === undefined ? {} : { after }) };
      const rows = await this.#options.store.parties(tenant, page);
      ids.push(...rows.map(({ id }) => id));
      if (rows.length < PARTIES_PAGE) break;
    }
    // Long lists are rare and cost memory.
    if (ids.length <= PARTIES_PAGE) keepBounded(parties, tenant, ids);
    return ids;
  }

  #forget(): void {
    this.#signed.clear();
    const scope = this.#scope.getStore();
    if (scope !== undefined) scope.known = undefined;
  }

  // What was read of the present registry.
  #known(): Promise<Known> {
    const scope = this.#scope.getStore();
    if (scope === undefined) return this.#ask();
    scope.known ??= this.#ask();
    return scope.known;
  }

  // Another process may change it, so its version is asked.
  async #ask(): Promise<Known> {
    const version = await this.#options.store.registryVersion();
    if (this.#kept.version !== version) this.#kept = nothingKnown(version);
    return this.#kept;
  }

  // What no port can open was never admitted, and verifying with it names the fault.
  async #open(publicKey: Uint8Array): Promise<VerifyingKey | Uint8Array> {
    const opened = await openPublicKey(this.#options.crypto ?? defaultCrypto, publicKey);
    return typeof opened === "string" ? publicKey : opened;
  }

  /**
   * Registers or changes parties under the server's own registry.
   *
   * @throws SettldError `HTTP_FORBIDDEN` when the server does not hold the registry's key, and the TRUST or KEY code of
   * what no trust document may say.
   */
  async register(parties: readonly PartyRow[], answer?: KeptAnswer): Promise<void> {
    const { store } = this.#options;
    await store.exclusively("trust", async () => {
      if (!this.signs)
        throw new SettldError("HTTP_FORBIDDEN", "expected a server that holds the registry's key; import a document");
      const row = await store.trust();
      // A document of just these parties is judged by the same rules as every other.
      readTrust(this.#document((row?.version ?? 0) + 1, parties));
      await refuseWebhookKeys(store, keysOf(parties));
      const next: TrustRow = { version: (row?.version ?? 0) + 1, issuedAt: this.#options.clock() };
      const written = await store.write({
        registry: { trust: next, parties, replace: false },
        ...(answer === undefined ? {} : { answer }),
      });
      if (!written.ok) {
        throw new SettldError("TRUST_KEY_SHARED", "expected keys of nobody else, found one of another party");
      }
    });
    this.#forget();
  }

  /** Takes over a document that the registry signed; its checks are the caller's. */
  async adopt(document: TrustDocument, envelope: Uint8Array, tenantOf: (party: string) => string): Promise<void> {
    const { store } = this.#options;
    await store.exclusively("trust", async () => {
      await refuseWebhookKeys(store, keysOf(document.parties));
      const parties = document.parties.map((party) => ({ ...party, tenant: tenantOf(party.id) }));
      const row = { version: document.version, issuedAt: parseInstant(document.issuedAt), envelope };
      if (!(await store.write({ registry: { trust: row, parties, replace: true } })).ok) {
        throw new SettldError(
          "TRUST_ORDER",
          `expected a newer version than the present one, found ${document.version}`,
        );
      }
    });
    this.#forget();
  }

  /**
   * The signed trust document, canonical: the imported one, or one with the named parties and the settler.
   *
   * @param parties - ids; those that are not registered are left out.
   */
  async signed(parties: readonly string[]): Promise<Uint8Array | undefined> {
    const { store, signer, settler } = this.#options;
    const row = await store.trust();
    if (row === undefined) return undefined;
    if (row.envelope !== undefined) return row.envelope;
    if (signer === undefined) return undefined;
    const ids = [...new Set([...parties, settler.id])].sort();
    const today = Math.floor(this.#options.clock() / DAY_MS) * DAY_MS;
    const issuedAt = Math.max(row.issuedAt, today);
    const name = JSON.stringify([row.version, issuedAt, ids]);
    let found = this.#signed.get(name);
    if (found === undefined) {
      found = this.#sign({ ...row, issuedAt }, ids, signer);
      this.#signed.set(name, found);
      found.then(
        ({ length }) => length > SIGNED_BYTES_MAX && this.#signed.delete(name),
        () => this.#signed.delete(name),
      );
      const [oldest] = this.#signed.keys();
      if (this.#signed.size > SIGNED_KEPT_MAX && oldest !== undefined) this.#signed.delete(oldest);
    }
    return found;
  }

  async #sign({ version, issuedAt }: TrustRow, ids: readonly string[], signer: Signer): Promise<Uint8Array> {
    const rows = await Promise.all(ids.map((id) => this.#options.store.party(id)));
    const document = this.#document(
      version,
      rows.filter((row) => row !== undefined),
      issuedAt,
    );
    const envelope = await signEnvelope(PAYLOAD_TYPES.trust, canonicalBytes(document), [signer]);
    return utf8(canonicalize(envelope));
  }

  #document(version: number, rows: readonly PartyRow[], issuedAt: number = this.#options.clock()): TrustDocument {
    const { registry, signer } = this.#options;
    if (signer === undefined) throw new Error("a document without a registry's key");
    const parties: TrustParty[] = rows.map(({ id, roles, keys }) => ({ id, roles, keys }));
    return {
      registry: { id: registry, jwk: jwkFromPublicKey(signer.publicKey) },
      version,
      issuedAt: formatInstant(issuedAt),
      expiresAt: formatInstant(issuedAt + VALID_MS),
      parties,
    };
  }
}
