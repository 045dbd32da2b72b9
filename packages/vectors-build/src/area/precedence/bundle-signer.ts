import { bytesOf, idOf, keyOf, secondBuyerKey, trustDoc, trustKey } from "../../cast.ts";
import { type Case, field } from "../../format.ts";
import { EMPTY, extend } from "../../log-builder.ts";
import { EXPIRED, expire, offer, PARTIES, terms } from "../../story.ts";
import { at } from "../../time.ts";
import { broken, bundleOf, file, own, put, whole } from "./bundle-file.ts";
import { both } from "./fault-pair.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");

const doc = trustDoc();

const withRole = (keys: ReturnType<typeof trustKey>[]) => ({
  trust: field(
    bytesOf(
      trustDoc({
        parties: doc.parties.map((party, index) => (index === 0 ? { ...party, roles: ["seller"], keys } : party)),
      }),
    ),
  ),
});
const pinned = extend(
  EMPTY,
  offer(terms({ parties: { ...PARTIES, buyer: { id: idOf("buyer"), keys: [secondBuyerKey.keyid] } } })),
  expire(),
);

/** Who signs, with which key and when. */
export const signers: readonly Case[] = [
  both(
    "earlier-event",
    "BUNDLE-14",
    "TRUST_KEY_PARTY",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "Event by event: the last check of the first comes before the first check of the second.",
    file(put(await bundleOf(EXPIRED, { 0: [keyOf("seller"), settler] }), 2, broken)),
  ),
  both("party-role", "TRUST-10", "TRUST_KEY_PARTY", "TRUST_ROLE", "trust-signers", "The party before the role.", {
    ...file(await bundleOf(EXPIRED, { 0: [keyOf("arbiter"), settler] })),
  }),
  both("role-window", "TRUST-11", "TRUST_ROLE", "TRUST_KEY_WINDOW", "trust-signers", "The role before the window.", {
    ...file(whole),
    ...withRole([trustKey(buyer, { notAfter: at(0) })]),
  }),
  both(
    "window-revoked",
    "TRUST-12",
    "TRUST_KEY_WINDOW",
    "TRUST_KEY_REVOKED",
    "trust-signers",
    "The window before the revocation.",
    {
      ...file(whole),
      ...own({ buyer: [trustKey(buyer, { notAfter: at(0), revoked: { at: at(0), reason: "superseded" } })] }),
    },
  ),
  both(
    "revoked-pinned",
    "TRUST-13",
    "TRUST_KEY_REVOKED",
    "TRUST_KEY_PINNED",
    "trust-pinned",
    "The revocation before the pins.",
    {
      ...file(await bundleOf(pinned)),
      ...own({ buyer: [trustKey(buyer, { revoked: { at: at(0), reason: "superseded" } })] }),
    },
  ),
  both(
    "actor-admission",
    "TRUST-14",
    "TRUST_KEY_PINNED",
    "TRUST_KEY_PARTY",
    "trust-pinned",
    "All checks of the actor before the first of the admission.",
    file(await bundleOf(pinned, { 0: [buyer, keyOf("arbiter")] })),
  ),
];
