import type { Signer } from "@settld/protocol";
import { idOf, keyOf, secondArbiterKey, secondCheckerKey, secondSellerKey, secondSettlerKey } from "../../cast.ts";
import type { Case, VectorFile } from "../../format.ts";
import { PARTIES, valid } from "../../story.ts";
import { bad, good } from "./case.ts";
import { checked, expired, ruled, short } from "./closed-story.ts";
import { everyKey } from "./keys.ts";

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

const cases: readonly Case[] = await Promise.all([
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

/** Keys that an offer pins, for every role; the trust document knows two keys of each party. */
export const pins: VectorFile = {
  path: "trust/pins.json",
  op: "bundle.verify",
  description: "Keys that an offer pins, for every role; the trust document knows two keys of each party.",
  groups: [{ input: everyKey, cases }],
};
