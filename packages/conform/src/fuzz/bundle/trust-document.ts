import { base64urlEncode, jwkFromPublicKey } from "@settld/protocol";
import { changeJson } from "../change-json.ts";
import type { Corpus } from "../corpus.ts";
import { copyOf, isObject, type Json, type JsonObject } from "../json.ts";
import type { TestKey } from "../keys.ts";
import { POINTS } from "../make/signature.ts";
import type { Random } from "../random.ts";
import { instant } from "../walk/terms.ts";

/** Role names of the vectors' players; each has a key of that name. */
export const ROLES: readonly string[] = ["buyer", "seller", "settler", "arbiter", "checker"];

/** The test key with a name, such as `settler 2`. */
export const keyNamed = (corpus: Pick<Corpus, "keys">, name: string): TestKey => {
  for (const key of corpus.keys.values()) if (key.name === name) return key;
  throw new Error(`keys.json of the vectors has no key ${name}`);
};

const jwkNamed = (corpus: Pick<Corpus, "keys">, name: string): JsonObject => ({
  ...jwkFromPublicKey(keyNamed(corpus, name).signer.publicKey),
});

const trusted = (corpus: Pick<Corpus, "keys">, name: string): JsonObject => ({
  jwk: jwkNamed(corpus, name),
  notBefore: "1970-01-01T00:00:00.000Z",
  notAfter: "9999-12-31T23:59:59.999Z",
});

/** A document under which everything that the players sign in their roles is good. */
export const trustDocument = (corpus: Pick<Corpus, "keys">): JsonObject => ({
  registry: { id: "https://registry.example", jwk: jwkNamed(corpus, "registry") },
  version: 1,
  issuedAt: "1970-01-01T00:00:00.000Z",
  expiresAt: "9999-12-31T23:59:59.999Z",
  parties: ROLES.map((role) => ({
    id: `https://${role}.example`,
    roles: role === "buyer" ? ["buyer", "checker"] : [role],
    keys: [trusted(corpus, role)],
  })),
});

/** Keys that a test key's party may get in addition. */
const SECOND: Readonly<Record<string, string>> = { buyer: "buyer 2", settler: "settler 2" };

/** The name of the role in whose place a party of a document stands. */
const roleOf = ({ id }: JsonObject): string => /^https:\/\/([a-z]+)\.example$/.exec(String(id))?.[1] ?? "";

/** An instant at, just before or just after one of those that matter. */
const near = (times: readonly number[], random: Random): string =>
  instant(random.pick(times) + random.pick([0, 0, 1, -1, 3_600_000, -3_600_000]));

const changeKey = (key: JsonObject, times: readonly number[], random: Random): JsonObject => {
  const at = near(times, random);
  return random.weighted<() => JsonObject>([
    [3, () => ({ ...key, revoked: { at, reason: random.pick(["superseded", "compromised", "compromised"]) } })],
    [1, () => (at < String(key["notAfter"]) ? { ...key, notBefore: at } : key)],
    [1, () => (String(key["notBefore"]) < at ? { ...key, notAfter: at } : key)],
  ])();
};

const changeParty = (party: JsonObject, corpus: Corpus, times: readonly number[], random: Random): JsonObject => {
  const keys = party["keys"] as JsonObject[];
  const at = random.below(keys.length);
  const second = SECOND[roleOf(party)];
  const known = JSON.stringify(keys);
  return random.weighted<() => JsonObject>([
    [6, () => ({ ...party, keys: keys.map((key, index) => (index === at ? changeKey(key, times, random) : key)) })],
    [2, () => ({ ...party, roles: random.shuffled(ROLES).slice(0, random.between(1, 3)) })],
    [
      2,
      () => {
        const added = second === undefined ? undefined : trusted(corpus, second);
        if (added === undefined || known.includes(String((added["jwk"] as JsonObject)["x"]))) return party;
        return { ...party, keys: random.chance(60) ? [...keys, added] : [added] };
      },
    ],
  ])();
};

