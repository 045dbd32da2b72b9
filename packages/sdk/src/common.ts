/** What both entry points export besides their client. */
export { isSettldError, SettldError, type Signer } from "@settld/protocol";
export type { AmountInput } from "./amount.ts";
export { readAmount } from "./amount.ts";
export type { CallAnswer, CallInput, ConnectionOptions, OperationId } from "./connection.ts";
export { isApiError, SettldApiError, type SettldApiErrorOptions, SettldVerificationError } from "./errors.ts";
export type { FileData, Files } from "./files.ts";
export type * from "./gen/api.ts";
export { List, type Page } from "./http/list.ts";
export type { AgreementOptions, RequestOptions, RequestRecord, WriteOptions } from "./http/transport.ts";
export type { PrivateKeyInput, PublicKeyInput } from "./keys/key-input.ts";
export { generateKey, localSigner, type NewKey, remoteSigner } from "./keys/signers.ts";
export type { Platform } from "./platform.ts";
export type { Bundle, LogEvent, PartyEvent, SignedReceipt } from "./resources/agreement-types.ts";
export type { Agreements } from "./resources/agreements.ts";
export type { Evidence, EvidenceTombstone } from "./resources/evidence.ts";
export type { Messages } from "./resources/messages.ts";
export type { Accounts, Deposits, LogEntry, Withdrawals } from "./resources/money.ts";
export type { CreateAgreement, TimeInput } from "./resources/offer.ts";
export type {
  AllOrNothing,
  ApprovalRequirement,
  CheckRequirement,
  DeadlineRequirement,
  ItemRequirement,
  OfferPolicy,
  Payout,
  PerUnit,
  Requirement,
  Tiers,
  Weighted,
} from "./resources/policy.ts";
export type {
  AddPartyKey,
  ApiKeys,
  Audits,
  CreateParty,
  OwnAccount,
  Parties,
  PartyKeyInput,
  SignedTrust,
  TrustDocuments,
} from "./resources/registry.ts";
export type { StreamedMessage, StreamOptions } from "./resources/stream-types.ts";
export type { WebhookEndpoints } from "./resources/webhook-endpoints.ts";
