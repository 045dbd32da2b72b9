import { randomBytes } from "node:crypto";
import {
  base64Decode,
  base64Encode,
  formatInstant,
  isSettldError,
  type JsonValue,
  jwkFromPublicKey,
  keyProofMessage,
  parseJson,
  publicKeyFromJwk,
  REVISION,
  SettldError,
  type Signer,
  signerFromSeed,
  thumbprint,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Outcome } from "../adapter/outcome.ts";
import type { Api, Extra, Reply } from "./api.ts";
import type { Cast, Party, Tenant } from "./cast.ts";
import { type ApiDocument, nameOf, servedDocument } from "./document.ts";
import type { HookReceiver } from "./hook-receiver.ts";
import type { Prepared } from "./prepared.ts";
import { answerText, type Notes, Unable } from "./scene.ts";
import { listAt, textAt } from "./values.ts";
import type { Verifier } from "./verifier.ts";

/** What every scenario has at hand. */
export type World = {
  readonly api: Api;
  readonly verifier: Verifier;
  readonly hooks: HookReceiver | undefined;
  readonly operatorKey: string | undefined;
  /** Party id of the settler. */
  readonly settler: string;
  /** Id and public key of the registry. */
  readonly registry: { readonly id: string; readonly key: Uint8Array };
  /** What the server says of itself in its API document. */
  readonly about: { readonly name: string; readonly version: string };
  readonly served: ApiDocument;
  readonly servedText: unknown;
  readonly asset: { readonly assetCode: string; readonly assetScale: number };
  /** A text that no other run has. */
  readonly run: string;
  /** An operator's request; a scenario without an operator's key is not run. */
  readonly operator: (operation: string, extra?: Extra) => Promise<Reply>;
  readonly tenant: (notes: Notes) => Promise<Tenant>;
  readonly party: (notes: Notes, tenant: Tenant, role: string) => Promise<Party>;
  /** The players that scenarios share: the buyer of one tenant, the others of another. The buyer has money enough. */
  readonly cast: (notes: Notes) => Promise<Cast>;
  /** A third tenant, which has no part in anything that the cast does. */
  readonly stranger: (notes: Notes) => Promise<Party>;
  /** A new buyer with exactly so much money. */
  readonly buyer: (notes: Notes, value: number) => Promise<Party>;
  readonly deposit: (notes: Notes, party: Party, value: number, reference?: string) => Promise<Reply>;
  readonly verify: (bundle: Uint8Array) => Promise<Outcome>;
};

/** How a world begins. */
export type WorldOptions = {
  readonly api: Api;
  readonly verifier: Verifier;
  readonly hooks: HookReceiver | undefined;
  readonly operatorKey: string | undefined;
  readonly prepared: Prepared | undefined;
  /** The registry's key that the user pins. */
  readonly root: Uint8Array | undefined;
};

// ISO 4217 keeps this code for tests.
const ASSET = { assetCode: "XTS", assetScale: 2 };
const PLENTY = 1_000_000_000;

/** Where a proof of a key goes (HTTP-15). */
export const proofOf = async (registry: string, party: string, signer: Signer): Promise<string> =>
  base64Encode(await signer.sign(keyProofMessage({ registry, party, thumbprint: signer.keyid })));

/** A signer with a key that nobody else has. */
export const newSigner = (): Promise<Signer> => signerFromSeed(new Uint8Array(randomBytes(32)), defaultCrypto);

/**
 * Looks at a server before the scenarios: whether it is there, who settles, and who its registry is.
 *
 * @throws SettldError `CONF_SERVER_START`.
 */
