import { base64Encode, digestOf, jwkFromPublicKey, PAYLOAD_TYPES } from "@settld/protocol";
import { rechain } from "../chain.ts";
import { changeJson } from "../change-json.ts";
import type { Corpus } from "../corpus.ts";
import { encodeJson, isObject, type JsonObject, tryParseObject } from "../json.ts";
import { changeLinks, linksOf } from "../make/log.ts";
import type { Random } from "../random.ts";
import { instant } from "../walk/terms.ts";
import { type Bundle, eventsOf, evidenceOf, type Part, receiptOf, timesOf } from "./model.ts";
import { changeTrustFreely, changeTrustMeaning, keyNamed } from "./trust-document.ts";

type Change = (bundle: Bundle, corpus: Corpus, random: Random) => Bundle;

const replaced = <T>(list: readonly T[], at: number, one: T): T[] =>
  list.map((old, index) => (index === at ? one : old));

/** Evidence and receipt as they follow from the log, so that an old one is no second fault. */
export const refreshed = (bundle: Bundle, corpus: Corpus): Bundle => {
  const payloads = bundle.events.map(({ payload }) => payload);
  return {
    ...bundle,
    evidence: evidenceOf(payloads, corpus.evidence),
    receipt: bundle.receipt === undefined ? undefined : receiptOf(payloads, corpus),
  };
};

// The log is changed, chained and signed anew; now and then the old signatures stay, or what depends on it.
const changeLog: Change = (bundle, corpus, random) => {
  const { payloads } = rechain(changeLinks(linksOf(bundle.events.map(({ payload }) => payload)), corpus, random));
  const before = new Map(bundle.events.map((part) => [digestOf(part.payload), part]));
  const stale = random.chance(6);
  const events = eventsOf(payloads, corpus).map((part, index) => {
    const same = before.get(digestOf(part.payload));
    if (same !== undefined) return same;
    const old = bundle.events[index]?.envelope;
    return stale && old !== undefined ? { ...part, envelope: { ...old, payload: base64Encode(part.payload) } } : part;
  });
  const changed = { ...bundle, events };
  return random.chance(92) ? refreshed(changed, corpus) : changed;
};

const changeSigners: Change = (bundle, corpus, random) => {
  const all = [...corpus.keys.keys()];
  const receipt = bundle.receipt;
  const parts = [...bundle.events, ...(receipt === undefined ? [] : [receipt])];
  if (parts.length === 0) return bundle;
  const at = random.below(parts.length);
  const part = parts[at] as Part;
  const { keyids } = part;
  const place = keyids.length === 0 ? 0 : random.below(keyids.length);
  const changed = random.weighted<() => readonly string[]>([
    [6, () => replaced(keyids, place, random.pick(all))],
    [1, () => keyids.filter((_, index) => index !== place)],
    [1, () => [...keyids, random.pick(all)]],
    [1, () => [...keyids].reverse()],
    [1, () => [...keyids, ...keyids.slice(place, place + 1)]],
    [1, () => replaced(keyids, place, `${(keyids[place] ?? "").slice(0, 42)}${random.pick([..."AEIM"])}`)],
  ])();
  const signed = { ...part, keyids: changed, envelope: undefined };
  return at < bundle.events.length
    ? { ...bundle, events: replaced(bundle.events, at, signed) }
    : { ...bundle, receipt: signed };
};

/** The party's second key signs instead of the first, as after a rotation. */
const rotateSigner: Change = (bundle, corpus, random) => {
  const [from, to] = random.pick([
    ["settler", "settler 2"],
    ["buyer", "buyer 2"],
  ]) as [string, string];
  const [old, now] = [keyNamed(corpus, from).signer.keyid, keyNamed(corpus, to).signer.keyid];
  const first = random.below(bundle.events.length + 1);
  const sign = (part: Part): Part => ({
    ...part,
    keyids: part.keyids.map((keyid) => (keyid === old ? now : keyid)),
    envelope: undefined,
  });
  return {
    ...bundle,
    events: bundle.events.map((part, index) => (index < first ? part : sign(part))),
    receipt: bundle.receipt === undefined ? undefined : sign(bundle.receipt),
  };
};

