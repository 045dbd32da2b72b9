import type { AccountEntryPayload, Receipt, TombstonePayload, TrustDocument } from "./gen/types.ts";
import * as validators from "./gen/validators.js";
import { assertSchema } from "./schema.ts";

/**
 * Reads a trust document as far as its schema goes; windows, keys and the rest are the verifier's to judge.
 *
 * @throws SettldError `TRUST_SCHEMA` (TRUST-1).
 */
export function parseTrustDocument(value: unknown): TrustDocument {
  assertSchema(validators.trust, value, "TRUST_SCHEMA");
  return value as TrustDocument;
}

/**
 * Reads the payload of a receipt as far as its schema goes.
 *
 * @throws SettldError `RECEIPT_SCHEMA` (RECEIPT-2).
 */
export function parseReceipt(value: unknown): Receipt {
  assertSchema(validators.receipt, value, "RECEIPT_SCHEMA");
  return value as Receipt;
}

/**
 * Reads the payload of an entry of an account log as far as its schema goes.
 *
 * @throws SettldError `LEDGER_ENTRY` (LEDGER-11).
 */
export function parseAccountEntry(value: unknown): AccountEntryPayload {
  assertSchema(validators.accountEntry, value, "LEDGER_ENTRY");
  return value as AccountEntryPayload;
}

/**
 * Reads the payload of a tombstone as far as its schema goes.
 *
 * @throws SettldError `STORE_TOMBSTONE` (STORE-11).
 */
export function parseTombstone(value: unknown): TombstonePayload {
  assertSchema(validators.tombstone, value, "STORE_TOMBSTONE");
  return value as TombstonePayload;
}
