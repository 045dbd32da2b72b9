import {
  canonicalize,
  formatInstant,
  LIMITS,
  PAYLOAD_TYPES,
  pae,
  parseEnvelope,
  parseInstant,
  parseJson,
  publicKeyFromJwk,
  SettldError,
  type TrustDocument,
  thumbprint,
  utf8,
  verifyEd25519,
} from "@settld/protocol";
import { readTrust } from "@settld/verifier";
import type { AddPartyKey, CreateApiKey, CreateParty, RevokePartyKey } from "../../gen/types.ts";
import type { KeptAnswer, PartyRow } from "../../store/store.ts";
import { newApiKey } from "../api-keys.ts";
import { actsForOne, type Context, callerOf, type Handlers, json, required, text } from "../context.ts";
import { listPage } from "../list.ts";
import { apiKeyView, partyView } from "../views/registry.ts";

// How long a key is valid when nothing else is said: ten years of 365.25 days, in milliseconds.
const VALID_MS = 315_576_000_000;
const YEAR_9999 = parseInstant("9999-12-31T23:59:59.999Z");

/** Parties, their keys, the trust document, and API keys. */
export const registry: Handlers = {
  "parties.list": async (context) => {
    const { isOperator, key } = callerOf(context);
    return listPage(
      context,
      (page) => context.services.store.parties(isOperator ? undefined : key.tenant, page),
      ({ id }) => id,
      partyView,
    );
  },

  "parties.create": async (context) => {
    const { id, roles, keys, notBefore, notAfter } = context.body as CreateParty;
    const { store } = context.services;
    const { key } = callerOf(context);
    return store.exclusively(`party ${id}`, async () => {
      if ((await store.party(id)) !== undefined) {
        throw new SettldError("TRUST_PARTY_DUPLICATE", `/id: expected a new party, found ${id}`, { pointer: "/id" });
      }
      const window = windowOf(context, notBefore, notAfter);
      return register(context, 201, { id, tenant: key.tenant, roles, keys: keys.map((jwk) => ({ jwk, ...window })) });
    });
  },

  "parties.retrieve": async (context) => json(200, partyView(await ownParty(context))),

  "parties.addKey": async (context) =>
    context.services.store.exclusively(`party ${required(context, "party")}`, async () => {
      const { jwk, notBefore, notAfter } = context.body as AddPartyKey;
      const party = await ownParty(context);
      return register(context, 201, {
        ...party,
        keys: [...party.keys, { jwk, ...windowOf(context, notBefore, notAfter) }],
      });
    }),

  "parties.revokeKey": async (context) =>
    context.services.store.exclusively(`party ${required(context, "party")}`, async () => {
      const { reason, at } = context.body as RevokePartyKey;
      const party = await ownParty(context);
      const name = required(context, "thumbprint");
      const found = party.keys.find(({ jwk }) => thumbprint(publicKeyFromJwk(jwk)) === name);
      if (found === undefined)
        throw new SettldError("HTTP_NOT_FOUND", `expected a key of ${party.id}, found none: ${name}`);
      // A revocation stays: taking it back, or weakening it, would let old signatures count again.
      const revoked = found.revoked ?? { at: at ?? formatInstant(context.services.clock()), reason };
      return register(context, 200, {
        ...party,
        keys: party.keys.map((key) => (key === found ? { ...key, revoked } : key)),
      });
    }),

  "trust.retrieve": async (context) => {
    const { store, trust } = context.services;
    const agreement = text(context, "agreement") as `sha256:${string}` | undefined;
    const { isOperator, parties } = callerOf(context);
    const named = agreement === undefined ? [] : (await store.roles(agreement)).map(({ party }) => party);
    if (agreement !== undefined && !isOperator && !(await actsForOne(context, named))) {
      throw new SettldError("HTTP_NOT_FOUND", `expected an agreement, found none: ${agreement}`);
    }
    const envelope = await trust.signed(agreement === undefined ? await parties() : named);
    if (envelope === undefined)
      throw new SettldError("HTTP_NOT_FOUND", "expected a trust document; the operator has imported none");
    return new Response(envelope.slice(), { headers: { "content-type": "application/json" } });
  },

  "trust.import": async (context) => {
    const { services, body } = context;
    const { registryKey, store, crypto, trust } = services;
    if (registryKey === undefined || trust.signs) {
      throw new SettldError(
        "HTTP_FORBIDDEN",
        "expected a server that imports trust documents; this one signs them itself",
      );
    }
    const envelope = parseEnvelope(body, {
      payloadType: PAYLOAD_TYPES.trust,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const document = parseJson(envelope.payload, { canonical: true });
    readTrust(document);
    const [signature] = envelope.signatures;
    if (signature === undefined || signature.keyid !== thumbprint(registryKey)) {
      throw new SettldError("TRUST_REGISTRY_KEY", "/signatures/0/keyid: expected the key of this server's registry");
    }
    const code = await verifyEd25519(crypto, registryKey, pae(envelope.payloadType, envelope.payload), signature.sig);
    if (code !== undefined) throw new SettldError(code, "/signatures/0/sig: the signature does not verify");
    const tenant = text(context, "tenant") ?? "operator";
    const { parties } = document as unknown as TrustDocument;
    const known = new Map<string, string>();
    for (const { id } of parties) {
      const row = await store.party(id);
      if (row !== undefined) known.set(id, row.tenant);
    }
    const bytes = utf8(canonicalize(body));
    await trust.adopt(document as unknown as TrustDocument, bytes, (party) => known.get(party) ?? tenant);
    return new Response(bytes.slice(), { headers: { "content-type": "application/json" } });
  },

  "keys.create": async (context) => {
    const { services, keep } = context;
    const { tenant, scopes, name } = context.body as CreateApiKey;
    const { key, row } = newApiKey(tenant, scopes, name, services.clock());
    // The kept answer is without the key, because what is kept can be read (HTTP-7).
    const written = await services.store.write({
      apiKeys: [row],
      ...(keep === undefined ? {} : { answer: keep(201, { ...apiKeyView(row), secret: null }) }),
    });
    if (!written.ok)
      throw new SettldError("HTTP_IDEMPOTENCY_IN_FLIGHT", "a request with this Idempotency-Key was just answered");
    return json(201, { ...apiKeyView(row), secret: key });
  },

  "keys.list": async (context) => {
    const tenant = text(context, "tenant");
    return listPage(
      context,
      (page) => context.services.store.listApiKeys(tenant, page),
      ({ id }) => id,
      apiKeyView,
    );
  },

  "keys.revoke": async (context) => {
    const { store, clock } = context.services;
    const id = required(context, "key");
    const row = await store.revokeApiKey(id, clock());
    if (row === undefined) throw new SettldError("HTTP_NOT_FOUND", `expected an API key, found none: ${id}`);
    return json(200, apiKeyView(row));
  },
};

async function ownParty(context: Context): Promise<PartyRow> {
  const id = required(context, "party");
  const { isOperator, key } = callerOf(context);
  const row = await context.services.store.party(id);
  if (row === undefined || !(isOperator || row.tenant === key.tenant)) {
    throw new SettldError("HTTP_NOT_FOUND", `expected a party, found none: ${id}`);
  }
  return row;
}

async function register({ services, keep }: Context, status: number, party: PartyRow): Promise<Response> {
  const view = partyView(party);
  const answer: KeptAnswer | undefined = keep?.(status, view);
  await services.trust.register([party], answer);
  return json(status, view);
}

function windowOf(
  { services }: Context,
  notBefore: string | undefined,
  notAfter: string | undefined,
): { readonly notBefore: string; readonly notAfter: string } {
  const from = notBefore ?? formatInstant(services.clock());
  return { notBefore: from, notAfter: notAfter ?? formatInstant(Math.min(parseInstant(from) + VALID_MS, YEAR_9999)) };
}
