import { type AccountEntryPayload, type Digest, parseInstant } from "@settld/protocol";
import type { BookTransaction } from "../store/store.ts";

/** The transaction of the book that an entry of an account log causes (LEDGER-11). */
export function entryTransaction(entry: AccountEntryPayload, digest: Digest): BookTransaction {
  const { owner, assetCode, assetScale } = entry.account;
  const value = BigInt(entry.value) * (entry.type === "withdrawal.debited" ? -1n : 1n);
  return {
    id: digest,
    type: entry.type,
    at: parseInstant(entry.at),
    postings: [
      { account: { kind: "rail", owner: entry.rail, assetCode, assetScale }, value: -value },
      { account: { kind: "available", owner, assetCode, assetScale }, value },
    ],
  };
}
