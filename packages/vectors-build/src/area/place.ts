import type { Signer } from "@settld/protocol";
import {
  bytesOf,
  idOf,
  keyOf,
  secondArbiterKey,
  secondBuyerKey,
  secondCheckerKey,
  secondSellerKey,
  secondSettlerKey,
  type TrustKey,
  trustDoc,
  trustKey,
} from "../cast.ts";
import { type Case, type FaultCase, field, type VectorFile } from "../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  fileOf,
  head,
  type Log,
  linesOf,
  type ReceiptTerms,
  receiptOf,
  sealReceipt,
} from "../log-builder.ts";
import {
  accept,
  approved,
  attest,
  cancel,
  close,
  decide,
  dispute,
  EXPIRED,
  expire,
  FILE,
  fund,
  NO_TOTALS,
  offer,
  PARTIES,
  release,
  rule,
  settle,
  submit,
  terms,
  valid,
} from "../story.ts";
import { at } from "../time.ts";

// Who may sign at which place, with which key, and when.

type Keys = Parameters<typeof trustDoc>[1];
const trust = (keys: Keys, roles: Readonly<Record<string, readonly string[]>> = {}) => {
  const document = trustDoc({}, keys);
  return {
    trust: field(
      bytesOf({
        ...document,
        parties: document.parties.map((party) => ({ ...party, roles: roles[party.id] ?? party.roles })),
      }),
    ),
  };
};
const two = (first: Signer, second: Signer, change: Partial<TrustKey> = {}) => [
  trustKey(first),
  trustKey(second, change),
];
const everyKey = trust({
  buyer: two(keyOf("buyer"), secondBuyerKey),
  seller: two(keyOf("seller"), secondSellerKey),
  settler: two(keyOf("settler"), secondSettlerKey),
  arbiter: two(keyOf("arbiter"), secondArbiterKey),
  checker: two(keyOf("checker"), secondCheckerKey),
});

type Story = { readonly log: Log; readonly receipt: ReceiptTerms; readonly evidence: boolean };

const refunded = { funded: "48000", toSeller: "0", fee: "0", toBuyer: "48000" };
const CANCELLED: ReceiptTerms = { at: at(2), reason: "cancelled", outcome: "none", totals: NO_TOTALS };

/** Offered, accepted, cancelled, closed. */
const short = (parties: object = PARTIES): Story => ({
  log: extend(
    EMPTY,
    offer(terms({ parties })),
    accept(),
    cancel({ hours: 2 }),
    expire({ due: at(2), reason: "cancelled" }, { hours: 2 }),
  ),
  receipt: CANCELLED,
  evidence: false,
});

/** Attested and then cancelled, because an approval is still missing. */
const checked = (
  parties: object = PARTIES,
  requirement: object = valid,
  by: "checker" | "buyer" = "checker",
): Story => ({
  log: extend(
    EMPTY,
    offer(terms({ parties, policy: { requirements: [requirement, approved], payout: { kind: "all-or-nothing" } } })),
    accept(),
    fund(),
    submit(),
    attest({ requirement: (requirement as { readonly id: string }).id }, { by }),
    cancel({ hours: 5 }),
    settle({ due: at(5), toSeller: "0", fee: "0", toBuyer: "48000", held: "0" }, { hours: 5 }),
    close({ due: at(5), reason: "cancelled", totals: refunded }, { hours: 5 }),
  ),
  receipt: { at: at(5), reason: "cancelled", outcome: "none", totals: refunded },
  evidence: true,
});

/** Disputed and ruled: all of the holdback is the seller's. */
const ruled = (parties: object = PARTIES): Story => {
  const totals = { funded: "48000", toSeller: "46800", fee: "1200", toBuyer: "0" };
  return {
    log: extend(
      EMPTY,
      offer(terms({ parties })),
      accept(),
      fund(),
      submit(),
      attest(),
      decide(),
      settle(),
      dispute(),
      rule({ toSeller: "4800" }),
      release({ due: at(20) }, { hours: 20 }),
      close({ due: at(20), totals }, { hours: 20 }),
    ),
    receipt: { at: at(20), reason: "settled", outcome: "full", totals },
    evidence: true,
  };
};

