import { canonicalize, type JsonValue } from "@settld/protocol";
import { sealTrust, trustDoc } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { bad } from "./case.ts";
import { CLOSING, HEADER, OFFER, RECEIPT, short, whole } from "./lines.ts";

/** The order of the sections. */
export const sections: readonly Case[] = [
  bad(
    "bundle-no-event",
    "BUNDLE-6",
    "BUNDLE_EMPTY",
    "bundle-short",
    "A header alone shows no agreement.",
    "accept a bundle without events",
    [HEADER],
  ),
  bad(
    "bundle-receipt-alone",
    "BUNDLE-6",
    "BUNDLE_EMPTY",
    "bundle-short",
    "A receipt without its log.",
    "trust a receipt alone",
    [HEADER, RECEIPT],
  ),
  bad(
    "bundle-event-after-receipt",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-short",
    "Events come first.",
    "collect lines of any order",
    [HEADER, OFFER, CLOSING, RECEIPT, OFFER],
  ),
  bad(
    "bundle-second-receipt",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-short",
    "There is at most one receipt.",
    "take the last receipt",
    [...short, RECEIPT],
  ),
  bad(
    "bundle-evidence-after-receipt",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-whole",
    "Nothing stands behind the receipt.",
    "collect lines of any order",
    [...whole, whole[10] ?? ""],
  ),
  bad(
    "bundle-event-after-evidence",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-whole",
    "The last event stands behind the evidence.",
    "collect lines of any order",
    [...whole.slice(0, 9), whole[10] ?? "", whole[9] ?? "", whole[11] ?? ""],
  ),
  bad(
    "bundle-trust-before-events",
    "BUNDLE-5",
    "BUNDLE_ORDER",
    "bundle-short",
    "Trust documents follow the events.",
    "collect lines of any order",
    [HEADER, canonicalize((await sealTrust(trustDoc())) as unknown as JsonValue), ...short.slice(1)],
  ),
];
