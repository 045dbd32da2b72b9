import { jwkFromPublicKey } from "@settld/protocol";
import { bytesOf, keyOf, trustDoc, trustKey } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { le32 } from "../../points.ts";
import { both } from "./fault-pair.ts";

const buyer = keyOf("buyer");

const identity = le32(1n);

const doc = trustDoc();
const trustInput = (document: unknown) => ({ trust: field(bytesOf(document)) });
const party0 = (change: object) => ({
  ...doc,
  parties: doc.parties.map((party, index) => (index === 0 ? { ...party, ...change } : party)),
});
const smallKey = { ...trustKey(buyer), jwk: jwkFromPublicKey(identity) };

const cases: readonly Case[] = [
  both(
    "trust-schema-instant",
    "TRUST-1",
    "TRUST_SCHEMA",
    "TIME_INSTANT",
    "trust-document",
    "The schema before instants.",
    trustInput({ ...doc, version: -1, issuedAt: "2026-02-30T00:00:00.000Z" }),
  ),
  both(
    "trust-instant-window",
    "TRUST-1",
    "TIME_INSTANT",
    "TRUST_WINDOW",
    "trust-document",
    "An expiry that is no instant ends no window.",
    trustInput({ ...doc, issuedAt: "2028-01-01T00:00:00.000Z", expiresAt: "2026-02-30T00:00:00.000Z" }),
  ),
  both(
    "trust-window-registry-key",
    "TRUST-1",
    "TRUST_WINDOW",
    "KEY_SMALL_ORDER",
    "trust-document",
    "The document's window before the registry's key.",
    trustInput({ ...doc, expiresAt: doc.issuedAt, registry: { ...doc.registry, jwk: jwkFromPublicKey(identity) } }),
  ),
  both(
    "trust-registry-key-party",
    "TRUST-1",
    "KEY_SMALL_ORDER",
    "TRUST_PARTY_DUPLICATE",
    "trust-document",
    "The registry's key before the parties.",
    trustInput({
      ...doc,
      parties: [...doc.parties, ...doc.parties],
      registry: { ...doc.registry, jwk: jwkFromPublicKey(identity) },
    }),
  ),
  both(
    "trust-key-window-key",
    "TRUST-1",
    "TRUST_WINDOW",
    "KEY_SMALL_ORDER",
    "trust-document",
    "Of one key its window comes first.",
    trustInput(party0({ keys: [{ ...smallKey, notAfter: "2020-01-01T00:00:00.000Z" }] })),
  ),
  both(
    "trust-revoked-key",
    "TRUST-1",
    "TIME_INSTANT",
    "KEY_SMALL_ORDER",
    "trust-document",
    "Then the time of its revocation.",
    trustInput(party0({ keys: [{ ...smallKey, revoked: { at: "2026-02-30T00:00:00.000Z", reason: "superseded" } }] })),
  ),
  both(
    "trust-party-before-later-key",
    "TRUST-1",
    "KEY_SMALL_ORDER",
    "TRUST_PARTY_DUPLICATE",
    "trust-document",
    "Parties are read in order: a bad key of the first comes before a second entry of it.",
    trustInput({ ...doc, parties: [{ ...(doc.parties[0] as object), keys: [smallKey] }, ...doc.parties] }),
  ),
];

/** Two faults in one trust document. */
export const trust: VectorFile = {
  path: "precedence/trust.json",
  op: "trust.evaluate",
  description: "Two faults in one trust document.",
  groups: [{ cases }],
};
