import { canonicalize } from "@settld/protocol";
import { keyOf, secondSettlerKey, trustKey } from "../../cast.ts";
import type { Case } from "../../format.ts";
import {
  EMPTY,
  envelopes,
  extend,
  FOREIGN,
  itemOf,
  type Log,
  linesOf,
  receiptOf,
  sealReceipt,
} from "../../log-builder.ts";
import { accept, EXPIRED, FILE, fund, NO_WINDOW, OFFERED, offer, submit, terms } from "../../story.ts";
import { at } from "../../time.ts";
import { broken, bundleOf, file, LATE, own, put, whole } from "./bundle-file.ts";
import { both } from "./fault-pair.ts";

const buyer = keyOf("buyer");
const settler = keyOf("settler");

const compromised = { revoked: { at: at(30), reason: "compromised" as const } };
const evidenceLog: Log = extend(
  EMPTY,
  offer(terms(NO_WINDOW)),
  accept(),
  fund(),
  submit({ items: [FILE.item, itemOf("second.csv", "x").item] }),
);
const predicate = (change: Record<string, unknown>): Record<string, unknown> => {
  const receipt = receiptOf(EXPIRED, LATE);
  return { ...receipt, predicate: { ...(receipt["predicate"] as object), ...change } };
};

/** Evidence and receipts. */
export const receipts: readonly Case[] = [
  both(
    "log-evidence",
    "BUNDLE-14",
    "DSSE_SIGNATURE_INVALID",
    "BUNDLE_EVIDENCE_UNREFERENCED",
    "bundle-short",
    "The log before evidence.",
    file([...put(whole, 1, broken).slice(0, 3), canonicalize({ digest: FOREIGN, withheld: true }), ...whole.slice(3)]),
  ),
  both(
    "evidence-line-log",
    "BUNDLE-14",
    "JCS_NOT_CANONICAL",
    "DSSE_SIGNATURE_INVALID",
    "bundle-short",
    "To know its section a line is read as JSON first, also the one that ends the events.",
    file([...put(whole, 1, broken).slice(0, 3), `{"withheld":true,"digest":"${FOREIGN}"}`, ...whole.slice(3)]),
  ),
  both(
    "evidence-order-missing",
    "BUNDLE-9",
    "BUNDLE_EVIDENCE_ORDER",
    "BUNDLE_EVIDENCE_MISSING",
    "bundle-evidence",
    "What stands too early shows before what is missing.",
    file(linesOf({ events: await envelopes(evidenceLog), evidence: [itemOf("second.csv", "x").evidence] })),
  ),
  both(
    "evidence-missing-receipt",
    "BUNDLE-14",
    "BUNDLE_EVIDENCE_MISSING",
    "RECEIPT_NOT_CLOSED",
    "bundle-evidence",
    "Evidence before the receipt.",
    file(linesOf({ events: await envelopes(evidenceLog), receipt: await sealReceipt(receiptOf(evidenceLog, LATE)) })),
  ),
  both(
    "receipt-not-closed-schema",
    "BUNDLE-14",
    "RECEIPT_NOT_CLOSED",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "Whether there can be a receipt comes before what it says.",
    file(await bundleOf(OFFERED, {}, { a: 1 })),
  ),
  both(
    "receipt-signature-schema",
    "BUNDLE-14",
    "TRUST_KEY_UNKNOWN",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "The receipt's key before its payload.",
    file(await bundleOf(EXPIRED, {}, { a: 1 }, keyOf("stranger"))),
  ),
  both(
    "receipt-schema-mismatch",
    "BUNDLE-14",
    "RECEIPT_SCHEMA",
    "RECEIPT_MISMATCH",
    "bundle-short",
    "Its schema before its content.",
    file(await bundleOf(EXPIRED, {}, predicate({ events: 3, note: "x" }))),
  ),
  both(
    "receipt-mismatch-time",
    "BUNDLE-14",
    "RECEIPT_MISMATCH",
    "RECEIPT_BEFORE_CLOSE",
    "bundle-short",
    "Its content before its time.",
    file(await bundleOf(EXPIRED, {}, predicate({ events: 3, at: at(23) }))),
  ),
  both(
    "receipt-time-signer",
    "BUNDLE-14",
    "RECEIPT_BEFORE_CLOSE",
    "TRUST_KEY_PARTY",
    "bundle-short",
    "Its time before its signer.",
    file(await bundleOf(EXPIRED, {}, predicate({ at: at(23) }), buyer)),
  ),
  both(
    "compromised-evidence",
    "BUNDLE-14",
    "TRUST_KEY_COMPROMISED",
    "TRUST_SETTLER_COMPROMISED",
    "trust-compromised-both-vouched",
    "A rejection before a doubt.",
    {
      ...file(whole),
      ...own({
        buyer: [trustKey(buyer, compromised)],
        settler: [trustKey(settler, compromised), trustKey(secondSettlerKey)],
      }),
    },
  ),
];
