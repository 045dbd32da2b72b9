import {
  base64Decode,
  formatInstant,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  pae,
  parseInstant,
  parseJson,
  publicKeyFromJwk,
  thumbprint,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { Deal } from "../deal.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { listAt, textAt } from "../values.ts";
import { newSigner, proofOf, type World } from "../world.ts";

// What is registered may be 5000 ms behind the server's clock (HTTP-14), and Date has whole seconds.
const REVOCATION_MS = 3000;

/** The parties of a trust document by id, with its signature checked by the pinned key. */
const partiesOf = async (world: World, notes: Notes, envelope: unknown): Promise<ReadonlyMap<string, unknown>> => {
  notes.same("payload type", textAt(envelope, "payloadType"), PAYLOAD_TYPES.trust);
  const payload = base64Decode(textAt(envelope, "payload"));
  const sig = base64Decode(textAt(envelope, "signatures", 0, "sig"));
  const code = await verifyEd25519(defaultCrypto, world.registry.key, pae(PAYLOAD_TYPES.trust, payload), sig);
  notes.same("signature of the trust document", code ?? "good", "good");
  const document = parseJson(payload, { canonical: true });
  return new Map(listAt(document, "parties").map((party) => [textAt(party, "id"), party]));
};

const newParty = async (world: World): Promise<{ id: string; roles: string[]; keys: object[] }> => {
  const signer = await newSigner();
  const id = `https://new-${signer.keyid
    .slice(0, 8)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "0")}-${world.run}.example`;
  const keys = [{ jwk: jwkFromPublicKey(signer.publicKey), proof: await proofOf(world.registry.id, id, signer) }];
  return { id, roles: ["seller"], keys };
};

const scenarios: readonly Scenario[] = [
  {
    id: "trust-document-served",
    clause: "HTTP-14",
    why: "The trust document is signed by the pinned registry, and lists the tenant's keys and the settler's.",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { body } = notes.ok(await world.api.call(buyer.tenant.apiKey, "trust.retrieve"), 200);
      const parties = await partiesOf(world, notes, body);
      const keys = listAt(parties.get(buyer.id), "keys").map((key) => textAt(key, "jwk", "x"));
      notes.same("keys of the buyer", keys, [jwkFromPublicKey(buyer.signer.publicKey).x]);
      const settler = parties.get(world.settler);
      notes.check(
        listAt(settler, "roles").includes("settler"),
        "roles of the settler",
        "settler",
        listAt(settler, "roles"),
      );
      const payload = textAt(body, "payload");
      const outcome = await world.verifier.ask("trust.evaluate", { trust: payload });
      // Who has no such op is asked no more of it here; the bundles rest on it anyway.
      if (outcome.kind === "answer") notes.same("verdict on the document", outcome.answer.verdict, "accept");
      return undefined;
    },
  },
  {
    id: "trust-document-of-agreement",
    clause: "HTTP-14",
    why: "With an agreement it lists the parties of that agreement, and no others.",
    needs: ["operator"],
    run: async (world, notes) => {
      const { buyer, seller, checker, arbiter } = await world.cast(notes);
      const deal = await Deal.offer(world, notes, { buyer, seller, checker, arbiter });
      const query = { agreement: deal.id };
      const { body } = notes.ok(await world.api.call(buyer.tenant.apiKey, "trust.retrieve", { query }), 200);
      const parties = await partiesOf(world, notes, body);
      notes.same("parties", [...parties.keys()].sort(), [buyer.id, seller.id, checker.id, world.settler].sort());
      return undefined;
    },
  },
  {
    id: "jwks-has-the-signer",
    clause: "HTTP-14",
    why: "The keys at /.well-known/jwks.json are those that sign events.",
    run: async (world, notes) => {
      const deal = await Deal.funded(world, notes, await world.cast(notes));
      const { body } = notes.ok(await deal.read("agreements.listEvents"), 200);
      const keys = new Map(
        listAt(notes.ok(await world.api.call(undefined, "server.jwks"), 200).body, "keys").map((jwk) => [
          textAt(jwk, "kid"),
          publicKeyFromJwk({ kty: "OKP", crv: "Ed25519", x: textAt(jwk, "x") }),
        ]),
      );
      for (const [kid, key] of keys) notes.same("kid", kid, thumbprint(key));
      for (const event of listAt(body, "data")) {
        const envelope = (event as { readonly envelope?: unknown }).envelope;
        const last = listAt(envelope, "signatures").at(-1);
        const key = keys.get(textAt(last, "keyid"));
        if (!notes.check(key !== undefined, "signer of an event", "a key of the JWKS", textAt(last, "keyid"))) continue;
        if (key === undefined) continue;
        const payload = base64Decode(textAt(envelope, "payload"));
        const sig = base64Decode(textAt(last, "sig"));
        const code = await verifyEd25519(defaultCrypto, key, pae(PAYLOAD_TYPES.event, payload), sig);
        notes.same("the settler's signature", code ?? "good", "good");
      }
      return undefined;
    },
  },
  {
    id: "party-without-proof",
    clause: "HTTP-15",
    why: "Whoever registers a key shows that they hold it.",
    code: "HTTP_BODY",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { keys, ...rest } = await newParty(world);
      const bare = keys.map((key) => ({ jwk: (key as { readonly jwk: object }).jwk }));
      return world.api.call(buyer.tenant.apiKey, "parties.create", { body: { ...rest, keys: bare } });
    },
  },
  {
    id: "party-with-proof-for-another",
    clause: "HTTP-15",
    why: "A proof is for one party at one registry; that of another party shows nothing.",
    code: "DSSE_SIGNATURE_INVALID",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const party = await newParty(world);
      const body = { ...party, id: party.id.replace("https://new-", "https://other-") };
      const reply = await world.api.call(buyer.tenant.apiKey, "parties.create", { body });
      notes.refused(
        await world.api.call(buyer.tenant.apiKey, "parties.retrieve", { path: { party: body.id } }),
        "HTTP_NOT_FOUND",
      );
      return reply;
    },
  },
  {
    id: "party-as-settler",
    clause: "HTTP-15",
    why: "A tenant makes no settler: under the registry's name it could vouch for agreements that never were.",
    code: "HTTP_FORBIDDEN",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = { ...(await newParty(world)), roles: ["settler"] };
      return world.api.call(buyer.tenant.apiKey, "parties.create", { body });
    },
  },
  {
    id: "party-of-another-tenant",
    clause: "HTTP-15",
    why: "A name is taken once.",
    code: "TRUST_PARTY_DUPLICATE",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { apiKey } = (await world.stranger(notes)).tenant;
      const signer = await newSigner();
      const keys = [
        { jwk: jwkFromPublicKey(signer.publicKey), proof: await proofOf(world.registry.id, buyer.id, signer) },
      ];
      return world.api.call(apiKey, "parties.create", { body: { id: buyer.id, roles: ["buyer"], keys } });
    },
  },
  {
    id: "revocation-by-tenant",
    clause: "HTTP-14",
    why: "A party that revokes its key takes back nothing that it signed.",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 0);
      const path = { party: buyer.id, thumbprint: buyer.signer.keyid };
      const body = { reason: "compromised" };
      const before = world.api.now();
      const reply = notes.ok(await world.api.call(buyer.tenant.apiKey, "parties.revokeKey", { path, body }), 200);
      const at = textAt(reply.body, "keys", 0, "revoked", "at");
      const isLater = at !== "" && parseInstant(at) > before + REVOCATION_MS;
      notes.check(isLater, "at of the revocation", "later than all that was admitted", at);
      return undefined;
    },
  },
  {
    id: "revocation-backdated",
    clause: "HTTP-14",
    why: "Only an operator revokes what a key has signed already.",
    code: "HTTP_FORBIDDEN",
    needs: ["operator"],
    run: async (world, notes) => {
      const buyer = await world.buyer(notes, 0);
      const path = { party: buyer.id, thumbprint: buyer.signer.keyid };
      const at = formatInstant(Math.floor(world.api.now()) - 60_000);
      return world.api.call(buyer.tenant.apiKey, "parties.revokeKey", { path, body: { reason: "superseded", at } });
    },
  },
  {
    id: "trust-import-by-tenant",
    clause: "HTTP-14",
    why: "Who may sign is not for a tenant to say.",
    code: "HTTP_FORBIDDEN",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { body } = await world.api.call(buyer.tenant.apiKey, "trust.retrieve");
      return world.api.call(buyer.tenant.apiKey, "trust.import", { body });
    },
  },
];

/** Parties, keys, and the registry's word on them. */
export const trust: ScenarioGroup = { name: "trust", scenarios };