export const beginWorld = async (options: WorldOptions): Promise<World> => {
  const { api, verifier, hooks, operatorKey, prepared, root } = options;
  const firstKey = operatorKey ?? prepared?.cast.buyer.tenant.apiKey;
  const begin = async (operation: string, key: string | undefined): Promise<Reply> => {
    let reply: Reply;
    try {
      reply = await api.call(key, operation);
    } catch (error) {
      throw new SettldError(
        "CONF_SERVER_START",
        `${api.url}: expected an answer, found none: ${(error as Error).message}`,
      );
    }
    if (reply.status === 200) return reply;
    throw new SettldError("CONF_SERVER_START", `${api.url}: ${reply.asked}: expected 200, found ${answerText(reply)}`);
  };
  const servedText = (await begin("server.openapi", undefined)).body;
  const served = servedDocument(servedText);
  const account = await begin("account.retrieve", firstKey);
  const revision = account.headers.get("settld-revision");
  if (revision !== REVISION) {
    throw new SettldError(
      "CONF_SERVER_START",
      `expected a server of revision ${REVISION}, found ${revision ?? "none"}`,
    );
  }
  if (operatorKey !== undefined && !listAt(account.body, "key", "scopes").includes("operator")) {
    throw new SettldError("CONF_SERVER_START", "expected an API key with the scope operator, found another one");
  }
  const trust = await begin("trust.retrieve", firstKey);
  const registry = registryOf(trust.body, root);
  api.serve(served);

  const run = randomBytes(6).toString("hex");
  const scopes = api.own.scopes.filter((scope) => scope !== "operator");
  let names = 0;
  let shared: Promise<Cast> | undefined;
  let other: Promise<Party> | undefined;

  const operator: World["operator"] = async (operation, extra) => {
    if (operatorKey === undefined) throw new Unable("it needs an operator's API key");
    return api.call(operatorKey, operation, extra);
  };
  const tenant: World["tenant"] = async (notes) => {
    names += 1;
    const name = `conform-${run}-${names}`;
    const reply = notes.ok(await operator("keys.create", { body: { tenant: name, scopes, name: "conformance" } }), 201);
    return { name, apiKey: textAt(reply.body, "secret") };
  };
  const party: World["party"] = async (notes, owner, role) => {
    names += 1;
    const id = `https://${role}-${run}-${names}.example`;
    const signer = await newSigner();
    const keys = [{ jwk: jwkFromPublicKey(signer.publicKey), proof: await proofOf(registry.id, id, signer) }];
    // Our clock may be a little behind the server's.
    const notBefore = formatInstant(Math.floor(api.now()) - 3_600_000);
    notes.ok(await api.call(owner.apiKey, "parties.create", { body: { id, roles: [role], keys, notBefore } }), 201);
    return { id, signer, tenant: owner };
  };
  const deposit: World["deposit"] = async (
    notes,
    { id },
    value,
    reference = `${run} ${randomBytes(8).toString("hex")}`,
  ) =>
    notes.ok(
      await operator("deposits.create", {
        body: { party: id, amount: { value: String(value), ...(prepared?.asset ?? ASSET) }, reference },
      }),
    );

  const makeCast = async (notes: Notes): Promise<Cast> => {
    if (prepared !== undefined) return prepared.cast;
    const [client, vendor] = [await tenant(notes), await tenant(notes)];
    const [buyer, seller, checker, arbiter] = [
      await party(notes, client, "buyer"),
      await party(notes, vendor, "seller"),
      await party(notes, vendor, "checker"),
      await party(notes, vendor, "arbiter"),
    ];
    await deposit(notes, buyer, PLENTY);
    return { buyer, seller, checker, arbiter };
  };

  return {
    api,
    verifier,
    hooks,
    operatorKey,
    settler: textAt(account.body, "settler"),
    registry,
    about: nameOf(servedText),
    served,
    servedText,
    asset: prepared?.asset ?? ASSET,
    run,
    operator,
    tenant,
    party,
    deposit,
    // What failed for one scenario is tried anew for the next.
    cast: (notes) => {
      shared ??= makeCast(notes).catch((error: unknown) => {
        shared = undefined;
        throw error;
      });
      return shared;
    },
    stranger: (notes) => {
      const make = async (): Promise<Party> => prepared?.stranger ?? party(notes, await tenant(notes), "seller");
      other ??= make().catch((error: unknown) => {
        other = undefined;
        throw error;
      });
      return other;
    },
    async buyer(notes, value) {
      const made = await party(notes, await tenant(notes), "buyer");
      if (value > 0) await deposit(notes, made, value);
      return made;
    },
    verify: (bundle) =>
      verifier.ask("bundle.verify", {
        bundle: base64Encode(bundle),
        root: base64Encode(registry.key),
        // A second or two ahead, because the Date header has whole seconds.
        now: formatInstant(api.now() + 2000),
      }),
  };
};

// Whoever gives no root holds the server to the registry that it names at first.
const registryOf = (envelope: unknown, root: Uint8Array | undefined): World["registry"] => {
  const fail = (expected: string, found: string): SettldError =>
    new SettldError("CONF_SERVER_START", `trust document: expected ${expected}, found ${found}`);
  let document: JsonValue;
  try {
    document = parseJson(base64Decode(textAt(envelope, "payload")), { canonical: true });
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw fail("a signed document", error.code);
  }
  const id = textAt(document, "registry", "id");
  const keyid = textAt(envelope, "signatures", 0, "keyid");
  if (root !== undefined) {
    if (thumbprint(root) === keyid) return { id, key: root };
    throw fail(`the signature of the given key ${thumbprint(root)}`, keyid);
  }
  try {
    const { jwk } = (document as { readonly registry: { readonly jwk: Parameters<typeof publicKeyFromJwk>[0] } })
      .registry;
    const key = publicKeyFromJwk(jwk);
    if (thumbprint(key) === keyid) return { id, key };
  } catch {
    // No key that could be held on to.
  }
  throw fail("the key of its registry in it, or --root", "none that signed it");
};
