import type { Envelope, Jwk, Signer, TrustDocument } from "@settld/protocol";
import {
  base64Decode,
  base64Encode,
  canonicalize,
  type JsonValue,
  jwkFromPublicKey,
  keyProofMessage,
  SettldError,
} from "@settld/protocol";
import type { Connection } from "../connection.ts";
import type * as api from "../gen/api.ts";
import type {
  ApiKey,
  Audit,
  Caller,
  CreateApiKey,
  CreatedApiKey,
  KeysListQuery,
  NewPartyKey,
  PartiesListQuery,
  RegisteredParty,
  RevokePartyKey,
  TrustImportQuery,
  TrustRetrieveQuery,
} from "../gen/api.ts";
import type { List } from "../http/list.ts";
import type { RequestOptions, WriteOptions } from "../http/transport.ts";
import { readJson } from "../json.ts";
import type { PrivateKeyInput } from "../keys/key-input.ts";
import { localSigner } from "../keys/signers.ts";
import { assertSame } from "../same.ts";

/**
 * A key for a party: its private key or signer, which proves that it is yours. A public key comes without a proof, and
 * only an operator may register one.
 */
export type PartyKeyInput = PrivateKeyInput | Jwk | Signer | Promise<Signer>;

/** What registers a party. */
export type CreateParty = Omit<api.CreateParty, "keys"> & { readonly keys: readonly PartyKeyInput[] };

/** What adds a key to a party. */
export type AddPartyKey = Omit<api.AddPartyKey, "jwk" | "proof"> & { readonly key: PartyKeyInput };

/** Parties and the keys with which they sign. */
export class Parties {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Lists the parties of your tenant in the order of their ids. */
  list(query: PartiesListQuery = {}, options: RequestOptions = {}): List<RegisteredParty> {
    return this.#api.list<RegisteredParty, "parties.list">(
      "parties.list",
      { query },
      options,
      async (checker, items) => {
        for (const item of items) await checker.party(item);
      },
    );
  }

  /**
   * Registers a party. Of its keys only the public halves are sent, each with a proof that you hold the private one.
   *
   * @example
   * await settld.parties.create({ id: "https://acme.example", roles: ["buyer"], keys: [privateKey] });
   */
  async create({ keys, ...rest }: CreateParty, options: WriteOptions = {}): Promise<RegisteredParty> {
    const body = { ...rest, keys: await this.#prove(rest.id, keys, options) };
    return this.#api.checked("parties.create", { body }, options, async (checker, answer) => {
      assertSame(answer, { id: body.id, roles: body.roles });
      assertKeys(answer, body.keys);
      await checker.party(answer);
    });
  }

  /** Reads a party. */
  async retrieve(party: string, options: RequestOptions = {}): Promise<RegisteredParty> {
    return this.#api.checked("parties.retrieve", { path: { party } }, options, async (checker, answer) => {
      assertSame(answer, { id: party });
      await checker.party(answer);
    });
  }

  /** Adds a key, for example to replace one without a gap. */
  async addKey(party: string, { key, ...rest }: AddPartyKey, options: WriteOptions = {}): Promise<RegisteredParty> {
    const [proven] = await this.#prove(party, [key], options);
    const body = { ...rest, ...(proven as NewPartyKey) };
    return this.#api.checked("parties.addKey", { path: { party }, body }, options, async (checker, answer) => {
      assertSame(answer, { id: party });
      assertKeys(answer, [body]);
      await checker.party(answer);
    });
  }

  /** Revokes a key, from now or from an earlier time. A revocation is never taken back. */
  async revokeKey(
    party: string,
    thumbprint: string,
    body: RevokePartyKey,
    options: WriteOptions = {},
  ): Promise<RegisteredParty> {
    const path = { party, thumbprint };
    return this.#api.checked("parties.revokeKey", { path, body }, options, async (checker, answer) => {
      assertSame(answer, { id: party });
      const revoked = answer.keys.find((key) => key.thumbprint === thumbprint)?.revoked ?? null;
      if (revoked === null) throw new SettldError("STORE_RECONCILIATION", `expected ${thumbprint} to be revoked`);
      await checker.party(answer);
    });
  }

  // What is signed names the registry, so that a proof for one is none for another.
  async #prove(party: string, keys: readonly PartyKeyInput[], options: RequestOptions): Promise<NewPartyKey[]> {
    let trust: Promise<SignedTrust> | undefined;
    return Promise.all(
      keys.map(async (input) => {
        const key = await input;
        if (Object(key).x !== undefined && Object(key).d === undefined) return { jwk: key as Jwk };
        const signer = "sign" in Object(key) ? (key as Signer) : await localSigner(key as PrivateKeyInput);
        trust ??= new TrustDocuments(this.#api).retrieve({}, options);
        const registry = (await trust).document.registry.id;
        const message = keyProofMessage({ registry, party, thumbprint: signer.keyid });
        return { jwk: jwkFromPublicKey(signer.publicKey), proof: base64Encode(await signer.sign(message)) };
      }),
    );
  }
}