const ownTrust = (bundle: Bundle): JsonObject | undefined => {
  const field = bundle.user["trust"];
  return typeof field === "string"
    ? tryParseObject(Uint8Array.from(atob(field), (char) => char.charCodeAt(0)))
    : undefined;
};

// A document of the user's own that is invalid is no verdict (TRUST-8), so its meaning is changed and nothing else.
const changeTrust: Change = (bundle, corpus, random) => {
  const times = timesOf(bundle);
  const own = ownTrust(bundle);
  if (own !== undefined) {
    const changed = changeTrustMeaning(own, corpus, times, random);
    return { ...bundle, user: { ...bundle.user, trust: base64Encode(encodeJson(changed)) } };
  }
  if (bundle.trust.length === 0) return bundle;
  const at = random.below(bundle.trust.length);
  const part = bundle.trust[at] as Part;
  const document = tryParseObject(part.payload);
  if (document === undefined) return bundle;
  const changed = random.chance(70)
    ? changeTrustMeaning(document, corpus, times, random)
    : changeTrustFreely(document, corpus, random);
  const signed = { ...part, payload: encodeJson(changed), envelope: undefined };
  return random.chance(70)
    ? { ...bundle, trust: replaced(bundle.trust, at, signed) }
    : { ...bundle, trust: [...bundle.trust, signed] };
};

const changeTrustLines: Change = (bundle, corpus, random) => {
  const [first] = bundle.trust;
  if (first === undefined) return embedTrust(bundle, corpus, random);
  const document = tryParseObject(first.payload) ?? {};
  const version = Number(document["version"]);
  const next = { ...document, version: version + random.pick([-1, 0, 1, 1]) };
  const registry = { ...(document["registry"] as JsonObject | undefined), id: random.pick(REGISTRIES) };
  const part = (value: JsonObject, name = "registry"): Part => ({
    payloadType: PAYLOAD_TYPES.trust,
    payload: encodeJson(value),
    keyids: [keyNamed(corpus, name).signer.keyid],
  });
  const second = {
    ...next,
    registry: { ...registry, jwk: { ...jwkFromPublicKey(keyNamed(corpus, "registry 2").signer.publicKey) } },
  };
  return {
    ...bundle,
    trust: random.pick<() => readonly Part[]>([
      () => [...bundle.trust, part(next)],
      () => [part(next), ...bundle.trust],
      () => [...bundle.trust, part({ ...next, registry })],
      () => [...bundle.trust, part(second, "registry 2")],
      () => [...bundle.trust, part(second)],
      () => [...bundle.trust].reverse(),
      () => bundle.trust.slice(1),
      () => Array.from({ length: random.between(15, 18) }, (_, index) => part({ ...document, version: index })),
      () => [{ ...first, keyids: [keyNamed(corpus, "stranger").signer.keyid], envelope: undefined }],
    ])(),
  };
};

const REGISTRIES: readonly string[] = ["https://registry.example", "https://a.example", "https://z.example", "urn:r"];

/** Puts the user's own document into the bundle and lets the user pin its registry instead. */
export const embedTrust: Change = (bundle, corpus, random) => {
  const own = ownTrust(bundle);
  if (own === undefined) return bundle;
  const { signer } = keyNamed(corpus, "registry");
  const registry = own["registry"];
  const id = (isObject(registry) ? registry["id"] : undefined) ?? "https://registry.example";
  const document = { ...own, registry: { id, jwk: { ...jwkFromPublicKey(signer.publicKey) } } };
  const { trust: _trust, ...user } = bundle.user;
  const root = random.chance(95) ? signer : keyNamed(corpus, "registry 2").signer;
  return {
    ...bundle,
    trust: [{ payloadType: PAYLOAD_TYPES.trust, payload: encodeJson(document), keyids: [signer.keyid] }],
    user: { ...user, root: base64Encode(root.publicKey) },
  };
};

