import { PAYLOAD_TYPES, utf8 } from "@settld/protocol";
import { bytesOf, idOf, keyOf, seal, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { envelopes, FOREIGN, linesOf, receiptOf, sealReceipt } from "../../log-builder.ts";
import { EXPIRED, NO_TOTALS, OFFERED } from "../../story.ts";
import { at } from "../../time.ts";
import { bad, good } from "./case.ts";
import { LATE, lineOf, RECEIPT, short, shortFacts, whole } from "./lines.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };

const receiptWith = async (
  change: (receipt: Record<string, unknown>) => unknown,
  lines = short,
  log = EXPIRED,
): Promise<string[]> => [...lines.slice(0, -1), lineOf(await sealReceipt(change(receiptOf(log, LATE))))];
const predicate = (change: Record<string, unknown>) => (receipt: Record<string, unknown>) => ({
  ...receipt,
  predicate: { ...(receipt["predicate"] as object), ...change },
});
const subject = (change: object) => (receipt: Record<string, unknown>) => ({
  ...receipt,
  subject: [{ ...(receipt["subject"] as object[])[0], ...change }],
});

const mismatches = await Promise.all(
  (
    [
      ["agreement", "/predicate/agreement", predicate({ agreement: FOREIGN }), "another agreement"],
      ["by", "/predicate/by", predicate({ by: idOf("buyer") }), "another issuer"],
      ["buyer", "/predicate/buyer", predicate({ buyer: idOf("stranger") }), "another buyer"],
      ["seller", "/predicate/seller", predicate({ seller: idOf("stranger") }), "another seller"],
      [
        "amount",
        "/predicate/amount/value",
        predicate({ amount: { value: "48001", assetCode: "USD", assetScale: 2 } }),
        "another amount",
      ],
      ["events", "/predicate/events", predicate({ events: 3 }), "another number of events"],
      ["reason", "/predicate/reason", predicate({ reason: "unfunded" }), "another reason"],
      ["outcome", "/predicate/outcome", predicate({ outcome: "full" }), "another outcome"],
      ["totals", "/predicate/totals/funded", predicate({ totals: { ...NO_TOTALS, funded: "1" } }), "other totals"],
      ["name", "/subject/0/name", subject({ name: FOREIGN }), "another subject"],
      ["head", "/subject/0/digest/sha256", subject({ digest: { sha256: "1".repeat(64) } }), "another head"],
    ] as const
  ).map(async ([name, pointer, change, what]) =>
    bad(
      `receipt-${name}`,
      "RECEIPT-3",
      "RECEIPT_MISMATCH",
      "bundle-short",
      `The receipt states ${what} than the log gives, and people read the receipt.`,
      `skip ${name} when comparing the receipt`,
      await receiptWith(change),
      { pointer },
    ),
  ),
);

const openReceipt = receiptOf(OFFERED, LATE);

const cases: readonly Case[] = [
  good(
    "receipt-later",
    "RECEIPT-4",
    "A receipt may be issued any time after the closing; the default time of verification is its own.",
    await receiptWith(predicate({ at: at(24, 1) })),
    { ...shortFacts, time: at(24, 1) },
    "demand the time of the closing",
  ),
  ...mismatches,
  bad(
    "receipt-open",
    "RECEIPT-1",
    "RECEIPT_NOT_CLOSED",
    "bundle-short",
    "There is nothing to confirm yet.",
    "accept a receipt over any log",
    linesOf({ events: await envelopes(OFFERED), receipt: await sealReceipt(openReceipt) }),
  ),
  bad(
    "receipt-before-close",
    "RECEIPT-4",
    "RECEIPT_BEFORE_CLOSE",
    "bundle-short",
    "The receipt is a millisecond older than what it confirms.",
    "ignore the time of a receipt",
    await receiptWith(predicate({ at: at(24, -1) })),
    { pointer: "/predicate/at" },
  ),
  bad(
    "receipt-extra-member",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "What is signed is understood as a whole.",
    "ignore unknown members",
    await receiptWith(predicate({ note: "x" })),
  ),
  bad(
    "receipt-two-subjects",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "One receipt is about one log.",
    "read the first subject only",
    await receiptWith((receipt) => ({
      ...receipt,
      subject: [...(receipt["subject"] as object[]), ...(receipt["subject"] as object[])],
    })),
  ),
  bad(
    "receipt-predicate-type",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "Another statement under the settler's key.",
    "ignore predicateType",
    await receiptWith((receipt) => ({ ...receipt, predicateType: "https://slsa.dev/provenance/v1" })),
  ),
  bad(
    "receipt-revision",
    "RECEIPT-2",
    "RECEIPT_SCHEMA",
    "bundle-short",
    "A receipt is of the log's revision.",
    "ignore v of a receipt",
    await receiptWith(predicate({ v: "2027-05" })),
  ),
  bad(
    "receipt-at-not-real",
    "TIME-1",
    "TIME_INSTANT",
    "bundle-short",
    "Its time decides about keys, so it must be one.",
    "let days overflow",
    await receiptWith(predicate({ at: "2026-04-31T00:00:00.000Z" })),
    { pointer: "/predicate/at" },
  ),
  bad(
    "receipt-not-canonical",
    "JCS-1",
    "JCS_NOT_CANONICAL",
    "bundle-short",
    "A receipt is canonical like everything that is signed.",
    "parse receipts leniently",
    [
      ...short.slice(0, -1),
      lineOf(
        await seal(PAYLOAD_TYPES.receipt, utf8(JSON.stringify(receiptOf(EXPIRED, LATE), null, 1)), keyOf("settler")),
      ),
    ],
  ),
  bad(
    "receipt-other-log",
    "RECEIPT-3",
    "RECEIPT_MISMATCH",
    "bundle-whole",
    "A good receipt of another agreement.",
    "verify the receipt's signature only",
    [...whole.slice(0, -1), RECEIPT],
  ),
];

/** Receipts. */
export const receipt: VectorFile = {
  path: "receipt/receipt.json",
  op: "bundle.verify",
  description: "Receipts.",
  groups: [{ input: TRUST, cases }],
};