/** An offer that expired. */
const expired = (parties?: object): Story => ({
  log: parties === undefined ? EXPIRED : extend(EMPTY, offer(terms({ parties })), expire()),
  receipt: { at: at(24), reason: "offer-expired", outcome: "none", totals: NO_TOTALS },
  evidence: false,
});

type Signed = Readonly<Record<number, readonly Signer[]>>;
type Told = {
  readonly story: Story;
  readonly signed?: Signed;
  readonly receiptBy?: Signer;
  readonly receiptAt?: string;
  readonly input?: object;
};

const told = async ({ story, signed = {}, receiptBy = keyOf("settler"), receiptAt, input = {} }: Told) => ({
  bundle: field(
    fileOf(
      linesOf({
        events: await envelopes(story.log, signed),
        evidence: story.evidence ? [{ digest: FILE.evidence.digest }] : [],
        receipt: await sealReceipt(
          receiptOf(story.log, { ...story.receipt, at: receiptAt ?? story.receipt.at }),
          receiptBy,
        ),
      }),
    ),
  ),
  ...input,
});

type Common = { readonly id: string; readonly clause: string; readonly why: string; readonly kills: string };

const good = async ({ id, clause, why, kills, ...rest }: Common & Told): Promise<Case> => ({
  id,
  clause,
  why,
  kills,
  input: await told(rest),
  facts: { head: head(rest.story.log), status: "closed", established: rest.story.log.digests.length },
});

const bad = async ({
  id,
  clause,
  why,
  kills,
  code,
  pointer,
  twin,
  ...rest
}: Common & Told & Pick<FaultCase, "code" | "twin"> & { readonly pointer: string }): Promise<Case> => ({
  id,
  clause,
  code,
  fault: id,
  twin,
  pointer,
  why,
  kills,
  input: await told(rest),
});

const actor = "/signatures/0/keyid";
const admission = "/signatures/1/keyid";
const settler = keyOf("settler");
const pin = (role: string, ...keys: readonly Signer[]) => ({
  ...PARTIES,
  [role]: { id: idOf(role as "seller"), keys: keys.map(({ keyid }) => keyid) },
});
const pinChecker = (...keys: readonly Signer[]) => ({
  ...PARTIES,
  checkers: { quality: { id: idOf("checker"), keys: keys.map(({ keyid }) => keyid) } },
});
// One checker under two names, each with a key of its own.
const twoEntries = {
  ...PARTIES,
  checkers: {
    quality: { id: idOf("checker"), keys: [keyOf("checker").keyid] },
    audit: { id: idOf("checker"), keys: [secondCheckerKey.keyid] },
  },
};
const audited = { ...valid, id: "audited", checker: "audit" };

