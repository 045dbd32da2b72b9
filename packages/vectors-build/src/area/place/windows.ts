import { keyOf, type TrustKey, trustKey } from "../../cast.ts";
import type { Case, VectorFile } from "../../format.ts";
import { at } from "../../time.ts";
import { bad, good } from "./case.ts";
import { expired } from "./closed-story.ts";
import { everyKey, trust } from "./keys.ts";

const actor = "/signatures/0/keyid";
const admission = "/signatures/1/keyid";
const settler = keyOf("settler");

const settlerKey = (change: Partial<TrustKey>) => ({
  story: expired(),
  input: trust({ settler: [trustKey(settler, change)] }),
});

const cases: readonly Case[] = await Promise.all([
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

/** Windows and revocations of the settler's keys, at both edges and at every place where they sign. */
export const windows: VectorFile = {
  path: "trust/windows.json",
  op: "bundle.verify",
  description: "Windows and revocations of the settler's keys, at both edges and at every place where they sign.",
  groups: [{ input: everyKey, cases }],
};
