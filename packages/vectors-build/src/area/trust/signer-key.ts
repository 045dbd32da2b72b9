import { idOf, keyOf, secondBuyerKey, secondSettlerKey } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { EMPTY, extend, type Log } from "../../log-builder.ts";
import { expire, offer, PARTIES, terms } from "../../story.ts";
import { at } from "../../time.ts";
import { bad, good } from "./bundle-case.ts";
import { buyerKey, settlerKeys, twoBuyerKeys } from "./own-keys.ts";

const pinned = (keyid: string): Log =>
  extend(EMPTY, offer(terms({ parties: { ...PARTIES, buyer: { id: idOf("buyer"), keys: [keyid] } } })), expire());
const pinnedSettler: Log = extend(
  EMPTY,
  offer(terms({ parties: { ...PARTIES, settler: { id: idOf("settler"), keys: [keyOf("settler").keyid] } } })),
  expire(),
);

const keyid0 = "/signatures/0/keyid";

/** Windows, revocations and pins of keys. */
export const keys: readonly Case[] = [
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
];