const pins: readonly Case[] = await Promise.all([
  good({
    id: "pinned-seller",
    clause: "TRUST-14",
    why: "The offer pins the seller's second key, and the seller signs with it.",
    kills: "take the first key of a party",
    story: short(pin("seller", secondSellerKey)),
    signed: { 1: [secondSellerKey, settler], 2: [secondSellerKey, settler] },
  }),
  bad({
    id: "pinned-seller-first-event",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: actor,
    twin: "pinned-seller",
    why: "The acceptance is by the seller's other key: pins bind whoever is named in the offer, not only who made it.",
    kills: "check pins of the offer only",
    story: short(pin("seller", secondSellerKey)),
    signed: { 1: [keyOf("seller"), settler], 2: [secondSellerKey, settler] },
  }),
  bad({
    id: "pinned-seller-later-event",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: actor,
    twin: "pinned-two-keys",
    why: "The acceptance is by the pinned key, the cancellation is not.",
    kills: "check pins at the first event of a party",
    story: short(pin("seller", secondSellerKey)),
    signed: { 1: [secondSellerKey, settler], 2: [keyOf("seller"), settler] },
  }),
  good({
    id: "pinned-two-keys",
    clause: "TRUST-14",
    why: "Two keys are pinned, and each signs once.",
    kills: "compare with the first pin",
    story: short(pin("seller", secondSellerKey, keyOf("seller"))),
    signed: { 1: [secondSellerKey, settler], 2: [keyOf("seller"), settler] },
  }),
  good({
    id: "pinned-key-of-nobody",
    clause: "TRUST-14",
    why: "A pin that the trust document does not know harms nobody as long as the key that signs is pinned, too.",
    kills: "demand that every pin is known",
    story: short(pin("seller", keyOf("stranger"), keyOf("seller"))),
  }),
  bad({
    id: "pinned-settler-admission",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: admission,
    twin: "pinned-settler",
    why: "The offer itself is admitted by another key of the settler than the one that it pins.",
    kills: "check pins of actors only",
    story: expired(pin("settler", settler)),
    signed: { 0: [keyOf("buyer"), secondSettlerKey] },
  }),
  bad({
    id: "pinned-settler-reaction",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: actor,
    twin: "pinned-settler",
    why: "The closing is by another key of the settler.",
    kills: "check pins of admissions only",
    story: expired(pin("settler", settler)),
    signed: { 1: [secondSettlerKey] },
  }),
  good({
    id: "pinned-settler",
    clause: "TRUST-14",
    why: "Admission, closing and receipt are by the pinned key.",
    kills: "refuse pins of the settler",
    story: expired(pin("settler", settler)),
  }),
  good({
    id: "pinned-checker",
    clause: "TRUST-14",
    why: "The attestation is by the checker's pinned key.",
    kills: "refuse pins of checkers",
    story: checked(pinChecker(secondCheckerKey)),
    signed: { 4: [secondCheckerKey, settler] },
  }),
  bad({
    id: "pinned-checker-other",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: actor,
    twin: "pinned-checker",
    why: "The attestation is by the checker's other key.",
    kills: "look for pins of buyer and seller only",
    story: checked(pinChecker(secondCheckerKey)),
    signed: { 4: [keyOf("checker"), settler] },
  }),
  good({
    id: "pinned-checker-entry",
    clause: "TRUST-14",
    why: "One checker under two names with a key for each: the requirement names the second, whose key signed.",
    kills: "take the pins of the first entry of that party",
    story: checked(twoEntries, audited),
    signed: { 4: [secondCheckerKey, settler] },
  }),
  bad({
    id: "pinned-checker-other-entry",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: actor,
    twin: "pinned-checker-entry",
    why: "The key is pinned in the other entry of the same checker; the requirement does not name that one.",
    kills: "collect the pins of all entries of a party",
    story: checked(twoEntries, audited),
    signed: { 4: [keyOf("checker"), settler] },
  }),
  good({
    id: "pinned-arbiter",
    clause: "TRUST-14",
    why: "The ruling is by the arbiter's pinned key.",
    kills: "refuse pins of the arbiter",
    story: ruled(pin("arbiter", secondArbiterKey)),
    signed: { 8: [secondArbiterKey, settler] },
  }),
  bad({
    id: "pinned-arbiter-other",
    clause: "TRUST-14",
    code: "TRUST_KEY_PINNED",
    pointer: actor,
    twin: "pinned-arbiter",
    why: "The ruling is by the arbiter's other key.",
    kills: "look for pins of buyer and seller only",
    story: ruled(pin("arbiter", secondArbiterKey)),
    signed: { 8: [keyOf("arbiter"), settler] },
  }),
]);

const buyerChecks = { ...PARTIES, checkers: { quality: { id: idOf("buyer") } } };
const withRoles = (roles: Readonly<Record<string, readonly string[]>>) => ({ input: trust({}, roles) });

const roles: readonly Case[] = await Promise.all([
  good({
    id: "role-of-each",
    clause: "TRUST-11",
    why: "Buyer, seller, checker and settler, each in a role of theirs.",
    kills: "confuse two roles",
    story: checked(),
  }),
  bad({
    id: "role-of-seller",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "role-of-each",
    why: "The document knows the seller as a buyer only; the event says in which role it acts.",
    kills: "demand any role",
    story: checked(),
    ...withRoles({ [idOf("seller")]: ["buyer", "checker", "arbiter", "settler"] }),
  }),
  bad({
    id: "role-of-checker",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "role-of-each",
    why: "Whoever attests must be known as a checker.",
    kills: "look at the roles of buyer and seller only",
    story: checked(),
    ...withRoles({ [idOf("checker")]: ["buyer", "seller", "arbiter", "settler"] }),
  }),
  bad({
    id: "role-of-arbiter",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "pinned-arbiter",
    why: "Whoever rules must be known as an arbiter.",
    kills: "look at the roles of buyer and seller only",
    story: ruled(),
    ...withRoles({ [idOf("arbiter")]: ["buyer", "seller", "checker", "settler"] }),
  }),
  good({
    id: "role-of-buyer-who-checks",
    clause: "TRUST-11",
    why: "The buyer attests as a checker and has both roles.",
    kills: "allow one role a party",
    story: checked(buyerChecks, valid, "buyer"),
    ...withRoles({ [idOf("buyer")]: ["checker", "buyer"] }),
  }),
  bad({
    id: "role-of-buyer-who-may-not-check",
    clause: "TRUST-11",
    code: "TRUST_ROLE",
    pointer: actor,
    twin: "role-of-buyer-who-checks",
    why: "The buyer's offer is good, its attestation needs another role.",
    kills: "derive the role from the party instead of the event",
    story: checked(buyerChecks, valid, "buyer"),
    ...withRoles({ [idOf("buyer")]: ["buyer"] }),
  }),
]);

