import { trustDoc } from "../../cast.ts";
import type { Case } from "../../format.ts";
import { at } from "../../time.ts";
import { bad, good } from "./bundle-case.ts";
import { own } from "./own-keys.ts";

/** When a trust document is valid. */
export const times: readonly Case[] = [
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
