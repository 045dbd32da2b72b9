import { base64Encode, base64urlEncode, canonicalize, digestOf, type JsonValue, utf8 } from "@settld/protocol";
import { bytesOf, idOf, keyOf, type TrustDoc, trustDoc, trustKey } from "../cast.ts";
import { type Case, field, type VectorFile } from "../format.ts";
import { le32 } from "../points.ts";
import { GONE, set, type Violation } from "../schema-case.ts";
import { at } from "../time.ts";

const first = "/parties/0";
const key = `${first}/keys/0`;
const revoked = { at: at(0), reason: "superseded" };

const rows: readonly Violation[] = [
  ["list", "", [trustDoc()], "A user brings one document, not a list of them.", "take the first entry of a list"],
  ["without-registry", "/registry", GONE, "Whose document is it?", "default to the pinned registry"],
  ["without-issued-at", "/issuedAt", GONE, "Valid from when?", "default to the beginning of time"],
  ["without-expires-at", "/expiresAt", GONE, "Valid until when?", "let documents be valid for ever"],
  ["without-parties", "/parties", GONE, "A registry that knows nobody writes an empty list.", "default to no parties"],
  ["registry-text", "/registry", idOf("registry"), "A registry is an object with an id.", "accept an id as a registry"],
  ["registry-without-id", "/registry/id", GONE, "A registry is known by its id.", "identify registries by key only"],
  ["registry-note", "/registry/name", "x", "A name that nobody compares.", "ignore unknown members of registries"],
  ["registry-id-space", "/registry/id", "urn:a b", "An id has no spaces.", "accept any text as id"],
  ["registry-jwk-text", "/registry/jwk", "x", "A key is a JWK.", "ignore a registry key that cannot be read"],
  ["version-fraction-text", "/version", "1.0", "A version is an integer.", "accept versions of software"],
  ["expires-at-null", "/expiresAt", null, "null is no instant.", "treat null as never"],
  [
    "expires-at-line-feed",
    "/expiresAt",
    "2030-01-01T00:00:00.000Z\n",
    "The end of the text is its end.",
    "let $ match before a final line feed",
  ],
  [
    "issued-at-letters",
    "/issuedAt",
    "\u0662\u0660\u0662\u0666-01-01T00:00:00.000Z",
    "Digits are ASCII; other scripts have digits that look the same to a regular expression.",
    "match digits with a class for all scripts",
  ],
  ["parties-object", "/parties", {}, "Parties are a list.", "take the values of an object"],
  ["party-text", first, idOf("buyer"), "A party is an object.", "skip what is no object"],
  ["party-note", `${first}/name`, "Buyer Inc.", "A name that nobody vouches for.", "ignore unknown members of parties"],
  ["party-without-id", `${first}/id`, GONE, "Whose keys?", "skip parties without an id"],
  ["party-without-roles", `${first}/roles`, GONE, "In which role?", "default to every role"],
  ["party-without-keys", `${first}/keys`, GONE, "By which keys?", "default to no keys"],
  [
    "roles-text",
    `${first}/roles`,
    "buyer",
    "Roles are a list, so that no part of a text matches.",
    "look for a role within a text",
  ],
  [
    "roles-6",
    `${first}/roles`,
    ["buyer", "seller", "checker", "arbiter", "settler", "buyer"],
    "There are five roles.",
    "no upper limit",
  ],
  ["role-upper-case", `${first}/roles`, ["Buyer"], "Roles have one case.", "compare roles without case"],
  ["keys-object", `${first}/keys`, {}, "Keys are a list.", "take the values of an object"],
  [
    "keys-65",
    `${first}/keys`,
    Array.from({ length: 65 }, () => trustKey(keyOf("buyer"))),
    "64 keys are the most; that they are one key is not looked at.",
    "no upper limit",
  ],
  ["key-text", key, keyOf("buyer").keyid, "A key has a window.", "accept a thumbprint as a key"],
  ["key-note", `${key}/use`, "sig", "What is not understood must not be trusted.", "ignore unknown members of keys"],
  ["key-without-jwk", `${key}/jwk`, GONE, "Which key?", "skip entries without a key"],
  ["key-without-not-before", `${key}/notBefore`, GONE, "Valid from when?", "default to the document's window"],
  ["key-without-not-after", `${key}/notAfter`, GONE, "Valid until when?", "default to the document's window"],
  ["key-not-before-number", `${key}/notBefore`, 0, "Instants are text.", "accept seconds since 1970"],
  [
    "key-not-after-spaces",
    `${key}/notAfter`,
    "2040-01-01 00:00:00.000Z",
    "Date and time are joined by a T.",
    "parse instants leniently",
  ],
  ["jwk-list", `${key}/jwk`, [], "A JWK is an object.", "read members of lists"],
  ["jwk-without-kty", `${key}/jwk/kty`, GONE, "A key of which kind?", "default to OKP"],
  ["jwk-without-crv", `${key}/jwk/crv`, GONE, "A key of which curve?", "default to Ed25519"],
  ["jwk-without-x", `${key}/jwk/x`, GONE, "A key without a key.", "skip entries without a key"],
  ["jwk-kty", `${key}/jwk/kty`, "EC", "Keys of the protocol are octet key pairs.", "ignore kty"],
  ["jwk-crv", `${key}/jwk/crv`, "X25519", "A key for agreement signs nothing.", "ignore crv"],
  ["jwk-x-number", `${key}/jwk/x`, 1, "A key is text.", "turn numbers into text"],
  [
    "jwk-x-trailing-bits",
    `${key}/jwk/x`,
    `${base64urlEncode(keyOf("buyer").publicKey).slice(0, 42)}B`,
    "One key has one spelling: unused bits are zero.",
    "decode keys leniently",
  ],
  [
    "jwk-kid",
    `${key}/jwk/kid`,
    keyOf("seller").keyid,
    "A key that calls itself by another's name: names are computed, not claimed.",
    "trust kid",
  ],
  ["revoked-text", `${key}/revoked`, at(0), "A revocation has a time and a reason.", "accept a time as a revocation"],
  [
    "revoked-false",
    `${key}/revoked`,
    false,
    "A key that is not revoked has no such member.",
    "treat false as not revoked",
  ],
  [
    "revoked-note",
    `${key}/revoked`,
    { ...revoked, by: "x" },
    "What is not understood must not be trusted.",
    "ignore unknown members of revocations",
  ],
  [
    "revoked-without-at",
    `${key}/revoked`,
    { reason: "superseded" },
    "Since when?",
    "treat the key as revoked from the beginning",
  ],
  [
    "revoked-without-reason",
    `${key}/revoked`,
    { at: at(0) },
    "The reason decides about what was signed before.",
    "default to superseded",
  ],
  [
    "revoked-at-date",
    `${key}/revoked`,
    { at: "2026-03-02", reason: "compromised" },
    "A revocation is an instant.",
    "parse instants leniently",
  ],
];

