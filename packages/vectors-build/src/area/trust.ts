import {
  base64Encode,
  canonicalize,
  digestOf,
  type Envelope,
  jwkFromPublicKey,
  type Signer,
  thumbprint,
} from "@settld/protocol";
import {
  bytesOf,
  idOf,
  keyOf,
  sealTrust,
  secondBuyerKey,
  secondRegistryKey,
  secondSettlerKey,
  type TrustDoc,
  type TrustKey,
  trustDoc,
  trustKey,
} from "../cast.ts";
import { type Case, type FaultCase, field, type VectorFile } from "../format.ts";
import { EMPTY, envelopes, extend, fileOf, head, type Log, linesOf, receiptOf, sealReceipt } from "../log-builder.ts";
import { isPoint, le32 } from "../points.ts";
import { EXPIRED, expire, NO_BALANCES, NO_TOTALS, OFFERED, offer, PARTIES, terms } from "../story.ts";
import { at } from "../time.ts";

// Documents by themselves.

const doc = trustDoc();
const input = (document: unknown) => ({ trust: field(bytesOf(document)) });

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

type Reject = Omit<FaultCase, "input" | "id" | "twin"> & { readonly document: unknown; readonly twin?: string };

const reject = ({ document, fault, twin = "trust-document", ...rest }: Reject): Case => ({
  id: `trust-document-${fault}`,
  fault,
  twin,
  ...rest,
  input: input(document),
});

const withParty = (change: object, index = 0): unknown => ({
  ...doc,
  parties: doc.parties.map((party, place) => (place === index ? { ...party, ...change } : party)),
});

const withKey = (change: object): unknown => withParty({ keys: [{ ...trustKey(keyOf("buyer")), ...change }] });

const offCurve = [...Array(100).keys()].map((y) => le32(BigInt(y + 2))).find((bytes) => !isPoint(bytes)) ?? le32(2n);

const schema = (fault: string, document: unknown, why: string, kills: string): Case =>
  reject({ fault, clause: "TRUST-1", code: "TRUST_SCHEMA", why, kills, document });

const instant = (fault: string, pointer: string, document: unknown, why: string, kills: string): Case =>
  reject({ fault, clause: "TIME-1", code: "TIME_INSTANT", pointer, why, kills, document });

