import type { Account, Transaction } from "@settld/kernel";
import type { Digest } from "@settld/protocol";
import type { BookAccount, BookTransaction } from "../store/store.ts";

/**
 * The book's account that an account of an agreement ledger means (LEDGER-9): buyer and seller are what the parties
 * have available, escrow and holdback belong to the agreement, and the fee is the settler's.
 */
export function bookAccount(agreement: Digest, { kind, owner, assetCode, assetScale }: Account): BookAccount {
  switch (kind) {
    case "escrow":
    case "holdback":
      return { kind, owner: agreement, assetCode, assetScale };
    default:
      if (owner === undefined) throw new Error(`an account of kind ${kind} without an owner`);
      return { kind: kind === "fee" ? "fee" : "available", owner, assetCode, assetScale };
  }
}

/** A transaction of an agreement ledger as one of the book. */
export function bookTransaction(agreement: Digest, { id, type, at, postings }: Transaction): BookTransaction {
  return {
    id,
    type,
    at,
    postings: postings.map(({ account, value }) => ({ account: bookAccount(agreement, account), value })),
  };
}