const reject = ([name, path, value, why, kills]: Violation): Case => ({
  id: `schema-trust-${name}`,
  clause: "TRUST-1",
  code: "TRUST_SCHEMA",
  fault: `schema-${name}`,
  twin: "trust-document",
  why,
  kills,
  input: { trust: field(bytesOf(path === "" ? value : set(trustDoc(), path, value))) },
});

const accept = (id: string, why: string, kills: string, document: TrustDoc): Case => ({
  id: `schema-trust-${id}`,
  clause: "TRUST-1",
  why,
  kills,
  input: { trust: field(bytesOf(document)) },
  facts: {
    digest: digestOf(bytesOf(document)),
    version: document.version,
    registry: document.registry.id,
    keys: document.parties.reduce((sum, { keys }) => sum + keys.length, 0),
  },
});

const numbered = (index: number) => trustKey({ ...keyOf("buyer"), publicKey: le32(BigInt(index + 2)) });

const edges: readonly Case[] = [
  accept("version-0", "Versions count from 0.", "treat version 0 as missing", trustDoc({ version: 0 })),
  accept(
    "version-largest",
    "The largest version is the largest integer.",
    "keep versions in 32 bits",
    trustDoc({ version: 9_007_199_254_740_991 }),
  ),
  accept(
    "roles-5",
    "A party may have every role, and a role twice says nothing more.",
    "demand different roles",
    trustDoc({
      parties: [{ id: idOf("buyer"), roles: ["buyer", "seller", "arbiter", "settler", "buyer"], keys: [numbered(0)] }],
    }),
  ),
  accept(
    "keys-64",
    "64 keys are allowed; most of them are no points, which nobody looks at before they sign.",
    "reject the limit itself",
    trustDoc({
      parties: [
        { id: idOf("buyer"), roles: ["buyer"], keys: Array.from({ length: 64 }, (_, index) => numbered(index)) },
      ],
    }),
  ),
  accept(
    "superseded",
    "A key that was replaced, with the time of it before its window.",
    "demand a revocation within the window",
    trustDoc(
      {},
      { buyer: [trustKey(keyOf("buyer"), { revoked: { at: "2019-01-01T00:00:00.000Z", reason: "superseded" } })] },
    ),
  ),
];

/** One party so many times: a short recipe for a document of almost a mebibyte. */
const parties = (count: number): object => {
  const [party] = trustDoc().parties;
  const list = base64Encode(utf8(`${canonicalize(party as JsonValue)},`));
  const [before = "", after = ""] = canonicalize({ ...trustDoc(), parties: [null] } as unknown as JsonValue).split(
    "null",
  );
  return {
    concat: [
      base64Encode(utf8(before)),
      { repeat: list, times: count - 1 },
      base64Encode(utf8(`${canonicalize(party as JsonValue)}${after}`)),
    ],
  };
};

const limits: readonly Case[] = [
  {
    id: "limit-trust-parties-4096",
    clause: "TRUST-3",
    code: "TRUST_PARTY_DUPLICATE",
    over: "TRUST_SCHEMA",
    fault: "4096-equal-parties",
    twin: "trust-document",
    why: "4096 parties are allowed; that they are one party is the fault.",
    kills: "reject the limit itself",
    input: { trust: parties(4096) },
  },
  {
    id: "limit-trust-parties-4097",
    clause: "TRUST-1",
    code: "TRUST_SCHEMA",
    over: "TRUST_PARTY_DUPLICATE",
    fault: "4097-equal-parties",
    twin: "trust-document",
    why: "One more is a violation of the schema, which comes first.",
    kills: "no upper limit",
    input: { trust: parties(4097) },
  },
];

/** Trust documents, member by member. */
export const schemaTrust: readonly VectorFile[] = [
  {
    path: "schema/trust.json",
    op: "trust.evaluate",
    description:
      "Trust documents with a member that is missing, malformed or too much, and at the ends of what is allowed.",
    groups: [{ cases: [...edges, ...rows.map(reject)] }],
  },
  {
    path: "limit/parties.json",
    op: "trust.evaluate",
    description: "The limit of parties in a trust document.",
    groups: [{ cases: limits }],
  },
];
