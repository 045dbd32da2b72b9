import { base64Encode, digestOf, type Envelope, jwkFromPublicKey } from "@settld/protocol";
import { bytesOf, idOf, keyOf, sealTrust, secondRegistryKey, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { bad, good } from "./bundle-case.ts";

const doc = trustDoc();

const keyid0 = "/signatures/0/keyid";

const root = { root: base64Encode(keyOf("registry").publicKey) };
const v1 = await sealTrust(trustDoc());
const v2 = await sealTrust(trustDoc({ version: 2 }));
const v2WithoutBuyer = await sealTrust(trustDoc({ version: 2, parties: trustDoc().parties.slice(1) }));
const v1WithoutBuyer = await sealTrust(trustDoc({ parties: trustDoc().parties.slice(1) }));
const secondRegistry = { id: "https://second-registry.example", jwk: jwkFromPublicKey(secondRegistryKey.publicKey) };
const foreign = await sealTrust(trustDoc({ registry: secondRegistry, version: 1 }), secondRegistryKey);
const twin = await sealTrust(
  trustDoc({ registry: { id: secondRegistry.id, jwk: jwkFromPublicKey(keyOf("registry").publicKey) } }),
);
const foreignSigned = await sealTrust(trustDoc(), secondRegistryKey);
const keyless = await sealTrust(trustDoc({ registry: { id: idOf("registry") } }));
const broken: Envelope = { ...v1, signatures: [{ keyid: keyOf("registry").keyid, sig: v2.signatures[0]?.sig ?? "" }] };

const cases: readonly Case[] = [
  await good(
    "trust-embedded",
    "TRUST-8",
    "The pinned registry key finds its document in the bundle.",
    { trust: [v1] },
    root,
    undefined,
    { trust: { digest: digestOf(bytesOf(trustDoc())), version: 1, registry: idOf("registry"), source: "embedded" } },
  ),
  await good(
    "trust-embedded-highest",
    "TRUST-8",
    "Of two documents the one with the higher version is used; the first does not know the buyer.",
    { trust: [v1WithoutBuyer, v2] },
    root,
    "use the first document",
  ),
  await bad(
    "trust-embedded-highest-only",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    "key-in-older-document-only",
    "trust-embedded-highest",
    "A key that the newest document has dropped does not count, although an older one lists it.",
    "merge documents",
    { trust: [v1, v2WithoutBuyer] },
    { pointer: keyid0, input: root },
  ),
  await good(
    "trust-embedded-foreign",
    "TRUST-8",
    "A document of another registry does not matter.",
    { trust: [v1, foreign] },
    root,
    "use the last document",
  ),
  await good(
    "trust-embedded-equal-versions",
    "TRUST-8",
    "Two registry ids under one key, both at version 1: the later document is used; the earlier does not know the buyer.",
    { trust: [v1WithoutBuyer, twin] },
    root,
    "use the first of equal versions",
  ),
  await good(
    "trust-own-over-embedded",
    "TRUST-8",
    "A document of the user's own is used alone, also when an embedded one is newer.",
    { trust: [v2WithoutBuyer] },
    { trust: field(bytesOf(doc)) },
    "prefer embedded documents",
    { trust: { digest: digestOf(bytesOf(doc)), version: 1, registry: idOf("registry"), source: "own" } },
  ),
  await bad(
    "trust-root-none",
    "TRUST-8",
    "TRUST_ROOT_MISSING",
    "no-document",
    "trust-embedded",
    "There is nothing to trust.",
    "accept without trust",
    {},
    { input: root },
  ),
  await bad(
    "trust-root-foreign",
    "TRUST-8",
    "TRUST_ROOT_MISSING",
    "document-of-other-registry",
    "trust-embedded",
    "A file can bring any registry; only the pinned one counts.",
    "trust whatever is embedded",
    { trust: [foreign] },
    { input: root },
  ),
  await bad(
    "trust-embedded-signed-by-other",
    "TRUST-6",
    "TRUST_REGISTRY_KEY",
    "signed-by-other-registry",
    "trust-embedded",
    "The document names the pinned key, another one signed it.",
    "read registry.jwk and skip the signature",
    { trust: [foreignSigned] },
    { pointer: "/registry/jwk", input: root },
  ),
  await bad(
    "trust-embedded-without-key",
    "TRUST-6",
    "TRUST_REGISTRY_KEY",
    "no-registry-key",
    "trust-embedded",
    "An embedded document authenticates itself by the key that it names.",
    "find the registry's key by keyid",
    { trust: [keyless] },
    { pointer: "/registry/jwk", input: root },
  ),
  await bad(
    "trust-embedded-broken",
    "DSSE-9",
    "DSSE_SIGNATURE_INVALID",
    "unused-document-damaged",
    "trust-own-over-embedded",
    "Every byte of a bundle is authenticated, also of a document that is not used.",
    "skip documents that are not used",
    { trust: [broken] },
    { pointer: "/signatures/0/sig", input: { trust: field(bytesOf(doc)) } },
  ),
  await bad(
    "trust-embedded-order",
    "TRUST-7",
    "TRUST_ORDER",
    "versions-descending",
    "trust-embedded-highest",
    "One set of documents has one order.",
    "accept any order",
    { trust: [v2, v1] },
    { input: root },
  ),
  await bad(
    "trust-embedded-same-version",
    "TRUST-7",
    "TRUST_ORDER",
    "same-version-twice",
    "trust-embedded",
    "Two documents of one version: which one counts?",
    "compare versions with <=",
    { trust: [v1, v1WithoutBuyer] },
    { input: root },
  ),
  await bad(
    "trust-embedded-registry-order",
    "TRUST-7",
    "TRUST_ORDER",
    "registries-descending",
    "trust-embedded-foreign",
    "Registries are in order first, bytewise, then versions.",
    "sort by version only",
    { trust: [foreign, v2] },
    { input: root },
  ),
];

/** Trust documents inside the bundle. */
export const embedded: VectorFile = {
  path: "trust/embedded.json",
  op: "bundle.verify",
  description: "Trust documents inside the bundle.",
  groups: [{ cases }],
};