function assertKeys({ keys }: RegisteredParty, expected: readonly NewPartyKey[]): void {
  const found = new Set(keys.map(({ jwk }) => canonicalize(jwk as JsonValue)));
  if (expected.every(({ jwk }) => found.has(canonicalize(jwk as JsonValue)))) return;
  throw new SettldError("STORE_RECONCILIATION", "/keys: expected the keys that were sent, found others");
}

/** A trust document as it was signed and as it reads. */
export type SignedTrust = { readonly envelope: Envelope; readonly document: TrustDocument };

/** The trust document: who may sign with which keys, signed by the registry whose key you pinned. */
export class TrustDocuments {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Reads the document, with the parties of your tenant or of an agreement. */
  async retrieve(query: TrustRetrieveQuery = {}, options: RequestOptions = {}): Promise<SignedTrust> {
    const seen = this.#api.checker?.trustSeen() ?? 0;
    const envelope = await this.#api.checked("trust.retrieve", { query }, options, (checker, answer) =>
      checker.trust(answer, seen),
    );
    return readDocument(envelope);
  }

  /** Lets the server take over a document that the registry signed; needs the scope `operator`. */
  async import(envelope: Envelope, query: TrustImportQuery = {}, options: RequestOptions = {}): Promise<SignedTrust> {
    const answer = await this.#api.checked(
      "trust.import",
      { query, body: envelope },
      options,
      async (checker, found) => {
        assertSame(found, envelope);
        await checker.trust(found, 0);
      },
    );
    return readDocument(answer);
  }
}

function readDocument(envelope: Envelope): SignedTrust {
  return { envelope, document: readJson(base64Decode(envelope.payload)) as TrustDocument };
}

/** API keys: what opens the server. They sign nothing. */
export class ApiKeys {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Makes a key. Its `secret` is in the first answer only; null means that this answer was lost once. */
  async create(body: CreateApiKey, options: WriteOptions = {}): Promise<CreatedApiKey> {
    return this.#api.checked("keys.create", { body }, options, async (_, answer) =>
      assertSame(answer, { object: "api_key", ...body }),
    );
  }

  /** Lists keys, newest first. */
  list(query: KeysListQuery = {}, options: RequestOptions = {}): List<ApiKey> {
    return this.#api.list<ApiKey, "keys.list">("keys.list", { query }, options, async (_, items) => {
      if (query.tenant !== undefined) for (const item of items) assertSame(item, { tenant: query.tenant });
    });
  }

  /** Revokes a key, at once and for good. */
  async revoke(key: string, options: RequestOptions = {}): Promise<ApiKey> {
    return this.#api.checked("keys.revoke", { path: { key } }, options, async (_, answer) => {
      assertSame(answer, { object: "api_key", id: key });
      if (answer.revokedAt === null) throw new SettldError("STORE_RECONCILIATION", `expected ${key} to be revoked`);
    });
  }
}

/** Who the API key speaks for. */
export class OwnAccount {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Reads tenant, parties, settler and limits of the API key. */
  async retrieve(options: RequestOptions = {}): Promise<Caller> {
    return this.#api.checked("account.retrieve", {}, options, (checker, answer) => checker.caller(answer));
  }
}

/** What a replay of every log gives, compared with the book. */
export class Audits {
  readonly #api: Connection;

  constructor(api: Connection) {
    this.#api = api;
  }

  /** Lets the server reconcile; needs the scope `operator`. It is the server's own statement about itself. */
  async retrieve(options: RequestOptions = {}): Promise<Audit> {
    return this.#api.checked("audit.retrieve", {}, options, async (_, answer) =>
      assertSame(answer, { object: "audit", ok: answer.findings.length === 0 }),
    );
  }
}
