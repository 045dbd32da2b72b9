import { canonicalize, digestOf, jwkFromPublicKey } from "@settld/protocol";
import { bytesOf, idOf, keyOf, secondBuyerKey, type TrustDoc, trustDoc, trustKey } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { le32 } from "../../points.ts";
import { at } from "../../time.ts";
import { offCurve, reject, withKey, withParty } from "./document-case.ts";
import { shapes } from "./document-shape.ts";

const doc = trustDoc();

const accept = (
  id: string,
  clause: string,
  why: string,
  document: TrustDoc,
  kills?: string,
  bytes = bytesOf(document),
): Case => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: { trust: field(bytes) },
  facts: {
    digest: digestOf(bytesOf(document)),
    version: document.version,
    registry: document.registry.id,
    keys: document.parties.reduce((sum, { keys }) => sum + keys.length, 0),
  },
});

const accepted: readonly Case[] = [
  accept("trust-document", "TRUST-1", "Five parties with a key each.", doc),
  accept(
    "trust-document-pretty",
    "TRUST-1",
    "A user's own document may be laid out for people; its digest is that of the canonical form.",
    doc,
    "digest the bytes of the document",
    Buffer.from(`${JSON.stringify(doc, null, 2)}\n`),
  ),
  accept(
    "trust-document-without-registry-key",
    "TRUST-6",
    "A document of the user's own needs no registry key.",
    trustDoc({ registry: { id: idOf("registry") } }),
    "demand registry.jwk everywhere",
  ),
  accept(
    "trust-document-without-parties",
    "TRUST-1",
    "A registry may know nobody.",
    trustDoc({ parties: [] }),
    "demand a party",
  ),
  accept(
    "trust-document-two-keys",
    "TRUST-4",
    "A party may hold several keys.",
    trustDoc({}, { buyer: [trustKey(keyOf("buyer")), trustKey(secondBuyerKey)] }),
    "keep one key a party",
  ),
  accept(
    "trust-document-revoked",
    "TRUST-13",
    "A revoked key stays in the document.",
    trustDoc({}, { buyer: [trustKey(keyOf("buyer"), { revoked: { at: at(0), reason: "compromised" } })] }),
    "drop revoked keys",
  ),
  accept(
    "trust-document-key-not-on-curve",
    "KEY-6",
    "A key that is no point harms nobody until a signature names it.",
    trustDoc({}, { buyer: [trustKey(keyOf("buyer")), trustKey({ ...secondBuyerKey, publicKey: offCurve })] }),
    "decode every key of a document",
  ),
  accept(
    "trust-document-leap-day",
    "TIME-1",
    "2028 has a 29 February.",
    trustDoc({ expiresAt: "2028-02-29T00:00:00.000Z" }),
    "reject every 29 February",
  ),
];

const rules: readonly Case[] = [
  reject({
    fault: "window-empty",
    clause: "TRUST-2",
    code: "TRUST_WINDOW",
    pointer: "/expiresAt",
    document: { ...doc, expiresAt: doc.issuedAt },
    why: "A window that ends when it starts is never open.",
    kills: "compare issuedAt <= expiresAt",
  }),
  reject({
    fault: "window-reversed",
    clause: "TRUST-2",
    code: "TRUST_WINDOW",
    pointer: "/expiresAt",
    document: { ...doc, expiresAt: "2025-01-01T00:00:00.000Z" },
    why: "A window cannot end before it starts.",
    kills: "swap the ends of a window",
  }),
  reject({
    fault: "key-window-empty",
    clause: "TRUST-2",
    code: "TRUST_WINDOW",
    pointer: "/parties/0/keys/0/notAfter",
    document: withKey({ notAfter: "2020-01-01T00:00:00.000Z" }),
    why: "Keys have windows, too.",
    kills: "check the document's own window only",
  }),
  reject({
    fault: "party-twice",
    clause: "TRUST-3",
    code: "TRUST_PARTY_DUPLICATE",
    pointer: "/parties/1/id",
    document: withParty({ id: idOf("buyer") }, 1),
    why: "Readers that keep the first entry and readers that keep the last trust different keys.",
    kills: "merge parties of one id",
  }),
  reject({
    fault: "key-of-two-parties",
    clause: "TRUST-4",
    code: "TRUST_KEY_SHARED",
    pointer: "/parties/1/keys/0/jwk",
    document: withParty({ keys: [trustKey(keyOf("buyer"))] }, 1),
    why: "With one key for two parties nobody can tell who signed.",
    kills: "index keys by party",
  }),
  reject({
    fault: "key-twice",
    clause: "TRUST-4",
    code: "TRUST_KEY_SHARED",
    pointer: "/parties/0/keys/1/jwk",
    document: withParty({
      keys: [trustKey(keyOf("buyer")), trustKey(keyOf("buyer"), { notAfter: "2030-01-01T00:00:00.000Z" })],
    }),
    why: "Two entries for one key may contradict each other.",
    kills: "allow a key twice for one party",
  }),
  reject({
    fault: "registry-acts",
    clause: "TRUST-5",
    code: "TRUST_REGISTRY_ACTS",
    pointer: "/parties/0/keys/0/jwk",
    document: withParty({ keys: [trustKey(keyOf("registry"))] }),
    why: "Who says who may act must not act.",
    kills: "skip the comparison with the registry's key",
  }),
  reject({
    fault: "key-small-order",
    clause: "KEY-5",
    code: "KEY_SMALL_ORDER",
    pointer: "/parties/0/keys/0/jwk",
    document: withKey({ jwk: jwkFromPublicKey(le32(1n)) }),
    why: "Anyone could sign for this party.",
    kills: "check keys when they are used",
  }),
  reject({
    fault: "key-not-canonical",
    clause: "KEY-4",
    code: "KEY_NOT_CANONICAL",
    pointer: "/parties/0/keys/0/jwk",
    document: withKey({ jwk: jwkFromPublicKey(new Uint8Array(32).fill(0xff)) }),
    why: "One point would have two thumbprints.",
    kills: "check keys when they are used",
  }),
  reject({
    fault: "registry-key-small-order",
    clause: "KEY-5",
    code: "KEY_SMALL_ORDER",
    pointer: "/registry/jwk",
    document: { ...doc, registry: { ...doc.registry, jwk: jwkFromPublicKey(le32(1n)) } },
    why: "Anyone could sign trust documents.",
    kills: "check keys of parties only",
  }),
  {
    id: "trust-document-duplicate-name",
    clause: "JSON-4",
    code: "JSON_DUPLICATE_NAME",
    fault: "duplicate-name",
    twin: "trust-document",
    why: "A user's own document is strict JSON, too.",
    kills: "read own documents with a lenient parser",
    input: { trust: field(`{"version":1,${canonicalize(doc).slice(1)}`) },
  },
];

/** Trust documents of the user's own. */
export const document: VectorFile = {
  path: "trust/document.json",
  op: "trust.evaluate",
  description: "Trust documents of the user's own.",
  groups: [{ cases: [...accepted, ...shapes, ...rules] }],
};