const settlerKey = (change: Partial<TrustKey>) => ({
  story: expired(),
  input: trust({ settler: [trustKey(settler, change)] }),
});

const windows: readonly Case[] = await Promise.all([
  good({
    id: "window-of-settler",
    clause: "TRUST-12",
    why: "The settler's key is valid from the offer to a millisecond behind the closing.",
    kills: "check windows of actors only",
    ...settlerKey({ notBefore: at(0), notAfter: at(24, 1) }),
  }),
  bad({
    id: "window-of-admission-not-yet",
    clause: "TRUST-12",
    code: "TRUST_KEY_WINDOW",
    pointer: admission,
    twin: "window-of-settler",
    why: "The admission counts at the time of its event, a millisecond before the key does.",
    kills: "check windows of actors only",
    ...settlerKey({ notBefore: at(0, 1) }),
  }),
  bad({
    id: "window-of-reaction-over",
    clause: "TRUST-12",
    code: "TRUST_KEY_WINDOW",
    pointer: actor,
    twin: "window-of-settler",
    why: "At the closing the key is not valid any more: windows are half-open.",
    kills: "check the settler's key at the offer only",
    ...settlerKey({ notAfter: at(24) }),
  }),
  bad({
    id: "window-of-receipt-over",
    clause: "TRUST-12",
    code: "TRUST_KEY_WINDOW",
    pointer: actor,
    twin: "window-of-settler",
    why: "The receipt is a millisecond later than the closing, and the key is over.",
    kills: "check the receipt's key at the closing",
    receiptAt: at(24, 1),
    ...settlerKey({ notAfter: at(24, 1) }),
  }),
  good({
    id: "revoked-settler-later",
    clause: "TRUST-13",
    why: "Superseded a millisecond behind closing and receipt.",
    kills: "reject keys that are revoked at all",
    ...settlerKey({ revoked: { at: at(24, 1), reason: "superseded" } }),
  }),
  bad({
    id: "revoked-admission",
    clause: "TRUST-13",
    code: "TRUST_KEY_REVOKED",
    pointer: admission,
    twin: "revoked-settler-later",
    why: "The key of the admission is revoked at the time of the offer.",
    kills: "check revocations of actors only",
    ...settlerKey({ revoked: { at: at(0), reason: "superseded" } }),
  }),
  bad({
    id: "revoked-reaction",
    clause: "TRUST-13",
    code: "TRUST_KEY_REVOKED",
    pointer: actor,
    twin: "revoked-settler-later",
    why: "The key of the closing is revoked at that very time, for whatever reason.",
    kills: "compare t <= revoked.at",
    ...settlerKey({ revoked: { at: at(24), reason: "compromised" } }),
  }),
  bad({
    id: "revoked-receipt",
    clause: "TRUST-13",
    code: "TRUST_KEY_REVOKED",
    pointer: actor,
    twin: "revoked-settler-later",
    why: "The receipt is as late as the revocation.",
    kills: "check revocations of events only",
    receiptAt: at(24, 1),
    ...settlerKey({ revoked: { at: at(24, 1), reason: "superseded" } }),
  }),
  bad({
    id: "receipt-by-unknown-key",
    clause: "TRUST-9",
    code: "TRUST_KEY_UNKNOWN",
    pointer: actor,
    twin: "window-of-settler",
    why: "A receipt by a key that nobody vouches for.",
    kills: "verify receipts with the key of the closing",
    story: expired(),
    receiptBy: keyOf("stranger"),
  }),
]);

