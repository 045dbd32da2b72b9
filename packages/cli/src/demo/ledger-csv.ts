import { csvRow } from "@settld/output";
import { formatInstant } from "@settld/protocol";
import { accountName } from "./money-flow.ts";
import type { Story } from "./story-model.ts";
import { ASSET } from "./terms.ts";

/** Writes every posting of the story as CSV (RFC 4180), one row a posting, amounts as decimals without a sign. */
export function ledgerCsv({ bookings }: Story): string {
  const head = ["act", "time", "agreement", "seq", "event", "account", "owner", "out", "in", "currency", "transaction"];
  const rows = bookings.flatMap(({ act, agreement, seq, transaction }) =>
    transaction.postings.map(({ account, value }) =>
      csvRow([
        act,
        formatInstant(transaction.at),
        agreement,
        seq,
        transaction.type,
        accountName(account.kind),
        account.owner ?? "",
        value < 0n ? decimal(-value) : "",
        value > 0n ? decimal(value) : "",
        account.assetCode,
        transaction.id,
      ]),
    ),
  );
  return [csvRow(head), ...rows].join("");
}

// Without thousands separators, because programs read it.
function decimal(value: bigint): string {
  const digits = value.toString().padStart(ASSET.assetScale + 1, "0");
  return `${digits.slice(0, -ASSET.assetScale)}.${digits.slice(-ASSET.assetScale)}`;
}
