import {
  base64Decode,
  canonicalize,
  formatInstant,
  keyProofMessage,
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
import { readTrust, type Trust } from "@settld/verifier";
import type { AddPartyKey, CreateApiKey, CreateParty, NewPartyKey, RevokePartyKey } from "../../gen/types.ts";
import { SKEW_MS } from "../../settler/settler.ts";
import type { KeptAnswer, PartyRow } from "../../store/store.ts";
import { newApiKey } from "../api-keys.ts";
import { actsForOne, type Context, callerOf, type Handlers, json, required, text } from "../context.ts";
import { listPage } from "../list.ts";
import { apiKeyView, partyView } from "../views/registry.ts";

type Revocation = NonNullable<PartyRow["keys"][number]["revoked"]>;

// How long a key is valid when nothing else is said: ten years of 365.25 days, in milliseconds.
const VALID_MS = 315_576_000_000;
// No party in a trust document is shorter.
const PARTY_BYTES_MIN = 200;
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
    refuseSettler(context, roles);
    return store.exclusively(`party ${id}`, async () => {
      if ((await store.party(id)) !== undefined) {
        throw new SettldError("TRUST_PARTY_DUPLICATE", `/id: expected a new party, found ${id}`, { pointer: "/id" });
      }
      for (const [index, one] of keys.entries()) await checkProof(context, id, one, `/keys/${index}/proof`);
      const window = windowOf(context, notBefore, notAfter);
      const party = { id, tenant: key.tenant, roles, keys: keys.map(({ jwk }) => ({ jwk, ...window })) };
      await checkRoom(context, party);
      return register(context, 201, party);
    });
  },

  "parties.retrieve": async (context) => json(200, partyView(await ownParty(context))),

  "parties.addKey": async (context) =>
    context.services.store.exclusively(`party ${required(context, "party")}`, async () => {
      const { jwk, proof, notBefore, notAfter } = context.body as AddPartyKey;
      const before = await ownParty(context);
      refuseSettler(context, before.roles);
      await checkProof(context, before.id, { jwk, ...(proof === undefined ? {} : { proof }) }, "/proof");
      const party = { ...before, keys: [...before.keys, { jwk, ...windowOf(context, notBefore, notAfter) }] };
      await checkRoom(context, party);
      return register(context, 201, party);
    }),

  "parties.revokeKey": async (context) =>
    context.services.store.exclusively(`party ${required(context, "party")}`, async () => {
      const { reason, at } = context.body as RevokePartyKey;
      const party = await ownParty(context);
      // Later than everything that the server admitted so far: what the key has signed stays signed.
      const earliest = context.services.clock() + SKEW_MS + 1;
      if (at !== undefined && parseInstant(at, "/at") < earliest && !callerOf(context).isOperator) {
        const found = `expected ${formatInstant(earliest)} or later, or none for as soon as can be, found ${at}`;
        throw new SettldError("HTTP_FORBIDDEN", `/at: ${found}; only an operator revokes what a key has signed`, {
          pointer: "/at",
        });
      }
      const name = required(context, "thumbprint");
      const found = party.keys.find(({ jwk }) => thumbprint(publicKeyFromJwk(jwk)) === name);
      if (found === undefined)
        throw new SettldError("HTTP_NOT_FOUND", `expected a key of ${party.id}, found none: ${name}`);
      const revoked = strictest(found.revoked, { at: at ?? formatInstant(earliest), reason });
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
    const read = readTrust(document);
    const [signature] = envelope.signatures;
    if (signature === undefined || signature.keyid !== thumbprint(registryKey)) {
      throw new SettldError("TRUST_REGISTRY_KEY", "/signatures/0/keyid: expected the key of this server's registry");
    }
    const code = await verifyEd25519(crypto, registryKey, pae(envelope.payloadType, envelope.payload), signature.sig);
    if (code !== undefined) throw new SettldError(code, "/signatures/0/sig: the signature does not verify");
    const tenant = text(context, "tenant") ?? "operator";
    checkUse(context, read);
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

// A document by which the server could admit nothing is the operator's mistake. One that revokes the server's own key is
// none: the server has to know, and signs with it no more.
function checkUse({ services }: Context, { issuedAt, expiresAt, keys }: Trust): void {
  const { settler, settlerKeys, clock } = services;
  const now = clock();
  if (now < issuedAt) {
    const message = `/issuedAt: expected at most ${formatInstant(now)}, found ${formatInstant(issuedAt)}`;
    throw new SettldError("TRUST_NOT_YET_VALID", message, { pointer: "/issuedAt" });
  }
  if (now >= expiresAt) {
    const message = `/expiresAt: expected a time after ${formatInstant(now)}, found ${formatInstant(expiresAt)}`;
    throw new SettldError("TRUST_EXPIRED", message, { pointer: "/expiresAt" });
  }
  const own = settlerKeys.flatMap((key) => keys.get(thumbprint(key)) ?? []);
  if (own.length === 0) {
    throw new SettldError("TRUST_KEY_UNKNOWN", `/parties: expected a key of this settler, ${settler.id}, found none`, {
      pointer: "/parties",
    });
  }
  const mine = own.filter(({ party }) => party === settler.id);
  if (!mine.some(({ roles }) => roles.includes("settler"))) {
    const code = mine.length === 0 ? "TRUST_KEY_PARTY" : "TRUST_ROLE";
    const message = `/parties: expected the settler's key under ${settler.id} with the role settler, found it elsewhere`;
    throw new SettldError(code, message, { pointer: "/parties" });
  }
}

// A revocation stays: taking it back, or weakening it, would let old signatures count again.
function strictest(before: Revocation | undefined, { at, reason }: Revocation): Revocation {
  if (before === undefined) return { at, reason };
  return {
    at: parseInstant(at) < parseInstant(before.at) ? at : before.at,
    reason: before.reason === "compromised" ? before.reason : reason,
  };
}

// Under the registry's name a settler can vouch for agreements that never were, so a tenant does not make one.
function refuseSettler(context: Context, roles: PartyRow["roles"]): void {
  if (callerOf(context).isOperator || !roles.includes("settler")) return;
  throw new SettldError("HTTP_FORBIDDEN", "expected an operator's key for a settler, found a tenant's");
}

// Who holds a key says that it is the party's, so that nobody takes a name for the key of somebody else (HTTP-15).
async function checkProof(
  context: Context,
  party: string,
  { jwk, proof }: NewPartyKey,
  pointer: string,
): Promise<void> {
  const { trust, crypto } = context.services;
  if (!trust.signs || (proof === undefined && callerOf(context).isOperator)) return;
  if (proof === undefined) {
    throw new SettldError("HTTP_BODY", `${pointer}: expected a proof that you hold the key, found none`, { pointer });
  }
  const publicKey = publicKeyFromJwk(jwk);
  const message = keyProofMessage({ registry: trust.registry, party, thumbprint: thumbprint(publicKey) });
  const code = await verifyEd25519(crypto, publicKey, message, base64Decode(proof));
  if (code === undefined) return;
  const expected = "expected the key's signature over this registry, the party and the thumbprint";
  throw new SettldError(code, `${pointer}: ${expected}, found another`, { pointer });
}

// The parties of a tenant are looked through for its lists, and signed in one document.
async function checkRoom({ services }: Context, { tenant, ...party }: PartyRow): Promise<void> {
  const { store, limits } = services;
  const rows = await store.parties(tenant, { limit: Math.ceil(limits.partiesBytes / PARTY_BYTES_MIN) });
  const parties = rows.map(({ tenant: _, ...row }) => row).filter(({ id }) => id !== party.id);
  const bytes = utf8(JSON.stringify([...parties, party])).length;
  if (bytes <= limits.partiesBytes) return;
  throw new SettldError(
    "HTTP_FORBIDDEN",
    `expected parties of one tenant of at most ${limits.partiesBytes} bytes in a trust document, found ${bytes}`,
  );
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