const hasKeys = (party: Json): boolean => {
  const keys = isObject(party) ? party["keys"] : undefined;
  return Array.isArray(keys) && keys.length > 0 && keys.every(isObject);
};

/**
 * Changes a trust document once so that it stays valid and says something else: windows, revocations, roles, keys,
 * parties, its own times.
 *
 * @param times - instants at which something was signed.
 */
export const changeTrustMeaning = (
  document: JsonObject,
  corpus: Corpus,
  times: readonly number[],
  random: Random,
): JsonObject => {
  const parties = Array.isArray(document["parties"]) ? (document["parties"] as JsonObject[]) : [];
  if (parties.length === 0 || !parties.every(hasKeys)) return document;
  const at = random.below(parties.length);
  const other = random.below(parties.length);
  const time = near(times, random);
  return random.weighted<() => JsonObject>([
    [
      8,
      () => ({
        ...document,
        parties: parties.map((party, index) => (index === at ? changeParty(party, corpus, times, random) : party)),
      }),
    ],
    [1, () => ({ ...document, parties: parties.filter((_, index) => index !== at) })],
    [
      1,
      () => ({
        ...document,
        parties: parties.map((party, index) => {
          const keys =
            index === at ? parties[other]?.["keys"] : index === other ? parties[at]?.["keys"] : party["keys"];
          return { ...party, keys: keys ?? null };
        }),
      }),
    ],
    [1, () => (String(document["issuedAt"]) < time ? { ...document, expiresAt: time } : document)],
    [1, () => (time < String(document["expiresAt"]) ? { ...document, issuedAt: time } : document)],
  ])();
};

const anyJwk = (corpus: Corpus, random: Random): Json =>
  random.chance(50)
    ? { kty: "OKP", crv: "Ed25519", x: base64urlEncode(random.pick(POINTS)) }
    : jwkNamed(corpus, random.pick([...ROLES, "registry", "stranger"]));

/** Changes a trust document once, also into one that is none: keys twice, odd keys, anything that a schema forbids. */
export const changeTrustFreely = (document: JsonObject, corpus: Corpus, random: Random): JsonObject => {
  const parties = Array.isArray(document["parties"]) ? document["parties"].filter(isObject) : [];
  const any = (): JsonObject => {
    const changed = changeJson(document, random);
    return isObject(changed) ? changed : { value: changed };
  };
  if (parties.length === 0) return any();
  const at = random.below(parties.length);
  const one = parties[at] ?? {};
  const keys = Array.isArray(one["keys"]) ? one["keys"].filter(isObject) : [];
  const withKeys = (list: readonly Json[]): JsonObject => ({
    ...document,
    parties: parties.map((party, index) => (index === at ? { ...party, keys: [...list] } : party)),
  });
  const withJwk = (): JsonObject => withKeys(keys.map((key) => ({ ...key, jwk: anyJwk(corpus, random) })));
  return random.weighted<() => JsonObject>([
    [5, any],
    [3, withJwk],
    [1, () => withKeys([...keys, ...keys.map((key) => copyOf(key))])],
    [1, () => withKeys(keys.map((key) => ({ ...key, notAfter: key["notBefore"] ?? "" })))],
    [
      1,
      () =>
        withKeys(keys.map((key) => ({ ...key, notBefore: key["notAfter"] ?? "", notAfter: key["notBefore"] ?? "" }))),
    ],
    [1, () => ({ ...document, parties: [...parties, copyOf(one)] })],
    [1, () => ({ ...document, expiresAt: document["issuedAt"] ?? "" })],
    [1, () => ({ ...document, registry: { ...(document["registry"] as JsonObject), jwk: anyJwk(corpus, random) } })],
    [1, () => ({ ...document, registry: { id: (document["registry"] as JsonObject)?.["id"] ?? "" } })],
  ])();
};
