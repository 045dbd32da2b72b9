import { keyOf, secondSettlerKey, trustKey } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { at } from "../../time.ts";
import { bad, good } from "./bundle-case.ts";
import { buyerKey, own, settlerKeys } from "./own-keys.ts";

const keyid0 = "/signatures/0/keyid";

/** What a compromised key leaves standing. */
export const compromises: readonly Case[] = [
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
];
