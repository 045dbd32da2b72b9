import { keyOf, trustKey } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { EMPTY, extend } from "../../log-builder.ts";
import { EXPIRED, expire, OFFERED, offer, terms } from "../../story.ts";
import { at } from "../../time.ts";
import { broken, bundleOf, file, own, put, whole } from "./bundle-file.ts";
import { both } from "./fault-pair.ts";

const settler = keyOf("settler");

const newer = extend(EMPTY, offer(terms(), { change: { v: "2027-05" } }), expire());

const compromised = { revoked: { at: at(30), reason: "compromised" as const } };

/** Doubts: what is reported first when nothing is refused. */
export const doubts: readonly Case[] = [
  {
    ...both(
      "revision-later-signature",
      "EVENT-2",
      "EVENT_REVISION_UNKNOWN",
      "DSSE_SIGNATURE_INVALID",
      "bundle-short",
      "After an unknown revision nothing is evaluated.",
      file(put(await bundleOf(newer, {}, null), 2, broken)),
    ),
    verdict: "indeterminate",
  } as Case,
  {
    ...both(
      "settler-expired",
      "BUNDLE-14",
      "TRUST_SETTLER_COMPROMISED",
      "TRUST_EXPIRED",
      "bundle-short",
      "Doubts about keys before doubts about the document.",
      { ...file(whole), ...own({ settler: [trustKey(settler, compromised)] }), now: "2030-01-01T00:00:00.000Z" },
    ),
    verdict: "indeterminate",
  } as Case,
  {
    ...both(
      "expired-open",
      "BUNDLE-14",
      "TRUST_EXPIRED",
      "BUNDLE_OPEN",
      "bundle-short",
      "Doubts about trust before the open log.",
      { ...file(await bundleOf(OFFERED, {}, null)), now: "2030-01-01T00:00:00.000Z" },
    ),
    verdict: "indeterminate",
  } as Case,
  {
    ...both(
      "not-yet-valid-receipt",
      "BUNDLE-14",
      "TRUST_NOT_YET_VALID",
      "RECEIPT_MISSING",
      "bundle-short",
      "Doubts about trust before the missing receipt.",
      { ...file(await bundleOf(EXPIRED, {}, null)), now: "2025-12-31T23:59:59.999Z" },
    ),
    verdict: "indeterminate",
  } as Case,
];