const compromised = { revoked: { at: at(30), reason: "compromised" } } as const;
const superseded = { revoked: { at: at(30), reason: "superseded" } } as const;
const OPEN_FACTS = (log: Log, established: number) => ({ head: head(log), status: "closed", established });

const doubts: readonly Case[] = [
  await good({
    id: "compromised-actor-superseded-admission",
    clause: "TRUST-15",
    why: "The actor's key was stolen, the key of the admission was only replaced: the settler saw the event before.",
    kills: "demand a key of the admission that is not revoked at all",
    story: expired(),
    input: trust({ buyer: [trustKey(keyOf("buyer"), compromised)], settler: [trustKey(settler, superseded)] }),
  }),
  {
    ...(await bad({
      id: "compromised-actor-and-admission-of-one-event",
      clause: "TRUST-15",
      code: "TRUST_KEY_COMPROMISED",
      pointer: actor,
      twin: "compromised-actor-superseded-admission",
      why: "The closing is by a good key, and the offer by two stolen ones; a receipt by a stolen key does not vouch.",
      kills: "let a later event of a good key vouch",
      story: expired(),
      signed: { 1: [secondSettlerKey] },
      input: trust({
        buyer: [trustKey(keyOf("buyer"), compromised)],
        settler: two(settler, secondSettlerKey).map((key, index) => (index === 0 ? { ...key, ...compromised } : key)),
      }),
    })),
  },
  await good({
    id: "compromised-key-that-never-signed",
    clause: "TRUST-16",
    why: "A key of the settler was stolen that signed nothing here.",
    kills: "doubt every log of a settler that lost a key",
    story: expired(),
    input: trust({ settler: two(settler, secondSettlerKey, compromised) }),
  }),
  {
    id: "compromised-closing-only",
    clause: "TRUST-16",
    code: "TRUST_SETTLER_COMPROMISED",
    verdict: "indeterminate",
    fault: "last-event-by-compromised-key",
    twin: "compromised-key-that-never-signed",
    why: "Only the closing is by the stolen key: the log is in doubt, and what was established ends before it.",
    kills: "look at the first key of the settler only",
    input: await told({
      story: expired(),
      signed: { 1: [secondSettlerKey] },
      receiptBy: secondSettlerKey,
      input: trust({ settler: two(settler, secondSettlerKey, compromised) }),
    }),
    facts: OPEN_FACTS(EXPIRED, 1),
  },
  {
    id: "compromised-from-the-start",
    clause: "TRUST-16",
    code: "TRUST_SETTLER_COMPROMISED",
    verdict: "indeterminate",
    fault: "every-event-by-compromised-key",
    twin: "compromised-key-that-never-signed",
    why: "Every event is by the stolen key: nothing is established.",
    kills: "report a chain that anybody could have written",
    input: await told({
      story: expired(),
      input: trust({ settler: [trustKey(settler, compromised)] }),
    }),
    facts: OPEN_FACTS(EXPIRED, 0),
  },
  await good({
    id: "compromised-and-vouched-for",
    clause: "TRUST-16",
    why: "A later receipt by the settler's new key vouches for all of it.",
    kills: "leave out what a stolen key signed, whoever vouches",
    story: expired(),
    receiptBy: secondSettlerKey,
    receiptAt: at(40),
    input: trust({
      settler: [trustKey(settler, compromised), trustKey(secondSettlerKey)],
    }),
  }),
];

/** Who may sign at which place. */
export const place: readonly VectorFile[] = [
  {
    path: "trust/pins.json",
    op: "bundle.verify",
    description: "Keys that an offer pins, for every role; the trust document knows two keys of each party.",
    groups: [{ input: everyKey, cases: pins }],
  },
  {
    path: "trust/roles.json",
    op: "bundle.verify",
    description: "Roles in which a party acts.",
    groups: [{ input: everyKey, cases: roles }],
  },
  {
    path: "trust/windows.json",
    op: "bundle.verify",
    description: "Windows and revocations of the settler's keys, at both edges and at every place where they sign.",
    groups: [{ input: everyKey, cases: windows }],
  },
  {
    path: "trust/doubts.json",
    op: "bundle.verify",
    description: "Compromised keys, and who vouches.",
    groups: [{ input: everyKey, cases: doubts }],
  },
];