const documents: readonly Case[] = [
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

  schema(
    "no-version",
    Object.fromEntries(Object.entries(doc).filter(([name]) => name !== "version")),
    "Without a version nobody knows which document is newer.",
    "default missing members",
  ),
  schema(
    "extra-member",
    { ...doc, note: "x" },
    "What a verifier does not understand it must not overlook.",
    "ignore unknown members",
  ),
  schema("negative-version", { ...doc, version: -1 }, "Versions count from 0.", "accept any integer"),
  schema("version-text", { ...doc, version: "1" }, "A version is a number.", "turn text into numbers"),
  schema("unknown-role", withParty({ roles: ["auditor"] }), "There are five roles.", "ignore unknown roles"),
  schema("no-role", withParty({ roles: [] }), "A party has a role.", "accept a party without a role"),
  schema("no-key", withParty({ keys: [] }), "A party has a key.", "accept a party without a key"),
  schema(
    "party-upper-case",
    withParty({ id: "https://Buyer.example" }),
    "Ids are compared bytewise, so hosts have one case.",
    "compare ids without case",
  ),
  schema(
    "jwk-private",
    withKey({ jwk: { ...jwkFromPublicKey(keyOf("buyer").publicKey), d: "x" } }),
    "A private key in a public document.",
    "ignore d",
  ),
  schema(
    "jwk-short",
    withKey({ jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA" } }),
    "Inside a document a malformed key is a violation of the schema.",
    "report KEY_LENGTH here",
  ),
  schema(
    "date-only",
    { ...doc, issuedAt: "2026-01-01" },
    "Text of another shape is a violation of the schema and no instant that is wrong.",
    "parse dates leniently",
  ),
  schema(
    "time-zone",
    { ...doc, issuedAt: "2026-01-01T00:00:00.000+00:00" },
    "UTC is written Z.",
    "parse dates leniently",
  ),
  schema(
    "revoked-reason",
    withKey({ revoked: { at: at(0), reason: "retired" } }),
    "There are two reasons, with different effects.",
    "treat unknown reasons as superseded",
  ),

  instant(
    "30-february",
    "/issuedAt",
    { ...doc, issuedAt: "2026-02-30T00:00:00.000Z" },
    "Date constructors carry the 30th of February into March.",
    "let days overflow",
  ),
  instant(
    "leap-second",
    "/issuedAt",
    { ...doc, issuedAt: "2016-12-31T23:59:60.000Z" },
    "It was a real second, and milliseconds since 1970 cannot express it.",
    "accept second 60",
  ),
  instant(
    "hour-24",
    "/issuedAt",
    { ...doc, issuedAt: "2026-01-01T24:00:00.000Z" },
    "ISO 8601 once allowed it.",
    "accept hour 24",
  ),
  instant(
    "month-13",
    "/issuedAt",
    { ...doc, issuedAt: "2026-13-01T00:00:00.000Z" },
    "There are twelve months.",
    "check the shape only",
  ),
  instant(
    "month-0",
    "/issuedAt",
    { ...doc, issuedAt: "2026-00-01T00:00:00.000Z" },
    "Months count from 1.",
    "count months from 0",
  ),
  instant(
    "1969",
    "/issuedAt",
    { ...doc, issuedAt: "1969-12-31T23:59:59.999Z" },
    "Time starts in 1970.",
    "accept negative times",
  ),
  instant(
    "year-99",
    "/issuedAt",
    { ...doc, issuedAt: "0099-01-01T00:00:00.000Z" },
    "Date.UTC reads 99 as 1999.",
    "read two-digit years",
  ),
  instant(
    "29-february-2100",
    "/expiresAt",
    { ...doc, expiresAt: "2100-02-29T00:00:00.000Z" },
    "2100 is no leap year.",
    "divide years by 4 only",
  ),
  instant(
    "key-window-instant",
    "/parties/0/keys/0/notAfter",
    withKey({ notAfter: "2026-04-31T00:00:00.000Z" }),
    "Windows of keys are instants, too.",
    "check the document's own instants only",
  ),
  instant(
    "revoked-instant",
    "/parties/0/keys/0/revoked/at",
    withKey({ revoked: { at: "2026-04-31T00:00:00.000Z", reason: "superseded" } }),
    "The time of a revocation decides, so it must be one.",
    "read revoked.at when it is needed",
  ),

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

// Signers, over the shortest closed log: an offer that expired.

const RECEIPT = { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS };

type Parts = {
  readonly log?: Log;
  readonly signed?: Readonly<Record<number, readonly Signer[]>>;
  readonly receiptBy?: Signer | null;
  readonly receiptAt?: string;
  readonly trust?: readonly Envelope[];
};

const bundle = async ({
  log = EXPIRED,
  signed = {},
  receiptBy = keyOf("settler"),
  receiptAt = at(24),
  trust = [],
}: Parts = {}) =>
  fileOf(
    linesOf({
      events: await envelopes(log, signed),
      trust,
      ...(receiptBy === null
        ? {}
        : { receipt: await sealReceipt(receiptOf(log, { ...RECEIPT, at: receiptAt }), receiptBy) }),
    }),
  );

const facts = (log: Log = EXPIRED) => ({
  head: head(log),
  events: 2,
  status: "closed",
  outcome: "none",
  totals: NO_TOTALS,
  balances: NO_BALANCES,
});

const good = async (
  id: string,
  clause: string,
  why: string,
  parts: Parts,
  more: object = {},
  kills?: string,
  extra: object = {},
): Promise<Case> => ({
  id,
  clause,
  why,
  ...(kills === undefined ? {} : { kills }),
  input: { bundle: field(await bundle(parts)), ...more },
  facts: { ...facts(parts.log), ...extra },
});

const bad = async (
  id: string,
  clause: string,
  code: string,
  fault: string,
  twin: string,
  why: string,
  kills: string,
  parts: Parts,
  more: { readonly pointer?: string; readonly input?: object; readonly indeterminate?: true } = {},
): Promise<Case> => ({
  id,
  clause,
  code,
  fault,
  twin,
  why,
  kills,
  ...(more.pointer === undefined ? {} : { pointer: more.pointer }),
  ...(more.indeterminate === undefined ? {} : { verdict: "indeterminate", facts: facts(parts.log) }),
  input: { bundle: field(await bundle(parts)), ...more.input },
});

const own = (change: Parameters<typeof trustDoc>[1], doc: Partial<TrustDoc> = {}) => ({
  trust: field(bytesOf(trustDoc(doc, change))),
});
const buyerKey = (change: Partial<TrustKey>) => own({ buyer: [trustKey(keyOf("buyer"), change)] });
const settlerKeys = (change: Partial<TrustKey>) =>
  own({ settler: [trustKey(keyOf("settler"), change), trustKey(secondSettlerKey)] });
const twoBuyerKeys = own({ buyer: [trustKey(keyOf("buyer")), trustKey(secondBuyerKey)] });
const pinned = (keyid: string): Log =>
  extend(EMPTY, offer(terms({ parties: { ...PARTIES, buyer: { id: idOf("buyer"), keys: [keyid] } } })), expire());
const pinnedSettler: Log = extend(
  EMPTY,
  offer(terms({ parties: { ...PARTIES, settler: { id: idOf("settler"), keys: [keyOf("settler").keyid] } } })),
  expire(),
);

const keyid0 = "/signatures/0/keyid";
const keyid1 = "/signatures/1/keyid";

const signers: readonly Case[] = [
  await good(
    "trust-signers",
    "TRUST-10",
    "An offer that expired: two events and a receipt, each signed by whom it must be.",
    {},
  ),
  await bad(
    "trust-actor-unknown",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    "actor-key-not-in-document",
    "trust-signers",
    "A good signature under a key that nobody vouches for.",
    "accept any valid signature",
    { signed: { 0: [keyOf("stranger"), keyOf("settler")] } },
    { pointer: keyid0 },
  ),
  await bad(
    "trust-admission-unknown",
    "TRUST-9",
    "TRUST_KEY_UNKNOWN",
    "admission-key-not-in-document",
    "trust-signers",
    "The admission is a signature like the actor's.",
    "check the actor's key only",
    { signed: { 0: [keyOf("buyer"), keyOf("stranger")] } },
    { pointer: keyid1 },
  ),
  await bad(
    "trust-actor-other-party",
    "TRUST-10",
    "TRUST_KEY_PARTY",
    "offer-signed-by-seller",
    "trust-signers",
    "The event says that it is by the buyer, the seller signed it.",
    "look for the key in the whole document",
    { signed: { 0: [keyOf("seller"), keyOf("settler")] } },
    { pointer: keyid0 },
  ),
  await bad(
    "trust-admission-other-party",
    "TRUST-10",
    "TRUST_KEY_PARTY",
    "offer-admitted-by-arbiter",
    "trust-signers",
    "Only the settler of the offer admits.",
    "accept any second signature",
    { signed: { 0: [keyOf("buyer"), keyOf("arbiter")] } },
    { pointer: keyid1 },
  ),
  await bad(
    "trust-signatures-swapped",
    "TRUST-10",
    "TRUST_KEY_PARTY",
    "settler-first",
    "trust-signers",
    "The actor's signature comes first, so that one file has one form.",
    "compare signers as a set",
    { signed: { 0: [keyOf("settler"), keyOf("buyer")] } },
    { pointer: keyid0 },
  ),
  await bad(
    "trust-reaction-other-party",
    "TRUST-10",
    "TRUST_KEY_PARTY",
    "closing-signed-by-buyer",
    "trust-signers",
    "The buyer cannot close an agreement in the settler's name.",
    "check signers of party events only",
    { signed: { 1: [keyOf("buyer")] } },
    { pointer: keyid0 },
  ),
  await bad(
    "trust-receipt-other-party",
    "TRUST-10",
    "TRUST_KEY_PARTY",
    "receipt-signed-by-buyer",
    "trust-signers",
    "A receipt is the settler's.",
    "accept a receipt by any trusted key",
    { receiptBy: keyOf("buyer") },
    { pointer: keyid0 },
  ),
  await bad(
    "trust-actor-role",
    "TRUST-11",
    "TRUST_ROLE",
    "buyer-is-seller-only",
    "trust-signers",
    "The document knows the party, but not as a buyer.",
    "ignore roles",
    {},
    { pointer: keyid0, input: { trust: field(bytesOf(withParty({ roles: ["seller"] }))) } },
  ),
  await bad(
    "trust-settler-role",
    "TRUST-11",
    "TRUST_ROLE",
    "settler-is-buyer-only",
    "trust-signers",
    "Whoever holds escrow must be known as a settler.",
    "check the actor's role only",
    {},
    { pointer: keyid1, input: { trust: field(bytesOf(withParty({ roles: ["buyer"] }, 2))) } },
  ),

  await good(
    "trust-window-from-at",
    "TRUST-12",
    "A key is valid from notBefore on.",
    {},
    buyerKey({ notBefore: at(0) }),
    "compare notBefore < t",
  ),
  await bad(
    "trust-window-not-yet",
    "TRUST-12",
    "TRUST_KEY_WINDOW",
    "not-before-one-later",
    "trust-window-from-at",
    "One millisecond before its window a key is not valid.",
    "ignore notBefore",
    {},
    { pointer: keyid0, input: buyerKey({ notBefore: at(0, 1) }) },
  ),
  await good(
    "trust-window-until-after",
    "TRUST-12",
    "A key is valid up to the millisecond before notAfter.",
    {},
    buyerKey({ notAfter: at(0, 1) }),
    "compare t < notAfter - 1",
  ),
  await bad(
    "trust-window-over",
    "TRUST-12",
    "TRUST_KEY_WINDOW",
    "not-after-equals-at",
    "trust-window-until-after",
    "Windows are half-open: at notAfter the key is not valid any more.",
    "compare t <= notAfter",
    {},
    { pointer: keyid0, input: buyerKey({ notAfter: at(0) }) },
  ),
  await bad(
    "trust-window-receipt",
    "TRUST-12",
    "TRUST_KEY_WINDOW",
    "receipt-after-window",
    "trust-signers",
    "A receipt counts at its own time, here an hour after the key's end.",
    "check the receipt at the time of the closing",
    { receiptAt: at(26) },
    { pointer: keyid0, input: settlerKeys({ notAfter: at(25) }) },
  ),

  await good(
    "trust-superseded-later",
    "TRUST-13",
    "A superseded key counts before its revocation.",
    {},
    buyerKey({ revoked: { at: at(0, 1), reason: "superseded" } }),
    "reject revoked keys whenever they signed",
  ),
  await bad(
    "trust-superseded-at",
    "TRUST-13",
    "TRUST_KEY_REVOKED",
    "superseded-at-event",
    "trust-superseded-later",
    "At its revocation a key does not count any more.",
    "compare t <= revoked.at",
    {},
    { pointer: keyid0, input: buyerKey({ revoked: { at: at(0), reason: "superseded" } }) },
  ),
  await bad(
    "trust-compromised-at",
    "TRUST-13",
    "TRUST_KEY_REVOKED",
    "compromised-at-event",
    "trust-compromised-actor-vouched",
    "A compromised key signs nothing from then on.",
    "check superseded keys only",
    {},
    { pointer: keyid0, input: buyerKey({ revoked: { at: at(0), reason: "compromised" } }) },
  ),
  await bad(
    "trust-settler-revoked",
    "TRUST-13",
    "TRUST_KEY_REVOKED",
    "settler-superseded-before-closing",
    "trust-signers",
    "Every event is judged at its own time, the closing after the revocation.",
    "check keys at the first event only",
    {},
    { pointer: keyid0, input: settlerKeys({ revoked: { at: at(1), reason: "superseded" } }) },
  ),

  await good("trust-pinned", "TRUST-14", "The offer pins the key that signed.", { log: pinned(keyOf("buyer").keyid) }),
  await bad(
    "trust-pinned-other",
    "TRUST-14",
    "TRUST_KEY_PINNED",
    "second-key-of-buyer",
    "trust-pinned",
    "The buyer's other key is the buyer's, but the offer pins the first.",
    "ignore pins",
    { log: pinned(keyOf("buyer").keyid), signed: { 0: [secondBuyerKey, keyOf("settler")] } },
    { pointer: keyid0, input: twoBuyerKeys },
  ),
  await bad(
    "trust-pinned-receipt",
    "TRUST-14",
    "TRUST_KEY_PINNED",
    "receipt-by-unpinned-settler-key",
    "trust-signers",
    "Pins of the settler bind its receipt, too.",
    "ignore pins for receipts",
    { log: pinnedSettler, receiptBy: secondSettlerKey },
    { pointer: keyid0, input: settlerKeys({}) },
  ),

  await good(
    "trust-compromised-actor-vouched",
    "TRUST-15",
    "The settler's good key shows that the event was there before the compromise.",
    {},
    buyerKey({ revoked: { at: at(1), reason: "compromised" } }),
    "reject every event of a compromised key",
  ),
  await bad(
    "trust-compromised-actor-unreceipted",
    "RECEIPT-5",
    "RECEIPT_MISSING",
    "compromised-actor-without-receipt",
    "trust-compromised-actor-vouched",
    "The admission alone vouches, too: no rejection, only the receipt is missing.",
    "demand a receipt for events of a compromised key",
    { receiptBy: null },
    { indeterminate: true, input: buyerKey({ revoked: { at: at(1), reason: "compromised" } }) },
  ),
  await good(
    "trust-compromised-both-vouched",
    "TRUST-15",
    "A receipt under a settler key that is not compromised vouches for the log.",
    { receiptBy: secondSettlerKey },
    own({
      buyer: [trustKey(keyOf("buyer"), { revoked: { at: at(30), reason: "compromised" } })],
      settler: [
        trustKey(keyOf("settler"), { revoked: { at: at(30), reason: "compromised" } }),
        trustKey(secondSettlerKey),
      ],
    }),
    "ignore who signed the receipt",
  ),
  await bad(
    "trust-compromised-both",
    "TRUST-15",
    "TRUST_KEY_COMPROMISED",
    "actor-and-admission-compromised",
    "trust-compromised-both-vouched",
    "Whoever holds both keys can write any event with any time.",
    "look at the actor's key only",
    {},
    {
      pointer: keyid0,
      input: own({
        buyer: [trustKey(keyOf("buyer"), { revoked: { at: at(30), reason: "compromised" } })],
        settler: [
          trustKey(keyOf("settler"), { revoked: { at: at(30), reason: "compromised" } }),
          trustKey(secondSettlerKey),
        ],
      }),
    },
  ),
  await good(
    "trust-settler-compromised-re-receipted",
    "TRUST-16",
    "A receipt under the settler's new key confirms the log.",
    { receiptBy: secondSettlerKey, receiptAt: at(40) },
    settlerKeys({ revoked: { at: at(30), reason: "compromised" } }),
    "doubt every log of a compromised settler key",
  ),
  await bad(
    "trust-settler-compromised",
    "TRUST-16",
    "TRUST_SETTLER_COMPROMISED",
    "settler-key-compromised",
    "trust-settler-compromised-re-receipted",
    "The settler's key could have rewritten the whole log, receipt included.",
    "treat compromised like superseded",
    {},
    { indeterminate: true, input: settlerKeys({ revoked: { at: at(30), reason: "compromised" } }) },
  ),
  await good(
    "trust-compromised-receipt-only",
    "TRUST-16",
    "A receipt by a compromised key vouches for nothing, and over a log of sound keys it harms nothing.",
    { signed: { 0: [keyOf("buyer"), secondSettlerKey], 1: [secondSettlerKey] } },
    settlerKeys({ revoked: { at: at(30), reason: "compromised" } }),
    "doubt every receipt of a compromised key",
  ),
  await good(
    "trust-settler-superseded",
    "TRUST-16",
    "A superseded settler key casts no doubt on what it signed before.",
    {},
    settlerKeys({ revoked: { at: at(30), reason: "superseded" } }),
    "treat superseded like compromised",
  ),

  await good(
    "trust-now-issued-at",
    "TRUST-17",
    "The document is valid from issuedAt on.",
    {},
    { now: trustDoc().issuedAt },
    "compare issuedAt < now",
    { time: trustDoc().issuedAt },
  ),
  await bad(
    "trust-now-before-issued",
    "TRUST-17",
    "TRUST_NOT_YET_VALID",
    "now-before-issued-at",
    "trust-now-issued-at",
    "The user asks about a time before the document.",
    "ignore issuedAt",
    {},
    { indeterminate: true, input: { now: "2025-12-31T23:59:59.999Z" } },
  ),
  await good(
    "trust-now-before-expiry",
    "TRUST-17",
    "The last millisecond of the document.",
    {},
    { now: "2029-12-31T23:59:59.999Z" },
    "compare now < expiresAt - 1",
  ),
  await bad(
    "trust-now-expired",
    "TRUST-17",
    "TRUST_EXPIRED",
    "now-at-expiry",
    "trust-now-before-expiry",
    "At expiresAt the document has expired: windows are half-open.",
    "compare now <= expiresAt",
    {},
    { indeterminate: true, input: { now: "2030-01-01T00:00:00.000Z" } },
  ),
  await bad(
    "trust-receipt-time-expired",
    "TRUST-17",
    "TRUST_EXPIRED",
    "receipt-at-expiry",
    "trust-signers",
    "Without a given time the receipt's counts, which is here the end of the document.",
    "use the wall clock",
    {},
    { indeterminate: true, input: own({}, { expiresAt: at(24) }) },
  ),
  await good(
    "trust-issued-after-log",
    "TRUST-17",
    "A document that is newer than the log knows more, so the default time does not need issuedAt.",
    {},
    own({}, { issuedAt: "2027-01-01T00:00:00.000Z" }),
    "apply issuedAt to the default time",
    { time: at(24) },
  ),
];

// Embedded documents.

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

const embedded: readonly Case[] = [
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

const offKey = { ...secondBuyerKey, publicKey: offCurve, keyid: thumbprint(offCurve) };
const [offerLine] = await envelopes(OFFERED);
const notOnCurve: Case = {
  id: "trust-actor-not-on-curve",
  clause: "KEY-6",
  code: "KEY_NOT_ON_CURVE",
  fault: "signature-under-key-that-is-no-point",
  twin: "trust-signers",
  pointer: keyid0,
  why: "The trusted key has no x; the signature that names it must be refused, whatever the library does on import.",
  kills: "let the library throw",
  input: {
    bundle: field(
      fileOf(
        linesOf({
          events: [
            {
              ...(offerLine as Envelope),
              signatures: (offerLine as Envelope).signatures.map((one, index) =>
                index === 0 ? { ...one, keyid: offKey.keyid } : one,
              ),
            },
            ...(await envelopes(EXPIRED)).slice(1),
          ],
          receipt: await sealReceipt(receiptOf(EXPIRED, RECEIPT)),
        }),
      ),
    ),
    ...own({ buyer: [trustKey(keyOf("buyer")), trustKey(offKey)] }),
  },
};

/** Trust documents, and who may sign. */
export const trust: readonly VectorFile[] = [
  {
    path: "trust/document.json",
    op: "trust.evaluate",
    description: "Trust documents of the user's own.",
    groups: [{ cases: documents }],
  },
  {
    path: "trust/signers.json",
    op: "bundle.verify",
    description: "Who may sign what and when, over an offer that expired.",
    groups: [
      {
        comment: "A trust document of the user's own; some cases bring another.",
        input: { trust: field(bytesOf(doc)) },
        cases: [...signers, notOnCurve],
      },
    ],
  },
  {
    path: "trust/embedded.json",
    op: "bundle.verify",
    description: "Trust documents inside the bundle.",
    groups: [{ cases: embedded }],
  },
];