const changeEvidence: Change = (bundle, corpus, random) => {
  const { evidence } = bundle;
  const known = [...corpus.evidence];
  const [digest, data] = random.pick(known);
  const line = { digest, data: base64Encode(data) };
  if (evidence.length === 0) return { ...bundle, evidence: [line] };
  const at = random.below(evidence.length);
  const one = evidence[at] as JsonObject;
  const supplied = isObject(bundle.user["evidence"]) ? bundle.user["evidence"] : {};
  const bytes = random.chance(70) ? (corpus.evidence.get(String(one["digest"])) ?? data) : random.bytes(8);
  return random.weighted<() => Bundle>([
    [2, () => ({ ...bundle, evidence: replaced(evidence, at, { ...one, data: base64Encode(random.bytes(8)) }) })],
    [1, () => ({ ...bundle, evidence: evidence.filter((_, index) => index !== at) })],
    [1, () => ({ ...bundle, evidence: [...evidence, one] })],
    [1, () => ({ ...bundle, evidence: [...evidence, line] })],
    [1, () => ({ ...bundle, evidence: [...evidence].reverse() })],
    [2, () => ({ ...bundle, evidence: replaced(evidence, at, { digest: one["digest"] ?? "", withheld: true }) })],
    [
      3,
      () => ({
        ...bundle,
        evidence: replaced(evidence, at, { digest: one["digest"] ?? "", withheld: true }),
        user: { ...bundle.user, evidence: { ...supplied, [String(one["digest"])]: base64Encode(bytes) } },
      }),
    ],
    [1, () => ({ ...bundle, user: { ...bundle.user, evidence: { ...supplied, [digest]: base64Encode(data) } } })],
    [1, () => ({ ...bundle, evidence: replaced(evidence, at, asObject(changeJson(one, random))) })],
  ])();
};

const asObject = (value: unknown): JsonObject => (isObject(value) ? value : { value: null });

const changeReceipt: Change = (bundle, corpus, random) => {
  const receipt =
    bundle.receipt ??
    receiptOf(
      bundle.events.map(({ payload }) => payload),
      corpus,
    );
  if (bundle.receipt === undefined && random.chance(70)) return { ...bundle, receipt };
  if (random.chance(15)) return { ...bundle, receipt: undefined };
  const statement = tryParseObject(receipt.payload);
  if (statement === undefined) return bundle;
  const predicate = statement["predicate"];
  const later = isObject(predicate)
    ? {
        ...statement,
        predicate: { ...predicate, at: instant(random.pick(timesOf(bundle)) + random.pick([0, 1, -1, 3_600_000])) },
      }
    : statement;
  const changed = random.chance(30) ? later : changeJson(statement, random);
  return { ...bundle, receipt: { ...receipt, payload: encodeJson(changed), envelope: undefined } };
};

const changeNow: Change = (bundle, _corpus, random) => {
  const { now: _now, ...user } = bundle.user;
  if (random.chance(20)) return { ...bundle, user };
  const times = timesOf(bundle);
  const own = ownTrust(bundle);
  const bounds = [own?.["issuedAt"], own?.["expiresAt"]].map((at) => Date.parse(String(at)));
  const near = random.pick([...times, ...bounds.filter((time) => !Number.isNaN(time)), 0]);
  const now = instant(near + random.pick([0, 1, -1, 86_400_000, 31_536_000_000]));
  return { ...bundle, user: { ...user, now } };
};

const CHANGES: readonly (readonly [number, Change])[] = [
  [30, changeLog],
  [12, changeSigners],
  [6, rotateSigner],
  [20, changeTrust],
  [8, changeTrustLines],
  [10, changeEvidence],
  [12, changeReceipt],
  [6, changeNow],
];

/** Changes a bundle once before it is signed: log, signers, trust, evidence, receipt, or the time that is given. */
export const changeBundle: Change = (bundle, corpus, random) => random.weighted(CHANGES)(bundle, corpus, random);
